/* SPDX-License-Identifier: MIT */
/* Proves that wake-up latencies are drawn as the quantiles say, and not at all where there are none. */
#include "model/kamailio/worker.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct kam_quantile rising[] = {
    {0, 1000}, {500000, 2000}, {900000, 2000}, {999000, 100000}, {1000000, INT64_C(8640000000000000)}};
static const struct kam_wakeup drawn = {.quantiles = rising, .quantile_count = 5};

static void without_quantiles_nothing_is_drawn(void **state) {
    (void)state;
    struct random_stream r, before;
    random_init(&r, 1, "proxy", "wake-up");
    before = r;
    assert_int_equal(kam_wakeup_draw(&(struct kam_wakeup){.ns = 7}, &r), 7);
    assert_memory_equal(&r, &before, sizeof r);
}

static void shares_are_as_the_quantiles_say(void **state) {
    (void)state;
    enum { DRAWS = 200000 };
    static const struct {
        int64_t from_ns, to_ns; /* the latter not included */
        unsigned ppm;
    } rows[] = {
        {INT64_MIN, 1000, 0},
        {1000, 1250, 125000},
        {1250, 1500, 125000},
        {1000, 2000, 500000},
        {2000, 2001, 400000},
        {2001, 51000, 49500},
        {51000, 100000, 49500},
        {100000, INT64_C(8640000000000000), 1000},
        {INT64_C(8640000000000000), INT64_MAX, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct random_stream r;
        unsigned hits = 0, expected = (unsigned)((uint64_t)rows[i].ppm * DRAWS / 1000000);
        random_init(&r, 1, "proxy", "wake-up");
        for (unsigned n = 0; n < DRAWS; n++) {
            int64_t ns = kam_wakeup_draw(&drawn, &r);
            hits += ns >= rows[i].from_ns && ns < rows[i].to_ns;
        }
        unsigned slack = expected / 50 + expected / 20 * (expected < 1000) + (expected > 0) * 20;
        assert_in_range(hits, expected < slack ? 0 : expected - slack, expected + slack);
    }
}

static void the_same_stream_gives_the_same_draws(void **state) {
    (void)state;
    struct random_stream a, b;
    random_init(&a, 3, "proxy", "wake-up");
    random_init(&b, 3, "proxy", "wake-up");
    for (int i = 0; i < 1000; i++)
        assert_int_equal(kam_wakeup_draw(&drawn, &a), kam_wakeup_draw(&drawn, &b));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_quantiles_nothing_is_drawn),
        cmocka_unit_test(shares_are_as_the_quantiles_say),
        cmocka_unit_test(the_same_stream_gives_the_same_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
