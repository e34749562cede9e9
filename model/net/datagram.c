/* SPDX-License-Identifier: MIT */
#include "model/net/datagram.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

/* Payload size classes: 512, 1024, ... 65536 bytes; SIP lives in the first three. */
enum { SMALLEST = 512, CLASSES = 8 };

static unsigned class_of(size_t cap) {
    unsigned c = 0;
    for (size_t size = SMALLEST; size < cap; size *= 2)
        c++;
    assert(c < CLASSES);
    return c;
}

void pool_init(struct pool *pool) { *pool = (struct pool){0}; }

void pool_free(struct pool *pool) {
    assert(pool->payloads_out == 0 && pool->datagrams_out == 0);
    for (unsigned c = 0; c < CLASSES; c++) {
        for (struct payload *p = pool->payloads[c], *next; p; p = next) {
            next = p->next;
            free(p);
        }
    }
    for (struct datagram *d = pool->datagrams, *next; d; d = next) {
        next = d->next;
        free(d);
    }
    pool_init(pool);
}

struct payload *payload_new(struct pool *pool, size_t cap) {
    assert(cap <= PAYLOAD_MAX);
    unsigned c = class_of(cap);
    struct payload *p = pool->payloads[c];
    if (p) {
        pool->payloads[c] = p->next;
    } else {
        p = mem_new(sizeof *p + ((size_t)SMALLEST << c));
        p->pool = pool;
        p->cap = (uint32_t)SMALLEST << c;
    }
    p->next = NULL;
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
    unsigned c = class_of(p->cap);
    p->next = p->pool->payloads[c];
    p->pool->payloads[c] = p;
    p->pool->payloads_out--;
}

struct datagram *datagram_new(struct pool *pool) {
    struct datagram *d = pool->datagrams;
    if (d) {
        pool->datagrams = d->next;
        *d = (struct datagram){0};
    } else {
        d = mem_new(sizeof *d);
    }
    d->pool = pool;
    d->refs = 1;
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
