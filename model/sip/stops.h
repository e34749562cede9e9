/* SPDX-License-Identifier: MIT */
/*
 * Where words end in a header: the characters that mean something, a bit each, so that a parser says in one
 * number which of them end a word, and one look into a table tells whether a character does.
 */
#ifndef MODEL_SIP_STOPS_H
#define MODEL_SIP_STOPS_H

#include "base/span.h"

enum {
    STOP_NUL = 1 << 0,
    STOP_BLANK = 1 << 1, /* space, tab, CR, LF */
    STOP_SLASH = 1 << 2,
    STOP_COLON = 1 << 3,
    STOP_SEMICOLON = 1 << 4,
    STOP_COMMA = 1 << 5,
    STOP_EQUALS = 1 << 6,
    STOP_QUOTE = 1 << 7,
    STOP_BACKSLASH = 1 << 8,
    STOP_LESS = 1 << 9,
    STOP_GREATER = 1 << 10,
    STOP_QUESTION = 1 << 11,
    STOP_BRACKET = 1 << 12, /* [ and ] */
    STOP_AMPERSAND = 1 << 13,
    STOP_AT = 1 << 14,
    STOP_PAREN = 1 << 15 /* ( and ) */
};

/* The bit of each character; 0: it is none of them. */
extern const uint16_t stop_bits[256];

/* Position of the first byte of s that is one of the stops, or the length of s. */
size_t stop_find(struct span s, unsigned stops);

/* The place behind the blanks at p, a folded line's end among them. */
static inline const char *stop_skip_blanks(const char *p, const char *end) {
    while (p < end && ascii_space(*p))
        p++;
    return p;
}

/* The place behind the word at p: it goes up to a blank or one of the stops. */
static inline const char *stop_skip_word(const char *p, const char *end, unsigned stops) {
    return p + stop_find(span_between(p, end), stops | STOP_BLANK);
}

#endif
