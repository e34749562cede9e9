/* SPDX-License-Identifier: MIT */
/* {s.*}: digests, encodings and escapes. (facts: Kamailio 18.2) */
#include "base/base64.h"
#include "base/calendar.h"
#include "model/kamailio/script/transform.h"

#include <md5.h>
#include <sha2.h>
#include <string.h>

static void add_hex(struct buf *b, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        buf_add_hex(b, p[i]);
}

static bool s_md5(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    uint8_t digest[MD5_DIGEST_LENGTH];
    struct buf b = {0};
    MD5_CTX md5;
    MD5Init(&md5);
    MD5Update(&md5, (const uint8_t *)s.p, s.len);
    MD5Final(digest, &md5);
    add_hex(&b, digest, sizeof digest);
    return transform_is_built(c, v, &b);
}

#define SHA(name, bits)                                                                                      \
    static bool name(const struct transform_call *c, struct kam_value *v) {                                  \
        struct span s = transform_text(c, *v);                                                               \
        uint8_t digest[bits / 8];                                                                            \
        struct buf b = {0};                                                                                  \
        SHA2_CTX sha;                                                                                        \
        SHA##bits##Init(&sha);                                                                               \
        SHA##bits##Update(&sha, (const uint8_t *)s.p, s.len);                                                \
        SHA##bits##Final(digest, &sha);                                                                      \
        add_hex(&b, digest, sizeof digest);                                                                  \
        return transform_is_built(c, v, &b);                                                                 \
    }

SHA(s_sha256, 256)
SHA(s_sha384, 384)
SHA(s_sha512, 512)

static bool s_to_hex(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    add_hex(&b, s.p, s.len);
    return transform_is_built(c, v, &b);
}

static bool s_from_hex(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    if (!buf_add_unhexed(&b, s)) return buf_free(&b), false;
    return transform_is_built(c, v, &b);
}

static bool encode64(const struct transform_call *c, struct kam_value *v, const char *letters, char fill) {
    struct buf b = {0};
    base64_add(&b, transform_text(c, *v), letters, fill);
    return transform_is_built(c, v, &b);
}

static bool s_64(const struct transform_call *c, struct kam_value *v) {
    return encode64(c, v, base64_letters, '=');
}
static bool s_64t(const struct transform_call *c, struct kam_value *v) {
    return encode64(c, v, base64_letters, '\0');
}
static bool s_64u(const struct transform_call *c, struct kam_value *v) {
    return encode64(c, v, base64_url_letters, '=');
}
static bool s_64ut(const struct transform_call *c, struct kam_value *v) {
    return encode64(c, v, base64_url_letters, '\0');
}

/*
 * Groups of four letters; the last one may be shorter, and at its end = are no bytes. A character that is
 * none of the letters, and one that is missing, counts as all ones.
 */
static bool s_un64t(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    if (s.len && s.len % 4 == 0 && s.p[s.len - 2] == '=' && s.p[s.len - 1] != '=') return false;
    for (size_t i = 0; i < s.len; i += 4) {
        struct span four = span_head(span_skip(s, i), 4);
        while (i + four.len == s.len && four.len && four.p[four.len - 1] == '=')
            s.len--, four.len--;
        unsigned n[4] = {0xff, 0xff, 0xff, 0xff};
        for (size_t k = 0; k < four.len; k++) {
            const char *letter = four.p[k] ? strchr(base64_letters, four.p[k]) : NULL;
            if (letter) n[k] = (unsigned)(letter - base64_letters);
        }
        const unsigned out[] = {n[0] << 2 | n[1] >> 4, n[1] << 4 | n[2] >> 2, n[2] << 6 | n[3]};
        for (size_t k = 0; k < 3 && k + 2 <= (four.len > 1 ? four.len : 2); k++)
            buf_add_char(&b, (char)(out[k] & 0xff));
    }
    return transform_is_built(c, v, &b);
}

/* Here all groups are full. */
static bool s_un64(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    return s.len && s.len % 4 == 0 && s_un64t(c, v);
}

/* Up to the = at the end, of which those that are too many take a byte away; a character that is none of the
 * letters makes it fail. */
static bool s_un64u(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v), letters = s;
    struct buf b = {0};
    while (letters.len && letters.p[letters.len - 1] == '=')
        letters.len--;
    if (!base64_read(&b, letters, base64_url_letters)) return buf_free(&b), false;
    size_t room = s.len * 3 / 4, pads = s.len - letters.len;
    if (b.len + pads > room) b.len = room > pads ? room - pads : 0;
    return transform_is_built(c, v, &b);
}

static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The digits of a number, the most significant first, in another base; leading zeros apart. */
static void change_base(struct buf *digits, const uint8_t *from, size_t n, unsigned from_base,
                        unsigned to_base) {
    for (size_t i = 0; i < n; i++) {
        unsigned carry = from[i];
        for (size_t k = digits->len; k > 0; k--) {
            carry += (uint8_t)digits->p[k - 1] * from_base;
            digits->p[k - 1] = (char)(carry % to_base);
            carry /= to_base;
        }
        for (; carry; carry /= to_base) {
            buf_add_char(digits, 0);
            memmove(digits->p + 1, digits->p, digits->len - 1);
            digits->p[0] = (char)(carry % to_base);
        }
    }
}

