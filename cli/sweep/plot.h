/* SPDX-License-Identifier: MIT */
/*
 * A sweep as a picture, drawn by gnuplot: the first axis along x, a line a measure and combination of the
 * other axes' values, a panel a kind of measure (numbers, seconds, shares). Bars show the 95 % intervals.
 */
#ifndef CLI_SWEEP_PLOT_H
#define CLI_SWEEP_PLOT_H

#include "cli/sweep/table.h"

/* Can gnuplot be run? If not: EXIT_BAD_INPUT after a message. */
int sweep_plot_check(void);

/* What gnuplot is told. Nothing numeric to draw: false. */
bool sweep_plot_write(struct buf *out, const struct sweep_table *table);

/* Runs gnuplot with that script and adds the SVG that it draws to out. EXIT_BAD_INPUT after a message. */
int sweep_plot_draw(struct buf *out, struct span script);

#endif
