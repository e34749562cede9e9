/* SPDX-License-Identifier: MIT */
#include "model/net/ip.h"

#include <assert.h>
#include <endian.h>

enum { TTL = 64, MULTICAST_TTL = 1, PROTOCOL_UDP = 17, FLAG_DF = 0x4000, FLAG_MF = 0x2000 };

/* Offsets in the headers (RFC 791 3.1, RFC 768). */
enum { IP_LEN = 2, IP_ID = 4, IP_FLAGS = 6, IP_TTL = 8, IP_SUM = 10, IP_SRC = 12, IP_DST = 16 };
enum { UDP_SRC = IPV4_HEADER_LEN, UDP_DST = UDP_SRC + 2, UDP_LEN = UDP_SRC + 4, UDP_SUM = UDP_SRC + 6 };

static void put16(uint8_t *at, unsigned n) {
    uint16_t network = htobe16((uint16_t)n);
    memcpy(at, &network, sizeof network);
}

static void put32(uint8_t *at, uint32_t n) {
    uint32_t network = htobe32(n);
    memcpy(at, &network, sizeof network);
}

static unsigned get16(const uint8_t *at) { return (unsigned)at[0] << 8 | at[1]; }

static uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }

static uint16_t fold(uint64_t sum) {
    sum = (sum & UINT32_MAX) + (sum >> 32);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

static uint64_t word_at(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

/*
 * Adds bytes to a 16-bit one's complement sum (RFC 1071); len is even but for the last call. The sum may be
 * of longer words and in the other byte order (RFC 1071 2 B): times 256 it is in this one, as 65536 counts as
 * 1. In this form compilers take two instructions for eight bytes: half of what adding 32-bit words in lanes
 * took.
 */
static uint64_t sum_bytes(uint64_t sum, const uint8_t *bytes, size_t len) {
    enum { WORD = sizeof(uint64_t), BLOCK = 8 * WORD };
    uint64_t words = 0, carries = 0, rest = 0;
    for (; len >= BLOCK; bytes += BLOCK, len -= BLOCK)
        for (size_t i = 0; i < BLOCK; i += WORD) {
            uint64_t word = word_at(bytes + i);
            words += word;
            carries += words < word;
        }
    for (; len >= WORD; bytes += WORD, len -= WORD) {
        uint64_t word = word_at(bytes);
        words += word;
        carries += words < word;
    }
    while (len > 0)
        rest = rest << 8 | bytes[--len];
    words += rest;
    carries += words < rest;
    uint64_t little_endian = (words >> 32) + (words & UINT32_MAX) + carries; /* below 2^34 */
    return sum + (little_endian << 8);
}

static uint64_t pseudo_header_sum(const uint8_t *header) {
    return sum_bytes(0, header + IP_SRC, 8) + PROTOCOL_UDP + get16(header + UDP_LEN);
}

static void write_ip_checksum(uint8_t *header) {
    put16(header + IP_SUM, 0);
    put16(header + IP_SUM, (uint16_t)~fold(sum_bytes(0, header, IPV4_HEADER_LEN)));
}

/*
 * The headers are seven words. The checksums are of numbers that are at hand: to read them back from the
 * bytes just written would wait for these (3 % of a run's time).
 */
void ip_write_headers(struct datagram *d, struct udp_address from, struct udp_address to, uint8_t tos,
                      bool dont_fragment, uint16_t identification) {
    uint8_t *h = d->header;
    uint32_t udp_len = UDP_HEADER_LEN + d->payload->len, ip_len = IPV4_HEADER_LEN + udp_len;
    uint32_t first = 0x45000000u | (uint32_t)tos << 16 | ip_len; /* version 4, 5 words of header */
    uint32_t second = (uint32_t)identification << 16 | (dont_fragment ? FLAG_DF : 0);
    uint32_t life = (uint32_t)(ip_is_multicast(to.ip) ? MULTICAST_TTL : TTL) << 24 | PROTOCOL_UDP << 16;
    uint32_t ports = (uint32_t)from.port << 16 | to.port;
    uint64_t addresses = (uint64_t)from.ip + to.ip;
    put32(h, first);
    put32(h + IP_ID, second);
    put32(h + IP_TTL, life | (uint16_t)~fold(addresses + first + second + life));
    put32(h + IP_SRC, from.ip);
    put32(h + IP_DST, to.ip);
    put32(h + UDP_SRC, ports);
    /* of the pseudo header, with the length in it, and of the UDP header */
    uint64_t sum = addresses + PROTOCOL_UDP + udp_len + ports + udp_len;
    uint16_t checksum = (uint16_t)~fold(sum_bytes(sum, (const uint8_t *)d->payload->bytes, d->payload->len));
    put32(h + UDP_LEN, udp_len << 16 | (checksum ? checksum : 0xffff)); /* 0 would mean: not computed */
}

void ip_keep_checksum(struct datagram *d, uint32_t destination) {
    uint8_t h[IPV4_HEADER_LEN + UDP_HEADER_LEN];
    memcpy(h, d->header, sizeof h);
    put32(h + IP_DST, destination);
    put16(h + UDP_SUM, 0);
    uint64_t sum = pseudo_header_sum(h) + sum_bytes(0, h + UDP_SRC, UDP_HEADER_LEN);
    d->checksummed = true;
    d->own_checksum = (uint16_t)~fold(sum_bytes(sum, (const uint8_t *)d->payload->bytes, d->payload->len));
}

struct udp_address datagram_from(const struct datagram *d) {
    return (struct udp_address){get32(d->header + IP_SRC), (uint16_t)get16(d->header + UDP_SRC)};
}

struct udp_address datagram_to(const struct datagram *d) {
    return (struct udp_address){get32(d->header + IP_DST), (uint16_t)get16(d->header + UDP_DST)};
}

bool ip_next_packet(const struct datagram *d, uint32_t mtu, enum udp_checksum checksum, size_t *offset,
                    struct ip_packet *out) {
    size_t total = UDP_HEADER_LEN + d->payload->len; /* what IP carries */
    if (*offset >= total) return false;
    memcpy(out->header, d->header, sizeof out->header);
    out->header_len = *offset == 0 ? sizeof out->header : IPV4_HEADER_LEN;
    if (IPV4_HEADER_LEN + total <= mtu) {
        if (checksum == CHECKSUM_PARTIAL)
            put16(out->header + UDP_SUM,
                  d->checksummed ? d->own_checksum : fold(pseudo_header_sum(d->header)));
        out->data = payload_span(d->payload);
        *offset = total;
        return true;
    }
    size_t room = (mtu - IPV4_HEADER_LEN) / 8 * 8; /* fragment offsets count units of 8 bytes */
    assert(room >= 8);
    size_t left = total - *offset, carried = left < room ? left : room;
    put16(out->header + IP_LEN, (unsigned)(IPV4_HEADER_LEN + carried));
    put16(out->header + IP_FLAGS, (unsigned)(*offset / 8) | (carried < left ? FLAG_MF : 0));
    write_ip_checksum(out->header);
    size_t skipped = *offset == 0 ? UDP_HEADER_LEN : 0;
    out->data = (struct span){d->payload->bytes + *offset + skipped - UDP_HEADER_LEN, carried - skipped};
    *offset += carried;
    return true;
}

void ipv4_write(struct buf *out, uint32_t ip) {
    char *from = buf_room(out, sizeof "255.255.255.255"), *at = from;
    for (int shift = 24; shift >= 0; shift -= 8) {
        unsigned n = ip >> shift & 0xff;
        if (n >= 100) *at++ = (char)('0' + n / 100);
        if (n >= 10) *at++ = (char)('0' + n / 10 % 10);
        *at++ = (char)('0' + n % 10);
        if (shift) *at++ = '.';
    }
    out->len += (size_t)(at - from);
}

bool ipv4_parse(struct span text, uint32_t *ip) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        ptrdiff_t dot = span_find(text, '.');
        struct span part = i < 3 ? span_head(text, dot < 0 ? 0 : (size_t)dot) : text;
        uint64_t n;
        if (!span_to_u64(part, 255, &n) || (part.len > 1 && part.p[0] == '0')) return false;
        value = value << 8 | (uint32_t)n;
        text = span_skip(text, part.len + 1);
    }
    *ip = value;
    return true;
}
