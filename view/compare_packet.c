/* SPDX-License-Identifier: MIT */
#include "view/compare_packet.h"

#include "base/buf.h"
#include "base/mem.h"
#include "view/sequence.h"
#include "view/words.h"

#include <stdio.h>
#include <stdlib.h>

/* Among so many differences it is looked for whether one is a header field that moved. */
enum { MOVED_MAX = 100 };

enum shown { SHOWN_ADDRESS, SHOWN_NUMBER, SHOWN_FLAG, SHOWN_HEX2, SHOWN_HEX4 };

/* When a field counts. */
enum counts {
    COUNTS,
    COUNTS_IF_STRICT,
    COUNTS_AS_LENGTH /* unless the payloads' lengths explain it: then these differ, which is told already */
};

static const struct field {
    const char *name;
    size_t offset, size;
    enum shown shown;
    enum counts counts;
} fields[] = {
#define MEMBER(m) offsetof(struct reader_packet, m), sizeof(((struct reader_packet *)0)->m)
    {"ip.src", MEMBER(source_ip), SHOWN_ADDRESS, COUNTS},
    {"ip.dst", MEMBER(target_ip), SHOWN_ADDRESS, COUNTS},
    {"ip.dsfield", MEMBER(tos), SHOWN_HEX2, COUNTS},
    {"ip.flags.df", MEMBER(df), SHOWN_FLAG, COUNTS},
    {"ip.flags.mf", MEMBER(mf), SHOWN_FLAG, COUNTS},
    {"ip.frag_offset", MEMBER(fragment_offset), SHOWN_NUMBER, COUNTS},
    {"ip.ttl", MEMBER(ttl), SHOWN_NUMBER, COUNTS},
    {"ip.len", MEMBER(ip_len), SHOWN_NUMBER, COUNTS_AS_LENGTH},
    {"ip.id", MEMBER(ip_id), SHOWN_HEX4, COUNTS_IF_STRICT},
    {"ip.checksum", MEMBER(ip_checksum), SHOWN_HEX4, COUNTS_IF_STRICT},
    {"udp.srcport", MEMBER(source_port), SHOWN_NUMBER, COUNTS},
    {"udp.dstport", MEMBER(target_port), SHOWN_NUMBER, COUNTS},
    {"udp.length", MEMBER(udp_len), SHOWN_NUMBER, COUNTS_AS_LENGTH},
    {"udp.checksum", MEMBER(udp_checksum), SHOWN_HEX4, COUNTS_IF_STRICT},
#undef MEMBER
};

static uint32_t field_value(const struct field *f, const struct reader_packet *p) {
    const char *at = (const char *)p + f->offset;
    uint16_t two;
    uint32_t four;
    switch (f->size) {
    case 1: return *(const uint8_t *)at;
    case 2: memcpy(&two, at, sizeof two); return two;
    default: memcpy(&four, at, sizeof four); return four;
    }
}

static void write_value(char *out, size_t size, enum shown shown, uint32_t value) {
    switch (shown) {
    case SHOWN_ADDRESS:
        snprintf(out, size, "%u.%u.%u.%u", value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255);
        break;
    case SHOWN_NUMBER: snprintf(out, size, "%u", value); break;
    case SHOWN_FLAG: snprintf(out, size, "%s", value ? "set" : "not set"); break;
    case SHOWN_HEX2: snprintf(out, size, "0x%02x", value); break;
    case SHOWN_HEX4: snprintf(out, size, "0x%04x", value); break;
    }
}

static struct compare_difference *add(struct compare_differences *out, const char *field) {
    out->list = mem_room(out->list, out->count, &out->cap, sizeof *out->list);
    out->list[out->count] = (struct compare_difference){.field = span_of(field)};
    return &out->list[out->count++];
}

static void compare_numbers(struct compare_differences *out, const struct reader_packet *a,
                            const struct reader_packet *b, const struct compare_scope *scope) {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct field *f = &fields[i];
        uint32_t va = field_value(f, a), vb = field_value(f, b);
        if (va == vb || (f->counts == COUNTS_IF_STRICT && !scope->strict) ||
            compare_ignored(&scope->ignore, f->name))
            continue;
        if (f->counts == COUNTS_AS_LENGTH && a->payload.len != b->payload.len &&
            va + b->payload.len == vb + a->payload.len)
            continue;
        struct compare_difference *d = add(out, f->name);
        d->is_number = true;
        write_value(d->number[0], sizeof d->number[0], f->shown, va);
        write_value(d->number[1], sizeof d->number[1], f->shown, vb);
    }
}

