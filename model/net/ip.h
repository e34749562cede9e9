/* SPDX-License-Identifier: MIT */
/* IPv4 and UDP as bytes (RFC 791, RFC 768), and what a datagram looks like when it is captured. */
#ifndef MODEL_NET_IP_H
#define MODEL_NET_IP_H

#include "model/net/datagram.h"

static inline bool ip_is_multicast(uint32_t ip) { return ip >> 28 == 14; }

/* Gives a datagram the UDP checksum that a program computed for another destination, or for this one. */
void ip_keep_checksum(struct datagram *d, uint32_t destination);

enum udp_checksum {
    CHECKSUM_VALID,
    CHECKSUM_PARTIAL /* what a capture on the sending veth shows: the sum of the pseudo header, not inverted
                        (facts: Kamailio 9.1) */
};

/* What a fragment that is not the last carries behind its IPv4 header: offsets count units of 8 bytes. */
static inline size_t ip_fragment_room(uint32_t mtu) { return (mtu - IPV4_HEADER_LEN) / 8 * 8; }

/*
 * Writes the packets that d travels as at this MTU, one a call: its IPv4 header (TTL 64, 1 to a group, no
 * options), UDP's in the first one, and the data. *offset, 0 at first, says where to go on (facts: Kamailio
 * 9.2). A fragmented datagram's checksum is always valid. Returns the packet's length, which is never more
 * than ip_room(d); 0: there is none left.
 */
size_t ip_write_packet(uint8_t *packet, const struct datagram *d, uint32_t mtu, enum udp_checksum checksum,
                       size_t *offset);
static inline size_t ip_room(const struct datagram *d) {
    return IPV4_HEADER_LEN + UDP_HEADER_LEN + d->payload->len;
}

/* How many packets that are. */
static inline size_t ip_packets(const struct datagram *d, uint32_t mtu) {
    size_t total = UDP_HEADER_LEN + d->payload->len, room = ip_fragment_room(mtu);
    return IPV4_HEADER_LEN + total <= mtu ? 1 : (total + room - 1) / room;
}

#endif
