/* SPDX-License-Identifier: MIT */
/*
 * Doubles as decimal texts, exactly. A number is a row of decimal digits that is doubled and halved until it
 * is what the other side wants; a double has at most 767 digits that count, and what is cut off behind 800 is
 * remembered.
 */
#include "base/real.h"

#include <string.h>

enum { DIGITS = 800, STEP = 27, EXPONENT_LIMIT = 100000, DECIMALS = 6 };

/* 0.d1 d2 d3 ... times ten to the point. */
struct decimal {
    int count, point;
    bool more; /* digits that are not 0 were cut off */
    unsigned char digit[DIGITS];
};

static void trim(struct decimal *d) {
    while (d->count > 0 && d->digit[d->count - 1] == 0)
        d->count--;
    if (d->count == 0) d->point = 0;
}

static void add_digit(struct decimal *d, unsigned digit) {
    if (d->count < DIGITS)
        d->digit[d->count++] = (unsigned char)digit;
    else if (digit)
        d->more = true;
}

/* Divided by 2^bits, at most STEP. */
static void halve(struct decimal *d, unsigned bits) {
    uint64_t n = 0, mask = (UINT64_C(1) << bits) - 1;
    int from = 0;
    for (; n >> bits == 0; from++) {
        if (from >= d->count && n == 0) return;
        n = n * 10 + (from < d->count ? d->digit[from] : 0);
    }
    d->point -= from - 1;
    int to = 0;
    for (; from < d->count; from++) {
        unsigned digit = (unsigned)(n >> bits);
        n = (n & mask) * 10 + d->digit[from];
        d->digit[to++] = (unsigned char)digit;
    }
    d->count = to;
    for (; n > 0; n = (n & mask) * 10)
        add_digit(d, (unsigned)(n >> bits));
    trim(d);
}

/* Times 2^bits, at most STEP. */
static void redouble(struct decimal *d, unsigned bits) {
    uint64_t carry = 0;
    unsigned char front[20];
    int new = 0;
    for (int i = d->count; i-- > 0; carry /= 10) {
        carry += (uint64_t)d->digit[i] << bits;
        d->digit[i] = (unsigned char)(carry % 10);
    }
    for (; carry > 0; carry /= 10)
        front[new ++] = (unsigned char)(carry % 10);
    for (int i = DIGITS - new; i < d->count; i++)
        d->more |= d->digit[i] != 0;
    int kept = d->count + new <= DIGITS ? d->count : DIGITS - new;
    memmove(d->digit + new, d->digit, (size_t)kept);
    for (int i = 0; i < new; i++)
        d->digit[i] = front[new - 1 - i];
    d->count = kept + new;
    d->point += new;
    trim(d);
}

static void scale(struct decimal *d, int twos) {
    for (; twos > 0; twos -= twos > STEP ? STEP : twos)
        redouble(d, (unsigned)(twos > STEP ? STEP : twos));
    for (; twos < 0; twos += twos < -STEP ? STEP : -twos)
        halve(d, (unsigned)(twos < -STEP ? STEP : -twos));
}

static struct real real_of_decimal(struct decimal *d, bool negative) {
    if (d->count == 0 || d->point < -330) return real_pack(negative, 0, 0, false);
    if (d->point > 310) return real_pack(negative, 1, 2000, false);
    int exponent = 0;
    while (d->point > 19 || d->point < 18) { /* so that the whole part has 18 or 19 digits: enough bits */
        int twos = d->point > 19 ? -1 : 1;
        if (d->point > 27 || d->point < 10) twos *= STEP;
        scale(d, twos);
        exponent -= twos;
    }
    uint64_t m = 0;
    for (int i = 0; i < d->point; i++)
        m = m * 10 + (i < d->count ? d->digit[i] : 0);
    return real_pack(negative, m, exponent, d->count > d->point || d->more);
}

int real_take_exponent(struct span *text, char letter) {
    if (text->len < 2 || ascii_lower((unsigned char)text->p[0]) != letter) return 0;
    struct span s = span_skip(*text, 1);
    bool negative = s.p[0] == '-';
    if (s.p[0] == '-' || s.p[0] == '+') s = span_skip(s, 1);
    if (s.len == 0 || !ascii_digit((unsigned char)s.p[0])) return 0;
    int n = 0;
    for (; s.len > 0 && ascii_digit((unsigned char)s.p[0]); s = span_skip(s, 1))
        if (n < EXPONENT_LIMIT) n = n * 10 + (s.p[0] - '0');
    *text = s;
    return negative ? -n : n;
}

static bool parse_decimal(struct span *text, bool negative, struct real *out) {
    struct decimal d = {0};
    bool point = false, any = false;
    for (; text->len > 0; *text = span_skip(*text, 1)) {
        char c = text->p[0];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!ascii_digit((unsigned char)c)) break;
        any = true;
        if (d.count == 0 && c == '0')
            d.point -= point && d.point > -EXPONENT_LIMIT;
        else {
            add_digit(&d, (unsigned)(c - '0'));
            d.point += !point && d.point < EXPONENT_LIMIT;
        }
    }
    d.point += real_take_exponent(text, 'e');
    trim(&d);
    *out = real_of_decimal(&d, negative);
    return any;
}

