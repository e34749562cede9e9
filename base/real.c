/* SPDX-License-Identifier: MIT */
#include "base/real.h"

#include "base/wide.h"

#define SIGN     (UINT64_C(1) << 63)
#define HIDDEN   (UINT64_C(1) << FRACTION)
#define INFINITE (UINT64_C(0x7ff) << FRACTION)
#define NAN_BITS (INFINITE | HIDDEN >> 1)

enum {
    FRACTION = 52,
    EXPONENT_MIN = -1074, /* of the last bit of the smallest numbers */
    EXPONENT_MAX = 971,   /* ... of the largest */
    GUARD = 10            /* bits below the last one while two are added */
};

static bool is_negative(struct real r) { return r.bits >> 63; }
bool real_is_nan(struct real r) { return (r.bits & ~SIGN) > INFINITE; }
static bool is_infinite(struct real r) { return (r.bits & ~SIGN) == INFINITE; }
static struct real signed_bits(bool negative, uint64_t bits) {
    return (struct real){negative ? bits | SIGN : bits};
}

/* Shifted to the right; a bit that falls out stays as the last one. */
static uint64_t jam(uint64_t m, unsigned bits) {
    if (bits == 0) return m;
    if (bits > 63) return m != 0;
    return m >> bits | ((m << (64 - bits)) != 0);
}

struct real real_pack(bool negative, uint64_t m, int exponent, bool inexact) {
    if (m == 0) return signed_bits(negative, 0);
    for (; !(m >> 63); m <<= 1)
        exponent--;
    m |= inexact; /* 64 bits: the last one is below what decides */
    exponent += 11;
    unsigned drop = 11;
    if (exponent < EXPONENT_MIN) {
        drop += (unsigned)(EXPONENT_MIN - exponent);
        exponent = EXPONENT_MIN;
    }
    if (drop > 65) return signed_bits(negative, 0);
    uint64_t kept = drop > 63 ? 0 : m >> drop;
    uint64_t rest = drop > 64 ? 1 : drop > 63 ? m : m << (64 - drop); /* in units of 2^-64 of the last bit */
    if (rest > SIGN || (rest == SIGN && kept & 1)) kept++;
    if (kept >> 53) {
        kept >>= 1;
        exponent++;
    }
    if (exponent > EXPONENT_MAX) return signed_bits(negative, INFINITE);
    if (!(kept & HIDDEN)) return signed_bits(negative, kept);
    return signed_bits(negative, (uint64_t)(exponent - EXPONENT_MIN + 1) << FRACTION | (kept & (HIDDEN - 1)));
}

bool real_parts(struct real r, uint64_t *m, int *exponent) {
    int field = (int)(r.bits >> FRACTION & 0x7ff);
    *m = (r.bits & (HIDDEN - 1)) | (field ? HIDDEN : 0);
    *exponent = (field ? field - 1 : 0) + EXPONENT_MIN;
    return field != 0x7ff;
}

/* The same with the highest of 53 bits set, unless it is 0. */
static void normal_parts(struct real r, uint64_t *m, int *exponent) {
    real_parts(r, m, exponent);
    for (; *m && !(*m & HIDDEN); *m <<= 1)
        --*exponent;
}

struct real real_of(int64_t n) {
    return real_pack(n < 0, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n, 0, false);
}

struct real real_single(struct real r) {
    enum { DROP = FRACTION - 23 };
    uint64_t half = UINT64_C(1) << (DROP - 1), odd = r.bits >> DROP & 1;
    if (real_is_nan(r) || is_infinite(r)) return r;
    r.bits += half - 1 + odd; /* a carry goes into the exponent, where it belongs */
    r.bits &= ~((UINT64_C(1) << DROP) - 1);
    return r;
}

bool real_is_zero(struct real r) { return (r.bits & ~SIGN) == 0; }

struct real real_add(struct real a, struct real b) {
    if (real_is_nan(a) || real_is_nan(b) || (is_infinite(a) && is_infinite(b) && a.bits != b.bits))
        return (struct real){real_is_nan(a) ? a.bits : real_is_nan(b) ? b.bits : NAN_BITS | SIGN};
    if (is_infinite(a) || is_infinite(b)) return is_infinite(a) ? a : b;
    if ((a.bits & ~SIGN) < (b.bits & ~SIGN)) {
        struct real other = a;
        a = b;
        b = other;
    }
    uint64_t large, small;
    int exponent, smaller;
    real_parts(a, &large, &exponent);
    real_parts(b, &small, &smaller);
    large <<= GUARD;
    small = jam(small << GUARD, (unsigned)(exponent - smaller));
    if (is_negative(a) == is_negative(b))
        return real_pack(is_negative(a), large + small, exponent - GUARD, false);
    return real_pack(large != small && is_negative(a), large - small, exponent - GUARD, false);
}

struct real real_subtract(struct real a, struct real b) {
    return real_add(a, real_is_nan(b) ? b : (struct real){b.bits ^ SIGN});
}

struct real real_multiply(struct real a, struct real b) {
    bool negative = is_negative(a) != is_negative(b);
    if (real_is_nan(a) || real_is_nan(b)) return real_is_nan(a) ? a : b;
    if (is_infinite(a) || is_infinite(b))
        return real_is_zero(a) || real_is_zero(b) ? (struct real){NAN_BITS | SIGN}
                                                  : signed_bits(negative, INFINITE);
    uint64_t m, n;
    int e, f;
    normal_parts(a, &m, &e);
    normal_parts(b, &n, &f);
    struct wide product = wide_product(m << 11, n << 11);
    return real_pack(negative, product.high | (product.low != 0), e + f + 42, false);
}

struct real real_divide(struct real a, struct real b) {
    bool negative = is_negative(a) != is_negative(b);
    if (real_is_nan(a) || real_is_nan(b)) return real_is_nan(a) ? a : b;
    if (is_infinite(a) || real_is_zero(b))
        return is_infinite(b) || real_is_zero(a) ? (struct real){NAN_BITS | SIGN}
                                                 : signed_bits(negative, INFINITE);
    if (is_infinite(b)) return signed_bits(negative, 0);
    uint64_t m, n;
    int e, f;
    normal_parts(a, &m, &e);
    normal_parts(b, &n, &f);
    struct wide dividend = wide_left(wide_of(m), 62), ratio = wide_divide(dividend, wide_of(n));
    bool inexact = wide_less(wide_product(ratio.low, n), dividend);
    return real_pack(negative, ratio.low, e - f - 62, inexact);
}

/* As a whole number whose order is theirs. */
static int64_t rank(struct real r) {
    int64_t size = (int64_t)(r.bits & ~SIGN);
    return is_negative(r) ? -size : size;
}

bool real_less(struct real a, struct real b) {
    return !real_is_nan(a) && !real_is_nan(b) && rank(a) < rank(b);
}
bool real_equal(struct real a, struct real b) {
    return !real_is_nan(a) && !real_is_nan(b) && rank(a) == rank(b);
}

int64_t real_whole(struct real r) {
    uint64_t m;
    int exponent;
    if (real_is_nan(r)) return INT64_MIN;
    if (!real_parts(r, &m, &exponent) || exponent > 10) return is_negative(r) ? INT64_MIN : INT64_MAX;
    m = exponent >= 0 ? m << exponent : exponent > -64 ? m >> -exponent : 0;
    return is_negative(r) ? -(int64_t)m : (int64_t)m;
}
