/* SPDX-License-Identifier: MIT */
#include "model/net/backlog.h"

#include "base/mem.h"

#include <stdlib.h>

static void grow(struct backlog *b) {
    size_t cap = b->cap ? 2 * b->cap : 16;
    struct datagram **ring = mem_new(cap * sizeof(struct datagram *));
    for (size_t i = 0; i < b->count; i++)
        ring[i] = b->ring[(b->first + i) % b->cap];
    free(b->ring);
    b->ring = ring;
    b->first = 0;
    b->cap = cap;
}

void backlog_add(struct backlog *b, struct datagram *d) {
    if (b->count == b->cap) grow(b);
    b->ring[(b->first + b->count++) % b->cap] = datagram_hold(d);
}

struct datagram *backlog_take(struct backlog *b) {
    if (b->count == 0) return NULL;
    struct datagram *d = b->ring[b->first];
    b->first = (b->first + 1) % b->cap;
    b->count--;
    return d;
}

void backlog_free(struct backlog *b) {
    for (struct datagram *d; (d = backlog_take(b));)
        datagram_drop(d);
    free(b->ring);
    *b = (struct backlog){0};
}
