/* SPDX-License-Identifier: MIT */
#include "view/compare_media.h"

#include "base/mem.h"
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

bool compare_is_media(const struct compare_media *m, const struct reader_packet *p) {
    return m->ports && !p->fragment_offset && !m->ports[p->source_port] && !m->ports[p->target_port];
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

static uint32_t u32(const char *p) {
    return (uint32_t)(uint8_t)p[0] << 24 | (uint32_t)(uint8_t)p[1] << 16 | (uint32_t)(uint8_t)p[2] << 8 |
           (uint8_t)p[3];
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
