/* SPDX-License-Identifier: MIT */
/*
 * The frames of a capture file, pcap or pcapng, read by libpcap. What the frames say is the
 * caller's to check, because anybody may have written them.
 */
#ifndef BASE_FRAMEFILE_H
#define BASE_FRAMEFILE_H

#include "base/buf.h"

struct frame {
    uint64_t number;  /* in the file, from 1 */
    int64_t at_us;    /* since 1970 */
    size_t wire_len;  /* that it had on the wire */
    struct span data; /* what was captured of it; only during the call */
};

/* Takes one frame; false: *why says what is wrong with it, and nothing more is read. */
typedef bool frame_take_fn(void *arg, int datalink, const struct frame *f, struct buf *why);

/*
 * Reads a capture file's bytes and calls take for each frame, in order. False: why says what is wrong. A file
 * that breaks off gives the frames before that; then why says where.
 */
bool framefile_read(struct span file, frame_take_fn *take, void *arg, struct buf *why);

#endif
