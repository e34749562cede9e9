/* SPDX-License-Identifier: MIT */
/* Addresses: where URIs point. */
#ifndef MODEL_KAMAILIO_RESOLVE_H
#define MODEL_KAMAILIO_RESOLVE_H

#include "base/buf.h"
#include "model/net/datagram.h"

struct kamailio;

/* What an instance remembers of the URIs that it has resolved last: proxies send to a few, again and again,
 * and each request asks twice (180 instructions a datagram). */
enum { KAM_RESOLVED = 16 };
struct kam_resolved {
    struct buf uri;
    struct udp_address to;
    int error;
};

/*
 * An IPv4 address as Kamailio reads it: four numbers, of which each may have no digits or too many, and
 * counts modulo 256.
 */
bool kam_ipv4_parse(struct span text, uint32_t *ip);

/* An IPv4 address, or the name of a host, which the lab's name server knows (facts: Kamailio 58). */
bool kam_host_parse(const struct kamailio *k, struct span text, uint32_t *ip);

/*
 * Where a SIP URI points: its host as an IPv4 address or a name, 5060 without a port. 0, or what is wrong:
 * KAM_E_BAD_URI, KAM_E_NO_SOCKET for what asks for TCP or TLS (only UDP is simulated), KAM_E_BAD_ADDRESS for
 * all that cannot be resolved here.
 */
int kam_resolve(struct kamailio *k, struct span uri, struct udp_address *to);

/* Forgets what was resolved. */
void kam_resolved_free(struct kamailio *k);

#endif
