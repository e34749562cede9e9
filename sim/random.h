/* SPDX-License-Identifier: MIT */
/*
 * Seeded random streams (PCG32). Each host and purpose has its own stream, seeded by the scenario's
 * seed and the stream's name, so that adding a host does not disturb what the others draw.
 */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random_stream {
    uint64_t state, increment;
};

/* Seeds a stream; owner (a host) and purpose ("ip id") name it. */
void random_init(struct random_stream *r, uint64_t seed, const char *owner, const char *purpose);

/* 32 random bits. */
uint32_t random_u32(struct random_stream *r);

/* A number from 0 to below bound - 1, each equally likely; bound is at least 1. */
uint32_t random_below(struct random_stream *r, uint32_t bound);

/* True for ppm of a million draws. Draws nothing when ppm is 0. */
bool random_chance(struct random_stream *r, uint32_t ppm);

/*
 * The time to the next of events that come at random, one in mean_ns on average: exponentially distributed,
 * at most 22 times the mean. mean_ns is from 0 to RANDOM_WAIT_MAX_NS.
 */
#define RANDOM_WAIT_MAX_NS INT64_C(1000000000000000)
int64_t random_wait(struct random_stream *r, int64_t mean_ns);

#endif
