/* SPDX-License-Identifier: MIT */
/* Frames: one captured IP packet with the link-layer header that tcpdump would have written (facts:
 * Kamailio 9.3). */
#ifndef PCAPGEN_FRAME_H
#define PCAPGEN_FRAME_H

#include "base/buf.h"
#include "model/net/ip.h"
#include "model/net/net.h"
#include "model/net/tap.h"

/* The value for pcap_open_dead(): DLT_EN10MB ... */
int frame_datalink(enum tap_link link);

/*
 * Writes the frame of the next packet of a datagram that the capturing host sent or received into out, which
 * is cleared first; mtu, checksum and offset are ip_write_packet()'s. False: there is none left.
 */
bool frame_write(struct buf *out, enum tap_link link, enum tap_direction direction, const struct datagram *d,
                 uint32_t mtu, enum udp_checksum checksum, size_t *offset);

#endif
