/* SPDX-License-Identifier: MIT */
/*
 * What Kamailio sends. While a worker or the timer decides, its sends are collected in order; afterwards
 * the owner of the decision gives each its time, and they leave then: decisions are instants, sending is
 * work that takes time (facts: Kamailio 10.2).
 */
#ifndef MODEL_KAMAILIO_SEND_H
#define MODEL_KAMAILIO_SEND_H

#include "model/net/net.h"

struct kamailio;
struct kam_socket;

/* What is sent: it says how long the making of it took. */
enum kam_send_kind {
    KAM_SEND_AUTO_100, /* tm's own 100 */
    KAM_SEND_ACK,      /* hop-by-hop ACK */
    KAM_SEND_CANCEL,   /* tm's own CANCEL */
    KAM_SEND_TIMEOUT,  /* a local reply because a timer ran out */
    KAM_SEND_OTHER,
    KAM_SEND_AS_IT_IS /* modules that change what leaves do not see it */
};

/* How long after another send such a copy leaves, where one has made it. */
#define KAM_COPY_GAP_NS (20 * NS_PER_US)

struct kam_destination {
    struct kam_socket *socket; /* where it is sent from */
    struct udp_address to;
};

struct kam_send {
    struct kam_send *next;      /* in the list of collected ones, or in the free list */
    struct kam_send *next_made; /* in the list of all */
    struct event departure;
    struct kamailio *k;
    enum kam_send_kind kind;
    struct kam_destination destination;
    struct payload *payload;
    struct cause cause;
    int64_t slept_ns; /* how long the script had slept before it */
};

struct kam_outbox {
    struct kam_send *first, **last; /* collected, in order; last points to where the next one is linked */
    struct kam_send *free, *made; /* all there are: collected, free, or with a departure that is scheduled */
};

void kam_outbox_init(struct kam_outbox *outbox);

/* Forgets what has not left yet. */
void kam_outbox_free(struct kam_outbox *outbox);

/*
 * Collects a send of payload (held from now on; NULL counts as unsendable). False, and nothing is sent, when
 * the address is in no network that the host knows: sendto's ENETUNREACH.
 */
bool kam_send(struct kamailio *k, enum kam_send_kind kind, const struct kam_destination *destination,
              struct payload *payload, const struct cause *cause);

/* Lets the first collected one leave at a time not before now. There is one. */
void kam_send_leave(struct kamailio *k, int64_t at_ns);

/* Lets all that is collected leave now. */
void kam_send_leave_all(struct kamailio *k);

#endif
