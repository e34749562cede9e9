/* SPDX-License-Identifier: MIT */
/* Datagrams that have arrived at a socket and that no program has read yet, oldest first. */
#ifndef MODEL_NET_BACKLOG_H
#define MODEL_NET_BACKLOG_H

#include "model/net/datagram.h"

/* A ring; all-zero is an empty one. */
struct backlog {
    struct datagram **ring;
    size_t first, count, cap;
};

/* Adds one, held until it is taken. */
void backlog_add(struct backlog *b, struct datagram *d);

/* The oldest one, the caller's to drop; NULL if there is none. */
struct datagram *backlog_take(struct backlog *b);

/* Drops all. */
void backlog_free(struct backlog *b);

#endif
