/* SPDX-License-Identifier: MIT */
#include "cli/sweep/interval.h"

#include <assert.h>

#define MILLION UINT64_C(1000000)
#define BILLION UINT64_C(1000000000)

/* The 97.5 % quantile of the normal distribution and its square, in billionths. */
#define Z         UINT64_C(1959963985)
#define Z_SQUARED UINT64_C(3841458821)

/* The largest root with root * root <= n, digit by digit in base 4. */
static uint64_t square_root(struct wide n) {
    struct wide root = {0}, bit = {UINT64_C(1) << 62, 0};
    while (wide_less(n, bit))
        bit = wide_right(bit, 2);
    for (; bit.high || bit.low; bit = wide_right(bit, 2)) {
        struct wide next = wide_add(root, bit);
        bool fits = !wide_less(n, next);
        if (fits) n = wide_subtract(n, next);
        root = wide_right(root, 1);
        if (fits) root = wide_add(root, bit);
    }
    return root.low;
}

/* Half up. */
static struct wide divide(struct wide n, struct wide by) {
    return wide_divide(wide_add(n, wide_right(by, 1)), by);
}

void sweep_sums_add(struct sweep_sums *s, int64_t value) {
    assert(value >= 0 && s->count < SWEEP_INTERVAL_COUNT_MAX);
    if (value > SWEEP_INTERVAL_VALUE_MAX) value = SWEEP_INTERVAL_VALUE_MAX;
    s->count++;
    s->sum += (uint64_t)value;
    s->squares = wide_add(s->squares, wide_product((uint64_t)value, (uint64_t)value));
}

/* 1.96 sqrt(variance / n) times scale. The variance is (n squares - sum^2) / (n (n - 1)). */
static int64_t half_width(const struct sweep_sums *s, uint32_t scale) {
    uint64_t n = s->count;
    struct wide spread =
        wide_divide(wide_subtract(wide_times(s->squares, n), wide_product(s->sum, s->sum)), wide_of(n - 1));
    /* The root gets as many binary places as there is room for. */
    unsigned places = 0;
    while (places < 40 && spread.high >> 60 == 0) {
        spread = wide_left(spread, 2);
        places++;
    }
    struct wide half = wide_times(wide_product(square_root(spread), Z), scale);
    return (int64_t)divide(half, wide_left(wide_of(n * BILLION), places)).low;
}

struct sweep_interval sweep_interval_mean(const struct sweep_sums *s, uint32_t scale) {
    struct sweep_interval i = {.known = s->count > 0, .bounded = s->count > 1};
    if (i.known) i.mid = (int64_t)divide(wide_product(s->sum, scale), wide_of(s->count)).low;
    if (!i.bounded) return i;
    int64_t half = half_width(s, scale);
    i.low = i.mid > half ? i.mid - half : 0;
    i.high = i.mid + half;
    return i;
}

/* n of them, in millionths of all. */
static int64_t share_of(struct wide n, struct wide all) {
    return (int64_t)divide(wide_times(n, MILLION), all).low;
}

struct sweep_interval sweep_interval_share(uint64_t number, uint64_t of) {
    assert(number <= of);
    if (of == 0) return (struct sweep_interval){0};
    /* (k + z^2/2 +- z sqrt(k (n - k) / n + z^2/4)) / (n + z^2), all in billionths */
    struct wide share = wide_times(wide_times(wide_product(number, of - number), MILLION), MILLION);
    share = wide_times(wide_divide(share, wide_of(of)), MILLION);
    struct wide quarter = wide_right(wide_product(Z_SQUARED, BILLION), 2);
    struct wide half = divide(wide_product(square_root(wide_add(share, quarter)), Z), wide_of(BILLION));
    struct wide middle = wide_add(wide_product(number, BILLION), wide_of(Z_SQUARED / 2)),
                all = wide_add(wide_product(of, BILLION), wide_of(Z_SQUARED));
    struct sweep_interval i = {.known = true, .bounded = true};
    i.mid = share_of(wide_of(number), wide_of(of));
    i.low = number == 0 || wide_less(middle, half) ? 0 : share_of(wide_subtract(middle, half), all);
    i.high = number == of ? (int64_t)MILLION : share_of(wide_add(middle, half), all);
    return i;
}
