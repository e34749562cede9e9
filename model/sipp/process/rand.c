/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/rand.h"

void rand_seed(struct rand *r, uint32_t seed) {
    int64_t word = seed ? (int32_t)seed : 1;
    r->at = 0;
    for (unsigned i = 0; i < RAND_DEGREE; i++) {
        r->state[i] = (uint32_t)word;
        word = (int32_t)r->state[i]; /* Park and Miller's generator fills the state */
        word = 16807 * (word % 127773) - 2836 * (word / 127773);
        if (word < 0) word += INT32_MAX;
    }
    for (unsigned i = 0; i < 10 * RAND_DEGREE; i++)
        rand_next(r);
}

int32_t rand_next(struct rand *r) {
    unsigned ahead = (r->at + RAND_SEPARATION) % RAND_DEGREE;
    uint32_t sum = r->state[ahead] += r->state[r->at];
    r->at = (r->at + 1) % RAND_DEGREE;
    return (int32_t)(sum >> 1);
}
