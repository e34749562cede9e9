/* SPDX-License-Identifier: MIT */
#include "base/calendar.h"

static const char *const day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

bool calendar_is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int calendar_month_days(int64_t year, int month) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1] + (month == 2 && calendar_is_leap(year));
}

int64_t calendar_days(int64_t year, int month, int day) {
    int64_t days = day - 1;
    for (int64_t y = 1970; y < year; y++)
        days += 365 + calendar_is_leap(y);
    for (int m = 1; m < month; m++)
        days += calendar_month_days(year, m);
    return days;
}

/* Four hundred years have a whole number of weeks; what is left is counted. */
void calendar_split(struct calendar *c, int64_t seconds) {
    enum { CYCLE_DAYS = 146097 };
    int64_t day = seconds / 86400, rest = seconds % 86400;
    *c = (struct calendar){.year = 1970, .seconds = seconds, .month = 1};
    c->hour = (int)(rest / 3600);
    c->min = (int)(rest / 60 % 60);
    c->sec = (int)(rest % 60);
    c->weekday = (int)((day + 4) % 7);
    if (day >= CYCLE_DAYS) {
        c->year += day / CYCLE_DAYS * 400;
        day %= CYCLE_DAYS;
    }
    for (; day >= 365 + calendar_is_leap(c->year); c->year++)
        day -= 365 + calendar_is_leap(c->year);
    c->yearday = (int)day;
    for (; day >= calendar_month_days(c->year, c->month); c->month++)
        day -= calendar_month_days(c->year, c->month);
    c->day = (int)day + 1;
}

/* Weeks that begin on that day of the week, in this year so far. */
static int week(const struct calendar *c, int first) {
    return (c->yearday + 7 - (c->weekday - first + 7) % 7) / 7;
}

static void write_letter(struct buf *out, const struct calendar *c, char letter) {
    switch (letter) {
    case 'Y': buf_addf(out, "%lld", (long long)c->year); break;
    case 'C': buf_addf(out, "%02lld", (long long)(c->year / 100)); break;
    case 'y': buf_addf(out, "%02lld", (long long)(c->year % 100)); break;
    case 'm': buf_addf(out, "%02d", c->month); break;
    case 'd': buf_addf(out, "%02d", c->day); break;
    case 'e': buf_addf(out, "%2d", c->day); break;
    case 'H': buf_addf(out, "%02d", c->hour); break;
    case 'k': buf_addf(out, "%2d", c->hour); break;
    case 'I': buf_addf(out, "%02d", (c->hour + 11) % 12 + 1); break;
    case 'l': buf_addf(out, "%2d", (c->hour + 11) % 12 + 1); break;
    case 'M': buf_addf(out, "%02d", c->min); break;
    case 'S': buf_addf(out, "%02d", c->sec); break;
    case 'j': buf_addf(out, "%03d", c->yearday + 1); break;
    case 'p': buf_add_text(out, c->hour < 12 ? "AM" : "PM"); break;
    case 'P': buf_add_text(out, c->hour < 12 ? "am" : "pm"); break;
    case 'a': buf_add(out, span_head(span_of(day_names[c->weekday]), 3)); break;
    case 'A': buf_add_text(out, day_names[c->weekday]); break;
    case 'h':
    case 'b': buf_add(out, span_head(span_of(month_names[c->month - 1]), 3)); break;
    case 'B': buf_add_text(out, month_names[c->month - 1]); break;
    case 'u': buf_addf(out, "%d", c->weekday ? c->weekday : 7); break;
    case 'w': buf_addf(out, "%d", c->weekday); break;
    case 'U': buf_addf(out, "%02d", week(c, 0)); break;
    case 'W': buf_addf(out, "%02d", week(c, 1)); break;
    case 's': buf_add_i64(out, c->seconds); break;
    case 'n': buf_add_char(out, '\n'); break;
    case 't': buf_add_char(out, '\t'); break;
    case 'z': buf_add_text(out, "+0000"); break;
    case 'Z': buf_add_text(out, "UTC"); break;
    case '%': buf_add_char(out, '%'); break;
    case 'F': calendar_write(out, c, SPAN("%Y-%m-%d")); break;
    case 'D':
    case 'x': calendar_write(out, c, SPAN("%m/%d/%y")); break;
    case 'T':
    case 'X': calendar_write(out, c, SPAN("%H:%M:%S")); break;
    case 'R': calendar_write(out, c, SPAN("%H:%M")); break;
    case 'r': calendar_write(out, c, SPAN("%I:%M:%S %p")); break;
    case 'c': calendar_write(out, c, SPAN("%a %b %e %H:%M:%S %Y")); break;
    default: buf_addf(out, "%%%c", letter); break;
    }
}

void calendar_write(struct buf *out, const struct calendar *c, struct span format) {
    for (size_t i = 0; i < format.len; i++) {
        if (format.p[i] == '%' && i + 1 < format.len)
            write_letter(out, c, format.p[++i]);
        else
            buf_add_char(out, format.p[i]);
    }
}
