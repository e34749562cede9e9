/* SPDX-License-Identifier: MIT */
/*
 * The statistical distributions of <pause> and <sample> (facts: SIPp 1.3), without floating point. A value is
 * a number in billionths, and so is each parameter.
 */
#ifndef MODEL_SIPP_SCENARIO_DISTRIBUTION_H
#define MODEL_SIPP_SCENARIO_DISTRIBUTION_H

#include "model/sipp/scenario/xml.h"

enum distribution_kind {
    DISTRIBUTION_FIXED,
    DISTRIBUTION_UNIFORM,
    DISTRIBUTION_NORMAL,
    DISTRIBUTION_LOGNORMAL,
    DISTRIBUTION_EXPONENTIAL,
    DISTRIBUTION_WEIBULL,
    DISTRIBUTION_PARETO,
    DISTRIBUTION_GPARETO,
    DISTRIBUTION_GAMMA,
    DISTRIBUTION_NEGBIN,
    DISTRIBUTION_KINDS
};

enum { DISTRIBUTION_PARAMETERS = 3 };

/* All-zero is the fixed value 0. */
struct distribution {
    enum distribution_kind kind;
    int64_t p[DISTRIBUTION_PARAMETERS]; /* in the order in which SIPp's documentation names them */
};

/* Reads distribution= and its parameters. False after an error. */
bool distribution_compile(struct distribution *d, const struct xml_element *e, struct diag *diag);

/*
 * Reads what a <pause> or <timewait> says about its length with distribution=, with the older normal=, min=
 * and so on, or with milliseconds=, and refuses lengths beyond 32 bits as SIPp does, unless sanity_check=
 * says no. False: it says nothing.
 */
bool distribution_of_pause(struct distribution *d, const struct xml_element *e, struct diag *diag);

/*
 * Where a distribution with a quantile function is for a number u that is drawn evenly from 0 to 1:
 * exponential is -ln(u), normal the value that the standard normal distribution has there, part is u itself.
 */
struct quantile {
    int64_t part, exponential, normal;
};
int64_t distribution_at(const struct distribution *d, struct quantile q);

/* The 99th percentile, which SIPp takes for the longest. Of gamma and negbin it is the first parameter here.
 */
int64_t distribution_long(const struct distribution *d);

/* ln(n) of a number above 0, and e to its power, which is at most INT64_MAX; in billionths. */
int64_t number_ln(int64_t n);
int64_t number_exp(int64_t n);

#endif
