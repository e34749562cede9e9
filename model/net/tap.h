/* SPDX-License-Identifier: MIT */
/*
 * How a capture is taken at a host's tap: what scenario.yaml says in `capture:` and what pcapgen writes
 * (facts: Kamailio 9.3).
 */
#ifndef MODEL_NET_TAP_H
#define MODEL_NET_TAP_H

#include "model/net/datagram.h"

/*
 * Which way a datagram went. Over lo goes what a host sends to itself; a capture on all interfaces sees it
 * once, when it is sent.
 */
enum tap_direction { TAP_RECEIVED, TAP_SENT, TAP_RECEIVED_OVER_LO, TAP_SENT_OVER_LO };

static inline bool tap_is_sent(enum tap_direction direction) {
    return direction == TAP_SENT || direction == TAP_SENT_OVER_LO;
}

static inline bool tap_is_over_lo(enum tap_direction direction) { return direction >= TAP_RECEIVED_OVER_LO; }

/* The largest packet on the interface, where eth0 has that MTU. */
enum { TAP_LO_MTU = 65536 };
static inline uint32_t tap_mtu(enum tap_direction direction, uint32_t mtu) {
    return tap_is_over_lo(direction) ? TAP_LO_MTU : mtu;
}

/* The link layer: `tcpdump -i eth0`, `-i any` in its two formats, or a raw IP capture. */
enum tap_link { TAP_ETHERNET, TAP_SLL2, TAP_SLL, TAP_RAW };

/* Does a capture with that link layer see what goes this way? */
static inline bool tap_hears(enum tap_link link, enum tap_direction direction) {
    if (!tap_is_over_lo(direction)) return true;
    return direction == TAP_SENT_OVER_LO && (link == TAP_SLL2 || link == TAP_SLL);
}

/*
 * What is captured: `udp port 5060`, all, or `udp port A or udp port B ...`. Where a port is asked for, only
 * the first fragment of a datagram is captured: the others have none.
 */
enum tap_filter { TAP_SIP, TAP_ALL, TAP_PORTS };

/* The ports of TAP_PORTS; somebody else's. */
struct tap_ports {
    const uint16_t *list;
    size_t count;
};

/* Does the filter let this datagram, or its first fragment, through? */
static inline bool tap_takes(enum tap_filter filter, struct tap_ports ports, const struct datagram *d) {
    if (filter == TAP_ALL) return true;
    uint16_t from = d->from.port, to = d->to.port;
    if (filter == TAP_SIP) return from == 5060 || to == 5060;
    for (size_t i = 0; i < ports.count; i++)
        if (from == ports.list[i] || to == ports.list[i]) return true;
    return false;
}

/* Of the time stamps. */
enum tap_precision { TAP_MICROSECONDS, TAP_NANOSECONDS };

#endif
