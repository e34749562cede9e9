/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *b) {
    free(b->p);
    *b = (struct buf){0};
}

void buf_grow(struct buf *b, size_t n) {
    size_t cap = b->cap ? b->cap : 32;
    if (n > SIZE_MAX / 2 - b->len) mem_exhausted();
    while (cap - b->len < n)
        cap *= 2;
    b->p = mem_resize(b->p, cap);
    b->cap = cap;
}

void buf_add_text(struct buf *b, const char *text) { buf_add(b, span_of(text)); }

struct span decimal_digits(uint64_t n, char room[static DECIMAL_DIGITS]) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    size_t at = DECIMAL_DIGITS;
    for (; n >= 10; n /= 100) /* two at a time: half the divisions */
        memcpy(room + (at -= 2), pairs + n % 100 * 2, 2);
    if (n > 0 || at == DECIMAL_DIGITS) room[--at] = (char)('0' + n);
    return (struct span){room + at, DECIMAL_DIGITS - at};
}

void buf_add_u64(struct buf *b, uint64_t n) {
    char room[DECIMAL_DIGITS];
    buf_add(b, decimal_digits(n, room));
}

void buf_add_i64(struct buf *b, int64_t n) {
    if (n < 0) buf_add_char(b, '-');
    buf_add_u64(b, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
}

void buf_add_hex(struct buf *b, uint8_t byte) {
    static const char digits[] = "0123456789abcdef";
    char two[] = {digits[byte >> 4], digits[byte & 15]};
    buf_add(b, (struct span){two, sizeof two});
}

bool buf_add_unhexed(struct buf *b, struct span hex) {
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        int high = ascii_hex(hex.p[i]), low = ascii_hex(hex.p[i + 1]);
        if (high < 0 || low < 0) return false;
        buf_add_char(b, (char)(high << 4 | low));
    }
    return true;
}

void buf_add_lower(struct buf *b, struct span s) {
    size_t from = b->len;
    buf_add(b, s);
    for (size_t i = from; i < b->len; i++)
        b->p[i] = (char)ascii_lower((unsigned char)b->p[i]);
}

void buf_addv(struct buf *b, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert(need >= 0);
    vsnprintf(buf_room(b, (size_t)need + 1), (size_t)need + 1, format, args);
    b->len += (size_t)need;
}

void buf_addf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_addv(b, format, args);
    va_end(args);
}

void buf_insert(struct buf *b, size_t at, struct span s) {
    assert(at <= b->len);
    if (s.len == 0) return;
    buf_room(b, s.len);
    memmove(b->p + at + s.len, b->p + at, b->len - at);
    memcpy(b->p + at, s.p, s.len);
    b->len += s.len;
}

const char *buf_text(struct buf *b) {
    *buf_room(b, 1) = '\0';
    return b->p;
}