enum { BASE58_MAX = 4096 };

static bool s_58(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf digits = {0}, b = {0};
    if (s.len > BASE58_MAX) return false;
    for (size_t i = 0; i < s.len && s.p[i] == '\0'; i++)
        buf_add_char(&b, base58[0]);
    change_base(&digits, (const uint8_t *)s.p, s.len, 256, 58);
    for (size_t i = 0; i < digits.len; i++)
        buf_add_char(&b, base58[(uint8_t)digits.p[i]]);
    buf_free(&digits);
    return transform_is_built(c, v, &b);
}

/* 5.6.3 writes the zeros behind the rest, and one more. */
static bool s_un58(const struct transform_call *c, struct kam_value *v) {
    struct span s = arena_text(c->arena, transform_text(c, *v));
    struct buf b = {0};
    size_t zeros = 1;
    bool leading = true;
    if (s.len > BASE58_MAX) return false;
    for (size_t i = 0; i < s.len; i++) {
        const char *letter = s.p[i] ? strchr(base58, s.p[i]) : NULL;
        if (!letter) return false;
        ((char *)s.p)[i] = (char)(letter - base58);
        leading = leading && letter == base58;
        zeros += leading;
    }
    change_base(&b, (const uint8_t *)s.p, s.len, 58, 256);
    while (zeros-- > 0)
        buf_add_char(&b, '\0');
    return transform_is_built(c, v, &b);
}

/* Seven bits of each character, the lowest ones first, as bytes in hexadecimal digits. */
static bool s_7bit(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    for (size_t i = 0; i < s.len; i++) {
        unsigned used = i % 8, here = (uint8_t)s.p[i], next = i + 1 < s.len ? (uint8_t)s.p[i + 1] : 0;
        if (used < 7) buf_addf(&b, "%02X", (here >> used | next << (7 - used)) & 0xff);
    }
    return transform_is_built(c, v, &b);
}

/* What is no digit counts as something, too; behind the text is a NUL. */
static unsigned hex_nibble(char c) {
    bool digit = ascii_digit((unsigned char)c);
    return (unsigned)(digit ? c - '0' : ascii_lower((unsigned char)c) - 'a' + 10);
}

static bool s_un7bit(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    unsigned before = 0;
    for (size_t i = 0; i < s.len; i += 2) {
        unsigned used = i / 2 % 7, low = hex_nibble(i + 1 < s.len ? s.p[i + 1] : '\0');
        unsigned byte = (hex_nibble(s.p[i]) << 4 | low) & 0xff;
        buf_add_char(&b, (char)((byte << used | before) & 0x7f));
        before = byte >> (7 - used);
        if (used < 6) continue;
        buf_add_char(&b, (char)(before & 0x7f));
        before = 0;
    }
    return transform_is_built(c, v, &b);
}

/* A backslash before quotes, backslashes and NUL. */
static bool s_escape(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    for (size_t i = 0; i < s.len; i++) {
        bool special = s.p[i] == '\'' || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '\0';
        if (special) buf_add_char(&b, '\\');
        buf_add_char(&b, s.p[i] == '\0' ? '0' : s.p[i]);
    }
    return transform_is_built(c, v, &b);
}

static bool s_unescape(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    for (size_t i = 0; i < s.len; i++) {
        bool escape = s.p[i] == '\\' && i + 1 < s.len && strchr("'\"\\0", s.p[i + 1]) && s.p[i + 1];
        if (escape) i++;
        buf_add_char(&b, escape && s.p[i] == '0' ? '\0' : s.p[i]);
    }
    return transform_is_built(c, v, &b);
}

static bool percent(const struct transform_call *c, struct kam_value *v, const char *also) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    for (size_t i = 0; i < s.len; i++) {
        bool plain = ascii_alnum((unsigned char)s.p[i]) || (s.p[i] && strchr(also, s.p[i]));
        if (plain)
            buf_add_char(&b, s.p[i]);
        else
            buf_add_char(&b, '%'), buf_add_hex(&b, (uint8_t)s.p[i]);
    }
    return transform_is_built(c, v, &b);
}

/* Whatever stands behind a %; one that has not two characters behind it is left out. */
static bool unpercent(const struct transform_call *c, struct kam_value *v, bool plus) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != '%') {
            buf_add_char(&b, plus && s.p[i] == '+' ? ' ' : s.p[i]);
        } else if (i + 2 < s.len) {
            buf_add_char(&b, (char)(hex_nibble(s.p[i + 1]) << 4 | hex_nibble(s.p[i + 2])));
            i += 2;
        }
    }
    return transform_is_built(c, v, &b);
}

