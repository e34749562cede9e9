/* SPDX-License-Identifier: MIT */
/*
 * POSIX extended regular expressions with bounds. Kamailio and SIPp hand theirs to glibc in the C locale, and
 * the answers here are glibc's, submatches and its GNU operators (\w \s \b \< ...) included; what differs is
 * that no expression and no text costs more than the limits below. Back references are refused: nothing
 * bounds what they cost.
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include "base/span.h"

enum {
    REGEX_LEN_MAX = 16384,     /* bytes of an expression */
    REGEX_DEPTH_MAX = 200,     /* parentheses and repetitions inside each other */
    REGEX_NODES_MAX = 10000,   /* an expression with its repetitions {n,m} written out */
    REGEX_TOTAL_MAX = 1000000, /* the same, all expressions of the program together */
    REGEX_STEPS_MAX = 20000000 /* places of the expression tried along one text */
};

struct regex;

/* What an expression is compiled for, as bits. */
enum {
    REGEX_ICASE = 1,  /* ASCII letters without regard to case */
    REGEX_GROUPS = 2, /* submatches are asked for */
    REGEX_LINES = 4   /* REG_NEWLINE: ^ and $ at each line; neither . nor [^x] is a line feed */
};

/* Compiles an expression; NULL and a reason in *why, a constant text, if it is none or beyond a limit: then
 * the reason begins with "not simulated". *steps, if not NULL, is raised by what that cost. */
struct regex *regex_new(struct span pattern, unsigned flags, const char **why, uint64_t *steps);
void regex_free(struct regex *r);

/* Where a group matched; from -1: it did not take part. */
struct regex_match {
    ptrdiff_t from, to;
};

/* REGEX_TOO_MUCH: REGEX_STEPS_MAX did not do. */
enum regex_answer { REGEX_NO, REGEX_YES, REGEX_TOO_MUCH };

/*
 * Looks for the leftmost, longest match. matches, where count is not 0, gets the whole match and then the
 * groups. A NUL ends the text, as it ends an expression. not_start: the text's first byte is not the start of
 * a line, ^ does not match there. *steps, if not NULL, is raised by what it cost.
 */
enum regex_answer regex_find(struct regex *r, struct span text, bool not_start, struct regex_match *matches,
                             size_t count, uint64_t *steps);

#endif
