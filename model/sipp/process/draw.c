/* SPDX-License-Identifier: MIT */
/*
 * Drawing from a distribution. SIPp's own numbers differ from run to run, since it begins with the time: only
 * the kind of distribution is the same.
 */
#include "model/sipp/process/call.h"
#include "model/sipp/scenario/number.h"

/* Above 0 and at most 1. */
static int64_t draw_part(struct sipp *sipp) {
    int64_t part = ((int64_t)sipp_rand(sipp, true) + 1) * NUMBER_ONE / ((int64_t)INT32_MAX + 1);
    return part > 0 ? part : 1;
}

static int64_t draw_exponential(struct sipp *sipp) { return -number_ln(draw_part(sipp)); }

/* Twelve even numbers make a normal one, as near as it matters. */
static int64_t draw_normal(struct sipp *sipp) {
    int64_t sum = -6 * NUMBER_ONE;
    for (int i = 0; i < 12; i++)
        sum += draw_part(sipp);
    return sum;
}

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

int64_t distribution_sample(struct sipp *sipp, const struct distribution *d) {
    int64_t sample;
    struct quantile q = {0};
    switch (d->kind) {
    case DISTRIBUTION_GAMMA: return number_multiply(draw_gamma(sipp, d->p[0]), d->p[1], &sample) ? sample : 0;
    case DISTRIBUTION_NEGBIN: return draw_negbin(sipp, d->p[0], d->p[1]);
    case DISTRIBUTION_FIXED: break;
    case DISTRIBUTION_UNIFORM: q.part = (int64_t)sipp_rand(sipp, true) * NUMBER_ONE / INT32_MAX; break;
    case DISTRIBUTION_NORMAL:
    case DISTRIBUTION_LOGNORMAL: q.normal = draw_normal(sipp); break;
    default: q.exponential = draw_exponential(sipp);
    }
    return distribution_at(d, q);
}
