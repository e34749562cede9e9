/* SPDX-License-Identifier: MIT */
#include "pcapgen/frame.h"

#include <pcap/dlt.h>

#define ETHERTYPE_IPV4 "\x08\x00"
#define ARPHRD_ETHER   "\x00\x01"

int frame_datalink(enum tap_link link) {
    static const int datalinks[] = {
        [TAP_ETHERNET] = DLT_EN10MB,
        [TAP_SLL2] = DLT_LINUX_SLL2,
        [TAP_SLL] = DLT_LINUX_SLL,
        [TAP_RAW] = DLT_RAW,
    };
    return datalinks[link];
}

/* The MAC that Docker gives a container: 02:42 and the four bytes of its address. A group's: RFC 1112 6.4. */
static void add_mac(struct buf *out, uint32_t ip) {
    char mac[6] = {0x02, 0x42, (char)(ip >> 24), (char)(ip >> 16), (char)(ip >> 8), (char)ip};
    if (ip_is_multicast(ip)) memcpy(mac, (char[]){0x01, 0x00, 0x5e, (char)(ip >> 16 & 0x7f)}, 4);
    buf_add(out, (struct span){mac, sizeof mac});
}

static void add_ethernet(struct buf *out, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)direction;
    add_mac(out, to);
    add_mac(out, from);
    buf_add(out, SPAN(ETHERTYPE_IPV4));
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
static void add_sll2(struct buf *out, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)to;
    buf_add(out, SPAN(ETHERTYPE_IPV4 "\x00\x00"));
    buf_add(out, SPAN("\x00\x00\x00\x02")); /* interface index: lo is 1, eth0 comes next */
    buf_add(out, SPAN(ARPHRD_ETHER));
    buf_add(out, direction == TAP_SENT ? SPAN("\x04\x06") : SPAN("\x00\x06"));
    add_mac(out, from);
    buf_add(out, SPAN("\x00\x00"));
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
static void add_sll(struct buf *out, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)to;
    buf_add(out, direction == TAP_SENT ? SPAN("\x00\x04") : SPAN("\x00\x00"));
    buf_add(out, SPAN(ARPHRD_ETHER "\x00\x06"));
    add_mac(out, from);
    buf_add(out, SPAN("\x00\x00" ETHERTYPE_IPV4));
}

static void add_nothing(struct buf *out, enum tap_direction direction, uint32_t from, uint32_t to) {
    (void)out, (void)direction, (void)from, (void)to;
}

void frame_write(struct buf *out, enum tap_link link, enum tap_direction direction, const struct datagram *d,
                 const struct ip_packet *packet) {
    static void (*const add_header[])(struct buf *, enum tap_direction, uint32_t, uint32_t) = {
        [TAP_ETHERNET] = add_ethernet,
        [TAP_SLL2] = add_sll2,
        [TAP_SLL] = add_sll,
        [TAP_RAW] = add_nothing,
    };
    buf_reset(out);
    add_header[link](out, direction, datagram_from(d).ip, datagram_to(d).ip);
    buf_add(out, (struct span){(const char *)packet->header, packet->header_len});
    buf_add(out, packet->data);
}
