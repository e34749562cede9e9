/* SPDX-License-Identifier: MIT */
#include "pcapgen/frame.h"

#include <endian.h>
#include <pcap/dlt.h>

#define ETHERTYPE_IPV4  "\x08\x00"
#define ARPHRD_ETHER    "\x00\x01"
#define ARPHRD_LOOPBACK "\x03\x04"

int frame_datalink(enum tap_link link) {
    static const int datalinks[] = {
        [TAP_ETHERNET] = DLT_EN10MB,
        [TAP_SLL2] = DLT_LINUX_SLL2,
        [TAP_SLL] = DLT_LINUX_SLL,
        [TAP_RAW] = DLT_RAW,
    };
    return datalinks[link];
}

/* The longest header that is written here. */
enum { LINK_HEADER_MAX = 20, MAC_LEN = 6 };

static uint8_t *add(uint8_t *at, struct span bytes) {
    return (uint8_t *)memcpy(at, bytes.p, bytes.len) + bytes.len;
}

/* The MAC that Docker gives a container: 02:42 and the four bytes of its address. A group's: RFC 1112 6.4. */
static uint8_t *add_mac(uint8_t *at, uint32_t ip) {
    bool group = ip_is_multicast(ip);
    uint16_t first = htobe16(group ? 0x0100 : 0x0242);
    uint32_t last = htobe32(group ? 0x5e000000 | (ip & 0x7fffff) : ip);
    memcpy(at, &first, sizeof first);
    memcpy(at + sizeof first, &last, sizeof last);
    return at + sizeof first + sizeof last;
}

static uint8_t *add_ethernet(uint8_t *at, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)direction;
    at = add_mac(at, to);
    at = add_mac(at, from);
    return add(at, SPAN(ETHERTYPE_IPV4));
}

/* What `-i any` tells of a packet, in the order of LINKTYPE_LINUX_SLL2. lo is interface 1, eth0 comes next.
 */
static struct span interface_of(enum tap_direction direction) {
    return tap_is_over_lo(direction) ? SPAN("\x00\x00\x00\x01") : SPAN("\x00\x00\x00\x02");
}

static struct span hardware_of(enum tap_direction direction) {
    return tap_is_over_lo(direction) ? SPAN(ARPHRD_LOOPBACK) : SPAN(ARPHRD_ETHER);
}

/* Over lo only what comes in is told, so that nothing is seen twice. */
static uint8_t packet_type_of(enum tap_direction direction) { return direction == TAP_SENT ? 4 : 0; }

static uint8_t *add_sender(uint8_t *at, enum tap_direction direction, uint32_t from) {
    at = tap_is_over_lo(direction) ? add(at, SPAN("\x00\x00\x00\x00\x00\x00")) : add_mac(at, from);
    return add(at, SPAN("\x00\x00"));
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
static uint8_t *add_sll2(uint8_t *at, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)to;
    at = add(at, SPAN(ETHERTYPE_IPV4 "\x00\x00"));
    at = add(at, interface_of(direction));
    at = add(at, hardware_of(direction));
    *at++ = packet_type_of(direction);
    *at++ = MAC_LEN;
    return add_sender(at, direction, from);
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
static uint8_t *add_sll(uint8_t *at, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)to;
    *at++ = 0;
    *at++ = packet_type_of(direction);
    at = add(at, hardware_of(direction));
    *at++ = 0;
    *at++ = MAC_LEN;
    at = add_sender(at, direction, from);
    return add(at, SPAN(ETHERTYPE_IPV4));
}

static uint8_t *add_nothing(uint8_t *at, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)direction, (void)from, (void)to;
    return at;
}

bool frame_write(struct buf *out, enum tap_link link, enum tap_direction direction, const struct datagram *d,
                 uint32_t mtu, enum udp_checksum checksum, size_t *offset) {
    static uint8_t *(*const add_header[])(uint8_t *, enum tap_direction, uint32_t, uint32_t) = {
        [TAP_ETHERNET] = add_ethernet,
        [TAP_SLL2] = add_sll2,
        [TAP_SLL] = add_sll,
        [TAP_RAW] = add_nothing,
    };
    buf_reset(out);
    uint8_t *from = (uint8_t *)buf_room(out, LINK_HEADER_MAX + ip_room(d));
    uint8_t *packet = add_header[link](from, direction, d->from.ip, d->to.ip);
    size_t len = ip_write_packet(packet, d, mtu, checksum, offset);
    out->len = (size_t)(packet + len - from);
    return len > 0;
}
