/* SPDX-License-Identifier: MIT */
/*
 * How scenario.yaml writes durations, shares, numbers and times. Whole-number arithmetic only. Each function
 * gives NULL when the text is good, or else what was expected, to go after "expected ".
 */
#ifndef MODEL_LAB_UNIT_H
#define MODEL_LAB_UNIT_H

#include "base/span.h"

/* The longest duration: 100 days. */
#define UNIT_DURATION_MAX_NS (INT64_C(8640000) * 1000000000)

/* "30us", "1.5s", "2min": nanoseconds, 0 to UNIT_DURATION_MAX_NS. */
const char *unit_duration(int64_t *ns, struct span text);

/* "0%", "12.5%": millionths, 0 to 1000000. */
const char *unit_share(uint32_t *ppm, struct span text);

/* "2026-01-01T00:00:00Z" (RFC 3339, UTC, with or without a fraction): nanoseconds since 1970, until 2099. */
const char *unit_time(int64_t *ns, struct span text);

#endif
