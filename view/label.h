/* SPDX-License-Identifier: MIT */
/* How the views write a time, a message and a place in a file. What comes from the wire gets printable here.
 */
#ifndef VIEW_LABEL_H
#define VIEW_LABEL_H

#include "base/buf.h"
#include "base/source.h"

#include <stdbool.h>
#include <stdint.h>

/* A pause this long is shown as such. */
#define LABEL_SILENCE_NS INT64_C(1000000000)

/* Seconds with this many digits (at most 9), cut off as tcpdump does: "2.008", "-0.500". */
void label_seconds(struct buf *out, int64_t ns, int digits);

/* Adds text as printable ASCII, one column a byte; others become "?". */
void label_printable(struct buf *out, struct span text);

enum label_kind {
    LABEL_FULL, /* "INVITE sip:service@172.20.0.3:5060", "180 Ringing (INVITE)" */
    LABEL_SHORT /* "INVITE", "180 Ringing (INVITE)" */
};

/*
 * What a message is, in at most `room` columns: of a request the first line without the version, of a
 * response the status, the reason and the CSeq's method. Printable ASCII, one byte a column; what does not
 * fit is cut, "..." says so; LABEL_SHORT first goes without the method.
 */
void label_message(struct buf *out, struct span bytes, enum label_kind kind, size_t room);

/* Is it media: RTP, or something else that begins with no letter? */
bool label_is_media(struct span bytes);

/* What tells streams between the same ports apart: of RTP the SSRC, else 0. */
uint32_t label_stream(struct span bytes);

/* Datagrams of one stream that a row stands for. */
struct label_run {
    uint64_t count;  /* 1, or 0: this one alone */
    int64_t step_ns; /* from one to the next, on average */
};

/* From the first to the last of them. */
static inline int64_t label_run_ns(struct label_run run) {
    return run.count > 1 ? (int64_t)(run.count - 1) * run.step_ns : 0;
}

/*
 * The same as label_message() for a row that may stand for more than one datagram of media, of which these
 * are the first one's bytes: "RTP PCMU, 50 datagrams, 20 ms", short "RTP PCMU, 50 x 20 ms".
 */
void label_row(struct buf *out, struct span bytes, struct label_run run, enum label_kind kind, size_t room);

/* "uac.xml:12": the file without its folder, and the line. Nothing if it is no place. */
void label_position(struct buf *out, struct source_pos at);

#endif
