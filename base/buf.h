/* SPDX-License-Identifier: MIT */
/* A growable array of bytes: where messages and reports are written. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

#include <stdarg.h>

struct buf {
    char *p;
    size_t len, cap;
};

/* All-zero is a valid empty buffer; buf_free makes it one again. */
void buf_free(struct buf *b);

/* Forgets the content, keeps the memory. */
static inline void buf_reset(struct buf *b) { b->len = 0; }

/* Makes room for n more bytes, one at least, and returns where they go; the caller then raises len. */
void buf_grow(struct buf *b, size_t n);
static inline char *buf_room(struct buf *b, size_t n) {
    if (b->cap - b->len < n) buf_grow(b, n);
    return b->p + b->len;
}

/* In the header, as most of what is added is a few bytes, and a call costs as much. */
static inline void buf_add(struct buf *b, struct span s) {
    if (s.len) {
        memcpy(buf_room(b, s.len), s.p, s.len);
        b->len += s.len;
    } else if (!b->p) {
        buf_grow(b, 0); /* what is empty is not what is not there */
    }
}
static inline void buf_add_char(struct buf *b, char c) {
    *buf_room(b, 1) = c;
    b->len++;
}

/* A number's decimal digits, which stand at the end of room. */
enum { DECIMAL_DIGITS = 20 };
struct span decimal_digits(uint64_t n, char room[static DECIMAL_DIGITS]);

void buf_add_text(struct buf *b, const char *text);
void buf_add_u64(struct buf *b, uint64_t n);
void buf_add_i64(struct buf *b, int64_t n);
void buf_add_lower(struct buf *b, struct span s); /* ASCII letters as small ones */

/* Adds the two hexadecimal digits of a byte, as printf's "%02x" does, which takes many times as long. */
void buf_add_hex(struct buf *b, uint8_t byte);

/* Adds a byte for two hexadecimal digits each; an odd last one is none. False: there is another character,
 * and what stands before it has been added. */
bool buf_add_unhexed(struct buf *b, struct span hex);

void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *format, va_list args);

/* Replaces nothing, moves the tail: inserts s at position at. */
void buf_insert(struct buf *b, size_t at, struct span s);

static inline struct span buf_span(const struct buf *b) { return (struct span){b->p, b->len}; }

/* The content as a NUL-terminated text that the buffer owns; the NUL is not counted in len. */
const char *buf_text(struct buf *b);

#endif
