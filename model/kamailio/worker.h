/* SPDX-License-Identifier: MIT */
/*
 * Kamailio's worker processes and the queue of their shared socket (facts: Kamailio 10.1). Who wakes late
 * decides late: that is why a 180 may get lost behind a 200.
 */
#ifndef MODEL_KAMAILIO_WORKER_H
#define MODEL_KAMAILIO_WORKER_H

#include "model/kamailio/kamailio.h"
#include "model/kamailio/script/script.h"
#include "model/net/backlog.h"
#include "model/net/net.h"

struct kam_socket;

enum kam_worker_state {
    KAM_WAITING, /* in recvfrom(), in the line of those that wait */
    KAM_WAKING,  /* was woken, runs when its wake-up latency is over */
    KAM_RUNNING  /* works on a message, until its last send */
};

struct kam_worker {
    struct kam_worker *next; /* in the line of those that wait */
    struct kam_worker_pool *pool;
    enum kam_worker_state state;
    struct event event; /* the end of waking or running */
    const struct kam_wakeup *wakeup;
    struct datagram *datagram; /* of a waking one: its own; NULL: it will look into the queue */
    struct kam_process process;
};

struct kam_worker_pool {
    struct kam_socket *socket;
    struct kam_worker *workers;
    size_t count, running;
    struct kam_worker *first_waiting, *last_waiting;
    struct backlog backlog; /* of the shared socket */
};

/*
 * A wake-up latency of that distribution: between two quantiles all values are equally likely. Draws nothing
 * where there are no quantiles.
 */
int64_t kam_wakeup_draw(const struct kam_wakeup *wakeup, struct random_stream *r);

/*
 * count workers, who wait in order; wakeups, which outlive the pool, are given out in turn. receive_queue is
 * an empty one with the bounds of the socket's.
 */
void kam_worker_pool_init(struct kam_worker_pool *pool, struct kam_socket *socket, size_t count,
                          const struct backlog *receive_queue, const struct kam_wakeup *wakeups,
                          size_t wakeup_count);
void kam_worker_pool_free(struct kam_worker_pool *pool);

/* A datagram has arrived at the socket (the host's handler; arg is the pool). */
void kam_worker_pool_recv(void *arg, struct datagram *d);

#endif
