/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/branch.h"

#include "model/sip/digest.h"

#include <endian.h>

#define COOKIE "z9hG4bK"

/* Up to four bytes as one big-endian number; bytes from 0x80 on count as negative ones, as in the original.
 */
static uint32_t group(const char *p, size_t len) {
    uint32_t v = 0;
    for (size_t i = 0; i < len; i++)
        v = (v << 8) + (uint32_t)(int32_t)(signed char)p[i];
    return v;
}

/* A group of four: one load, as nearly no text has such bytes. */
static uint32_t group_of_four(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v & 0x80808080 ? group(p, sizeof v) : be32toh(v);
}

static uint32_t hash_add(uint32_t h, struct span s) {
    for (; s.len >= 4; s = span_skip(s, 4)) {
        uint32_t v = group_of_four(s.p);
        h += v ^ (v >> 3);
    }
    uint32_t v = group(s.p, s.len);
    return h + (v ^ (v >> 3));
}

uint32_t kam_hash(struct span a, struct span b) {
    uint32_t h = hash_add(hash_add(0, a), b);
    return h + (h >> 11) + (h >> 13) + (h >> 23);
}

uint32_t kam_branch_hash(struct span call_id, struct span cseq_number) {
    return kam_hash(call_id, cseq_number) & 0xffff;
}

static bool is_graph(char c) { return c > ' '; }

static struct span trimmed(struct span s) {
    if (s.len && is_graph(s.p[0]) && is_graph(s.p[s.len - 1])) return s; /* as nearly all */
    s = span_skip_blanks(s);
    while (s.len && (ascii_space(s.p[s.len - 1]) || s.p[s.len - 1] == '\0'))
        s.len--;
    return s;
}

void kam_branch_md5(char out[KAM_MD5_LEN + 1], const struct kam_branch_input *in) {
    /* A CANCEL and an ACK must come out with their INVITE's branch, so the To tag must not count. */
    bool of_invite = kam_method_is_of_invite(in->method);
    const struct span parts[] = {in->from_tag,    of_invite ? (struct span){0} : in->to_tag,
                                 in->call_id,     in->uri,
                                 in->cseq_number, in->via->host,
                                 in->via->port,   in->via->branch.value};
    struct digest_text t;
    digest_begin(&t);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        digest_add(&t, trimmed(parts[i]));
    digest_end(&t, out);
    out[KAM_MD5_LEN] = '\0';
}

/* Hexadecimal, the least significant digit first; returns the place behind the last. */
static char *put_reverse_hex(char *at, uint32_t n) {
    do
        *at++ = "0123456789abcdef"[n & 15];
    while (n >>= 4);
    return at;
}

void kam_reverse_hex_write(struct buf *out, uint32_t n) {
    enum { DIGITS = 8 };
    char *from = buf_room(out, DIGITS);
    out->len += (size_t)(put_reverse_hex(from, n) - from);
}

static int hex_digit(char c) {
    if (ascii_digit(c)) return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number at *s, which is left behind it; false: there is none, or it has more than 32 bits. */
static bool take_reverse_hex(struct span *s, uint32_t *n) {
    size_t len = 0;
    *n = 0;
    for (int digit; len < s->len && (digit = hex_digit(s->p[len])) >= 0; len++) {
        if (len == 8) return false;
        *n |= (uint32_t)digit << 4 * len;
    }
    *s = span_skip(*s, len);
    return len > 0;
}

void kam_branch_write(struct buf *out, uint32_t hash, const char *md5, unsigned branch) {
    enum { COOKIE_LEN = sizeof COOKIE - 1, NUMBER_LEN = 8 };
    char *from = buf_room(out, COOKIE_LEN + NUMBER_LEN + KAM_MD5_LEN + NUMBER_LEN + 2 /* dots */);
    memcpy(from, COOKIE, COOKIE_LEN);
    char *at = put_reverse_hex(from + COOKIE_LEN, hash);
    *at++ = '.';
    memcpy(at, md5, KAM_MD5_LEN);
    at += KAM_MD5_LEN;
    *at++ = '.';
    at = put_reverse_hex(at, branch);
    out->len += (size_t)(at - from);
}

bool kam_branch_parse(struct span value, uint32_t *hash, const char **md5, unsigned *branch) {
    uint32_t number;
    if (!span_starts(value, COOKIE)) return false;
    value = span_skip(value, sizeof COOKIE - 1);
    if (!take_reverse_hex(&value, hash) || *hash > 0xffff || value.len < KAM_MD5_LEN + 2 || value.p[0] != '.')
        return false;
    *md5 = value.p + 1;
    value = span_skip(value, KAM_MD5_LEN + 1);
    if (value.p[0] != '.') return false;
    value = span_skip(value, 1);
    if (!take_reverse_hex(&value, &number) || value.len) return false;
    *branch = number;
    return true;
}
