/* SPDX-License-Identifier: MIT */
#include "model/kamailio/worker.h"

#include "base/mem.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/receive.h"

#include <assert.h>
#include <stdlib.h>

static struct event_queue *queue_of(const struct kam_worker *w) { return w->pool->socket->k->queue; }

static void wait_in_line(struct kam_worker *w) {
    struct kam_worker_pool *pool = w->pool;
    w->state = KAM_WAITING;
    w->next = NULL;
    if (pool->last_waiting)
        pool->last_waiting->next = w;
    else
        pool->first_waiting = w;
    pool->last_waiting = w;
}

/* Decides about one message now; the worker is busy until its last send. */
static void handle(struct kam_worker *w, struct datagram *d) {
    struct kam_socket *socket = w->pool->socket;
    if (w->state != KAM_RUNNING) w->pool->running++;
    w->state = KAM_RUNNING;
    int64_t busy_ns = kam_receive(socket->k, socket, &w->process, d);
    datagram_drop(d);
    if (!w->process.stuck) event_after(queue_of(w), &w->event, busy_ns);
}

static void run_or_wait(struct kam_worker *w) {
    struct datagram *d = w->datagram ? w->datagram : backlog_take(&w->pool->backlog);
    w->datagram = NULL;
    if (d) {
        handle(w, d);
        return;
    }
    if (w->state == KAM_RUNNING) w->pool->running--;
    wait_in_line(w);
}

static void worker_fire(void *arg) { run_or_wait(arg); }

int64_t kam_wakeup_draw(const struct kam_wakeup *wakeup, struct random_stream *r) {
    const struct kam_quantile *q = wakeup->quantiles;
    if (!q) return wakeup->ns;
    uint32_t drawn = random_below(r, 1000000);
    while (q[1].ppm <= drawn)
        q++;
    int64_t span_ns = q[1].ns - q[0].ns, span = q[1].ppm - q[0].ppm, part = drawn - q[0].ppm;
    return q[0].ns + span_ns / span * part + span_ns % span * part / span;
}

void kam_worker_pool_recv(void *arg, struct datagram *d) {
    struct kam_worker_pool *pool = arg;
    struct kam_worker *w = pool->first_waiting;
    if (!w) {
        if (!backlog_add(&pool->backlog, d)) host_overrun(pool->socket->k->host, d);
        return;
    }
    pool->first_waiting = w->next;
    if (!pool->first_waiting) pool->last_waiting = NULL;
    w->state = KAM_WAKING;
    /* A worker that is awake may be ready before this one has woken up, and take what is queued. */
    if (pool->running == 0)
        w->datagram = datagram_hold(d);
    else if (!backlog_add(&pool->backlog, d))
        host_overrun(pool->socket->k->host, d);
    event_after(queue_of(w), &w->event, kam_wakeup_draw(w->wakeup, &pool->socket->k->wakeup_random));
}

void kam_worker_pool_init(struct kam_worker_pool *pool, struct kam_socket *socket, size_t count,
                          const struct backlog *receive_queue, const struct kam_wakeup *wakeups,
                          size_t wakeup_count) {
    assert(count > 0 && wakeup_count > 0);
    *pool = (struct kam_worker_pool){.socket = socket, .count = count, .backlog = *receive_queue};
    pool->workers = mem_new(count * sizeof *pool->workers);
    for (size_t i = 0; i < count; i++) {
        struct kam_worker *w = &pool->workers[i];
        w->pool = pool;
        w->wakeup = &wakeups[i % wakeup_count];
        kam_process_init(&w->process);
        w->process.socket = socket;
        event_init(&w->event, worker_fire, w);
        wait_in_line(w);
    }
}

void kam_worker_pool_free(struct kam_worker_pool *pool) {
    for (size_t i = 0; i < pool->count; i++) {
        struct kam_worker *w = &pool->workers[i];
        event_cancel(queue_of(w), &w->event);
        datagram_drop(w->datagram);
        kam_process_free(&w->process);
    }
    backlog_free(&pool->backlog);
    free(pool->workers);
}
