/* SPDX-License-Identifier: MIT */
/*
 * Media in two captures: datagrams between ports where A shows no SIP. They are compared by stream
 * (addresses, ports and, of RTP, the SSRC), because two threads or two programs send at the same time, and
 * without what is random in SIPp's own media (docs/facts/sipp.md 15.4, 15.5). Copies that siptrace sends in
 * HEP 2 or 3 hold a time, which is compared as the datagram's own.
 */
#ifndef VIEW_COMPARE_MEDIA_H
#define VIEW_COMPARE_MEDIA_H

#include "base/buf.h"
#include "pcapgen/reader.h"
#include "view/words.h"

/* How far the times of a stream's datagrams, counted from its first one, may be apart. */
#define COMPARE_MEDIA_NS INT64_C(25000000)

/* What was seen of a stream first. */
struct compare_stream {
    bool begun, ticked;
    int64_t begun_ns[2]; /* in A and in B */
    int32_t ticks;       /* by how much the clocks of its timestamps differ */
};

/* All-zero: nothing is media. */
struct compare_media {
    const struct reader *captures[2];
    bool *ports; /* by number: A shows SIP there; NULL: no datagram is media */
    struct words keys;
    struct compare_stream *streams; /* by the number of the key */
    size_t cap;
    struct buf payload; /* of B, without what is random */
};

/* Both captures outlive it. */
void compare_media_init(struct compare_media *m, const struct reader *a, const struct reader *b);

/* Is the packet, of either capture, media? */
bool compare_is_media(const struct compare_media *m, const struct reader_packet *p);

/* Writes what names the packet's stream: its direction, ports and SSRC, bytes that are no text. */
void compare_media_key(struct buf *out, const struct reader_packet *p);

/* The stream of a packet of A. */
struct compare_stream *compare_media_stream(struct compare_media *m, const struct reader_packet *p);

/* B's packet with A's bytes where they may differ by chance; valid until the next one. */
struct reader_packet compare_media_same(struct compare_media *m, struct compare_stream *s,
                                        const struct reader_packet *a, const struct reader_packet *b,
                                        int64_t allowed_ns);

/* B's copy with A's time in it, if both are copies in HEP whose times, counted from the first frames of the
 * captures, differ by no more than allowed; else as it is. Valid until the next one. */
struct reader_packet compare_copy_same(struct compare_media *m, const struct reader_packet *a,
                                       const struct reader_packet *b, int64_t allowed_ns);

void compare_media_free(struct compare_media *m);

#endif
