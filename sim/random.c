/* SPDX-License-Identifier: MIT */
#include "sim/random.h"

#include <assert.h>

/* FNV-1a, 64 bits: spreads a name over the seed. */
static uint64_t mix(uint64_t h, const char *text) {
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (h ^ 0xff) * UINT64_C(1099511628211);
}

void random_init(struct random_stream *r, uint64_t seed, const char *owner, const char *purpose) {
    uint64_t name = mix(mix(UINT64_C(14695981039346656037), owner), purpose);
    r->state = 0;
    r->increment = name << 1 | 1;
    random_u32(r);
    r->state += seed;
    random_u32(r);
}

uint32_t random_u32(struct random_stream *r) {
    uint64_t old = r->state;
    r->state = old * UINT64_C(6364136223846793005) + r->increment;
    uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return x >> turn | x << (-turn & 31);
}

uint32_t random_below(struct random_stream *r, uint32_t bound) {
    assert(bound > 0);
    /* Draws below the threshold would favour small numbers: they are drawn again. */
    for (uint32_t threshold = -bound % bound;;) {
        uint32_t x = random_u32(r);
        if (x >= threshold) return x % bound;
    }
}

bool random_chance(struct random_stream *r, uint32_t ppm) {
    return ppm > 0 && random_below(r, 1000000) < ppm;
}

/* -log2(n / 2^32), in 2^24ths; n is from 1 to 2^32. */
static uint64_t log2_below_one(uint64_t n) {
    int whole = 63 - __builtin_clzll(n);
    uint64_t fraction = 0, y = n << 31 >> whole; /* from 1 to below 2, in 2^31sts */
    for (int bit = 0; bit < 24; bit++) {
        y = y * y >> 31;
        fraction = fraction << 1 | y >> 32;
        y >>= y >> 32;
    }
    return ((uint64_t)(32 - whole) << 24) - fraction;
}

int64_t random_wait(struct random_stream *r, int64_t mean_ns) {
    assert(mean_ns >= 0 && mean_ns <= RANDOM_WAIT_MAX_NS);
    enum { LN2 = 11629080 /* in 2^24ths */, ONE = 1 << 24 };
    int64_t means = (int64_t)(log2_below_one((uint64_t)random_u32(r) + 1) * LN2 >> 24);
    return mean_ns / ONE * means + mean_ns % ONE * means / ONE;
}
