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
    while (s.len && (*s.p == ' ' || *s.p == '\t'))
        s = span_skip(s, 1);
    while (s.len && (ascii_space(s.p[s.len - 1]) || s.p[s.len - 1] == '\0'))
        s.len--;
    return s;
}

void kam_branch_md5(char out[KAM_MD5_LEN + 1], const struct kam_branch_input *in) {
    /* A CANCEL and an ACK must come out with their INVITE's branch, so the To tag must not count. */
    bool of_invite =
        span_is(in->method, "INVITE") || span_is(in->method, "ACK") || span_is(in->method, "CANCEL");
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

/* Hexadecimal, the least significant digit first. */
static void reverse_hex(struct buf *out, uint32_t n) {
    char *from = buf_room(out, 2 * sizeof n), *at = from;
    do
        *at++ = "0123456789abcdef"[n & 15];
    while (n >>= 4);
    out->len += (size_t)(at - from);
}

static int hex_digit(char c) {
    if (ascii_digit(c)) return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool reverse_hex_parse(struct span s, uint32_t *n) {
    *n = 0;
    if (s.len < 1 || s.len > 8) return false;
    while (s.len) {
        int digit = hex_digit(s.p[--s.len]);
        if (digit < 0) return false;
        *n = *n << 4 | (uint32_t)digit;
    }
    return true;
}

void kam_branch_write(struct buf *out, uint32_t hash, const char *md5, unsigned branch) {
    buf_add(out, SPAN(COOKIE));
    reverse_hex(out, hash);
    buf_add_char(out, '.');
    buf_add(out, (struct span){md5, KAM_MD5_LEN});
    buf_add_char(out, '.');
    reverse_hex(out, branch);
}

bool kam_branch_parse(struct span value, uint32_t *hash, const char **md5, unsigned *branch) {
    if (!span_starts(value, COOKIE)) return false;
    value = span_skip(value, sizeof COOKIE - 1);
    ptrdiff_t dot = span_find(value, '.');
    if (dot < 0 || !reverse_hex_parse(span_head(value, (size_t)dot), hash) || *hash > 0xffff) return false;
    value = span_skip(value, (size_t)dot + 1);
    if (value.len < KAM_MD5_LEN + 2 || value.p[KAM_MD5_LEN] != '.') return false;
    *md5 = value.p;
    uint32_t number;
    if (!reverse_hex_parse(span_skip(value, KAM_MD5_LEN + 1), &number)) return false;
    *branch = number;
    return true;
}