static size_t first_difference(struct span a, struct span b) {
    size_t i = 0;
    while (i < a.len && i < b.len && a.p[i] == b.p[i])
        i++;
    return i;
}

/* The line around a place, with its end. */
static struct span line_around(struct span s, size_t at) {
    size_t begin = at < s.len ? at : s.len;
    while (begin > 0 && s.p[begin - 1] != '\n')
        begin--;
    s = span_skip(s, begin);
    ptrdiff_t end = span_find(s, '\n');
    return end < 0 ? s : span_head(s, (size_t)end + 1);
}

/* Adds a difference of two texts that stand in the wholes; *field* is a header's name if is_header. */
static void add_text(struct compare_differences *out, struct span field, bool is_header,
                     const struct span whole[2], struct span a, struct span b) {
    size_t at = first_difference(a, b);
    struct compare_difference *d = add(out, NULL);
    d->field = field;
    d->is_header = is_header;
    d->text[0] = line_around(a, at);
    d->text[1] = line_around(b, at);
    d->at[0] = (size_t)(a.p - whole[0].p) + at;
    d->at[1] = (size_t)(b.p - whole[1].p) + at;
}

/* Adds that one side has a line that the other has not; or, if the other has it elsewhere, that it moved. */
static void add_missing(struct compare_differences *out, struct span field, int side, struct span whole,
                        struct span line) {
    for (size_t i = 0; i < out->count && out->count < MOVED_MAX; i++) {
        struct compare_difference *d = &out->list[i];
        if (!d->is_header || d->moved || d->text[side].p || !span_eq(d->text[!side], line)) continue;
        d->moved = true;
        d->text[side] = line;
        d->at[side] = (size_t)(line.p - whole.p);
        return;
    }
    struct compare_difference *d = add(out, NULL);
    d->field = field;
    d->is_header = true;
    d->text[side] = line;
    d->at[side] = (size_t)(line.p - whole.p);
}

enum { SCORE_NAME = 2, SCORE_LINE = 1 };

/* The header fields of both messages as numbers: equal names (whatever the case), equal lines. */
struct numbered {
    uint32_t name, line;
};

static unsigned header_score(void *arg, size_t i, size_t j) {
    struct numbered *const *sides = arg;
    const struct numbered *a = &sides[0][i], *b = &sides[1][j];
    return a->name != b->name ? 0 : a->line != b->line ? SCORE_NAME : SCORE_NAME + SCORE_LINE;
}

/* A message may have thousands of header fields: their texts are looked at once. */
static void align_headers(size_t *partner, const struct sip_msg *m) {
    struct words names = {0}, lines = {0};
    struct buf lower = {0};
    struct numbered *sides[2];
    for (int side = 0; side < 2; side++) {
        sides[side] = mem_new(m[side].header_count * sizeof *sides[side]);
        for (size_t i = 0; i < m[side].header_count; i++) {
            struct span name = compare_header_name(m[side].headers[i].name);
            buf_reset(&lower);
            buf_add_lower(&lower, name);
            sides[side][i] = (struct numbered){words_number(&names, buf_span(&lower)),
                                               words_number(&lines, m[side].headers[i].line)};
        }
    }
    sequence_align(partner, m[0].header_count, m[1].header_count, SCORE_NAME + SCORE_LINE, header_score,
                   sides);
    for (int side = 0; side < 2; side++)
        free(sides[side]);
    buf_free(&lower);
    words_free(&names);
    words_free(&lines);
}

static void compare_headers(struct compare_differences *out, const struct span whole[2],
                            const struct compare_ignore *ignore) {
    const struct sip_msg *m = out->messages;
    size_t *partner = mem_new(m[0].header_count * sizeof *partner);
    align_headers(partner, m);
    size_t j = 0;
    for (size_t i = 0; i <= m[0].header_count; i++) {
        size_t until = i < m[0].header_count ? partner[i] : m[1].header_count;
        for (; until != SEQUENCE_NONE && j < until; j++) {
            struct span name = compare_header_name(m[1].headers[j].name);
            if (!compare_ignored_header(ignore, name))
                add_missing(out, name, 1, whole[1], m[1].headers[j].line);
        }
        if (i == m[0].header_count) break;
        struct span name = compare_header_name(m[0].headers[i].name), line = m[0].headers[i].line;
        bool ignored = compare_ignored_header(ignore, name);
        if (until == SEQUENCE_NONE) {
            if (!ignored) add_missing(out, name, 0, whole[0], line);
            continue;
        }
        j = until + 1;
        if (!ignored && !span_eq(line, m[1].headers[until].line))
            add_text(out, name, true, whole, line, m[1].headers[until].line);
    }
    free(partner);
}

