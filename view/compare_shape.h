/* SPDX-License-Identifier: MIT */
/*
 * What varies among the Call-IDs of a capture. SIPp's are 1-4537@172.20.0.2, 2-4537@172.20.0.2 ...: the
 * process id and the address are the same in all, so what names a call, also in the capture of another run,
 * is the 1.
 */
#ifndef VIEW_COMPARE_SHAPE_H
#define VIEW_COMPARE_SHAPE_H

#include "base/buf.h"

/* Words (of letters and digits) in a Call-ID; one with more has no shape. */
#define COMPARE_SHAPE_MAX 32

/* All-zero: no Call-ID was seen yet. */
struct compare_shape {
    struct span parts[COMPARE_SHAPE_MAX]; /* of the first one */
    size_t count;
    bool varies[COMPARE_SHAPE_MAX];
};

/* Adds a Call-ID, which outlives the shape. */
void compare_shape_add(struct compare_shape *shape, struct span call_id);

/* Adds what varies of a Call-ID to out; false if it is not of the others' shape. */
bool compare_shape_name(struct buf *out, const struct compare_shape *shape, struct span call_id);

#endif
