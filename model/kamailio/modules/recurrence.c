/* SPDX-License-Identifier: MIT */
/*
 * tmrec_match(): is a time one of those that begin at a date, last so long and come again each day, week ...?
 * (facts: Kamailio 78.1) What is written oddly stops a run.
 */
#include "base/calendar.h"
#include "model/kamailio/modules/tmrec.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, WEEK_D = 7, YEAR_MO = 12 };

/* What is known of a text. */
enum reading { BAD, GOOD, ODD };

enum frequency { DAILY, WEEKLY, MONTHLY, YEARLY, ONCE };

struct recurrence {
    struct calendar start;
    int64_t duration_s, until_s, interval; /* until_s 0: no end */
    enum frequency frequency;
    struct span weekdays, monthdays, yeardays, months; /* empty: any */
};

static int64_t number_at(struct span text, size_t at, size_t len) {
    int64_t n = 0;
    for (size_t i = at; i < at + len; i++)
        n = n * 10 + (text.p[i] - '0');
    return n;
}

/* 20120101T083000, and nothing else. */
static enum reading read_time(struct span text, int64_t *seconds) {
    enum { LEN = 15, T_AT = 8 };
    if (text.len != LEN) return BAD;
    for (size_t i = 0; i < LEN; i++)
        if (i == T_AT ? text.p[i] != 'T' : !ascii_digit((unsigned char)text.p[i])) return ODD;
    int64_t year = number_at(text, 0, 4);
    int month = (int)number_at(text, 4, 2), day = (int)number_at(text, 6, 2);
    if (year < 1970 || month < 1 || month > YEAR_MO || day < 1 || day > calendar_month_days(year, month))
        return ODD;
    *seconds = calendar_days(year, month, day) * DAY_S + number_at(text, 9, 2) * HOUR_S +
               number_at(text, 11, 2) * MINUTE_S + number_at(text, 13, 2);
    return GOOD;
}

/* P1W, P1DT2H, PT30M. */
static enum reading read_duration(struct span text, int64_t *seconds) {
    static const struct {
        char letter;
        bool of_day; /* behind T */
        int64_t seconds;
    } units[] = {{'W', false, WEEK_D * DAY_S},
                 {'D', false, DAY_S},
                 {'H', true, HOUR_S},
                 {'M', true, MINUTE_S},
                 {'S', true, 1}};
    bool of_day = false;
    *seconds = 0;
    if (span_starts(text, "-") || span_starts(text, "+")) text = span_skip(text, 1);
    if (!span_starts(text, "P")) return BAD;
    for (text = span_skip(text, 1); text.len;) {
        size_t digits = 0, i = 0;
        if (text.p[0] == 'T' && !of_day) {
            of_day = true;
            text = span_skip(text, 1);
            continue;
        }
        while (digits < text.len && ascii_digit((unsigned char)text.p[digits]))
            digits++;
        if (digits == 0 || digits > 6 || digits == text.len) return ODD;
        while (i < sizeof units / sizeof *units &&
               (units[i].letter != text.p[digits] || units[i].of_day != of_day))
            i++;
        if (i == sizeof units / sizeof *units) return ODD;
        *seconds += number_at(text, 0, digits) * units[i].seconds;
        text = span_skip(text, digits + 1);
    }
    return *seconds > 0 ? GOOD : BAD;
}

static enum frequency read_frequency(struct span text) {
    static const char *const names[] = {"daily", "weekly", "monthly", "yearly"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is_nocase(text, names[i])) return (enum frequency)i;
    return ONCE;
}

static enum reading read_recurrence(struct recurrence *r, struct span text, char separator) {
    enum {
        START,
        DURATION,
        FREQUENCY,
        UNTIL,
        INTERVAL,
        WEEKDAYS,
        MONTHDAYS,
        YEARDAYS,
        WEEKS,
        MONTHS,
        FIELDS
    };
    struct span fields[FIELDS] = {0};
    int64_t start_s;
    uint64_t interval;
    for (size_t i = 0; i < FIELDS && text.p; i++)
        fields[i] = span_cut(&text, separator);
    if (!fields[START].len && fields[DURATION].len) return ODD;
    enum reading start = read_time(fields[START], &start_s),
                 duration = start == GOOD ? read_duration(fields[DURATION], &r->duration_s) : start,
                 until =
                     fields[UNTIL].len && duration == GOOD ? read_time(fields[UNTIL], &r->until_s) : duration;
    if (until != GOOD) return until;
    calendar_split(&r->start, start_s);
    r->frequency = read_frequency(fields[FREQUENCY]);
    r->interval = span_to_u64(fields[INTERVAL], INT32_MAX, &interval) && interval ? (int64_t)interval : 1;
    r->weekdays = fields[WEEKDAYS];
    r->monthdays = fields[MONTHDAYS];
    r->yeardays = fields[YEARDAYS];
    r->months = fields[MONTHS];
    return fields[WEEKS].len ? ODD : GOOD;
}

