/* SPDX-License-Identifier: MIT */
/* Proves the arithmetic in 128 bits, and SIPp's numbers at the ends of what fits: on every machine the same.
 */
#include "base/number.h"
#include "base/wide.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROUNDS 20000

/* Numbers of all lengths, their ends among them. */
static uint64_t draw(struct random_stream *r) {
    uint64_t n = (uint64_t)random_u32(r) << 32 | random_u32(r);
    switch (random_below(r, 4)) {
    case 0: return n;
    case 1: return n >> random_below(r, 64);
    case 2: return UINT64_MAX - (n >> random_below(r, 64));
    default: return UINT64_C(1) << random_below(r, 64);
    }
}

static void assert_wide(struct wide a, uint64_t high, uint64_t low) {
    if (a.high != high || a.low != low)
        fail_msg("%llx %llx, expected %llx %llx", (unsigned long long)a.high, (unsigned long long)a.low,
                 (unsigned long long)high, (unsigned long long)low);
}

static void known_results(void **state) {
    (void)state;
    assert_wide(wide_product(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1, 1);
    assert_wide(wide_product(UINT64_C(10000000000), UINT64_C(10000000000)), 5, UINT64_C(0x6bc75e2d63100000));
    assert_wide(wide_divide((struct wide){UINT64_MAX - 1, 1}, wide_of(UINT64_MAX)), 0, UINT64_MAX);
    assert_wide(wide_divide((struct wide){UINT64_MAX, UINT64_MAX}, (struct wide){UINT64_MAX, UINT64_MAX}), 0,
                1);
    assert_wide(wide_divide((struct wide){UINT64_MAX, 0}, wide_of(1)), UINT64_MAX, 0);
    assert_wide(wide_left(wide_of(1), 127), UINT64_C(1) << 63, 0);
    assert_wide(wide_right((struct wide){UINT64_C(1) << 63, 0}, 127), 0, 1);
}

/* a = ratio b + rest, rest < b; and shifts are products and ratios. */
static void the_operations_agree(void **state) {
    (void)state;
    struct random_stream r;
    random_init(&r, 1, "wide", "test");
    for (int i = 0; i < ROUNDS; i++) {
        struct wide a = {draw(&r), draw(&r)}, b = {random_below(&r, 2) ? draw(&r) : 0, draw(&r) | 1};
        struct wide ratio = wide_divide(a, b);
        struct wide product = wide_add(wide_times(b, ratio.low), (struct wide){ratio.high * b.low, 0});
        struct wide rest = wide_subtract(a, product);
        assert_true(!wide_less(a, product) && wide_less(rest, b));
        unsigned bits = random_below(&r, 64);
        struct wide shifted = wide_left(a, bits), times = wide_times(a, UINT64_C(1) << bits);
        assert_wide(shifted, times.high, times.low);
        struct wide back = wide_right(a, bits), by = wide_divide(a, wide_of(UINT64_C(1) << bits));
        assert_wide(back, by.high, by.low);
    }
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 native;
static native native_of(struct wide a) { return (native)a.high << 64 | a.low; }

static void the_compiler_agrees(void **state) {
    (void)state;
    struct random_stream r;
    random_init(&r, 2, "wide", "test");
    for (int i = 0; i < ROUNDS; i++) {
        struct wide a = {draw(&r), draw(&r)}, b = {random_below(&r, 2) ? draw(&r) : 0, draw(&r) | 1};
        native x = native_of(a), y = native_of(b);
        assert_true(native_of(wide_add(a, b)) == x + y);
        assert_true(native_of(wide_subtract(a, b)) == x - y);
        assert_true(native_of(wide_product(a.low, b.low)) == (native)a.low * b.low);
        assert_true(native_of(wide_times(a, b.low)) == x * b.low);
        assert_true(native_of(wide_divide(a, b)) == x / y);
        assert_true(wide_less(a, b) == (x < y));
    }
}
#else
static void the_compiler_agrees(void **state) { (void)state, skip(); }
#endif

/* SIPp's numbers: op, a, b, and what comes; in billionths. */
static void numbers_end_where_they_should(void **state) {
    (void)state;
    static const struct {
        bool (*op)(int64_t, int64_t, int64_t *);
        int64_t a, b, expected; /* INT64_MIN: does not fit */
    } cases[] = {
        {number_add, INT64_MAX, 0, INT64_MAX},
        {number_add, INT64_MAX, 1, INT64_MIN},
        {number_add, -INT64_MAX, -1, INT64_MIN},
        {number_add, -INT64_MAX, INT64_MAX, 0},
        {number_multiply, NUMBER_ONE, NUMBER_ONE, NUMBER_ONE},
        {number_multiply, 1, NUMBER_ONE / 2, 1}, /* halves away from zero */
        {number_multiply, -1, NUMBER_ONE / 2, -1},
        {number_multiply, -1, NUMBER_ONE / 2 - 1, 0},
        {number_multiply, INT64_MAX, NUMBER_ONE, INT64_MAX},
        {number_multiply, INT64_MAX, -NUMBER_ONE, -INT64_MAX},
        {number_multiply, INT64_MAX, INT64_MAX, INT64_MIN},
        {number_divide, 2 * NUMBER_ONE, 3 * NUMBER_ONE, 666666667},
        {number_divide, 2 * NUMBER_ONE, -3 * NUMBER_ONE, -666666667},
        {number_divide, INT64_MAX, 1, INT64_MIN},
        {number_divide, 1, 0, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t out = INT64_MIN;
        bool fits = cases[i].op(cases[i].a, cases[i].b, &out);
        if (fits != (cases[i].expected != INT64_MIN) || out != cases[i].expected)
            fail_msg("case %zu: %d, %lld", i, fits, (long long)out);
    }
    int64_t n;
    assert_true(integer_parse(SPAN("-9223372036854775808"), INT64_MIN, INT64_MAX, &n) && n == INT64_MIN);
    assert_true(integer_parse(SPAN("0x7fffffffffffffff"), INT64_MIN, INT64_MAX, &n) && n == INT64_MAX);
    assert_false(integer_parse(SPAN("9223372036854775808"), INT64_MIN, INT64_MAX, &n));
    assert_false(integer_parse(SPAN("-9223372036854775809"), INT64_MIN, INT64_MAX, &n));
    assert_false(integer_parse(SPAN("18446744073709551616"), INT64_MIN, INT64_MAX, &n));
    assert_true(number_parse(SPAN("-9223372036.854775807"), &n) && n == -INT64_MAX);
    assert_false(number_parse(SPAN("9223372036.854775808"), &n));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_results),
        cmocka_unit_test(the_operations_agree),
        cmocka_unit_test(the_compiler_agrees),
        cmocka_unit_test(numbers_end_where_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
