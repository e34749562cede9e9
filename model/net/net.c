/* SPDX-License-Identifier: MIT */
#include "model/net/net.h"

#include "base/mem.h"
#include "model/net/ip.h"

#include <assert.h>
#include <stdlib.h>

/* The kernel's clock for IP identifications (facts: Kamailio 9.1): 250 Hz. */
#define JIFFY_NS (4 * NS_PER_MS)

/* How long a datagram that a host sends to one of its own addresses is on its way over lo. */
#define LOOPBACK_DELAY_NS (10 * NS_PER_US)

/* The lab's network is a /24; a host has no other route. */
#define NETMASK UINT32_C(0xffffff00)

struct socket {
    uint16_t port;
    void (*recv)(void *arg, struct datagram *d);
    void *arg;
};

/* An address that a host has sent to. */
struct peer {
    uint32_t ip;
    uint16_t last_id;  /* Linux's counter for IP identifications towards it ... */
    int64_t id_jiffy;  /* ... and when it went on */
    struct host *host; /* that has it; NULL: nobody */
    struct way *way;   /* there; NULL: nobody has it */
    bool over_lo;      /* it is this host */
    bool leaves;       /* what is sent to it does: ARP gets no answer else */
};

struct host {
    struct net *net;
    char *name;
    uint32_t ip;
    size_t index;
    struct socket *sockets;
    size_t socket_count, socket_cap;
    struct peer *peers;
    size_t peer_count, peer_cap;
    struct random_stream identification_random;
    void (*tap)(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d);
    void *tap_arg;
    uint64_t overruns;
};

/* From one host to another. */
struct way {
    struct path path;
    struct faults faults;
    struct random_stream random;
    bool seeded; /* the stream, with the first datagram: of many hosts most never meet */
};

/* A datagram on its way: for as long as its arrival is scheduled. */
struct flight {
    struct flight *next, *next_free; /* in the list of all, in that of those that are free */
    struct event arrival;
    struct datagram *datagram;
    struct host *to;
};

struct net {
    struct event_queue *queue;
    struct pool pool;
    uint64_t seed;
    uint32_t mtu;
    uint64_t datagrams;
    struct host **hosts;
    size_t host_count, host_cap;
    struct way *ways; /* host_count x host_count, row: from */
    struct flight *flights, *free_flights;
    void (*lost)(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d);
    void *lost_arg;
};

struct net *net_new(struct event_queue *queue, uint64_t seed, uint32_t mtu) {
    struct net *net = mem_new(sizeof *net);
    net->queue = queue;
    net->seed = seed;
    net->mtu = mtu;
    pool_init(&net->pool);
    return net;
}

void net_free(struct net *net) {
    for (struct flight *f = net->flights, *next; f; f = next) {
        next = f->next;
        if (event_pending(&f->arrival)) datagram_drop(f->datagram);
        event_cancel(net->queue, &f->arrival);
        free(f);
    }
    for (size_t i = 0; i < net->host_count; i++) {
        struct host *h = net->hosts[i];
        free(h->name);
        free(h->sockets);
        free(h->peers);
        free(h);
    }
    for (size_t i = 0; net->ways && i < net->host_count * net->host_count; i++)
        faults_free(&net->ways[i].faults);
    free(net->ways);
    free(net->hosts);
    pool_free(&net->pool);
    free(net);
}

struct event_queue *net_queue(struct net *net) {
    return net->queue;
}
struct pool *net_pool(struct net *net) {
    return &net->pool;
}
uint32_t net_mtu(const struct net *net) { return net->mtu; }

struct host *net_add_host(struct net *net, const char *name, uint32_t ip) {
    assert(!net->ways && !net_find_host(net, ip));
    struct host *h = mem_new(sizeof *h);
    h->net = net;
    h->name = mem_text(span_of(name));
    h->ip = ip;
    h->index = net->host_count;
    random_init(&h->identification_random, net->seed, name, "ip identification");
    net->hosts = mem_room(net->hosts, net->host_count, &net->host_cap, sizeof(struct host *));
    net->hosts[net->host_count++] = h;
    return h;
}

const char *host_name(const struct host *host) { return host->name; }
uint32_t host_ip(const struct host *host) { return host->ip; }
struct net *host_net(const struct host *host) {
    return host->net;
}

void host_random(const struct host *host, struct random_stream *r, const char *purpose) {
    random_init(r, host->net->seed, host->name, purpose);
}