/* A character that can be written in one line. */
static bool is_printable(int c) { return c >= ' ' && c <= '~'; }

static bool escape(const struct transform_call *c, struct kam_value *v, const char *also) {
    struct span s = transform_text(c, *v);
    for (size_t i = 0; i < s.len; i++)
        if (!is_printable((unsigned char)s.p[i])) return false;
    return percent(c, v, also);
}

/* RFC 3261 25.1: user, and the unreserved of a parameter */
static bool s_user(const struct transform_call *c, struct kam_value *v) {
    return escape(c, v, "-_.!~*'()&=+$,;?");
}
static bool s_param(const struct transform_call *c, struct kam_value *v) {
    return escape(c, v, "-_.!~*'()[]/:&+$");
}
static bool s_url(const struct transform_call *c, struct kam_value *v) { return percent(c, v, "-_.~"); }
/* Behind each % two digits, for a character that escape() takes. */
static bool s_unuser(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != '%') continue;
        int high = i + 2 < s.len ? ascii_hex(s.p[i + 1]) : -1;
        int low = i + 2 < s.len ? ascii_hex(s.p[i + 2]) : -1;
        if (high < 0 || low < 0 || !is_printable(high << 4 | low)) return false;
        i += 2;
    }
    return unpercent(c, v, false);
}
static bool s_unurl(const struct transform_call *c, struct kam_value *v) { return unpercent(c, v, true); }

static bool s_csv(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    buf_add_char(&b, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '"') buf_add_char(&b, '"');
        buf_add_char(&b, s.p[i]);
    }
    buf_add_char(&b, '"');
    return transform_is_built(c, v, &b);
}

/* Seconds since 1970 as strftime() writes them. */
static bool s_ftime(const struct transform_call *c, struct kam_value *v) {
    struct calendar calendar;
    struct buf b = {0};
    struct span text = transform_text(c, *v);
    for (size_t i = 0; v->type == KAM_STR && i < text.len; i++)
        if (!ascii_digit((unsigned char)text.p[i])) return false;
    int64_t seconds = script_int(*v);
    calendar_split(&calendar, seconds > 0 ? seconds : 0);
    calendar_write(&b, &calendar, c->s[0]);
    return transform_is_built(c, v, &b);
}

/* The result must fit into Kamailio's buffer: so long may a text be that may become as long again, twice ...
 */
enum {
    FOR_ONE = TRANSFORM_BUFFER - 1,
    FOR_TWO = FOR_ONE / 2,
    FOR_THREE = FOR_ONE / 3,
    FOR_FOUR_THIRDS = 49149
};

const struct transform_row script_transform_codes[] = {
    {"s.md5", "", s_md5, .cost = TRANSFORM_DEAR},
    {"s.sha256", "", s_sha256, .cost = TRANSFORM_DEAR},
    {"s.sha384", "", s_sha384, .cost = TRANSFORM_DEAR},
    {"s.sha512", "", s_sha512, .cost = TRANSFORM_DEAR},
    {"s.encode.hexa", "", s_to_hex, .longest = FOR_TWO, .cost = TRANSFORM_DEAR},
    {"s.decode.hexa", "", s_from_hex},
    {"s.encode.base64", "", s_64, .longest = FOR_FOUR_THIRDS},
    {"s.decode.base64", "", s_un64},
    {"s.encode.base64t", "", s_64t, .longest = FOR_FOUR_THIRDS},
    {"s.decode.base64t", "", s_un64t},
    {"s.encode.base64url", "", s_64u, .longest = FOR_FOUR_THIRDS},
    {"s.decode.base64url", "", s_un64u},
    {"s.encode.base64urlt", "", s_64ut, .longest = FOR_FOUR_THIRDS},
    {"s.decode.base64urlt", "", s_un64u},
    {"s.encode.base58", "", s_58, .cost = TRANSFORM_SQUARE},
    {"s.decode.base58", "", s_un58, .cost = TRANSFORM_SQUARE},
    {"s.encode.7bit", "", s_7bit, .longest = 57343},
    {"s.decode.7bit", "", s_un7bit, .longest = FOR_TWO},
    {"s.escape.common", "", s_escape, .longest = FOR_TWO},
    {"s.unescape.common", "", s_unescape, .longest = FOR_ONE},
    {"s.escape.user", "", s_user, .longest = FOR_THREE},
    {"s.unescape.user", "", s_unuser, .longest = FOR_ONE},
    {"s.escape.param", "", s_param, .longest = FOR_THREE},
    {"s.unescape.param", "", s_unuser, .longest = FOR_ONE},
    {"s.escape.csv", "", s_csv, .longest = FOR_TWO - 1},
    {"s.urlencode.param", "", s_url, .longest = FOR_THREE},
    {"s.urldecode.param", "", s_unurl, .longest = FOR_ONE},
    {"s.ftime", "s", s_ftime},
    {NULL, NULL, NULL},
};
