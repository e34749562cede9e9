/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include "base/real.h"
#include "base/wide.h"

#include <string.h>

/* A number and its sign; false if it does not fit. */
static bool narrow(uint64_t size, bool negative, int64_t *out) {
    if (size > INT64_MAX) return false;
    *out = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static uint64_t size_of(int64_t n) { return n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n; }

/* A power of ten that says more than this about a digit is out of reach either way. */
enum { EXPONENT_MAX = 1000 };

/*
 * The digits of a mantissa, its point after before of them, times ten to the exponent; in billionths,
 * UINT64_MAX if they do not fit.
 */
static uint64_t scale_digits(struct span digits, int before, int exponent) {
    int place = before + exponent + 8; /* of the next digit, as a power of ten of a billionth */
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.p[i] == '.') continue;
        int digit = digits.p[i] - '0';
        if (place == -1 && digit >= 5) value += 1; /* rounded at the first digit too many */
        uint64_t weight = (uint64_t)digit;
        for (int p = 0; p < place && weight > 0; p++, weight *= 10)
            if (weight > INT64_MAX / 10) return UINT64_MAX;
        if (place >= 0) value += weight;
        place--;
        if (value > INT64_MAX) return UINT64_MAX;
    }
    return value;
}

static bool parse_decimal(struct span *text, uint64_t *out) {
    size_t n = 0, digits = 0;
    int before = 0;
    bool point = false;
    for (; n < text->len && (ascii_digit((unsigned char)text->p[n]) || (text->p[n] == '.' && !point)); n++) {
        if (text->p[n] == '.') {
            point = true;
            continue;
        }
        digits++;
        before += !point && before < EXPONENT_MAX;
    }
    if (digits == 0) return false;
    struct span mantissa = span_head(*text, n);
    *text = span_skip(*text, n);
    *out = scale_digits(mantissa, before, real_take_exponent(text, 'e'));
    return true;
}

static bool parse_hex(struct span *text, uint64_t *out) {
    uint64_t value = 0;
    *text = span_skip(*text, 2);
    for (; text->len > 0 && ascii_hex(text->p[0]) >= 0; *text = span_skip(*text, 1))
        if (value <= NUMBER_WHOLE_MAX) value = value * 16 + (uint64_t)ascii_hex(text->p[0]);
    *out = value <= NUMBER_WHOLE_MAX ? value * NUMBER_ONE : UINT64_MAX;
    return true;
}

/* The words that strtod() knows. "nan" compares as nothing does: here it is 0. */
static bool parse_word(struct span *text, uint64_t *out) {
    struct real r;
    if (!real_take_word(text, &r)) return false;
    *out = real_is_nan(r) ? 0 : UINT64_MAX;
    return true;
}

bool number_read(struct span text, int64_t *out, bool *beyond) {
    uint64_t value = 0;
    *out = 0;
    *beyond = false;
    if (text.len == 0) return true;
    bool negative = span_take_sign(&text);
    bool hex = span_starts_nocase(text, "0x") && text.len > 2 && ascii_hex(text.p[2]) >= 0;
    if (!(hex ? parse_hex(&text, &value) : parse_word(&text, &value) || parse_decimal(&text, &value)) ||
        text.len > 0)
        return false;
    *beyond = !narrow(value, negative, out);
    if (*beyond) *out = negative ? -INT64_MAX : INT64_MAX;
    return true;
}

bool number_parse(struct span text, int64_t *out) {
    bool beyond;
    return number_read(text, out, &beyond) && !beyond;
}

bool number_add(int64_t a, int64_t b, int64_t *out) {
    if (b > 0 ? a > INT64_MAX - b : a < -INT64_MAX - b) return false;
    *out = a + b;
    return true;
}

/* a b / c; products need twice the bits. Halves are rounded away from zero. */
static bool rounded_ratio(int64_t a, int64_t b, int64_t c, int64_t *out) {
    struct wide half = wide_of(size_of(c) / 2);
    struct wide size = wide_divide(wide_add(wide_product(size_of(a), size_of(b)), half), wide_of(size_of(c)));
    return wide_is_narrow(size) && narrow(size.low, (a < 0) ^ (b < 0) ^ (c < 0), out);
}

bool number_multiply(int64_t a, int64_t b, int64_t *out) { return rounded_ratio(a, b, NUMBER_ONE, out); }

bool number_divide(int64_t a, int64_t b, int64_t *out) {
    return b != 0 && rounded_ratio(a, NUMBER_ONE, b, out);
}

int64_t integer_prefix(struct span text) {
    bool negative = span_take_sign(&text);
    uint64_t n = 0;
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    for (; text.len > 0 && ascii_digit((unsigned char)text.p[0]); text = span_skip(text, 1)) {
        uint64_t digit = (uint64_t)(text.p[0] - '0');
        n = n > (most - digit) / 10 ? most : n * 10 + digit;
    }
    return negative ? (int64_t)(0 - n) : (int64_t)n;
}

bool integer_parse(struct span text, int64_t min, int64_t max, int64_t *out) {
    bool nothing = text.len == 0;
    bool negative = span_take_sign(&text);
    int base = 10;
    if (span_starts_nocase(text, "0x")) {
        base = 16;
        text = span_skip(text, 2);
    } else if (text.len > 1 && text.p[0] == '0') {
        base = 8;
        text = span_skip(text, 1);
    }
    if (text.len == 0 && !nothing) return false;
    static const uint64_t most = (uint64_t)INT64_MAX + 1; /* of a negative one */
    uint64_t size = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = ascii_hex(text.p[i]);
        if (digit < 0 || digit >= base || size > (most - (uint64_t)digit) / (uint64_t)base) return false;
        size = size * (uint64_t)base + (uint64_t)digit;
    }
    if (size == most && !negative) return false;
    int64_t value = size == most ? INT64_MIN : negative ? -(int64_t)size : (int64_t)size;
    if (value < min || value > max) return false;
    *out = value;
    return true;
}
