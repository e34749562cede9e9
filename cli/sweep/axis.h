/* SPDX-License-Identifier: MIT */
/*
 * One --vary KEY=VALUES: a key of scenario.yaml and the values that it takes, in their order, as texts that
 * --set would take. VALUES is a range FROM..TO/STEP of durations, shares or whole numbers, or a list with
 * commas (those inside [ ], { } and quotes belong to a value).
 */
#ifndef CLI_SWEEP_AXIS_H
#define CLI_SWEEP_AXIS_H

#include "base/diag.h"

/* The most values of one axis. */
#define SWEEP_AXIS_MAX 1000000

struct sweep_axis {
    const struct source *source; /* the text; outlives the axis */
    char *key;
    char **values;
    size_t count, cap;
};

/* Reads the source's text. False after an error in diag; to be freed in both cases. */
bool sweep_axis_parse(struct sweep_axis *axis, const struct source *source, struct diag *diag);

void sweep_axis_free(struct sweep_axis *axis);

/* What a value can be a number of. */
enum sweep_unit { SWEEP_PLAIN, SWEEP_DURATION, SWEEP_PERCENT };

struct sweep_quantity {
    enum sweep_unit unit;
    int64_t number; /* plain, nanoseconds or millionths */
};

/* Reads a value as a quantity; false if it is a word. */
bool sweep_quantity_parse(struct sweep_quantity *q, struct span text);

/* Writes number / unit as a decimal fraction, exactly if it ends within 12 digits. */
void sweep_quantity_write(struct buf *out, int64_t number, int64_t unit);

#endif
