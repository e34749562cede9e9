/* SPDX-License-Identifier: MIT */
/*
 * The receive queue of a socket: datagrams that have arrived and that no program has read yet, oldest first.
 * Its size is bounded by the memory that Linux accounts for it (SO_RCVBUF as getsockopt() tells it), whoever
 * overruns it is lost. docs/overload.md has the measurements.
 */
#ifndef MODEL_NET_BACKLOG_H
#define MODEL_NET_BACKLOG_H

#include "model/net/datagram.h"

/* A ring; all-zero is an empty one without a bound. */
struct backlog {
    struct datagram **ring;
    size_t first, count, cap;
    size_t limit;   /* bytes; 0: none */
    size_t mtu;     /* of the path that the datagrams came by: each fragment is accounted on its own */
    size_t charged; /* bytes that count */
    size_t spliced; /* Linux moves the whole queue aside for its readers once they have read what they had: so
                       many left */
    size_t freed;   /* read, but counting still: until a quarter of the limit, or the last one of those set
                       aside */
};

/* Adds one, held until it is taken. False: it has no room. */
bool backlog_add(struct backlog *b, struct datagram *d);

/* The oldest one, the caller's to drop; NULL if there is none. */
struct datagram *backlog_take(struct backlog *b);

/* Drops all. */
void backlog_free(struct backlog *b);

/* The memory that Linux 6.18 accounts for a datagram with so long a payload (skb truesize, summed over its
 * fragments). */
size_t backlog_truesize(size_t payload_len, size_t mtu);

#endif
