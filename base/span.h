/* SPDX-License-Identifier: MIT */
/*
 * A span is a piece of text that somebody else owns: a pointer and a length, never
 * terminated by NUL. Parsers hand out spans, so that parsing copies nothing.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *p;
    size_t len;
};

/* For printf: printf(SPAN_FMT, SPAN_ARG(s)). */
#define SPAN_FMT    "%.*s"
#define SPAN_ARG(s) (int)(s).len, (s).p

/* The span of a literal, without calling strlen: usable in static tables. */
#define SPAN(literal) ((struct span)SPAN_INIT(literal))

/* The same to begin a static span with. */
#define SPAN_INIT(literal)                                                                                   \
    { (literal), sizeof(literal) - 1 }

/* The span over a NUL-terminated text; NULL gives an empty span. */
static inline struct span span_of(const char *text) { return (struct span){text, text ? strlen(text) : 0}; }

/* The bytes from p up to, not including, end. */
static inline struct span span_between(const char *p, const char *end) {
    return (struct span){p, (size_t)(end - p)};
}

/* What is left of s after its first n bytes; empty if s is shorter. */
static inline struct span span_skip(struct span s, size_t n) {
    return n < s.len ? (struct span){s.p + n, s.len - n} : (struct span){s.p + s.len, 0};
}

/* The first n bytes of s, or all of it. */
static inline struct span span_head(struct span s, size_t n) {
    return (struct span){s.p, n < s.len ? n : s.len};
}

/*
 * What compares is here and not in span.c: where the text is a literal, as nearly always, its length is known
 * to the compiler then, and most comparisons end with the lengths.
 */

/* Are the bytes equal? For a length that the compiler does not know; short ones take half of what memcmp()
 * does. */
bool span_same_bytes(const char *a, const char *b, size_t len);

static inline bool span_same(const char *a, const char *b, size_t len) {
    return __builtin_constant_p(len) ? memcmp(a, b, len) == 0 : span_same_bytes(a, b, len);
}

/* Are the bytes equal? */
static inline bool span_eq(struct span a, struct span b) {
    return a.len == b.len && (a.len == 0 || span_same(a.p, b.p, a.len));
}

/* Are the bytes equal, ASCII letters without regard to case? No locale is asked. */
bool span_same_nocase(const char *a, const char *b, size_t len);
static inline bool span_eq_nocase(struct span a, struct span b) {
    return span_eq(a, b) || (a.len == b.len && span_same_nocase(a.p, b.p, a.len));
}

/* Is s exactly this text? */
static inline bool span_is(struct span s, const char *text) { return span_eq(s, span_of(text)); }
static inline bool span_is_nocase(struct span s, const char *text) {
    return span_eq_nocase(s, span_of(text));
}

/* Does s begin with this text? */
static inline bool span_starts(struct span s, const char *text) {
    struct span t = span_of(text);
    return s.len >= t.len && span_eq(span_head(s, t.len), t);
}
static inline bool span_starts_nocase(struct span s, const char *text) {
    struct span t = span_of(text);
    return s.len >= t.len && span_eq_nocase(span_head(s, t.len), t);
}

/* Does s end in it? */
static inline bool span_ends(struct span s, struct span end) {
    return s.len >= end.len && span_eq(span_skip(s, s.len - end.len), end);
}

/* Without the blanks and line ends in front; without the blanks alone, spaces and tabs. */
struct span span_skip_space(struct span s);
struct span span_skip_blanks(struct span s);

/* The place of c outside double quotes, in which a backslash takes the next character; -1: it is not there,
 * or quotes do not end. */
ptrdiff_t span_find_unquoted(struct span s, char c);

/* Position of the first c in s, or -1. */
static inline ptrdiff_t span_find(struct span s, char c) {
    const char *at = s.len ? (const char *)memchr(s.p, c, s.len) : NULL;
    return at ? at - s.p : -1;
}

/* Position of the first occurrence of text in s, or -1. */
ptrdiff_t span_search(struct span s, struct span text);

/* The same; `rarest` is the place of a byte of text that s holds seldom: that one is looked for. */
ptrdiff_t span_search_by(struct span s, struct span text, size_t rarest);
ptrdiff_t span_search_nocase(struct span s, struct span text);

/* Cuts off what stands before the first c, and that c; all of it if there is none: then *rest.p is NULL. */
struct span span_cut(struct span *rest, char c);

/* 64 bits for a table or a comparison: the same on every machine. */
uint64_t span_hash(struct span s);

/* Whether a byte is below the blank, as NUL, tab, CR and LF are. Faster than memchr() where a text is short.
 */
bool span_has_control(struct span s);

/* Reads a decimal number that fills all of s; false (*out then holds anything) if s is empty, holds another
 * character or exceeds max. */
bool span_to_u64(struct span s, uint64_t max, uint64_t *out);

/* ASCII only, whatever the locale says. */
static inline bool ascii_digit(int c) { return c >= '0' && c <= '9'; }
static inline bool ascii_alpha(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static inline bool ascii_alnum(int c) { return ascii_digit(c) || ascii_alpha(c); }
static inline bool ascii_blank(int c) { return c == ' ' || c == '\t'; }
static inline bool ascii_space(int c) {
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}
/* What C's isspace() calls one. */
static inline bool ascii_white(int c) { return c <= ' ' && (c == ' ' || (c >= '\t' && c <= '\r')); }
static inline int ascii_lower(int c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }

/* Passes the blanks and the sign in front of a number, as C's functions do: is it a minus? */
static inline bool span_take_sign(struct span *s) {
    while (s->len && ascii_white((unsigned char)s->p[0]))
        *s = span_skip(*s, 1);
    bool negative = s->len && s->p[0] == '-';
    if (negative || (s->len && s->p[0] == '+')) *s = span_skip(*s, 1);
    return negative;
}

/* s without leading and trailing spaces and tabs, CR and LF. */
static inline struct span span_trim(struct span s) {
    const char *p = s.p, *end = p + s.len;
    while (p < end && ascii_space((unsigned char)*p))
        p++;
    while (end > p && ascii_space((unsigned char)end[-1]))
        end--;
    return span_between(p, end);
}

/* The value of a hexadecimal digit; -1: it is none. */
static inline int ascii_hex(int c) {
    if (ascii_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A text of hexadecimal digits as a number; of a longer one the last 64 bits. */
static inline uint64_t span_hex(struct span text) {
    uint64_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n = n << 4 | (uint64_t)(ascii_hex((unsigned char)text.p[i]) & 15);
    return n;
}

/* Without an LF, and then a CR, at its end. */
static inline struct span span_without_line_end(struct span line) {
    if (line.len && line.p[line.len - 1] == '\n') line.len--;
    if (line.len && line.p[line.len - 1] == '\r') line.len--;
    return line;
}

#endif
