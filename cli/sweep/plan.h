/* SPDX-License-Identifier: MIT */
/*
 * What a sweep is to do: the grid of its axes, a point for each combination of values, the first axis
 * slowest; and how often each point is run. A run's number is point * runs + run.
 */
#ifndef CLI_SWEEP_PLAN_H
#define CLI_SWEEP_PLAN_H

#include "cli/sweep/axis.h"
#include "cli/sweep/interval.h"
#include "cli/sweep/measure.h"

/* The most runs of one sweep, and of one point. */
#define SWEEP_RUNS_MAX       100000000
#define SWEEP_POINT_RUNS_MAX SWEEP_INTERVAL_COUNT_MAX

struct sweep_plan {
    const char *folder;
    const char **set; /* --set, in their order */
    size_t set_count, set_cap;
    struct sweep_axis *axes;
    size_t axis_count, axis_cap;
    enum sweep_measure_id measures[SWEEP_MEASURES];
    size_t measure_count;
    uint32_t seeds;         /* --runs: seeds 1 to seeds; 0: the scenario's own seed, one run */
    uint64_t shard, shards; /* --shard K/N; 1, 1: all of it */
    uint64_t points;        /* of the whole grid */
    uint64_t first, last;   /* the points of this share, without last */
};

/* How often a point is run. */
static inline uint32_t sweep_plan_runs(const struct sweep_plan *p) { return p->seeds ? p->seeds : 1; }

/* Works out points, first and last from the rest. False after an error in diag. */
bool sweep_plan_finish(struct sweep_plan *p, struct diag *diag);

/* The value that an axis has at a point. */
size_t sweep_plan_index(const struct sweep_plan *p, uint64_t point, size_t axis);
const char *sweep_plan_value(const struct sweep_plan *p, uint64_t point, size_t axis);

/* The lab of a point, and its sources, which outlive it. NULL after errors in diag. */
struct lab_config *sweep_plan_load(const struct sweep_plan *p, uint64_t point, struct source_set *sources,
                                   struct diag *diag);

/*
 * Loads and starts each value of each axis once, the other axes at their first value: what is wrong with a
 * key or a value shows before anything is run. False after errors in diag.
 */
bool sweep_plan_check(const struct sweep_plan *p, const volatile sig_atomic_t *stop, struct diag *diag);

void sweep_plan_free(struct sweep_plan *p);

#endif
