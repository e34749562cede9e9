/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/number.h"

/* Products of two numbers need twice the bits. */
__extension__ typedef __int128 wide;

static bool narrow(wide value, int64_t *out) {
    if (value > INT64_MAX || value < -INT64_MAX) return false;
    *out = (int64_t)value;
    return true;
}

bool number_parse(struct span text, int64_t *out) {
    text = span_trim(text);
    bool negative = text.len > 0 && text.p[0] == '-';
    if (text.len > 0 && (text.p[0] == '-' || text.p[0] == '+')) text = span_skip(text, 1);
    int64_t whole = 0, unit = NUMBER_ONE, part = 0;
    size_t digits = 0;
    for (; text.len > 0 && ascii_digit((unsigned char)text.p[0]); text = span_skip(text, 1), digits++) {
        whole = whole * 10 + (text.p[0] - '0');
        if (whole > NUMBER_WHOLE_MAX) return false;
    }
    if (text.len > 0 && text.p[0] == '.') {
        text = span_skip(text, 1);
        for (; text.len > 0 && ascii_digit((unsigned char)text.p[0]); text = span_skip(text, 1), digits++) {
            if ((unit /= 10) == 0) return false;
            part += unit * (text.p[0] - '0');
        }
    }
    if (digits == 0 || text.len > 0) return false;
    wide value = (wide)whole * NUMBER_ONE + part;
    return narrow(negative ? -value : value, out);
}

void number_write(struct buf *out, int64_t n) {
    uint64_t size = n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n;
    uint64_t millionths = (size + 500) / 1000;
    if (n < 0) buf_add_char(out, '-');
    buf_add_u64(out, millionths / 1000000);
    buf_add_char(out, '.');
    for (uint64_t unit = 100000; unit > 0; unit /= 10)
        buf_add_char(out, (char)('0' + millionths / unit % 10));
}

bool number_add(int64_t a, int64_t b, int64_t *out) { return narrow((wide)a + b, out); }

bool number_subtract(int64_t a, int64_t b, int64_t *out) { return narrow((wide)a - b, out); }

/* Halves are rounded away from zero. */
static bool rounded_ratio(wide a, wide b, int64_t *out) {
    wide half = (b < 0 ? -b : b) / 2;
    return narrow((a + (a < 0 ? -half : half)) / b, out);
}

bool number_multiply(int64_t a, int64_t b, int64_t *out) {
    return rounded_ratio((wide)a * b, NUMBER_ONE, out);
}

bool number_divide(int64_t a, int64_t b, int64_t *out) {
    return b != 0 && rounded_ratio((wide)a * NUMBER_ONE, b, out);
}

static int digit_value(char c) {
    if (ascii_digit((unsigned char)c)) return c - '0';
    int lower = ascii_lower((unsigned char)c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

bool integer_parse(struct span text, int64_t min, int64_t max, int64_t *out) {
    text = span_trim(text);
    bool negative = text.len > 0 && text.p[0] == '-';
    if (text.len > 0 && (text.p[0] == '-' || text.p[0] == '+')) text = span_skip(text, 1);
    int base = 10;
    if (span_starts_nocase(text, "0x")) {
        base = 16;
        text = span_skip(text, 2);
    } else if (text.len > 1 && text.p[0] == '0') {
        base = 8;
        text = span_skip(text, 1);
    }
    if (text.len == 0) return false;
    wide value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_value(text.p[i]);
        if (digit >= base || value > INT64_MAX) return false;
        value = value * base + digit;
    }
    if (negative) value = -value;
    if (value < min || value > max) return false;
    *out = (int64_t)value;
    return true;
}
