/* SPDX-License-Identifier: MIT */
/* A moment of calendar time, in UTC, as SIPp writes it. */
#ifndef MODEL_SIPP_PROCESS_MOMENT_H
#define MODEL_SIPP_PROCESS_MOMENT_H

#include "base/buf.h"

/* "2026-01-01<TAB>00:00:00.000000<TAB>1767225600.000000" from microseconds since 1970. */
void moment_write_timestamp(struct buf *out, int64_t us);

/* "Thu, 01 Jan 2026 00:00:00 GMT" from seconds since 1970. */
void moment_write_date(struct buf *out, int64_t s);

#endif
