/* SPDX-License-Identifier: MIT */
/* A line on the terminal that tells how far a long run is. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/run_lab.h"

struct progress {
    struct run_lab *run;
    uint64_t calls; /* that the callers are to make; 0: nobody knows */
    int64_t began_ms, drawn_ms;
    bool drawn;
};

/* Draws on standard error while the lab runs, from its first second on. */
void progress_begin(struct progress *p, struct run_lab *run, const struct lab_config *config);

/* Takes the line away. */
void progress_end(struct progress *p);

#endif
