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

/* What is captured: `udp port 5060` (of a fragmented datagram only the first fragment has ports), or all. */
enum tap_filter { TAP_SIP, TAP_ALL };

/* Does the filter let this datagram, or its first fragment, through? */
static inline bool tap_takes(enum tap_filter filter, const struct datagram *d) {
    return filter == TAP_ALL || datagram_from(d).port == 5060 || datagram_to(d).port == 5060;
}

/* Of the time stamps. */
enum tap_precision { TAP_MICROSECONDS, TAP_NANOSECONDS };

#endif