/* Is that time in a day, week ... that counts? Weeks begin on Mondays. */
static bool is_in_turn(const struct recurrence *r, const struct calendar *c) {
    int64_t day = c->seconds / DAY_S, first = r->start.seconds / DAY_S;
    int64_t passed[] = {
        [DAILY] = day - first,
        [WEEKLY] = ((day - (c->weekday + 6) % WEEK_D) - (first - (r->start.weekday + 6) % WEEK_D)) / WEEK_D,
        [MONTHLY] = (c->year - r->start.year) * YEAR_MO + c->month - r->start.month,
        [YEARLY] = c->year - r->start.year,
    };
    return passed[r->frequency] % r->interval == 0;
}

/* Is it one of a list? kind says what stands there. */
typedef enum reading item_fn(struct span item, const struct calendar *c);

static enum reading is_one_of(struct span list, const struct calendar *c, item_fn *is) {
    enum reading found = BAD;
    if (!list.len) return GOOD;
    while (list.p) {
        struct span item = span_cut(&list, ',');
        enum reading one = item.len ? is(item, c) : ODD;
        if (one == ODD) return ODD;
        if (one == GOOD) found = GOOD;
    }
    return found;
}

static enum reading is_weekday(struct span item, const struct calendar *c) {
    static const char names[] = "SUMOTUWETHFRSA";
    int nth = 0;
    if (span_starts(item, "+")) item = span_skip(item, 1);
    if (item.len == 3 && *item.p >= '1' && *item.p <= '4') {
        nth = *item.p - '0';
        item = span_skip(item, 1);
    }
    if (item.len != 2) return ODD;
    for (int day = 0; day < WEEK_D; day++)
        if (span_eq_nocase(item, (struct span){names + 2 * day, 2}))
            return day == c->weekday && (!nth || (c->day - 1) / WEEK_D + 1 == nth) ? GOOD : BAD;
    return ODD;
}

/* A number with or without a minus. */
static bool take_number(struct span item, uint64_t max, int64_t *n) {
    bool minus = span_starts(item, "-");
    uint64_t digits;
    if (!span_to_u64(span_skip(item, minus), max, &digits) || !digits) return false;
    *n = minus ? -(int64_t)digits : (int64_t)digits;
    return true;
}

static enum reading is_monthday(struct span item, const struct calendar *c) {
    int64_t n;
    if (!take_number(item, 30, &n)) return ODD;
    return c->day == (n > 0 ? n : calendar_month_days(c->year, c->month) + 1 + n) ? GOOD : BAD;
}

/* Kamailio counts them from 0, and from the end from -1. */
static enum reading is_yearday(struct span item, const struct calendar *c) {
    int64_t n;
    if (!take_number(item, 364, &n) || n < -1) return ODD;
    return c->yearday == (n > 0 ? n : 364 + calendar_is_leap(c->year)) ? GOOD : BAD;
}

/* From 0 as well. */
static enum reading is_month(struct span item, const struct calendar *c) {
    int64_t n;
    if (!take_number(item, 11, &n) || n < 0) return ODD;
    return c->month - 1 == n ? GOOD : BAD;
}

/* Where no list says which days, it is the same day of the week, the month or the year as the first one. */
static bool is_same_day(const struct recurrence *r, const struct calendar *c) {
    if (r->weekdays.len || r->monthdays.len || r->yeardays.len) return true;
    switch (r->frequency) {
    case WEEKLY: return c->weekday == r->start.weekday;
    case MONTHLY: return c->day == r->start.day;
    case YEARLY: return c->day == r->start.day && (r->months.len || c->month == r->start.month);
    default: return true;
    }
}

static enum reading matches(const struct recurrence *r, const struct calendar *c) {
    int64_t since = c->seconds - r->start.seconds;
    if (since < 0 || (r->until_s && c->seconds > r->until_s)) return BAD;
    if (since <= r->duration_s) return GOOD;
    if (r->frequency == ONCE) return BAD;
    const enum reading lists[] = {
        is_one_of(r->months, c, is_month),
        is_one_of(r->yeardays, c, is_yearday),
        is_one_of(r->monthdays, c, is_monthday),
        is_one_of(r->weekdays, c, is_weekday),
    };
    enum reading all = GOOD;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (lists[i] == ODD) return ODD;
        if (lists[i] == BAD) all = BAD;
    }
    int64_t of_day = c->seconds % DAY_S - r->start.seconds % DAY_S;
    bool good = all == GOOD && is_in_turn(r, c) && is_same_day(r, c) && of_day >= 0 && of_day < r->duration_s;
    return good ? GOOD : BAD;
}

int tmrec_match(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct tmrec *set = kam_module_data(run->k, KAM_MODULE_TMREC);
    struct recurrence r = {0};
    struct calendar c;
    calendar_split(&c, count > 1 ? args[1].n : kam_now_s(run->k));
    enum reading reading = set->separator.len == 1 ? read_recurrence(&r, args[0].s, *set->separator.p) : ODD;
    if (reading == GOOD) reading = matches(&r, &c);
    if (reading == ODD)
        kam_run_stop(run,
                     "tmrec_match() of a recurrence that is written so is not simulated, and the run has "
                     "reached it");
    return reading == GOOD ? 1 : -1;
}