/* Behind 0x. */
static bool parse_hex(struct span *text, bool negative, struct real *out) {
    uint64_t m = 0;
    int exponent = 0;
    bool point = false, more = false;
    for (; text->len > 0; *text = span_skip(*text, 1)) {
        int digit = ascii_hex(text->p[0]);
        if (text->p[0] == '.' && !point)
            point = true;
        else if (digit < 0)
            break;
        else if (m >> 60) {
            more |= digit != 0;
            exponent += point || exponent > EXPONENT_LIMIT ? 0 : 4;
        } else {
            m = m << 4 | (uint64_t)digit;
            exponent -= point ? 4 : 0;
        }
    }
    *out = real_pack(negative, m, exponent + real_take_exponent(text, 'p'), more);
    return true;
}

/* nan(12): letters, digits and _ in the brackets, which are of no consequence. */
static void skip_payload(struct span *text) {
    if (!span_starts(*text, "(")) return;
    size_t n = 1;
    while (n < text->len && (ascii_alnum((unsigned char)text->p[n]) || text->p[n] == '_'))
        n++;
    if (n < text->len && text->p[n] == ')') *text = span_skip(*text, n + 1);
}

bool real_take_word(struct span *text, struct real *out) {
    static const struct {
        const char *word;
        uint64_t bits;
    } words[] = {{"infinity", UINT64_C(0x7ff0000000000000)},
                 {"inf", UINT64_C(0x7ff0000000000000)},
                 {"nan", UINT64_C(0x7ff8000000000000)}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!span_starts_nocase(*text, words[i].word)) continue;
        *text = span_skip(*text, strlen(words[i].word));
        out->bits = words[i].bits;
        if (real_is_nan(*out)) skip_payload(text);
        return true;
    }
    return false;
}

bool real_parse(struct span text, struct real *out) {
    *out = REAL_ZERO;
    if (text.len == 0) return true;
    bool negative = span_take_sign(&text);
    if (span_starts_nocase(text, "0x") && text.len > 2 && ascii_hex(text.p[2]) >= 0) {
        text = span_skip(text, 2);
        return parse_hex(&text, negative, out) && text.len == 0;
    }
    if (!real_take_word(&text, out)) return parse_decimal(&text, negative, out) && text.len == 0;
    out->bits |= (uint64_t)negative << 63;
    return text.len == 0;
}

/* Cut to so many digits, rounded to the nearest, ties to even. */
static void round_to(struct decimal *d, int count) {
    if (count >= d->count) return;
    bool up = count >= 0 && d->digit[count] >= 5;
    if (up && d->digit[count] == 5 && count + 1 == d->count) up = count > 0 && d->digit[count - 1] & 1;
    d->count = count > 0 ? count : 0;
    if (!up) return;
    while (d->count > 0 && d->digit[d->count - 1] == 9)
        d->count--;
    if (d->count > 0) {
        d->digit[d->count - 1]++;
    } else {
        d->digit[d->count++] = 1;
        d->point++;
    }
}

/* m * 2^exponent, exactly. */
static void make_decimal(struct decimal *d, uint64_t m, int exponent) {
    char room[DECIMAL_DIGITS];
    struct span digits = m ? decimal_digits(m, room) : (struct span){0};
    *d = (struct decimal){0};
    for (size_t i = 0; i < digits.len; i++)
        add_digit(d, (unsigned)(digits.p[i] - '0'));
    d->point = d->count;
    trim(d);
    scale(d, exponent);
}

/* The digits from that place behind the point on, up to the other one. */
static void write_digits(struct buf *out, const struct decimal *d, int from, int to) {
    for (int i = from; i < to; i++)
        buf_add_char(out, (char)('0' + (i >= 0 && i < d->count ? d->digit[i] : 0)));
}

void real_write(struct buf *out, struct real r) {
    uint64_t m;
    int exponent;
    struct decimal d;
    bool is_finite = real_parts(r, &m, &exponent);
    if (r.bits >> 63) buf_add_char(out, '-');
    if (!is_finite) {
        buf_add_text(out, r.bits << 12 ? "nan" : "inf");
        return;
    }
    make_decimal(&d, m, exponent);
    round_to(&d, d.point + DECIMALS);
    if (d.point <= 0) buf_add_char(out, '0');
    write_digits(out, &d, 0, d.point);
    buf_add_char(out, '.');
    write_digits(out, &d, d.point, d.point + DECIMALS);
}

bool real_is_finite(struct real r) {
    uint64_t m;
    int exponent;
    return real_parts(r, &m, &exponent);
}

void real_write_short(struct buf *out, struct real r, int digits) {
    enum { LOWEST = -4 }; /* below, and with zeros in front of the point, it has an exponent */
    uint64_t m;
    int exponent;
    struct decimal d;
    real_parts(r, &m, &exponent);
    make_decimal(&d, m, exponent);
    round_to(&d, digits);
    trim(&d);
    int tens = d.count > 0 ? d.point - 1 : 0, whole = tens < LOWEST || tens >= digits ? 1 : tens + 1;
    if (r.bits >> 63) buf_add_char(out, '-');
    if (whole <= 0) buf_add_char(out, '0');
    write_digits(out, &d, 0, whole);
    if (d.count > whole) buf_add_char(out, '.');
    write_digits(out, &d, whole, d.count);
    if (whole != tens + 1) buf_addf(out, "e%c%02d", tens < 0 ? '-' : '+', tens < 0 ? -tens : tens);
}
