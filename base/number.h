/* SPDX-License-Identifier: MIT */
/*
 * Lengths of time and parameters of distributions, without floating point: a number is a count of billionths,
 * so it reaches from -9.2e9 to 9.2e9. Variables are doubles: base/real.h.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include "base/buf.h"

#define NUMBER_ONE INT64_C(1000000000)

/* The largest whole number that fits. */
#define NUMBER_WHOLE_MAX INT64_C(9223372036)

/*
 * Reads a number as C's strtod() does, "-12.5", "5.", "1e3" or "0x10", blanks before it allowed, and rounds
 * it to billionths; nothing at all is 0, as SIPp has it, and so is "nan". False if something follows, or it
 * does not fit (also "inf").
 */
bool number_parse(struct span text, int64_t *out);

/* The same, but what does not fit is the largest number that does, and beyond. */
bool number_read(struct span text, int64_t *out, bool *beyond);

/* The whole part, towards zero: SIPp's (int)v. */
static inline int64_t number_whole(int64_t n) { return n / NUMBER_ONE; }

/* False if the result does not fit; number_divide also if b is 0. */
bool number_add(int64_t a, int64_t b, int64_t *out);
bool number_multiply(int64_t a, int64_t b, int64_t *out);
bool number_divide(int64_t a, int64_t b, int64_t *out);

/* The decimal digits at the start, with a sign and blanks before them, as atol() reads them: 0 without any.
 */
int64_t integer_prefix(struct span text);

/* What is left of a number in C's int, whose sums SIPp writes. */
static inline int32_t integer_wrapped(int64_t n) { return (int32_t)(uint32_t)(uint64_t)n; }

/*
 * Reads an integer as C writes it (0x1F, 017, 25), blanks before it allowed, as SIPp reads its attributes
 * (facts: SIPp 1.1); nothing at all is 0. False if it is none or is not from min to max.
 */
bool integer_parse(struct span text, int64_t min, int64_t max, int64_t *out);

#endif