struct host *net_find_host(const struct net *net, uint32_t ip) {
    for (size_t i = 0; i < net->host_count; i++)
        if (net->hosts[i]->ip == ip) return net->hosts[i];
    return NULL;
}

static struct way *find_way(struct net *net, const struct host *from, const struct host *to) {
    if (!net->ways) net->ways = mem_new(net->host_count * net->host_count * sizeof *net->ways);
    return &net->ways[from->index * net->host_count + to->index];
}

struct path *net_path(struct net *net, const struct host *from, const struct host *to) {
    return &find_way(net, from, to)->path;
}

void net_drop_nth(struct net *net, const struct host *from, const struct host *to, uint32_t nth,
                  fault_match_fn *match, void *arg) {
    faults_add(&find_way(net, from, to)->faults, nth, FAULT_LOST, match, arg);
}

void net_hold_nth(struct net *net, const struct host *from, const struct host *to, uint32_t nth,
                  int64_t by_ns, fault_match_fn *match, void *arg) {
    assert(by_ns >= 0);
    faults_add(&find_way(net, from, to)->faults, nth, by_ns, match, arg);
}

static struct socket *find_socket(const struct host *host, uint16_t port) {
    for (size_t i = 0; i < host->socket_count; i++)
        if (host->sockets[i].port == port) return &host->sockets[i];
    return NULL;
}

bool host_bind(struct host *host, uint16_t port, void (*recv)(void *arg, struct datagram *d), void *arg) {
    if (find_socket(host, port)) return false;
    host->sockets = mem_room(host->sockets, host->socket_count, &host->socket_cap, sizeof *host->sockets);
    host->sockets[host->socket_count++] = (struct socket){port, recv, arg};
    return true;
}

void host_unbind(struct host *host, uint16_t port) {
    struct socket *s = find_socket(host, port);
    if (s) *s = host->sockets[--host->socket_count];
}

void host_tap(struct host *host,
              void (*seen)(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d),
              void *arg) {
    host->tap = seen;
    host->tap_arg = arg;
}

void net_on_lost(struct net *net,
                 void (*lost)(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d),
                 void *arg) {
    net->lost = lost;
    net->lost_arg = arg;
}

/* All hosts are there when the first datagram is sent. */
static struct peer *peer_new(struct host *host, uint32_t ip) {
    struct net *net = host->net;
    host->peers = mem_room(host->peers, host->peer_count, &host->peer_cap, sizeof *host->peers);
    struct peer *peer = &host->peers[host->peer_count++];
    uint32_t first_id = random_below(&host->identification_random, 0x10000);
    *peer = (struct peer){.ip = ip,
                          .last_id = (uint16_t)(first_id - 1),
                          .id_jiffy = net->queue->now_ns / JIFFY_NS,
                          .host = net_find_host(net, ip)};
    if (peer->host) peer->way = find_way(net, host, peer->host);
    peer->over_lo = peer->host == host || ip >> 24 == 127;
    peer->leaves = peer->host || peer->over_lo || ip_is_multicast(ip);
    return peer;
}

static struct peer *find_peer(struct host *host, uint32_t ip) {
    for (struct peer *p = host->peers; p < host->peers + host->peer_count; p++)
        if (p->ip == ip) return p;
    return peer_new(host, ip);
}

/*
 * The next IP identification towards a destination: one more than the last, and after a quiet time a random
 * step of up to as many as clock ticks have passed (facts: Kamailio 9.1, SIPp 12).
 */
static uint16_t next_identification(struct host *host, struct peer *to) {
    int64_t jiffy = host->net->queue->now_ns / JIFFY_NS, quiet = jiffy - to->id_jiffy;
    if (quiet > 0)
        to->last_id += (uint16_t)random_below(&host->identification_random,
                                              quiet < UINT32_MAX ? (uint32_t)quiet : UINT32_MAX);
    to->id_jiffy = jiffy;
    return ++to->last_id;
}

static void lose(struct net *net, enum lost_why why, const struct datagram *d) {
    if (net->lost) net->lost(net->lost_arg, net->queue->now_ns, why, d);
}

void host_overrun(struct host *host, const struct datagram *d) {
    host->overruns++;
    lose(host->net, LOST_FULL_SOCKET, d);
}

uint64_t host_overruns(const struct host *host) { return host->overruns; }