/* The first line with its end. */
static struct span first_line(const struct sip_msg *m) {
    size_t end = m->header_count ? (size_t)(m->headers[0].line.p - m->bytes.p) : m->header_end;
    return span_head(m->bytes, end);
}

/* The empty line between the header and the body. */
static struct span empty_line(const struct sip_msg *m) {
    return span_head(span_skip(m->bytes, m->header_end), m->bytes.len - m->header_end - m->body.len);
}

static void compare_payloads(struct compare_differences *out, struct span a, struct span b,
                             const struct compare_ignore *ignore) {
    const struct span whole[2] = {a, b};
    if (span_eq(a, b) || compare_ignored(ignore, "udp.payload")) return;
    struct sip_msg *m = out->messages;
    bool is_sip = sip_msg_parse(&m[0], a);
    if (!sip_msg_parse(&m[1], b) || !is_sip) {
        add_text(out, SPAN("udp.payload"), false, whole, a, b);
        return;
    }
    const char *line = m[0].is_request ? "sip.Request-Line" : "sip.Status-Line";
    if (!span_eq(first_line(&m[0]), first_line(&m[1])) && !compare_ignored(ignore, line))
        add_text(out, span_of(line), false, whole, first_line(&m[0]), first_line(&m[1]));
    compare_headers(out, whole, ignore);
    if (!span_eq(empty_line(&m[0]), empty_line(&m[1])) && !compare_ignored(ignore, "sip.msg_hdr"))
        add_text(out, SPAN("sip.msg_hdr"), false, whole, empty_line(&m[0]), empty_line(&m[1]));
    if (!span_eq(m[0].body, m[1].body) && !compare_ignored(ignore, "sip.msg_body"))
        add_text(out, SPAN("sip.msg_body"), false, whole, m[0].body, m[1].body);
}

/* The bits of an IP header that no field names: version, header length, the reserved flag, options. */
static bool same_unnamed_bits(struct span a, struct span b) {
    return a.p[0] == b.p[0] && ((a.p[6] ^ b.p[6]) & 0x80) == 0 && span_eq(span_skip(a, 20), span_skip(b, 20));
}

/* Up to eight bytes of s from there on, as the bytes that they are. */
static void write_bytes(char *out, size_t size, struct span s, size_t at) {
    if (at >= s.len) {
        snprintf(out, size, "nothing");
        return;
    }
    size_t len = (size_t)snprintf(out, size, "0x");
    for (size_t i = at; i < s.len && i < at + 8; i++)
        len += (size_t)snprintf(out + len, size - len, "%02x", (uint8_t)s.p[i]);
}

/* Everything in the frames that no field names: the first difference. */
static void compare_frames(struct compare_differences *out, const struct reader_packet *a,
                           const struct reader_packet *b, bool same_link) {
    const struct {
        struct span a, b;
        bool same;
    } parts[] = {{a->link, b->link, !same_link || span_eq(a->link, b->link)},
                 {a->ip, b->ip, same_unnamed_bits(a->ip, b->ip)},
                 {a->trailer, b->trailer, !same_link || span_eq(a->trailer, b->trailer)}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].same) continue;
        size_t at = first_difference(parts[i].a, parts[i].b);
        struct compare_difference *d = add(out, "frame");
        d->is_number = true;
        d->at[0] = (size_t)(parts[i].a.p - a->link.p) + at;
        d->at[1] = (size_t)(parts[i].b.p - b->link.p) + at;
        write_bytes(d->number[0], sizeof d->number[0], parts[i].a, at);
        write_bytes(d->number[1], sizeof d->number[1], parts[i].b, at);
        return;
    }
}

void compare_packets(struct compare_differences *out, const struct reader_packet *a,
                     const struct reader_packet *b, const struct compare_scope *scope, bool same_link) {
    out->count = 0;
    compare_numbers(out, a, b, scope);
    compare_payloads(out, a->payload, b->payload, &scope->ignore);
    if (scope->strict && !compare_ignored(&scope->ignore, "frame")) compare_frames(out, a, b, same_link);
}

void compare_differences_free(struct compare_differences *d) {
    sip_msg_free(&d->messages[0]);
    sip_msg_free(&d->messages[1]);
    free(d->list);
    *d = (struct compare_differences){0};
}
