/* SPDX-License-Identifier: MIT */
#include "model/net/backlog.h"

#include "base/mem.h"

#include <stdlib.h>

/* The place in the ring that is so many behind its beginning: at most one time round. */
static size_t place(const struct backlog *b, size_t n) { return n < b->cap ? n : n - b->cap; }

static void grow(struct backlog *b) {
    size_t cap = b->cap ? 2 * b->cap : 16;
    struct datagram **ring = mem_new(cap * sizeof(struct datagram *));
    for (size_t i = 0; i < b->count; i++)
        ring[i] = b->ring[place(b, b->first + i)];
    free(b->ring);
    b->ring = ring;
    b->first = 0;
    b->cap = cap;
}

/* Of one packet: its buffer comes in a few sizes, and has room for a link header and what the kernel adds. */
static size_t packet_truesize(size_t ip_len) {
    enum { OVERHEAD = 351, SMALLEST = 576, NEXT = 1024, SKB = 256 };
    size_t room = SMALLEST;
    if (ip_len + OVERHEAD > room)
        for (room = NEXT; ip_len + OVERHEAD > room;)
            room *= 2;
    return room + SKB;
}

size_t backlog_truesize(size_t payload_len, size_t mtu) {
    size_t left = payload_len + UDP_HEADER_LEN, sum = 0;
    for (size_t most = (mtu - IPV4_HEADER_LEN) / 8 * 8; left + IPV4_HEADER_LEN > mtu; left -= most)
        sum += packet_truesize(most + IPV4_HEADER_LEN);
    return sum + packet_truesize(left + IPV4_HEADER_LEN);
}

bool backlog_add(struct backlog *b, struct datagram *d) {
    size_t size = b->limit ? backlog_truesize(d->payload->len, b->mtu) : 0;
    if (b->charged + size > b->limit && b->limit) return false;
    b->charged += size;
    if (b->count == b->cap) grow(b);
    b->ring[place(b, b->first + b->count++)] = datagram_hold(d);
    return true;
}

struct datagram *backlog_take(struct backlog *b) {
    if (b->count == 0) return NULL;
    struct datagram *d = b->ring[b->first];
    if (b->spliced == 0) b->spliced = b->count;
    b->first = place(b, b->first + 1);
    b->count--;
    b->spliced--;
    if (b->limit == 0) return d;
    b->freed += backlog_truesize(d->payload->len, b->mtu);
    if (b->freed >= b->limit / 4 || b->spliced == 0) {
        b->charged -= b->freed;
        b->freed = 0;
    }
    return d;
}

void backlog_free(struct backlog *b) {
    for (struct datagram *d; (d = backlog_take(b));)
        datagram_drop(d);
    free(b->ring);
    *b = (struct backlog){0};
}
