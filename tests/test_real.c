/* SPDX-License-Identifier: MIT */
/*
 * Proves the arithmetic with C's double in whole numbers: against the processor where it computes with
 * doubles (not on x87), and its texts against the C library.
 */
#include "base/real.h"
#include "sim/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 100000 };

static double native(struct real r) {
    double d;
    memcpy(&d, &r, sizeof d);
    return d;
}

static struct real real_from(double d) {
    struct real r;
    memcpy(&r, &d, sizeof r);
    return r;
}

/* Any bits, whole numbers, thousandths, and what is near another number or near the smallest ones. */
static struct real draw(struct random_stream *r, struct real near) {
    uint64_t n = (uint64_t)random_u32(r) << 32 | random_u32(r);
    switch (random_below(r, 5)) {
    case 0: return (struct real){n};
    case 1: return real_of((int64_t)n >> random_below(r, 64));
    case 2: return real_from((double)(n % 2000000) / 1000);
    case 3: return (struct real){near.bits + ((uint64_t)random_below(r, 120) << 52) + n % 3};
    default: return (struct real){n & UINT64_C(0x801fffffffffffff)};
    }
}

static void assert_same(const char *what, struct real got, double expected) {
    if (got.bits != real_from(expected).bits && !(isnan(native(got)) && isnan(expected)))
        fail_msg("%s: %a, expected %a", what, native(got), expected);
}

static void the_processor_agrees(void **state) {
    (void)state;
    if (FLT_EVAL_METHOD != 0) skip();
    struct random_stream r;
    struct real a = REAL_ZERO;
    random_init(&r, 1, "real", "test");
    for (int i = 0; i < ROUNDS; i++) {
        struct real b = draw(&r, a);
        double x = native(a), y = native(b);
        assert_same("sum", real_add(a, b), x + y);
        assert_same("difference", real_subtract(a, b), x - y);
        assert_same("product", real_multiply(a, b), x * y);
        assert_same("ratio", real_divide(a, b), x / y);
        assert_true(real_less(a, b) == (x < y));
        assert_true(real_equal(a, b) == (x == y));
        if (fabs(x) > 1e-30 && fabs(x) < 1e30) assert_same("float", real_single(a), (double)(float)x);
        if (fabs(x) < 9e18) assert_true(real_whole(a) == (int64_t)x);
        a = draw(&r, b);
    }
}

static void the_library_agrees(void **state) {
    (void)state;
    struct random_stream r;
    struct real a = REAL_ZERO;
    struct buf out = {0};
    static const char *const formats[] = {"%.17g", "%.3g", "%.20e", "%.30f", "%a"};
    random_init(&r, 2, "real", "test");
    for (int i = 0; i < ROUNDS / 50; i++) {
        a = draw(&r, a);
        if (isnan(native(a))) continue;
        char text[512];
        buf_reset(&out);
        real_write(&out, a);
        int len = snprintf(text, sizeof text, "%f", native(a));
        if (out.len != (size_t)len || memcmp(out.p, text, out.len) != 0)
            fail_msg("%.*s, expected %s", (int)out.len, out.p, text);
        for (int digits = 1; digits <= 20 && isfinite(native(a)); digits++) {
            buf_reset(&out);
            real_write_short(&out, a, digits);
            len = snprintf(text, sizeof text, "%.*g", digits, native(a));
            if (out.len != (size_t)len || memcmp(out.p, text, out.len) != 0)
                fail_msg("%.*s, expected %s", (int)out.len, out.p, text);
        }
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
            struct real back;
            snprintf(text, sizeof text, formats[f], native(a));
            assert_true(real_parse(span_of(text), &back));
            assert_same(text, back, strtod(text, NULL));
        }
    }
    buf_free(&out);
}

static void odd_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"", 0},           {" 12", 12},
                {"+.5", .5},       {"5.", 5},
                {"1e3", 1000},     {"-0", -0.0},
                {"0x1F", 31},      {"0x1.8p1", 3},
                {"00012", 12},     {"9007199254740993", 9007199254740992.0},
                {"1e-400", 0},     {"1e400", INFINITY},
                {"INF", INFINITY}, {"-infinity", -INFINITY},
                {"nan", NAN}};
    static const char *const bad[] = {"x", " ", "12 ", "1e", "1e+", "0x", "1.2.3", "--1", "1,5", ".", "infi"};
    struct real r;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(real_parse(span_of(good[i].text), &r));
        assert_same(good[i].text, r, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (real_parse(span_of(bad[i]), &r)) fail_msg("%s is read", bad[i]);
}

/* Not to the last bit: four parts in 10^15 are good enough. */
static void assert_near(const char *what, double at, struct real got, double expected) {
    double far = fabs(native(got) - expected);
    if (far > 4e-15 * fabs(expected) && far > 4e-15)
        fail_msg("%s(%a): %a, expected %a", what, at, native(got), expected);
}

static void functions(void **state) {
    (void)state;
    assert_near("ln", 2, real_ln(real_of(2)), 0x1.62e42fefa39efp-1);
    assert_near("ln", 10, real_ln(real_of(10)), 0x1.26bb1bbb55516p+1);
    assert_near("exp", 1, real_exp(real_of(1)), 0x1.5bf0a8b145769p+1);
    assert_near("exp", -10, real_exp(real_of(-10)), 0x1.7cd79b5647c9bp-15);
    assert_near("root", 2, real_root(real_of(2)), 0x1.6a09e667f3bcdp+0);
    for (double at = 1e-12; at < 1e12; at *= 1.37) {
        struct real r = real_from(at), root = real_root(r);
        assert_near("square of root", at, real_multiply(root, root), at);
        assert_near("ln of square", at, real_ln(real_multiply(r, r)), 2 * native(real_ln(r)));
    }
    for (double at = -20; at < 20; at += 0.37)
        assert_near("ln of exp", at, real_ln(real_exp(real_from(at))), at);
    assert_same("exp", real_exp(real_of(1000)), INFINITY);
    assert_same("exp", real_exp(real_of(-1000)), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_processor_agrees),
        cmocka_unit_test(the_library_agrees),
        cmocka_unit_test(odd_texts),
        cmocka_unit_test(functions),
    };
    return cmocka_run_group_tests_name("real", tests, NULL, NULL);
}
