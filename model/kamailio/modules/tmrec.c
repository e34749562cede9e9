/* SPDX-License-Identifier: MIT */
/*
 * tmrec: does a time lie in a period? (facts: Kamailio 78) Of periods that are written oddly a run stops.
 */
#include "model/kamailio/modules/tmrec.h"
#include "base/calendar.h"

/* What a part of a period says of a time. */
enum verdict {
    NO,
    YES,
    FAULTY, /* Kamailio cannot read it, and takes that for yes */
    ODD     /* what Kamailio makes of it is not known here */
};

enum scale_kind { YEAR, MONTH, WEEK, YEARDAY, MONTHDAY, WEEKDAY, HOUR, MINUTE, SECOND, SCALES };

static const struct scale {
    const char *short_name, *name;
    int64_t min, max;
    size_t letters; /* of its values' names that count; 0: they have none */
    const char *names;
} scales[SCALES] = {
    [YEAR] = {"yr", "year", 1970, 9999, 0, NULL},
    [MONTH] = {"mo", "month", 1, 12, 3, "janfebmaraprmayjunjulaugsepoctnovdec"},
    [WEEK] = {"wk", "week", 1, 6, 0, NULL},
    [YEARDAY] = {"yd", "yday", 1, 366, 0, NULL},
    [MONTHDAY] = {"md", "mday", 1, 31, 0, NULL},
    [WEEKDAY] = {"wd", "wday", 1, 7, 2, "sumotuwethfrsa"},
    [HOUR] = {"hr", "hour", 0, 23, 0, NULL},
    [MINUTE] = {"min", "minute", 0, 59, 0, NULL},
    [SECOND] = {"sec", "second", 0, 60, 0, NULL},
};

static int64_t now_on(enum scale_kind kind, const struct calendar *c) {
    const int64_t now[SCALES] = {
        [YEAR] = c->year,           [MONTH] = c->month,  [WEEK] = (c->day - 1 - c->weekday) / 7 + 1,
        [YEARDAY] = c->yearday + 1, [MONTHDAY] = c->day, [WEEKDAY] = c->weekday + 1,
        [HOUR] = c->hour,           [MINUTE] = c->min,   [SECOND] = c->sec,
    };
    return now[kind];
}

/* A name counts by its first letters, a number up to what is no digit. */
static enum verdict read_value(const struct scale *s, struct span text, int64_t *n) {
    size_t digits = 0;
    *n = 0;
    while (digits < text.len && ascii_digit((unsigned char)text.p[digits]))
        digits++;
    if (digits == 0 && s->letters) {
        for (size_t i = 0; s->names[i]; i += s->letters, ++*n)
            if (span_eq_nocase(span_head(text, s->letters), (struct span){s->names + i, s->letters}))
                return ++*n, YES;
        return FAULTY;
    }
    if (digits > 4) return ODD;
    for (size_t i = 0; i < digits; i++)
        *n = *n * 10 + (text.p[i] - '0');
    if (*n >= s->min && *n <= s->max) return YES;
    return s == &scales[YEAR] ? ODD : FAULTY;
}

/* "3", or "3-5"; years do not begin anew. */
static enum verdict match_item(enum scale_kind kind, struct span item, int64_t now) {
    const struct scale *s = &scales[kind];
    int64_t from, to;
    struct span text = span_cut(&item, '-');
    if (!text.len) return FAULTY;
    if (item.p && (!item.len || span_find(item, '-') >= 0)) return ODD;
    enum verdict read = read_value(s, text, &from);
    if (read != YES) return read;
    if (!item.p) return from == now ? YES : NO;
    read = read_value(s, item, &to);
    if (read != YES) return read;
    if (from <= to) return now >= from && now <= to ? YES : NO;
    return kind != YEAR && (now >= from || now <= to) ? YES : NO;
}

/* The values between the braces, with blanks between them. */
static enum verdict match_items(enum scale_kind kind, struct span left, int64_t now) {
    enum verdict verdict = NO;
    while (left.len) {
        struct span item = span_cut(&left, ' ');
        if (!item.len) continue;
        if (span_find(item, '\t') >= 0) return ODD;
        enum verdict v = match_item(kind, item, now);
        if (v > YES) return v;
        if (v == YES) verdict = YES;
    }
    return verdict;
}

static enum scale_kind find_scale(struct span name) {
    int kind = 0;
    while (kind < SCALES && !span_is(name, scales[kind].short_name) && !span_is(name, scales[kind].name))
        kind++;
    return (enum scale_kind)kind;
}

static bool is_lower(struct span word) {
    for (size_t i = 0; i < word.len; i++)
        if (word.p[i] < 'a' || word.p[i] > 'z') return false;
    return word.len > 0;
}

/* Scales that must all say yes: "wd{mo-fr} hr{9-17}". */
static enum verdict match_scales(struct span left, const struct calendar *c) {
    enum verdict verdict = YES;
    unsigned seen = 0;
    while (left.len) {
        struct span name = span_trim(span_cut(&left, '{'));
        if (!left.p || span_find(left, '}') < 0 || !is_lower(name)) return ODD;
        struct span items = span_cut(&left, '}');
        enum scale_kind kind = find_scale(name);
        enum verdict v = kind == SCALES ? FAULTY : match_items(kind, items, now_on(kind, c));
        if (v == ODD || seen & 1u << kind) return ODD;
        seen |= 1u << kind;
        if (v == FAULTY) return FAULTY;
        if (v == NO) verdict = NO;
        left = span_trim(left);
    }
    return verdict;
}

/* One of several with commas between them. */
static enum verdict match(struct span period, const struct calendar *c) {
    period = span_trim(period);
    if (period.len == 0 || span_is(period, "always")) return YES;
    if (span_is(period, "none") || span_is_nocase(period, "never")) return NO;
    while (period.p) {
        struct span part = span_trim(span_cut(&period, ','));
        enum verdict v = part.len ? match_scales(part, c) : ODD;
        if (v != NO) return v;
    }
    return NO;
}

static int time_period_match(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct calendar c;
    calendar_split(&c, count > 1 ? args[1].n : kam_now_s(run->k));
    enum verdict verdict = match(args[0].s, &c);
    if (verdict == ODD)
        kam_run_stop(run, "time_period_match() of a period that is written so is not simulated, and the run "
                          "has reached it");
    return verdict == NO || verdict == ODD ? -1 : 1;
}

static int is_leap_year(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct calendar c;
    calendar_split(&c, kam_now_s(run->k));
    int64_t year = count > 0 ? args[0].n : c.year;
    return calendar_is_leap(year) ? 1 : -1;
}

static const struct kam_function functions[] = {
    {"tmrec_match", 1, 2, KAM_ANY_ROUTE, tmrec_match, {ARG_FORMAT, ARG_NUMBER}},
    {"time_period_match", 1, 2, KAM_ANY_ROUTE, time_period_match, {ARG_FORMAT, ARG_NUMBER}},
    {"is_leap_year", 0, 1, KAM_ANY_ROUTE, is_leap_year, {ARG_NUMBER}},
    {0},
};

static const struct kam_param params[] = {{KAM_TEXT("separator", "|"), KAM_INTO(struct tmrec, separator)},
                                          {KAM_INT("wday", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
                                          {0}};

const struct kam_module kam_tmrec_module = {
    .name = "tmrec", .functions = functions, .params = params, .data_size = sizeof(struct tmrec)};
