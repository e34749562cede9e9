/* SPDX-License-Identifier: MIT */
#include "base/span.h"

#include <endian.h>

bool span_same_nocase(const char *a, const char *b, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] && ascii_lower((unsigned char)a[i]) != ascii_lower((unsigned char)b[i]))
            return false;
    return true;
}

struct span span_trim(struct span s) {
    const char *p = s.p, *end = p + s.len;
    while (p < end && ascii_space((unsigned char)*p))
        p++;
    while (end > p && ascii_space((unsigned char)end[-1]))
        end--;
    return span_between(p, end);
}

struct span span_skip_space(struct span s) {
    while (s.len && ascii_space((unsigned char)*s.p))
        s = span_skip(s, 1);
    return s;
}

ptrdiff_t span_search(struct span s, struct span text) {
    if (text.len == 0) return 0;
    for (size_t from = 0; from + text.len <= s.len;) {
        const char *at = memchr(s.p + from, text.p[0], s.len - text.len + 1 - from);
        if (!at) return -1;
        if (at[text.len - 1] == text.p[text.len - 1] && memcmp(at, text.p, text.len) == 0) return at - s.p;
        from = (size_t)(at - s.p) + 1;
    }
    return -1;
}

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
 * word the upper half is brought down; the length keeps "a" and "a\0" apart.
 */
uint64_t span_hash(struct span s) {
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = s.len * factor, word;
    const char *p = s.p, *end = s.p + s.len / sizeof word * sizeof word;
    for (; p < end; p += sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ le64toh(word)) * factor;
        h ^= h >> 32;
    }
    word = 0;
    if (s.len % sizeof word) memcpy(&word, p, s.len % sizeof word);
    h = (h ^ le64toh(word)) * factor;
    return h ^ h >> 32;
}

bool span_to_u64(struct span s, uint64_t max, uint64_t *out) {
    if (s.len == 0) return false;
    uint64_t n = 0, most = max / 10;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_digit((unsigned char)s.p[i])) return false;
        unsigned digit = (unsigned)(s.p[i] - '0');
        if (n > most || (n == most && digit > max % 10)) return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
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