static void arrive(void *arg) {
    struct flight *f = arg;
    struct host *host = f->to;
    struct datagram *d = f->datagram;
    enum tap_direction direction = d->from.ip == host->ip ? TAP_RECEIVED_OVER_LO : TAP_RECEIVED;
    f->next_free = host->net->free_flights;
    host->net->free_flights = f;
    if (host->tap) host->tap(host->tap_arg, host->net->queue->now_ns, direction, d);
    struct socket *s = find_socket(host, d->to.port);
    if (s)
        s->recv(s->arg, d);
    else
        lose(host->net, LOST_CLOSED_PORT, d);
    datagram_drop(d);
}

static void fly(struct net *net, struct host *to, struct datagram *d, int64_t delay_ns) {
    struct flight *f = net->free_flights;
    if (f) {
        net->free_flights = f->next_free;
    } else {
        f = mem_new(sizeof *f);
        event_init(&f->arrival, arrive, f);
        f->next = net->flights;
        net->flights = f;
    }
    f->datagram = datagram_hold(d);
    f->to = to;
    event_after(net->queue, &f->arrival, delay_ns);
}

/* A stream a way, named by both its hosts: faults between two hosts do not depend on the others. */
static struct random_stream *random_of(struct way *way, const struct host *from, const struct host *to) {
    if (!way->seeded) random_init(&way->random, from->net->seed, from->name, to->name);
    way->seeded = true;
    return &way->random;
}

static void travel(struct net *net, struct host *from, struct host *to, struct way *way, struct datagram *d) {
    const struct path *path = &way->path;
    struct random_stream *r = random_of(way, from, to);
    int64_t held_ns = faults_apply(&way->faults, payload_span(d->payload));
    if (held_ns == FAULT_LOST) {
        lose(net, LOST_DROP_RULE, d);
        return;
    }
    if (random_chance(r, path->loss_ppm)) {
        lose(net, LOST_RANDOM, d);
        return;
    }
    if (random_chance(r, path->reorder_ppm)) held_ns += path->reorder_ns;
    fly(net, to, d, path->delay_ns + held_ns);
    if (random_chance(r, path->duplicate_ppm)) fly(net, to, d, path->delay_ns + held_ns);
}

/* Linux lets nobody send to a broadcast address who has not asked for it. 0.0.0.0 is the host itself. */
bool host_reaches(const struct host *host, uint32_t ip) {
    uint32_t net = ip & NETMASK, loopback = ip >> 24;
    if (ip == 0 || ip_is_multicast(ip)) return true;
    if (loopback == 127) return ip != UINT32_C(0x7fffffff);
    return net == (host->ip & NETMASK) && ip != (net | ~NETMASK);
}

bool host_fits(const struct host *host, size_t payload_len) {
    return IPV4_HEADER_LEN + UDP_HEADER_LEN + payload_len <= host->net->mtu;
}

int host_send(struct host *host, uint16_t source_port, struct udp_options options, struct udp_address to,
              struct payload *payload, const struct cause *cause) {
    struct net *net = host->net;
    if (!host_reaches(host, to.ip)) return -1;
    if (to.ip == 0) to.ip = host->ip;
    struct peer *peer = find_peer(host, to.ip);
    struct host *receiver = peer->host;
    struct way *way = peer->way;
    struct datagram *d = datagram_new(&net->pool);
    d->payload = payload_hold(payload);
    d->number = ++net->datagrams;
    d->sent_ns = net->queue->now_ns;
    d->cause = cause ? *cause : (struct cause){0};
    d->from = (struct udp_address){host->ip, source_port};
    d->to = to;
    d->identification = next_identification(host, peer);
    d->tos = options.tos;
    d->dont_fragment = options.dont_fragment && (peer->over_lo || host_fits(host, payload->len));
    if (options.checksummed) ip_keep_checksum(d, options.checksum_ip);
    if (host->tap && peer->leaves)
        host->tap(host->tap_arg, net->queue->now_ns, peer->over_lo ? TAP_SENT_OVER_LO : TAP_SENT, d);
    if (!receiver) /* and nobody is in a group, or at 127.0.0.1 */
        lose(net, LOST_NO_HOST, d);
    else if (receiver == host)
        fly(net, host, d, LOOPBACK_DELAY_NS);
    else
        travel(net, host, receiver, way, d);
    datagram_drop(d);
    return 0;
}
