/* SPDX-License-Identifier: MIT */
#include "model/net/datagram.h"

#include "base/mem.h"

#include <assert.h>

static size_t steps_of(size_t cap) {
    return (offsetof(struct payload, bytes) + cap + PAYLOAD_STEP - 1) / PAYLOAD_STEP;
}

void pool_init(struct pool *pool) { *pool = (struct pool){.memory.chunk = 1 << 16}; }

void pool_free(struct pool *pool) {
    assert(pool->payloads_out == 0 && pool->datagrams_out == 0);
    arena_free(&pool->memory);
    pool_init(pool);
}

struct payload *payload_new(struct pool *pool, size_t cap) {
    assert(cap <= PAYLOAD_MAX);
    size_t steps = steps_of(cap);
    struct payload *p = pool->payloads[steps];
    if (p) {
        pool->payloads[steps] = p->next;
        mem_fetch(p->next, steps * PAYLOAD_STEP);
    } else {
        p = arena_room(&pool->memory, steps * PAYLOAD_STEP);
        p->cap = (uint32_t)(steps * PAYLOAD_STEP - offsetof(struct payload, bytes));
    }
    p->pool = pool;
    p->refs = 1;
    p->len = 0;
    pool->payloads_out++;
    return p;
}

struct payload *payload_of(struct pool *pool, struct span bytes) {
    struct payload *p = payload_new(pool, bytes.len);
    if (bytes.len) memcpy(p->bytes, bytes.p, bytes.len);
    p->len = (uint32_t)bytes.len;
    return p;
}

struct payload *payload_hold(struct payload *p) {
    assert(p->refs > 0);
    p->refs++;
    return p;
}

void payload_drop(struct payload *p) {
    if (!p) return;
    assert(p->refs > 0);
    if (--p->refs > 0) return;
    struct pool *pool = p->pool;
    size_t steps = steps_of(p->cap);
    p->next = pool->payloads[steps];
    pool->payloads[steps] = p;
    pool->payloads_out--;
}

struct datagram *datagram_new(struct pool *pool) {
    struct datagram *d = pool->datagrams;
    if (d)
        pool->datagrams = d->next;
    else
        d = arena_new(&pool->memory, sizeof *d);
    d->pool = pool;
    d->refs = 1;
    d->checksummed = false;
    pool->datagrams_out++;
    return d;
}

struct datagram *datagram_hold(struct datagram *d) {
    assert(d->refs > 0);
    d->refs++;
    return d;
}

void datagram_drop(struct datagram *d) {
    if (!d) return;
    assert(d->refs > 0);
    if (--d->refs > 0) return;
    payload_drop(d->payload);
    d->payload = NULL;
    d->next = d->pool->datagrams;
    d->pool->datagrams = d;
    d->pool->datagrams_out--;
}
