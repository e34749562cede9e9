/* SPDX-License-Identifier: MIT */
/* Proves that random streams are reproducible, independent by name, and fair enough to draw faults from. */
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_same_name_and_seed_give_the_same_numbers_for_ever(void **state) {
    (void)state;
    struct random_stream r;
    random_init(&r, 1, "proxy", "ip identification");
    uint32_t first[3] = {random_u32(&r), random_u32(&r), random_u32(&r)};
    random_init(&r, 1, "proxy", "ip identification");
    for (int i = 0; i < 3; i++)
        assert_int_equal(random_u32(&r), first[i]);
    /* These three numbers are in every golden capture: they must never change. */
    const uint32_t golden[3] = {2739389490u, 2760291540u, 1687198519u};
    for (int i = 0; i < 3; i++)
        assert_int_equal(first[i], golden[i]);
}

static void another_seed_owner_or_purpose_is_another_stream(void **state) {
    (void)state;
    struct random_stream a, b;
    const struct {
        uint64_t seed;
        const char *owner, *purpose;
    } others[] = {{2, "uac", "loss"}, {1, "ua", "closs"}, {1, "uas", "loss"}, {1, "uac", "reorder"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        random_init(&a, 1, "uac", "loss");
        random_init(&b, others[i].seed, others[i].owner, others[i].purpose);
        unsigned equal = 0;
        for (int n = 0; n < 64; n++)
            equal += random_u32(&a) == random_u32(&b);
        assert_true(equal < 2);
    }
}

static void chances_come_out_as_asked(void **state) {
    (void)state;
    struct random_stream r;
    random_init(&r, 1, "a", "b");
    unsigned hits = 0, sum[10] = {0};
    for (int i = 0; i < 100000; i++)
        hits += random_chance(&r, 250000);
    assert_in_range(hits, 24500, 25500);
    for (int i = 0; i < 100000; i++)
        sum[random_below(&r, 10)]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(sum[i], 9700, 10300);
    struct random_stream before = r;
    assert_false(random_chance(&r, 0));
    assert_true(random_u32(&before) == random_u32(&r)); /* no draw for a chance of 0 */
    assert_true(random_chance(&r, 1000000));
}

static void waits_are_exponential(void **state) {
    (void)state;
    struct random_stream r;
    random_init(&r, 1, "uac", "arrivals");
    int64_t sum = 0, longest = 0;
    unsigned longer[3] = {0};
    enum { DRAWS = 200000 };
    for (int i = 0; i < DRAWS; i++) {
        int64_t wait = random_wait(&r, 1000000);
        sum += wait;
        if (wait > longest) longest = wait;
        for (int means = 1; means <= 3; means++)
            longer[means - 1] += wait > means * 1000000;
    }
    assert_in_range(sum / DRAWS, 995000, 1005000);
    assert_in_range(longer[0], DRAWS * 0.365, DRAWS * 0.371); /* e^-1 = 0.3679 */
    assert_in_range(longer[1], DRAWS * 0.133, DRAWS * 0.138); /* e^-2 = 0.1353 */
    assert_in_range(longer[2], DRAWS * 0.048, DRAWS * 0.052); /* e^-3 = 0.0498 */
    assert_in_range(longest, 9000000, 22200000);
    assert_int_equal(random_wait(&r, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_name_and_seed_give_the_same_numbers_for_ever),
        cmocka_unit_test(another_seed_owner_or_purpose_is_another_stream),
        cmocka_unit_test(waits_are_exponential),
        cmocka_unit_test(chances_come_out_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
