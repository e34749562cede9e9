/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/twister.h"

enum { SHIFT = 397 };

static const uint32_t seed = 4357;

static void begin(struct twister *t) {
    t->state[0] = seed;
    for (uint32_t i = 1; i < TWISTER_SIZE; i++)
        t->state[i] = UINT32_C(1812433253) * (t->state[i - 1] ^ t->state[i - 1] >> 30) + i;
    t->next = TWISTER_SIZE;
}

static void twist(struct twister *t) {
    for (size_t i = 0; i < TWISTER_SIZE; i++) {
        uint32_t y =
            (t->state[i] & UINT32_C(0x80000000)) | (t->state[(i + 1) % TWISTER_SIZE] & UINT32_C(0x7fffffff));
        t->state[i] =
            t->state[(i + SHIFT) % TWISTER_SIZE] ^ y >> 1 ^ (y & 1 ? UINT32_C(0x9908b0df) : UINT32_C(0));
    }
    t->next = 0;
}

uint32_t twister_next(struct twister *t) {
    if (t->next == 0) begin(t);
    if (t->next == TWISTER_SIZE) twist(t);
    uint32_t y = t->state[t->next++];
    y ^= y >> 11;
    y ^= y << 7 & UINT32_C(0x9d2c5680);
    y ^= y << 15 & UINT32_C(0xefc60000);
    return y ^ y >> 18;
}
