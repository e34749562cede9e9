/* SPDX-License-Identifier: MIT */
/*
 * Whole numbers of 128 bits, without a sign: products and ratios of 64-bit ones, exactly, on every machine.
 * Nobody looks for overflow: callers know how large their numbers can be.
 */
#ifndef BASE_WIDE_H
#define BASE_WIDE_H

#include <stdbool.h>
#include <stdint.h>

struct wide {
    uint64_t high, low;
};

static inline struct wide wide_of(uint64_t n) { return (struct wide){0, n}; }

struct wide wide_product(uint64_t a, uint64_t b);

struct wide wide_add(struct wide a, struct wide b);

/* a less b, which is not larger. */
struct wide wide_subtract(struct wide a, struct wide b);

struct wide wide_times(struct wide a, uint64_t b);

/* The ratio of a and b, which is not 0, cut off. */
struct wide wide_divide(struct wide a, struct wide b);

/* Shifted by 0 to 127 bits. */
struct wide wide_left(struct wide a, unsigned bits);
struct wide wide_right(struct wide a, unsigned bits);

static inline bool wide_less(struct wide a, struct wide b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* Does it fit into 64 bits? */
static inline bool wide_is_narrow(struct wide a) { return a.high == 0; }

#endif
