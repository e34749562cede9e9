/* SPDX-License-Identifier: MIT */
/*
 * The processes that do a sweep's runs. Each takes the next few runs until none is left and sends what they
 * gave through a pipe of its own; in which order the results come differs from sweep to sweep.
 */
#ifndef CLI_SWEEP_CREW_H
#define CLI_SWEEP_CREW_H

#include "cli/sweep/plan.h"

#define SWEEP_JOBS_MAX 1024

/* Called in this process with each result: of run number `run` (from 0) at a point. */
typedef void sweep_result_fn(void *arg, uint64_t point, uint32_t run, const struct sweep_sample *sample);

/*
 * Does all runs of the plan's share in that many processes. EXIT_GOOD, EXIT_BAD_INPUT or EXIT_INTERRUPTED,
 * the last two after a message. None of the processes is left when it returns.
 */
int sweep_crew_run(const struct sweep_plan *plan, unsigned jobs, sweep_result_fn *result, void *arg);

#endif
