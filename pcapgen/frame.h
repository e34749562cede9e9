/* SPDX-License-Identifier: MIT */
/* Frames: one captured IP packet with the link-layer header that tcpdump would have written (facts:
 * Kamailio 9.3). */
#ifndef PCAPGEN_FRAME_H
#define PCAPGEN_FRAME_H

#include "base/buf.h"
#include "model/net/ip.h"
#include "model/net/net.h"
#include "model/net/tap.h"

/* The number of a link layer in a file (https://www.tcpdump.org/linktypes.html). */
uint32_t frame_linktype(enum tap_link link);

/* How long the frame of a packet is. */
size_t frame_len(enum tap_link link, const struct ip_packet *packet);

/* Adds the frame of a packet that the capturing host sent or received. */
void frame_add(struct buf *out, enum tap_link link, enum tap_direction direction, const struct datagram *d,
               const struct ip_packet *packet);

#endif
