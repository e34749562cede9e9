/* SPDX-License-Identifier: MIT */
#include "model/net/ip.h"

#include <assert.h>
#include <endian.h>

enum { TTL = 64, MULTICAST_TTL = 1, PROTOCOL_UDP = 17, FLAG_DF = 0x4000, FLAG_MF = 0x2000 };

/* Offsets in the headers (RFC 791 3.1, RFC 768). */
enum { IP_ID = 4, IP_TTL = 8, IP_SRC = 12, IP_DST = 16, UDP_LEN = 4 };

static void put32(uint8_t *at, uint32_t n) {
    uint32_t network = htobe32(n);
    memcpy(at, &network, sizeof network);
}

static uint16_t fold(uint64_t sum) {
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16); /* at most 0x1fffe: what is carried once more cannot carry again */
    return (uint16_t)(sum + (sum >> 16));
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

static uint64_t pseudo_header_sum(const struct datagram *d, uint32_t destination) {
    return (uint64_t)d->from.ip + destination + PROTOCOL_UDP + UDP_HEADER_LEN + d->payload->len;
}

/* RFC 768. */
static uint16_t udp_checksum(const struct datagram *d, uint32_t destination) {
    uint32_t udp_len = UDP_HEADER_LEN + d->payload->len;
    uint64_t sum = pseudo_header_sum(d, destination) + d->from.port + d->to.port + udp_len;
    return (uint16_t)~fold(sum_bytes(sum, (const uint8_t *)d->payload->bytes, d->payload->len));
}

void ip_keep_checksum(struct datagram *d, uint32_t destination) {
    d->checksummed = true;
    d->own_checksum = udp_checksum(d, destination);
}

/* A packet of so many bytes behind its header. The checksum is of numbers that are at hand: to read them back
 * from the bytes just written would wait for these. */
static void write_ip_header(uint8_t *at, const struct datagram *d, size_t len, unsigned fragment) {
    uint32_t first =
        0x45000000u | (uint32_t)d->tos << 16 | (uint32_t)(IPV4_HEADER_LEN + len); /* version, words */
    uint32_t second = (uint32_t)d->identification << 16 | (d->dont_fragment ? FLAG_DF : 0) | fragment;
    uint32_t life = (uint32_t)(ip_is_multicast(d->to.ip) ? MULTICAST_TTL : TTL) << 24 | PROTOCOL_UDP << 16;
    put32(at, first);
    put32(at + IP_ID, second);
    put32(at + IP_TTL, life | (uint16_t)~fold((uint64_t)d->from.ip + d->to.ip + first + second + life));
    put32(at + IP_SRC, d->from.ip);
    put32(at + IP_DST, d->to.ip);
}

static uint8_t *write_udp_header(uint8_t *at, const struct datagram *d, uint16_t checksum) {
    put32(at, (uint32_t)d->from.port << 16 | d->to.port);
    put32(at + UDP_LEN, (UDP_HEADER_LEN + d->payload->len) << 16 | checksum);
    return at + UDP_HEADER_LEN;
}

/* What a capture shows of a whole one. 0 would mean: not computed. */
static uint16_t shown_checksum(const struct datagram *d, enum udp_checksum checksum) {
    if (checksum == CHECKSUM_PARTIAL)
        return d->checksummed ? d->own_checksum : fold(pseudo_header_sum(d, d->to.ip));
    uint16_t valid = udp_checksum(d, d->to.ip);
    return valid ? valid : 0xffff;
}

size_t ip_write_packet(uint8_t *packet, const struct datagram *d, uint32_t mtu, enum udp_checksum checksum,
                       size_t *offset) {
    size_t total = UDP_HEADER_LEN + d->payload->len, left = total - *offset,
           carried = left; /* behind IPv4's header */
    unsigned fragment = 0;
    if (left == 0) return 0;
    if (IPV4_HEADER_LEN + total > mtu) {
        size_t room = ip_fragment_room(mtu);
        assert(room >= 8);
        if (left > room) carried = room;
        fragment = (unsigned)(*offset / 8) | (carried < left ? FLAG_MF : 0);
        checksum = CHECKSUM_VALID;
    }
    write_ip_header(packet, d, carried, fragment);
    uint8_t *at = packet + IPV4_HEADER_LEN, *end = at + carried;
    if (*offset == 0) at = write_udp_header(at, d, shown_checksum(d, checksum));
    memcpy(at, d->payload->bytes + (*offset ? *offset - UDP_HEADER_LEN : 0), (size_t)(end - at));
    *offset += carried;
    return IPV4_HEADER_LEN + carried;
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
