/* SPDX-License-Identifier: MIT */
#include "model/lab/unit.h"

#include "base/calendar.h"

/*
 * Reads DIGITS[.DIGITS] as that many times `unit`. False if it is no such number; *too_fine says that the
 * fraction does not end on a whole result. The result is at most max, or UINT64_MAX if it is more.
 */
static bool decimal(struct span text, uint64_t unit, uint64_t max, uint64_t *out, bool *too_fine) {
    uint64_t whole = 0, part = 0;
    size_t i = 0;
    bool over = false;
    *too_fine = false;
    for (; i < text.len && ascii_digit((unsigned char)text.p[i]); i++) {
        if (!over) whole = whole * 10 + (unsigned)(text.p[i] - '0');
        over = over || whole > max / unit;
    }
    if (i == 0) return false;
    if (i < text.len) {
        if (text.p[i] != '.' || i + 1 == text.len) return false;
        uint64_t place = unit;
        for (i++; i < text.len; i++) {
            if (!ascii_digit((unsigned char)text.p[i])) return false;
            uint64_t digit = (uint64_t)(text.p[i] - '0');
            if (place % 10 != 0 && digit != 0) *too_fine = true;
            place /= 10;
            part += digit * place;
        }
    }
    *out = over || whole * unit + part > max ? UINT64_MAX : whole * unit + part;
    return true;
}

const char *unit_duration(int64_t *ns, struct span text) {
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {"min", UINT64_C(60000000000)}};
    size_t digits = 0;
    while (digits < text.len && (ascii_digit((unsigned char)text.p[digits]) || text.p[digits] == '.'))
        digits++;
    struct span unit = span_skip(text, digits);
    if (digits > 0 && unit.len == 0) return "a duration with its unit (ns, us, ms, s or min)";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t n;
        bool too_fine;
        if (!span_is(unit, units[i].name)) continue;
        if (!decimal(span_head(text, digits), units[i].ns, UNIT_DURATION_MAX_NS, &n, &too_fine)) break;
        if (too_fine) return "a duration in whole nanoseconds";
        if (n == UINT64_MAX) return "a duration of at most 100 days (144000min)";
        *ns = (int64_t)n;
        return NULL;
    }
    return "a duration, a number with ns, us, ms, s or min, such as 500ms or 1.5s";
}

const char *unit_share(uint32_t *ppm, struct span text) {
    uint64_t n;
    bool too_fine;
    if (text.len == 0 || text.p[text.len - 1] != '%' ||
        !decimal(span_head(text, text.len - 1), 10000, 1000000, &n, &too_fine))
        return "a share from 0% to 100%, such as 12.5%";
    if (too_fine) return "a share with at most four decimals";
    if (n == UINT64_MAX) return "a share from 0% to 100%";
    *ppm = (uint32_t)n;
    return NULL;
}

/* The number that fills text[from..from+len), which are all digits. */
static int digits_at(struct span text, size_t from, size_t len) {
    int n = 0;
    for (size_t i = from; i < from + len; i++)
        n = n * 10 + (text.p[i] - '0');
    return n;
}

/* Does text begin as the pattern says, where '0' stands for any digit? */
static bool has_form(struct span text, const char *pattern) {
    for (size_t i = 0; pattern[i]; i++) {
        if (i >= text.len) return false;
        if (pattern[i] == '0' ? !ascii_digit((unsigned char)text.p[i]) : text.p[i] != pattern[i])
            return false;
    }
    return true;
}

const char *unit_time(int64_t *ns, struct span text) {
    static const char expected[] = "a UTC time such as 2026-01-01T00:00:00Z";
    const uint64_t end_of_2099 = UINT64_C(4102444799);
    uint64_t seconds;
    if (text.len && text.p[0] == '@') { /* as date(1) has it */
        if (!span_to_u64(span_skip(text, 1), end_of_2099, &seconds))
            return "a number of seconds since 1970 after the @";
        *ns = (int64_t)seconds * INT64_C(1000000000);
        return NULL;
    }
    if (!has_form(text, "0000-00-00T00:00:00") || text.p[text.len - 1] != 'Z') return expected;
    struct span fraction = span_head(span_skip(text, 19), text.len - 20);
    if (fraction.len == 1 || fraction.len > 10 || (fraction.len > 0 && fraction.p[0] != '.')) return expected;
    int64_t nanoseconds = 0, place = 100000000;
    for (size_t i = 1; i < fraction.len; i++, place /= 10) {
        if (!ascii_digit((unsigned char)fraction.p[i])) return expected;
        nanoseconds += (fraction.p[i] - '0') * place;
    }
    int year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
    int hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
    if (year < 1970 || year > 2099) return "a year from 1970 to 2099";
    if (month < 1 || month > 12 || day < 1 || day > calendar_month_days(year, month))
        return "a day that the calendar has";
    if (hour > 23 || minute > 59 || second > 59) return "a time from 00:00:00 to 23:59:59";
    int64_t days = calendar_days(year, month, day);
    *ns = (((days * 24 + hour) * 60 + minute) * 60 + second) * INT64_C(1000000000) + nanoseconds;
    return NULL;
}
