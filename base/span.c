/* SPDX-License-Identifier: MIT */
#include "base/span.h"

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Two words that overlap hold up to twice as many bytes. */
#define WORDS_DIFFER(type, a, b, len)                                                                        \
    __extension__({                                                                                          \
        type first_a, first_b, last_a, last_b;                                                               \
        memcpy(&first_a, a, sizeof first_a);                                                                 \
        memcpy(&first_b, b, sizeof first_b);                                                                 \
        memcpy(&last_a, a + len - sizeof last_a, sizeof last_a);                                             \
        memcpy(&last_b, b + len - sizeof last_b, sizeof last_b);                                             \
        ((first_a ^ first_b) | (last_a ^ last_b)) != 0;                                                      \
    })

bool span_same_bytes(const char *a, const char *b, size_t len) {
    if (len > 16) return memcmp(a, b, len) == 0;
    if (len >= 8) return !WORDS_DIFFER(uint64_t, a, b, len);
    if (len >= 4) return !WORDS_DIFFER(uint32_t, a, b, len);
    if (len >= 2) return !WORDS_DIFFER(uint16_t, a, b, len);
    return len == 0 || *a == *b;
}

bool span_same_nocase(const char *a, const char *b, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] && ascii_lower((unsigned char)a[i]) != ascii_lower((unsigned char)b[i]))
            return false;
    return true;
}

struct span span_skip_blanks(struct span s) {
    while (s.len && ascii_blank((unsigned char)*s.p))
        s = span_skip(s, 1);
    return s;
}

struct span span_skip_space(struct span s) {
    while (s.len && ascii_space((unsigned char)*s.p))
        s = span_skip(s, 1);
    return s;
}

ptrdiff_t span_search_by(struct span s, struct span text, size_t rarest) {
    if (text.len == 0) return 0;
    for (size_t from = 0; from + text.len <= s.len;) {
        const char *found = memchr(s.p + from + rarest, text.p[rarest], s.len - text.len + 1 - from);
        if (!found) return -1;
        const char *at = found - rarest;
        if (at[text.len - 1] == text.p[text.len - 1] && span_same(at, text.p, text.len)) return at - s.p;
        from = (size_t)(at - s.p) + 1;
    }
    return -1;
}

ptrdiff_t span_search(struct span s, struct span text) { return span_search_by(s, text, 0); }

ptrdiff_t span_search_nocase(struct span s, struct span text) {
    for (size_t i = 0; i + text.len <= s.len; i++)
        if (span_eq_nocase((struct span){s.p + i, text.len}, text)) return (ptrdiff_t)i;
    return -1;
}

struct span span_cut(struct span *rest, char c) {
    ptrdiff_t at = span_find(*rest, c);
    struct span part = at < 0 ? *rest : span_head(*rest, (size_t)at);
    *rest = at < 0 ? (struct span){0} : span_skip(*rest, (size_t)at + 1);
    return part;
}

/*
 * Eight bytes at a time, read as little-endian numbers. Multiplying carries a bit only upwards, so after each
 * word the halves change places; the length keeps "a" and "a\0" apart.
 */
uint64_t span_hash(struct span s) {
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = s.len * factor, word;
    const char *p = s.p, *end = s.p + s.len / sizeof word * sizeof word;
    for (; p < end; p += sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ le64toh(word)) * factor;
        h = h << 32 | h >> 32;
    }
    uint64_t rest = 0;
    for (size_t n = s.len % sizeof word; n > 0; n--)
        rest = rest << 8 | (unsigned char)p[n - 1];
    h = (h ^ rest) * factor;
    return h ^ h >> 32;
}

/* Of a block that is looked at together. */
#ifdef __SSE2__
enum { CONTROL_BLOCK = 16 };
static inline bool block_has_control(const char *p) {
    const __m128i highest = _mm_set1_epi8(' ' - 1);
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, highest), bytes));
}
#else
enum { CONTROL_BLOCK = 8 };
static inline bool block_has_control(const char *p) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return (word - ' ' * ones) & ~word & 0x80 * ones;
}
#endif

bool span_has_control(struct span s) {
    size_t i = 0;
    for (; i + CONTROL_BLOCK <= s.len; i += CONTROL_BLOCK)
        if (block_has_control(s.p + i)) return true;
    if (i > 0)
        return i < s.len && block_has_control(s.p + s.len - CONTROL_BLOCK); /* the rest, and some before it */
    while (i < s.len && (unsigned char)s.p[i] >= ' ')
        i++;
    return i < s.len;
}

bool span_to_u64(struct span s, uint64_t max, uint64_t *out) {
    enum { SAFE_DIGITS = 19 }; /* of so many digits every number fits */
    if (s.len == 0) return false;
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned)((unsigned char)s.p[i] - '0');
        if (digit > 9 || (i >= SAFE_DIGITS && n > (UINT64_MAX - digit) / 10)) return false;
        n = n * 10 + digit;
    }
    *out = n;
    return n <= max;
}

ptrdiff_t span_find_unquoted(struct span s, char c) {
    bool quoted = false;
    for (size_t i = 0; i < s.len; i++) {
        if (quoted && s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            quoted = !quoted;
        else if (!quoted && s.p[i] == c)
            return (ptrdiff_t)i;
    }
    return -1;
}
