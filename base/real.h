/* SPDX-License-Identifier: MIT */
/*
 * C's double (IEEE 754 binary64, rounded to the nearest, ties to even) in whole numbers: the same bits on
 * every machine. For languages whose numbers are doubles, and show it: 9007199254740993 is 9007199254740992.
 */
#ifndef BASE_REAL_H
#define BASE_REAL_H

#include "base/buf.h"

struct real {
    uint64_t bits;
};

#define REAL_ZERO ((struct real){0})

struct real real_of(int64_t n);

struct real real_add(struct real a, struct real b);
struct real real_subtract(struct real a, struct real b);
struct real real_multiply(struct real a, struct real b);
struct real real_divide(struct real a, struct real b);

/* The nearest of C's float (24 bits; not for what is smaller or larger than a float can be). A sum or product
 * of two floats that is rounded so is what C gives for floats. */
struct real real_single(struct real r);

/* Is it 0 or -0? */
bool real_is_zero(struct real r);

/* How a and b compare: each false if one of them is no number. */
bool real_less(struct real a, struct real b);
bool real_equal(struct real a, struct real b);

/* The whole part, towards zero; what does not fit is the nearest that does, no number INT64_MIN. */
int64_t real_whole(struct real r);

/* Natural logarithm and root of a number above 0, and e to the power of any: as good as a double, the last
 * bits excepted. */
struct real real_ln(struct real r);
struct real real_root(struct real r);
struct real real_exp(struct real r);

/*
 * Reads a number as C's strtod() does, "-12.5", "5.", "1e3", "0x1.8p1", "inf", "nan", blanks before it
 * allowed; nothing at all is 0. False if there is none, or something follows.
 */
bool real_parse(struct span text, struct real *out);

/* As printf("%f") does: "2.000000", "-inf", "nan". */
void real_write(struct buf *out, struct real r);

/* As printf("%.15g") does with that many digits, from 1 on, of a finite one: "0.1", "1e+16", "5e-07". */
void real_write_short(struct buf *out, struct real r, int digits);

bool real_is_finite(struct real r);
bool real_is_nan(struct real r);

/* "inf", "infinity", "nan" or "nan(1)", in any case, at the start of text, which goes on behind it. */
bool real_take_word(struct span *text, struct real *out);

/* "e-3", or "p-3" if that is the letter, at the start of text, which goes on behind it; 0: there is none, as
 * without digits. Far beyond any use it is cut off. */
int real_take_exponent(struct span *text, char letter);

/* The number m * 2^exponent, rounded; inexact: a little more than m, less than m + 1. For real_parse. */
struct real real_pack(bool negative, uint64_t m, int exponent, bool inexact);

/* A number's parts, m * 2^exponent; false if it is infinite or none. For real_write. */
bool real_parts(struct real r, uint64_t *m, int *exponent);

#endif
