/* SPDX-License-Identifier: MIT */
/*
 * How a capture is taken at a host's tap: what scenario.yaml says in `capture:` and what pcapgen writes
 * (facts: Kamailio 9.3).
 */
#ifndef MODEL_NET_TAP_H
#define MODEL_NET_TAP_H

#include "model/net/datagram.h"

/* The link layer: `tcpdump -i eth0`, `-i any` in its two formats, or a raw IP capture. */
enum tap_link { TAP_ETHERNET, TAP_SLL2, TAP_SLL, TAP_RAW };

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
