/* SPDX-License-Identifier: MIT */
/*
 * The flow as text, a line a datagram: number, time, from, to, message. Times count from the first captured
 * datagram, as tshark's do. Written as the run goes, so that it may be as long as it likes.
 */
#ifndef VIEW_LISTING_H
#define VIEW_LISTING_H

#include "view/flow.h"

#include <stdio.h>

struct listing {
    FILE *out;
    int width; /* of the columns with host names */
    bool colour, begun;
    int64_t last_ns;
    struct buf line;
};

/* Prepares a listing; name_width is that of the longest host name. out stays the caller's. */
void listing_init(struct listing *l, FILE *out, int name_width, bool colour);

struct flow_sink listing_sink(struct listing *l);

void listing_free(struct listing *l);

#endif
