/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/distribution.h"

#include "base/number.h"
#include "model/sipp/scenario/element.h"
#include "model/sipp/scenario/words.h"

#define LN_2 INT64_C(693147181)

static const struct {
    const char *name;
    const char *parameters[DISTRIBUTION_PARAMETERS];
} kinds[DISTRIBUTION_KINDS] = {
    [DISTRIBUTION_FIXED] = {"fixed", {"value"}},
    [DISTRIBUTION_UNIFORM] = {"uniform", {"min", "max"}},
    [DISTRIBUTION_NORMAL] = {"normal", {"mean", "stdev"}},
    [DISTRIBUTION_LOGNORMAL] = {"lognormal", {"mean", "stdev"}},
    [DISTRIBUTION_EXPONENTIAL] = {"exponential", {"mean"}},
    [DISTRIBUTION_WEIBULL] = {"weibull", {"lambda", "k"}},
    [DISTRIBUTION_PARETO] = {"pareto", {"k", "x_m"}},
    [DISTRIBUTION_GPARETO] = {"gpareto", {"shape", "scale", "location"}},
    [DISTRIBUTION_GAMMA] = {"gamma", {"k", "theta"}},
    [DISTRIBUTION_NEGBIN] = {"negbin", {"p", "n"}},
};

int64_t number_ln(int64_t n) {
    enum { BITS = 31 };
    uint64_t m = (uint64_t)n;
    int64_t twos = 0, fraction = 0;
    for (; m >= UINT64_C(2) << BITS; m >>= 1)
        twos++;
    for (; m < UINT64_C(1) << BITS; m <<= 1)
        twos--;
    for (int i = 0; i < BITS; i++) { /* one more binary digit of the logarithm for each square */
        m = m * m >> BITS;
        fraction <<= 1;
        if (m < UINT64_C(2) << BITS) continue;
        m >>= 1;
        fraction++;
    }
    int64_t log2 = (twos + BITS) * NUMBER_ONE + (fraction * NUMBER_ONE >> BITS), ln;
    static const int64_t ln_billion = INT64_C(20723265837);
    return number_multiply(log2, LN_2, &ln) ? ln - ln_billion : 0;
}

int64_t number_exp(int64_t n) {
    if (n < -21 * NUMBER_ONE) return 0;
    int64_t twos = n / LN_2, rest = n % LN_2, sum = NUMBER_ONE, term = NUMBER_ONE;
    for (int i = 1; i < 16 && term != 0; i++)
        sum += term = term * rest / NUMBER_ONE / i;
    if (twos < 0) return twos < -62 ? 0 : sum >> -twos;
    return twos > 62 || sum > INT64_MAX >> twos ? INT64_MAX : sum << twos;
}

static int64_t product(int64_t a, int64_t b) {
    int64_t out;
    return number_multiply(a, b, &out) ? out : (a < 0) == (b < 0) ? INT64_MAX : -INT64_MAX;
}

static int64_t ratio(int64_t a, int64_t b) {
    int64_t out;
    return number_divide(a, b, &out) ? out : (a < 0) == (b < 0) ? INT64_MAX : -INT64_MAX;
}

static int64_t sum(int64_t a, int64_t b) {
    int64_t out;
    return number_add(a, b, &out) ? out : a < 0 ? -INT64_MAX : INT64_MAX;
}

int64_t distribution_at(const struct distribution *d, struct quantile q) {
    const int64_t *p = d->p;
    switch (d->kind) {
    case DISTRIBUTION_UNIFORM: return sum(p[0], product(sum(p[1], -p[0]), q.part));
    case DISTRIBUTION_NORMAL: return sum(p[0], product(p[1], q.normal));
    case DISTRIBUTION_LOGNORMAL: return number_exp(sum(p[0], product(p[1], q.normal)));
    case DISTRIBUTION_EXPONENTIAL: return product(p[0], q.exponential);
    case DISTRIBUTION_WEIBULL:
        return q.exponential > 0 ? product(p[0], number_exp(ratio(number_ln(q.exponential), p[1]))) : 0;
    case DISTRIBUTION_PARETO: return product(p[1], number_exp(ratio(q.exponential, p[0])));
    case DISTRIBUTION_GPARETO: {
        int64_t grown = sum(number_exp(product(p[0], q.exponential)), -NUMBER_ONE);
        return sum(p[2], product(p[1], p[0] ? ratio(grown, p[0]) : q.exponential));
    }
    default: return p[0];
    }
}

