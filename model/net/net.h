/* SPDX-License-Identifier: MIT */
/*
 * Hosts on one network: UDP sockets, paths with delay and faults, taps where a capture is taken.
 * Nothing here knows SIP. A datagram passes the sender's tap when it is sent, and the receiver's tap,
 * then the socket's handler, when it arrives.
 */
#ifndef MODEL_NET_NET_H
#define MODEL_NET_NET_H

#include "model/net/datagram.h"
#include "model/net/fault.h"
#include "model/net/tap.h"
#include "sim/event.h"
#include "sim/random.h"

struct net;
struct host;

/* What a program asks of its socket (facts: Kamailio 9.1). */
struct udp_options {
    uint8_t tos;
    bool dont_fragment;   /* DF when the datagram fits the MTU; a fragmented one never has it */
    bool checksummed;     /* by a raw socket, whose program has computed the UDP checksum ... */
    uint32_t checksum_ip; /* ... for this destination */
};

/* How datagrams get from one host to another; changed only before the run. */
struct path {
    int64_t delay_ns;
    uint32_t loss_ppm;      /* lost at random */
    uint32_t duplicate_ppm; /* arrives twice */
    uint32_t reorder_ppm;   /* held back by reorder_ns, so that later ones overtake it */
    int64_t reorder_ns;
};

/* The network of one run. The queue outlives it. */
struct net *net_new(struct event_queue *queue, uint64_t seed, uint32_t mtu);
void net_free(struct net *net);

struct event_queue *net_queue(struct net *net);
struct pool *net_pool(struct net *net);
uint32_t net_mtu(const struct net *net);

/* Adds a host; the name is copied. Addresses are distinct. All paths must be set up after all hosts were
 * added. */
struct host *net_add_host(struct net *net, const char *name, uint32_t ip);

const char *host_name(const struct host *host);
uint32_t host_ip(const struct host *host);
struct net *host_net(const struct host *host);

/* The host that has this address, or NULL. */
struct host *net_find_host(const struct net *net, uint32_t ip);

/* The path between two hosts, to be adjusted in place. */
struct path *net_path(struct net *net, const struct host *from, const struct host *to);

/*
 * Loses the nth (from 1) datagram that goes this path and for which match says yes; match NULL: all count.
 * Lost ones count too.
 */
void net_drop_nth(struct net *net, const struct host *from, const struct host *to, uint32_t nth,
                  fault_match_fn *match, void *arg);

/* The same, but it is held back: it takes by_ns longer than the path's delay. Several such rules add up. */
void net_hold_nth(struct net *net, const struct host *from, const struct host *to, uint32_t nth,
                  int64_t by_ns, fault_match_fn *match, void *arg);

/* Opens a UDP port: recv is called with each datagram that arrives, which it may hold. False if the port is
 * taken. */
bool host_bind(struct host *host, uint16_t port, void (*recv)(void *arg, struct datagram *d), void *arg);

/* Closes it: what arrives from now on meets nobody. */
void host_unbind(struct host *host, uint16_t port);

/*
 * May a datagram go there: into a network that the host knows, to itself, to a group (nobody is in one)?
 * host_send() to another address, or to a broadcast address, fails.
 */
bool host_reaches(const struct host *host, uint32_t ip);

/* Whether a payload of so many bytes leaves the host in a single packet. */
bool host_fits(const struct host *host, size_t payload_len);

/*
 * Sends a payload (held for as long as needed) now. The cause is copied. Returns 0, or -1 when the
 * address is none that host_reaches() (sendto's ENETUNREACH or EACCES). An address of that network that
 * nobody has is no error: the datagram never leaves (ARP gets no answer).
 */
int host_send(struct host *host, uint16_t source_port, struct udp_options options, struct udp_address to,
              struct payload *payload, const struct cause *cause);

/* The host's own random stream of that purpose is the caller's to keep: this seeds it. */
void host_random(const struct host *host, struct random_stream *r, const char *purpose);

/* Sees every datagram that this host sends or receives. One tap a host. */
void host_tap(struct host *host,
              void (*seen)(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d),
              void *arg);

enum lost_why { LOST_DROP_RULE, LOST_RANDOM, LOST_NO_HOST, LOST_CLOSED_PORT, LOST_FULL_SOCKET };

/* A program's socket has no room for what has just arrived for it: it is lost. */
void host_overrun(struct host *host, const struct datagram *d);

/* How many were lost so. */
uint64_t host_overruns(const struct host *host);

/* Is told of every datagram that does not reach a program. A lost one is told when it is sent. */
void net_on_lost(struct net *net,
                 void (*lost)(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d),
                 void *arg);

#endif
