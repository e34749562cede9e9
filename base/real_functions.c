/* SPDX-License-Identifier: MIT */
/* Logarithm, root and power, by series: what distributions need. */
#include "base/real.h"

enum { LN_TERMS = 24, EXP_TERMS = 20, ROOT_STEPS = 8 };

static const struct real ln_2 = {UINT64_C(0x3fe62e42fefa39ef)};

/* r = f * 2^(what is returned), f from 1/sqrt(2) to sqrt(2) or so. */
static int64_t split(struct real r, struct real *f) {
    uint64_t m;
    int exponent, bits = 0;
    real_parts(r, &m, &exponent);
    while (m >> bits > 1)
        bits++;
    *f = real_pack(false, m, -bits, false);
    if (real_less(real_pack(false, 3, -1, false), *f)) *f = real_pack(false, m, -++bits, false);
    return exponent + bits;
}

/* With t = (f - 1) / (f + 1) it is 2 (t + t^3 / 3 + t^5 / 5 ...). */
struct real real_ln(struct real r) {
    struct real f, one = real_of(1), sum = REAL_ZERO;
    int64_t twos = split(r, &f);
    struct real t = real_divide(real_subtract(f, one), real_add(f, one)), square = real_multiply(t, t);
    for (int i = LN_TERMS; i >= 0; i--)
        sum = real_add(real_multiply(sum, square), real_divide(one, real_of(2 * i + 1)));
    return real_add(real_multiply(real_of(twos), ln_2), real_multiply(real_of(2), real_multiply(t, sum)));
}

struct real real_root(struct real r) {
    struct real f, half = real_pack(false, 1, -1, false);
    struct real root = real_pack(false, 1, (int)(split(r, &f) / 2), false);
    for (int i = 0; i < ROOT_STEPS; i++)
        root = real_multiply(half, real_add(root, real_divide(r, root)));
    return root;
}

struct real real_exp(struct real r) {
    enum { LEAST = -746, MOST = 710 }; /* beyond, a double has nothing */
    if (!real_equal(r, r)) return r;
    if (real_less(r, real_of(LEAST))) return REAL_ZERO;
    if (real_less(real_of(MOST), r)) return real_divide(real_of(1), REAL_ZERO);
    int64_t twos = real_whole(real_divide(r, ln_2));
    struct real rest = real_subtract(r, real_multiply(real_of(twos), ln_2)), one = real_of(1), sum = one;
    for (int i = EXP_TERMS; i > 0; i--)
        sum = real_add(one, real_divide(real_multiply(sum, rest), real_of(i)));
    return real_multiply(sum, real_pack(false, 1, (int)twos, false));
}