int64_t distribution_long(const struct distribution *d) {
    static const struct quantile percentile_99 = {990000000, 4605170186, 2326347874};
    int64_t at = distribution_at(d, percentile_99);
    return d->kind == DISTRIBUTION_UNIFORM && d->p[0] > at ? d->p[0] : at;
}

static bool take_parameters(struct distribution *d, const struct xml_element *e, struct diag *diag) {
    bool ok = true;
    for (int i = 0; i < DISTRIBUTION_PARAMETERS && kinds[d->kind].parameters[i]; i++)
        ok = element_needs(e, kinds[d->kind].parameters[i], diag) &&
             element_number(e, kinds[d->kind].parameters[i], &d->p[i], diag) && ok;
    return ok;
}

bool distribution_compile(struct distribution *d, const struct xml_element *e, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, "distribution");
    *d = (struct distribution){0};
    if (!a) return element_needs(e, "distribution", diag);
    const char *names[DISTRIBUTION_KINDS + 1] = {0};
    for (int i = 0; i < DISTRIBUTION_KINDS; i++) {
        d->kind = (enum distribution_kind)i;
        if (span_is(a->value, kinds[i].name)) return take_parameters(d, e, diag);
        names[i] = kinds[i].name;
    }
    d->kind = DISTRIBUTION_FIXED;
    const char *other = diag_suggest(a->value, names);
    diag_error(diag, attribute_at(e, a), "distribution: \"" SPAN_FMT "\" is unknown%s%s%s",
               SPAN_ARG(a->value), other ? "; did you mean " : "", other ? other : "", other ? "?" : "");
    return false;
}

/* The older way: an attribute has the name of the distribution, or is min= or max= of a uniform one. */
static bool compile_older(struct distribution *d, const struct xml_element *e, bool *ok, struct diag *diag) {
    static const struct {
        const char *attribute;
        enum distribution_kind kind;
    } older[] = {{"normal", DISTRIBUTION_NORMAL},
                 {"lognormal", DISTRIBUTION_LOGNORMAL},
                 {"exponential", DISTRIBUTION_EXPONENTIAL},
                 {"weibull", DISTRIBUTION_WEIBULL},
                 {"pareto", DISTRIBUTION_PARETO},
                 {"gamma", DISTRIBUTION_GAMMA},
                 {"min", DISTRIBUTION_UNIFORM},
                 {"max", DISTRIBUTION_UNIFORM}};
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) {
        if (!xml_attribute(e, older[i].attribute)) continue;
        d->kind = older[i].kind;
        *ok = take_parameters(d, e, diag);
        return true;
    }
    return false;
}

bool distribution_of_pause(struct distribution *d, const struct xml_element *e, struct diag *diag) {
    bool ok = true;
    *d = (struct distribution){0};
    bool is_checked = element_bool(e, "sanity_check", true, diag);
    if (xml_attribute(e, "distribution"))
        ok = distribution_compile(d, e, diag);
    else if (!compile_older(d, e, &ok, diag)) {
        if (!xml_attribute(e, "milliseconds")) return false;
        ok = element_number(e, "milliseconds", &d->p[0], diag);
    }
    if (ok && is_checked && number_whole(distribution_long(d)) > INT32_MAX)
        diag_error(diag, xml_at(e),
                   "<" SPAN_FMT "> can last longer than 2147483647 ms, which SIPp refuses without "
                   "sanity_check=\"false\"",
                   SPAN_ARG(e->name));
    return true;
}

void distribution_words(struct buf *out) {
    for (size_t i = 0; i < DISTRIBUTION_KINDS; i++)
        word_write(out, "distribution", WORD_SIMULATED, "%s", kinds[i].name);
}
