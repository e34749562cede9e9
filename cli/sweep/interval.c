/* SPDX-License-Identifier: MIT */
#include "cli/sweep/interval.h"

#include <assert.h>

#define MILLION UINT64_C(1000000)
#define BILLION UINT64_C(1000000000)

/* The 97.5 % quantile of the normal distribution and its square, in billionths. */
#define Z         UINT64_C(1959963985)
#define Z_SQUARED UINT64_C(3841458821)

/* The largest root with root * root <= n, digit by digit in base 4. */
static uint64_t square_root(sweep_u128 n) {
    sweep_u128 root = 0, bit = (sweep_u128)1 << 126;
    while (bit > n)
        bit >>= 2;
    for (; bit; bit >>= 2) {
        bool fits = n >= root + bit;
        if (fits) n -= root + bit;
        root = (root >> 1) + (fits ? bit : 0);
    }
    return (uint64_t)root;
}

/* Half up. */
static sweep_u128 divide(sweep_u128 n, sweep_u128 by) { return (n + by / 2) / by; }

void sweep_sums_add(struct sweep_sums *s, int64_t value) {
    assert(value >= 0 && s->count < SWEEP_INTERVAL_COUNT_MAX);
    if (value > SWEEP_INTERVAL_VALUE_MAX) value = SWEEP_INTERVAL_VALUE_MAX;
    s->count++;
    s->sum += (uint64_t)value;
    s->squares += (sweep_u128)value * (uint64_t)value;
}

/* 1.96 sqrt(variance / n) times scale. The variance is (n squares - sum^2) / (n (n - 1)). */
static int64_t half_width(const struct sweep_sums *s, uint32_t scale) {
    uint64_t n = s->count;
    sweep_u128 spread = (n * s->squares - s->sum * s->sum) / (n - 1);
    /* The root gets as many binary places as there is room for. */
    unsigned places = 0;
    while (places < 40 && spread >> 124 == 0) {
        spread <<= 2;
        places++;
    }
    sweep_u128 half = (sweep_u128)square_root(spread) * Z * scale;
    return (int64_t)divide(half, (sweep_u128)(n * BILLION) << places);
}

struct sweep_interval sweep_interval_mean(const struct sweep_sums *s, uint32_t scale) {
    struct sweep_interval i = {.known = s->count > 0, .bounded = s->count > 1};
    if (i.known) i.mid = (int64_t)divide(s->sum * scale, s->count);
    if (!i.bounded) return i;
    int64_t half = half_width(s, scale);
    i.low = i.mid > half ? i.mid - half : 0;
    i.high = i.mid + half;
    return i;
}

struct sweep_interval sweep_interval_share(uint64_t number, uint64_t of) {
    assert(number <= of);
    if (of == 0) return (struct sweep_interval){0};
    /* (k + z^2/2 +- z sqrt(k (n - k) / n + z^2/4)) / (n + z^2), all in billionths */
    sweep_u128 share = (sweep_u128)number * (of - number) * MILLION * MILLION / of * MILLION;
    sweep_u128 half =
        divide((sweep_u128)square_root(share + (sweep_u128)Z_SQUARED * BILLION / 4) * Z, BILLION);
    sweep_u128 middle = (sweep_u128)number * BILLION + Z_SQUARED / 2,
               all = (sweep_u128)of * BILLION + Z_SQUARED;
    struct sweep_interval i = {.known = true, .bounded = true};
    i.mid = (int64_t)divide((sweep_u128)number * MILLION, of);
    i.low = number == 0 || middle < half ? 0 : (int64_t)divide((middle - half) * MILLION, all);
    i.high = number == of ? (int64_t)MILLION : (int64_t)divide((middle + half) * MILLION, all);
    return i;
}
