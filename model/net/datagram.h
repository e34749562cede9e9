/* SPDX-License-Identifier: MIT */
/*
 * What travels: a payload (the UDP data: bytes that never change once they were sent, shared by
 * everybody who needs them later) and a datagram (one sending of a payload: what its IPv4 and UDP headers
 * say, and why it was sent). Both go back to their pool when nobody holds them.
 */
#ifndef MODEL_NET_DATAGRAM_H
#define MODEL_NET_DATAGRAM_H

#include "base/arena.h"
#include "sim/trace.h"

#include <stdint.h>

/* The largest UDP payload that IPv4 carries: 65535 - 20 - 8. */
#define PAYLOAD_MAX 65507

#define IPV4_HEADER_LEN 20
#define UDP_HEADER_LEN  8

struct pool;

struct payload {
    union {
        struct pool *pool;
        struct payload *next; /* of one in the pool's free list */
    };
    uint32_t refs, len, cap;
    char bytes[];
};

/* An IPv4 address (host byte order: 172.20.0.2 is 0xac140002) and a UDP port. */
struct udp_address {
    uint32_t ip;
    uint16_t port;
};

static inline bool udp_address_eq(struct udp_address a, struct udp_address b) {
    return a.ip == b.ip && a.port == b.port;
}

struct datagram {
    struct pool *pool;
    struct datagram *next;
    struct payload *payload;
    uint64_t number; /* 1 for the first datagram of a run, 2 for the second ... */
    int64_t sent_ns; /* when it was sent */
    uint32_t refs;
    struct cause cause;
    struct udp_address from, to;
    uint16_t identification;
    uint8_t tos;
    bool dont_fragment;
    bool checksummed;      /* a capture shows own_checksum where it would show a partial one */
    uint16_t own_checksum; /* that the sending program computed */
};

/* Payloads, with what stands before their bytes, come in steps of so many bytes: most of the memory of a run
 * is in them. */
enum { PAYLOAD_STEP = 32, PAYLOAD_STEPS = (sizeof(struct payload) + PAYLOAD_MAX) / PAYLOAD_STEP + 1 };

/* Free payloads (by steps of room) and datagrams, for one run; their memory ends with it. */
struct pool {
    struct arena memory;
    struct payload *payloads[PAYLOAD_STEPS + 1];
    struct datagram *datagrams;
    size_t payloads_out, datagrams_out; /* in somebody's hands: 0 at the end of a run, or something leaked */
};

void pool_init(struct pool *pool);
void pool_free(struct pool *pool); /* asserts that nothing is out */

/* An empty payload with room for cap bytes (at most PAYLOAD_MAX), held once by the caller, who fills bytes
 * and len. */
struct payload *payload_new(struct pool *pool, size_t cap);

/* A payload that holds these bytes. */
struct payload *payload_of(struct pool *pool, struct span bytes);

struct payload *payload_hold(struct payload *p);
void payload_drop(struct payload *p); /* NULL is fine */

static inline struct span payload_span(const struct payload *p) { return (struct span){p->bytes, p->len}; }

/* A datagram whose sender says all that is in it; it has no checksum of its own. */
struct datagram *datagram_new(struct pool *pool);
struct datagram *datagram_hold(struct datagram *d);
void datagram_drop(struct datagram *d);

/* "172.20.0.2" */
void ipv4_write(struct buf *out, uint32_t ip);

/* Reads four decimal numbers with dots, no leading zeros, nothing else. */
bool ipv4_parse(struct span text, uint32_t *ip);

#endif
