/* SPDX-License-Identifier: MIT */
/*
 * The table of a sweep: takes the results of runs in any order, writes CSV (RFC 4180, lines end with LF) with
 * a row a point in the grid's order. With one run a point a cell is what was measured. With --runs a count, a
 * time or a share becomes its mean and the bounds of a 95 % interval, a text the texts that came and how
 * often.
 */
#ifndef CLI_SWEEP_TABLE_H
#define CLI_SWEEP_TABLE_H

#include "cli/sweep/plan.h"

struct sweep_table {
    const struct sweep_plan *plan;
    struct buf csv;               /* the header and the rows that are complete and in order */
    struct sweep_interval *cells; /* by point - first, then measure; NULL unless asked for */
    struct sweep_point *points;   /* by point - first */
    uint64_t next;                /* the first point that has no row yet */
};

/* Begins a table with the header, which only the first shard has. keep_cells: the plot will want them. */
void sweep_table_init(struct sweep_table *t, const struct sweep_plan *plan, bool keep_cells);

/* A result (a sweep_result_fn); arg is the table. */
void sweep_table_add(void *arg, uint64_t point, uint32_t run, const struct sweep_sample *sample);

/*
 * What a cell shows, for a plot: counts in thousandths, times in microseconds, shares in millionths (with one
 * run a point a count). Without bounds unless there are several runs.
 */
const struct sweep_interval *sweep_table_cell(const struct sweep_table *t, uint64_t point, size_t measure);

void sweep_table_free(struct sweep_table *t);

#endif
