/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/moment.h"

#include "base/calendar.h"

static void write_as(struct buf *out, int64_t s, struct span format) {
    struct calendar c;
    calendar_split(&c, s);
    calendar_write(out, &c, format);
}

void moment_write_timestamp(struct buf *out, int64_t us) {
    int64_t s = us / 1000000;
    unsigned part = (unsigned)(us % 1000000);
    write_as(out, s, SPAN("%Y-%m-%d\t%H:%M:%S"));
    buf_addf(out, ".%06u\t%lld.%06u", part, (long long)s, part);
}

void moment_write_date(struct buf *out, int64_t s) { write_as(out, s, SPAN("%a, %d %b %Y %H:%M:%S GMT")); }
