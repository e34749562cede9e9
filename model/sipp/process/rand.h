/* SPDX-License-Identifier: MIT */
/*
 * The C library's rand(), of which SIPp's chance, lost, RANDOM files and cnonce come: glibc's additive
 * feedback generator (random(3), TYPE_3). Never seeded, its first number is 1804289383 (facts: SIPp 10.4).
 */
#ifndef MODEL_SIPP_PROCESS_RAND_H
#define MODEL_SIPP_PROCESS_RAND_H

#include <stdint.h>

enum { RAND_DEGREE = 31, RAND_SEPARATION = 3 };

struct rand {
    uint32_t state[RAND_DEGREE];
    unsigned at;
};

/* As srand(seed) does; a program that never calls it has seed 1. */
void rand_seed(struct rand *r, uint32_t seed);

/* 0 to 2147483647. */
int32_t rand_next(struct rand *r);

#endif
