/* SPDX-License-Identifier: MIT */
/* IPv4 and UDP as bytes (RFC 791, RFC 768), and what a datagram looks like when it is captured. */
#ifndef MODEL_NET_IP_H
#define MODEL_NET_IP_H

#include "model/net/datagram.h"

static inline bool ip_is_multicast(uint32_t ip) { return ip >> 28 == 14; }

/* Writes both headers of d for its payload: TTL 64 (1 to a group), no options, valid checksums. */
void ip_write_headers(struct datagram *d, struct udp_address from, struct udp_address to, uint8_t tos,
                      bool dont_fragment, uint16_t identification);

/* Gives a datagram with headers the UDP checksum that a program computed for another destination, or for this
 * one. */
void ip_keep_checksum(struct datagram *d, uint32_t destination);

/* One IP packet of a datagram: the whole of it, or a fragment. */
struct ip_packet {
    uint8_t header[IPV4_HEADER_LEN + UDP_HEADER_LEN]; /* only the first fragment has the UDP header */
    size_t header_len;                                /* 28 or 20 */
    struct span data;                                 /* what follows the header, part of the payload */
};

enum udp_checksum {
    CHECKSUM_VALID,
    CHECKSUM_PARTIAL /* what a capture on the sending veth shows: the sum of the pseudo header, not inverted
                        (facts: Kamailio 9.1) */
};

/*
 * The packets that d travels as at this MTU, one a call: *offset, 0 at first, says where to go on
 * (facts: Kamailio 9.2). False when there is none left. A fragmented datagram's checksum is always valid.
 */
bool ip_next_packet(const struct datagram *d, uint32_t mtu, enum udp_checksum checksum, size_t *offset,
                    struct ip_packet *out);

#endif
