/* SPDX-License-Identifier: MIT */
/* Days and hours of seconds since 1970, in UTC: the simulated machines have no other zone. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/buf.h"

#include <stdbool.h>

struct calendar {
    int64_t year, seconds; /* seconds since 1970 */
    int month, day;        /* from 1 */
    int hour, min, sec;
    int weekday, yearday; /* from 0; 0 is Sunday */
};

bool calendar_is_leap(int64_t year);

/* month from 1 */
int calendar_month_days(int64_t year, int month);

/* Days from 1970-01-01 to a day from then on; month and day from 1. */
int64_t calendar_days(int64_t year, int month, int day);

void calendar_split(struct calendar *c, int64_t seconds);

/* Writes a time as strftime() does in the C locale; a letter that it does not know stays as it is. */
void calendar_write(struct buf *out, const struct calendar *c, struct span format);

#endif
