/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/clip.h"

#include "base/framefile.h"
#include "base/mem.h"

#include <pcap/dlt.h>
#include <stdlib.h>

enum { DATAGRAM_MAX = 1500 }; /* SIPp's own limit for a UDP header and its data */

enum { ETHERTYPE_IP = 0x0800, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_IPV6 = 0x86dd, PROTOCOL_UDP = 17 };
enum { IPV6_HEADER = 40, UDP_HEADER = 8 };

static unsigned u16(const char *p) { return (unsigned)((uint8_t)p[0] << 8 | (uint8_t)p[1]); }

static struct clip_packet *add_packet(struct clip *c) {
    c->packets = mem_room(c->packets, c->count, &c->cap, sizeof *c->packets);
    c->packets[c->count] = (struct clip_packet){0};
    return &c->packets[c->count++];
}

/* Where the type of what follows the link-layer header stands; false: SIPp refuses such a file. */
static bool find_type(int datalink, size_t *at, struct buf *why) {
    enum { ETHERNET_TYPE = 12, SLL_TYPE = 14 };
    *at = datalink == DLT_EN10MB ? ETHERNET_TYPE : SLL_TYPE;
    if (datalink == DLT_EN10MB || datalink == DLT_LINUX_SLL) return true;
    buf_addf(why, "link type %d: SIPp reads Ethernet and Linux cooked v1 only, and refuses it too", datalink);
    return false;
}

/* The UDP datagram in an IP packet, up to the packet's end; p NULL: there is none. */
static struct span udp_of(unsigned type, struct span packet) {
    struct span none = {0};
    if (type == ETHERTYPE_IPV6)
        return packet.len > IPV6_HEADER && packet.p[6] == PROTOCOL_UDP ? span_skip(packet, IPV6_HEADER)
                                                                       : none;
    if (type != ETHERTYPE_IP || packet.len < 20 || packet.p[9] != PROTOCOL_UDP) return none;
    return span_skip(packet, ((uint8_t)packet.p[0] & 15) * 4u);
}

static bool take_frame(void *arg, int datalink, const struct frame *f, struct buf *why) {
    struct clip *c = arg;
    size_t type_at;
    if (!find_type(datalink, &type_at, why)) return false;
    if (f->data.len < f->wire_len) {
        buf_add_text(why, "only a part of it was captured: SIPp refuses it too; tcpdump -s 0 captures all");
        return false;
    }
    while (f->data.len >= type_at + 2 && u16(f->data.p + type_at) == ETHERTYPE_VLAN)
        type_at += 4;
    if (f->data.len < type_at + 2) return true;
    struct span udp = udp_of(u16(f->data.p + type_at), span_skip(f->data, type_at + 2));
    if (!udp.p) return true;
    size_t len = udp.len >= UDP_HEADER ? u16(udp.p + 4) : 0;
    if (len < UDP_HEADER || len > udp.len) {
        buf_add_text(
            why, "not simulated: its UDP length is wrong, and SIPp reads what lies behind it in its memory");
        return false;
    }
    if (len > DATAGRAM_MAX) {
        buf_addf(why, "%zu bytes of UDP: SIPp refuses more than %d too", len, DATAGRAM_MAX);
        return false;
    }
    *add_packet(c) =
        (struct clip_packet){.at_us = f->at_us,
                             .offset = (uint16_t)u16(udp.p + 2),
                             .data = arena_text(&c->bytes, span_skip(span_head(udp, len), UDP_HEADER))};
    return true;
}

bool clip_load(struct clip *c, struct span pcap, struct buf *why) {
    if (!framefile_read(pcap, take_frame, c, why)) return false;
    uint16_t base = UINT16_MAX;
    for (size_t i = 0; i < c->count; i++)
        if (c->packets[i].offset < base) base = c->packets[i].offset;
    for (size_t i = 0; i < c->count; i++)
        c->packets[i].offset -= base;
    return true;
}

/* The number of a digit's event (RFC 4733 3.2); -1: SIPp passes over the character. */
static int event_of(char digit) {
    static const char digits[] = "0123456789*#ABCD";
    const char *at = digit ? strchr(digits, digit) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* RTP with four bytes behind its header (RFC 3550 5.1). */
static void add_rtp(struct clip *c, int64_t at_us, unsigned type, uint16_t sequence, uint32_t timestamp,
                    uint32_t ssrc, uint32_t payload) {
    const uint32_t words[] = {UINT32_C(0x80000000) | (uint32_t)type << 16 | sequence, timestamp, ssrc,
                              payload};
    char bytes[sizeof words];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(words[i / 4] >> (24 - i % 4 * 8));
    *add_packet(c) = (struct clip_packet){.at_us = at_us,
                                          .data = arena_text(&c->bytes, (struct span){bytes, sizeof bytes})};
}

/* What the numbers are in facts: SIPp 15.5. */
enum {
    SILENCES = 20,
    PACKET_US = 20000,
    TYPE_SILENCE = 97,
    TYPE_EVENT = 96,
    MARKER = 0x80,
    TIMESTAMP = 24000,
    DIGIT_US = 400000,
    DIGIT_TICKS = 400,
    PACKET_TICKS = 160,
    UPDATES = 10,
    ENDS = 3,
    VOLUME = 10 << 16,
    END_BIT = 0x80 << 16
};

static void add_digit(struct clip *c, size_t nth, int event, uint32_t ssrc, uint16_t sequence) {
    int64_t at_us = (int64_t)(nth + 2) * DIGIT_US;
    uint32_t timestamp = TIMESTAMP + (uint32_t)(nth + 1) * DIGIT_TICKS;
    uint32_t payload = (uint32_t)event << 24 | VOLUME;
    for (uint32_t i = 0; i < UPDATES; i++)
        add_rtp(c, at_us + i * PACKET_US, TYPE_EVENT | (i == 0 ? MARKER : 0), (uint16_t)(sequence + i),
                timestamp, ssrc, payload | i * PACKET_TICKS);
    for (uint32_t i = 0; i < ENDS; i++)
        add_rtp(c, at_us + UPDATES * PACKET_US + (i + 1) * 1000, TYPE_EVENT,
                (uint16_t)(sequence + UPDATES + i), timestamp, ssrc,
                payload | END_BIT | UPDATES * PACKET_TICKS);
}

size_t clip_dial(struct clip *c, struct span digits, uint32_t ssrc, uint16_t sequence) {
    size_t count = 0;
    for (size_t i = 0; i < digits.len; i++)
        count += event_of(digits.p[i]) >= 0;
    if (count == 0) return 0;
    for (uint32_t i = 0; i < SILENCES; i++)
        add_rtp(c, i * PACKET_US, TYPE_SILENCE, (uint16_t)(sequence + 2 * i), TIMESTAMP + 20 * i, ssrc, 0);
    sequence = (uint16_t)(sequence + 2 * SILENCES);
    size_t nth = 0;
    for (size_t i = 0; i < digits.len; i++) {
        int event = event_of(digits.p[i]);
        if (event >= 0) add_digit(c, nth, event, ssrc, (uint16_t)(sequence + nth * (UPDATES + ENDS))), nth++;
    }
    return c->count;
}

void clip_reset(struct clip *c) {
    c->count = 0;
    arena_reset(&c->bytes);
}

void clip_free(struct clip *c) {
    free(c->packets);
    arena_free(&c->bytes);
    *c = (struct clip){0};
}
