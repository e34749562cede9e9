/* SPDX-License-Identifier: MIT */
/*
 * The flow as text, a line a datagram: number, time, from, to, message. Times count from the first captured
 * datagram, as tshark's do. Written as the run goes, so that it may be as long as it likes.
 */
#ifndef VIEW_LISTING_H
#define VIEW_LISTING_H

#include "view/flow.h"
#include "view/names.h"

#include <stdio.h>

/* The widest a host's name may be, so that the message keeps some room. */
#define LISTING_NAME_MAX 15

struct listing {
    FILE *out;
    const struct names *names; /* NULL: none are cut */
    int width;                 /* of the columns with host names */
    bool colour, begun;
    uint64_t limit; /* how many rows are shown; 0: all */
    uint64_t rows;  /* that there were */
    int64_t last_ns;
    struct buf line;
};

/* Prepares a listing without a limit; the names are cut to LISTING_NAME_MAX and outlive it. out stays the
 * caller's. */
void listing_init(struct listing *l, FILE *out, const struct names *names, bool colour);

struct flow_sink listing_sink(struct listing *l);

/* Says how many rows were not shown, if any. */
void listing_end(struct listing *l);

void listing_free(struct listing *l);

#endif
