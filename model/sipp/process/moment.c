/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/moment.h"

#define DAY_S INT64_C(86400)

struct date {
    int64_t year;
    unsigned month, day, weekday; /* month and day from 1, weekday 0 is Sunday */
};

static bool leap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static unsigned month_days(int64_t year, unsigned month) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && leap(year));
}

/* Four hundred years have a whole number of weeks; what is left is counted. */
static struct date date_of(int64_t s) {
    enum { CYCLE_DAYS = 146097 };
    int64_t days = s / DAY_S;
    struct date d = {.year = 1970, .month = 1, .weekday = (unsigned)((days + 4) % 7)};
    d.year += days / CYCLE_DAYS * 400;
    days %= CYCLE_DAYS;
    for (; days >= 365 + leap(d.year); d.year++)
        days -= 365 + leap(d.year);
    for (; days >= month_days(d.year, d.month); d.month++)
        days -= month_days(d.year, d.month);
    d.day = (unsigned)days + 1;
    return d;
}

static void write_time(struct buf *out, int64_t s) {
    unsigned day_s = (unsigned)(s % DAY_S);
    buf_addf(out, "%02u:%02u:%02u", day_s / 3600, day_s / 60 % 60, day_s % 60);
}

void moment_write_timestamp(struct buf *out, int64_t us) {
    int64_t s = us / 1000000;
    unsigned part = (unsigned)(us % 1000000);
    struct date d = date_of(s);
    buf_addf(out, "%04lld-%02u-%02u\t", (long long)d.year, d.month, d.day);
    write_time(out, s);
    buf_addf(out, ".%06u\t%lld.%06u", part, (long long)s, part);
}

void moment_write_date(struct buf *out, int64_t s) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct date d = date_of(s);
    buf_addf(out, "%.3s, %02u %.3s %lld ", days + 3 * d.weekday, d.day, months + 3 * (d.month - 1),
             (long long)d.year);
    write_time(out, s);
    buf_add_text(out, " GMT");
}
