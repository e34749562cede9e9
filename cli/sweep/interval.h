/* SPDX-License-Identifier: MIT */
/*
 * Means and shares with their 95 % intervals, in whole numbers only, so that every machine prints the same
 * digits. Shares: Wilson's interval. Means: normal approximation, mean +- 1.96 s / sqrt(n).
 */
#ifndef CLI_SWEEP_INTERVAL_H
#define CLI_SWEEP_INTERVAL_H

#include "base/wide.h"

struct sweep_interval {
    bool known;   /* is there anything to take a mean of? */
    bool bounded; /* are low and high there? A mean needs two values for that */
    int64_t mid, low, high;
};

/* The most values, and the largest one: three years in microseconds. Nothing overflows up to there. */
#define SWEEP_INTERVAL_COUNT_MAX 100000
#define SWEEP_INTERVAL_VALUE_MAX INT64_C(100000000000000)

/* All-zero is empty. The order in which values are added makes no difference. */
struct sweep_sums {
    uint64_t count, sum;
    struct wide squares;
};

/* Adds a value of 0 or more; one above SWEEP_INTERVAL_VALUE_MAX counts as that. */
void sweep_sums_add(struct sweep_sums *s, int64_t value);

/* The mean of the values, times scale (1 to 1000). Nothing that is measured is negative: neither is low. */
struct sweep_interval sweep_interval_mean(const struct sweep_sums *s, uint32_t scale);

/* The share of `number` out of `of` (at most 10^12), in millionths. */
struct sweep_interval sweep_interval_share(uint64_t number, uint64_t of);

#endif
