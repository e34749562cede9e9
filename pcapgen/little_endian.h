/* SPDX-License-Identifier: MIT */
/*
 * libpcap writes the headers of a pcap file in the byte order of its machine. Here they are put into the one
 * that captures of siptwin have everywhere, the little-endian one; packets stay as they are.
 */
#ifndef PCAPGEN_LITTLE_ENDIAN_H
#define PCAPGEN_LITTLE_ENDIAN_H

#include "base/buf.h"

/* All-zero is ready for the first byte of a file. */
struct little_endian {
    uint8_t head[24]; /* of the file, or 16 bytes of a record */
    size_t have;      /* bytes of it that are here */
    uint32_t left;    /* bytes of the packet that are still to come */
    bool begun;       /* the file's header has passed */
};

/* Adds to out what has become complete with the next bytes of a big-endian file. */
void little_endian_add(struct little_endian *le, struct buf *out, struct span big);

#endif
