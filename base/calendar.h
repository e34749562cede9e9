/* SPDX-License-Identifier: MIT */
/* Days and hours from seconds since 1970, in UTC: the simulated machines have no other zone. */
#ifndef MODEL_KAMAILIO_SCRIPT_CALENDAR_H
#define MODEL_KAMAILIO_SCRIPT_CALENDAR_H

#include "base/buf.h"

#include <stdbool.h>

struct calendar {
    int64_t year, seconds; /* seconds since 1970 */
    int month, day;        /* from 1 */
    int hour, min, sec;
    int weekday, yearday; /* from 0; 0 is Sunday */
};

void calendar_split(struct calendar *c, int64_t seconds);

/* Writes a time as strftime() does in the C locale; a letter that it does not know stays as it is. */
void calendar_write(struct buf *out, const struct calendar *c, struct span format);

#endif
