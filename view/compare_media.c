/* SPDX-License-Identifier: MIT */
#include "view/compare_media.h"

#include "base/mem.h"
#include "sim/event.h"
#include "view/label.h"

#include <stdlib.h>

enum { PORTS = 1 << 16 };

void compare_media_init(struct compare_media *m, const struct reader *a, const struct reader *b) {
    *m = (struct compare_media){.captures = {a, b}, .ports = mem_new(PORTS * sizeof(bool))};
    for (size_t i = 0; i < a->count; i++) {
        struct reader_packet p = reader_at(a, i);
        if (p.fragment_offset || span_search(p.payload, SPAN("SIP/2.0")) < 0) continue;
        m->ports[p.source_port] = m->ports[p.target_port] = true;
    }
}

static uint32_t u32(const char *p) {
    return (uint32_t)(uint8_t)p[0] << 24 | (uint32_t)(uint8_t)p[1] << 16 | (uint32_t)(uint8_t)p[2] << 8 |
           (uint8_t)p[3];
}

static uint32_t u32_little(const char *p) {
    return (uint32_t)(uint8_t)p[3] << 24 | (uint32_t)(uint8_t)p[2] << 16 | (uint32_t)(uint8_t)p[1] << 8 |
           (uint8_t)p[0];
}

/* The time in a copy in HEP, and where its seconds and microseconds stand. */
struct copy_time {
    int64_t unix_ns;
    size_t s_at, us_at; /* four bytes each */
};

/* HEP 2: a header of 16 bytes for UDP over IPv4, then both numbers, the lowest byte first. HEP 3: chunks 9
 * and 10 among the first. False: it is no copy. */
static bool read_copy_time(struct copy_time *t, struct span payload) {
    enum { NUMBER = 4, HEP2_HEADER = 16, HEP2_LEN = 28, HEP3_CHUNKS = 80, CHUNK_HEADER = 6 };
    const struct span nine = SPAN("\0\0\0\x09\0\x0a"), ten = SPAN("\0\0\0\x0a\0\x0a");
    if (payload.len >= HEP2_LEN && span_starts(payload, "\x02\x10\x02\x11")) {
        const char *s = payload.p + HEP2_HEADER, *us = s + NUMBER;
        *t = (struct copy_time){u32_little(s) * NS_PER_S + u32_little(us) * NS_PER_US, HEP2_HEADER,
                                HEP2_HEADER + NUMBER};
        return true;
    }
    if (!span_starts(payload, "HEP3")) return false;
    struct span head = span_head(payload, HEP3_CHUNKS);
    ptrdiff_t first = span_search(head, nine);
    if (first < 0) return false;
    size_t s_at = (size_t)first + CHUNK_HEADER, us_at = s_at + NUMBER + CHUNK_HEADER;
    struct span second = span_skip(head, s_at + NUMBER);
    if (second.len < CHUNK_HEADER + NUMBER || !span_eq(span_head(second, ten.len), ten)) return false;
    *t = (struct copy_time){u32(payload.p + s_at) * NS_PER_S + u32(payload.p + us_at) * NS_PER_US, s_at,
                            us_at};
    return true;
}

bool compare_is_media(const struct compare_media *m, const struct reader_packet *p) {
    struct copy_time ignored;
    return m->ports && !p->fragment_offset && !m->ports[p->source_port] && !m->ports[p->target_port] &&
           !read_copy_time(&ignored, p->payload);
}

static int64_t first_ns(const struct reader *capture) { return capture->start_ns + capture->rows[0].at_ns; }

struct reader_packet compare_copy_same(struct compare_media *m, const struct reader_packet *a,
                                       const struct reader_packet *b, int64_t allowed_ns) {
    struct reader_packet same = *b;
    struct copy_time ta, tb;
    if (!m->ports || a->fragment_offset || b->fragment_offset) return same;
    if (!read_copy_time(&ta, a->payload) || !read_copy_time(&tb, b->payload)) return same;
    int64_t late_ns = (tb.unix_ns - first_ns(m->captures[1])) - (ta.unix_ns - first_ns(m->captures[0]));
    if (ta.s_at != tb.s_at || ta.us_at != tb.us_at || late_ns > allowed_ns || -late_ns > allowed_ns)
        return same;
    buf_reset(&m->payload);
    buf_add(&m->payload, b->payload);
    memcpy(m->payload.p + ta.s_at, a->payload.p + ta.s_at, 4);
    memcpy(m->payload.p + ta.us_at, a->payload.p + ta.us_at, 4);
    same.payload = buf_span(&m->payload);
    return same;
}

void compare_media_key(struct buf *out, const struct reader_packet *p) {
    const uint32_t parts[] = {p->source_ip, p->target_ip, (uint32_t)p->source_port << 16 | p->target_port,
                              label_stream(p->payload)};
    buf_add(out, (struct span){(const char *)parts, sizeof parts});
}

struct compare_stream *compare_media_stream(struct compare_media *m, const struct reader_packet *p) {
    struct buf key = {0};
    compare_media_key(&key, p);
    size_t known = m->keys.count, number = words_number(&m->keys, buf_span(&key));
    buf_free(&key);
    if (number == known) {
        m->streams = mem_room(m->streams, number, &m->cap, sizeof *m->streams);
        m->streams[number] = (struct compare_stream){0};
    }
    return &m->streams[number];
}

/* rtp_stream: a timestamp is a clock that moves in steps of 4 ms, of 8 ticks each. */
static bool same_clock(struct compare_stream *s, struct span a, struct span b, int64_t allowed_ns) {
    enum { STEP_TICKS = 32, TICKS_A_MS = 8, TIMESTAMP = 4 };
    int32_t ticks = (int32_t)(u32(b.p + TIMESTAMP) - u32(a.p + TIMESTAMP));
    if (!s->ticked) s->ticks = ticks;
    s->ticked = true;
    int64_t drift = (int64_t)ticks - s->ticks, allowed = allowed_ns / 1000 * TICKS_A_MS;
    return ticks % STEP_TICKS == 0 && drift * 1000 <= allowed && -drift * 1000 <= allowed;
}

struct reader_packet compare_media_same(struct compare_media *m, struct compare_stream *s,
                                        const struct reader_packet *a, const struct reader_packet *b,
                                        int64_t allowed_ns) {
    enum { RTP_HEADER = 12, TIMESTAMP = 4, DIAL_LEN = 16, DIAL_FLAGS = 13, DIAL_RESERVED = 0x40 };
    struct reader_packet same = *b;
    struct span pa = a->payload, pb = b->payload;
    uint32_t ssrc = label_stream(pa);
    if (pa.len != pb.len || pa.len < RTP_HEADER || ssrc != label_stream(pb)) return same;
    bool stream = ssrc >> 16 == 0xca11 && same_clock(s, pa, pb, allowed_ns);
    bool dialled = ssrc >> 8 == 0x010203 && pa.len == DIAL_LEN &&
                   (uint8_t)(pa.p[DIAL_FLAGS] ^ pb.p[DIAL_FLAGS]) == DIAL_RESERVED;
    if (!stream && !dialled) return same;
    buf_reset(&m->payload);
    buf_add(&m->payload, pb);
    if (stream) memcpy(m->payload.p + TIMESTAMP, pa.p + TIMESTAMP, 4);
    if (dialled) m->payload.p[DIAL_FLAGS] = pa.p[DIAL_FLAGS];
    same.payload = buf_span(&m->payload);
    return same;
}

void compare_media_free(struct compare_media *m) {
    free(m->ports);
    free(m->streams);
    words_free(&m->keys);
    buf_free(&m->payload);
    *m = (struct compare_media){0};
}
