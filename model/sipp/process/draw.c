/* SPDX-License-Identifier: MIT */
/*
 * Drawing from a distribution, as SIPp does with the GSL, whose numbers are the same in each run (facts:
 * SIPp 10.4). Those of gamma and negbin are others here, and so is what comes after them; those of uniform
 * are SIPp's own, which begin with the time.
 */
#include "base/number.h"
#include "base/real.h"
#include "model/sipp/process/call.h"

/* Above 0 and at most 1. */
static int64_t draw_part(struct sipp *sipp) {
    int64_t part = (int64_t)(((uint64_t)twister_next(&sipp->twister) + 1) * (uint64_t)NUMBER_ONE >> 32);
    return part > 0 ? part : 1;
}

static int64_t draw_exponential(struct sipp *sipp) { return -number_ln(draw_part(sipp)); }

/* Ahrens and Dieter's method for a k below 1, in billionths. */
static int64_t draw_gamma_part(struct sipp *sipp, int64_t k) {
    static const int64_t e = INT64_C(2718281828);
    for (int tries = 0; tries < 100; tries++) {
        int64_t which, power, ok;
        if (!number_multiply(draw_part(sipp), NUMBER_ONE + k * NUMBER_ONE / e, &which)) return 0;
        if (which <= NUMBER_ONE) {
            if (!number_divide(number_ln(which), k, &power)) return 0;
            int64_t x = number_exp(power);
            if (draw_exponential(sipp) >= x) return x;
        } else {
            if (!number_divide(NUMBER_ONE + k * NUMBER_ONE / e - which, k, &ok) || ok <= 0) return 0;
            int64_t x = -number_ln(ok);
            if (x > 0 && number_multiply(k - NUMBER_ONE, number_ln(x), &power) &&
                -draw_exponential(sipp) <= power)
                return x;
        }
    }
    return 0;
}

enum { DRAWS_MAX = 10000 };

static int64_t draw_gamma(struct sipp *sipp, int64_t k) {
    int64_t sum = 0, whole = number_whole(k);
    if (k <= 0) return 0;
    for (int64_t i = 0; i < whole && i < DRAWS_MAX; i++)
        sum += draw_exponential(sipp);
    return k % NUMBER_ONE ? sum + draw_gamma_part(sipp, k % NUMBER_ONE) : sum;
}

/* The failures before the nth success, each of which has the probability p. */
static int64_t draw_negbin(struct sipp *sipp, int64_t p, int64_t n) {
    int64_t failures = 0, more;
    if (p <= 0 || p >= NUMBER_ONE) return 0;
    for (int64_t i = 0; i < number_whole(n) && i < DRAWS_MAX; i++)
        if (number_divide(draw_exponential(sipp), -number_ln(NUMBER_ONE - p), &more))
            failures += number_whole(more);
    return failures * NUMBER_ONE;
}

static struct real draw_even(struct sipp *sipp) {
    return real_pack(false, twister_next(&sipp->twister), -32, false);
}

/* Above 0. */
static struct real draw_positive(struct sipp *sipp) {
    struct real u = draw_even(sipp);
    while (real_is_zero(u))
        u = draw_even(sipp);
    return u;
}

/* A point in the circle around 0: its coordinates, and what makes normal numbers of them. */
static struct real draw_in_circle(struct sipp *sipp, struct real *x, struct real *y) {
    struct real one = real_of(1), two = real_of(2), square;
    do {
        *x = real_subtract(real_multiply(two, draw_positive(sipp)), one);
        *y = real_subtract(real_multiply(two, draw_positive(sipp)), one);
        square = real_add(real_multiply(*x, *x), real_multiply(*y, *y));
    } while (real_less(one, square) || real_is_zero(square));
    return real_less(square, one)
               ? real_root(real_divide(real_multiply(real_of(-2), real_ln(square)), square))
               : REAL_ZERO;
}

static struct real power(struct real base, struct real exponent) {
    return real_is_zero(base) ? REAL_ZERO : real_exp(real_multiply(exponent, real_ln(base)));
}

static struct real draw(struct sipp *sipp, enum distribution_kind kind, const struct real *p) {
    struct real x, y, u, factor, one = real_of(1);
    switch (kind) {
    case DISTRIBUTION_NORMAL:
        factor = draw_in_circle(sipp, &x, &y);
        return real_add(p[0], real_multiply(real_multiply(p[1], y), factor));
    case DISTRIBUTION_LOGNORMAL:
        factor = draw_in_circle(sipp, &x, &y);
        return real_exp(real_add(p[0], real_multiply(p[1], real_multiply(x, factor))));
    case DISTRIBUTION_EXPONENTIAL:
        u = real_subtract(one, draw_even(sipp));
        return real_multiply(p[0], real_subtract(REAL_ZERO, real_ln(u)));
    case DISTRIBUTION_WEIBULL:
        u = real_subtract(REAL_ZERO, real_ln(draw_positive(sipp)));
        return real_multiply(p[0], power(u, real_divide(one, p[1])));
    case DISTRIBUTION_PARETO:
        return real_multiply(p[1], power(draw_positive(sipp), real_divide(real_of(-1), p[0])));
    default: /* gpareto */
        u = power(draw_even(sipp), real_subtract(REAL_ZERO, p[0]));
        return real_add(p[2], real_divide(real_multiply(p[1], real_subtract(u, one)), p[0]));
    }
}

static int64_t rounded(struct real r) {
    struct real half = real_pack(real_less(r, REAL_ZERO), 1, -1, false);
    return real_whole(real_add(real_multiply(r, real_of(NUMBER_ONE)), half));
}

static int64_t sample(struct sipp *sipp, const struct distribution *d) {
    struct real p[DISTRIBUTION_PARAMETERS];
    for (int i = 0; i < DISTRIBUTION_PARAMETERS; i++)
        p[i] = real_divide(real_of(d->p[i]), real_of(NUMBER_ONE));
    return rounded(draw(sipp, d->kind, p));
}

int64_t distribution_sample(struct sipp *sipp, const struct distribution *d) {
    int64_t product;
    switch (d->kind) {
    case DISTRIBUTION_GAMMA:
        return number_multiply(draw_gamma(sipp, d->p[0]), d->p[1], &product) ? product : 0;
    case DISTRIBUTION_NEGBIN: return draw_negbin(sipp, d->p[0], d->p[1]);
    case DISTRIBUTION_FIXED: return d->p[0];
    case DISTRIBUTION_UNIFORM:
        return distribution_at(
            d, (struct quantile){.part = (int64_t)sipp_rand(sipp, true) * NUMBER_ONE / INT32_MAX});
    default: return sample(sipp, d);
    }
}
