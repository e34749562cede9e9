/* SPDX-License-Identifier: MIT */
#include "sim/event.h"

#include <assert.h>

void event_queue_init(struct event_queue *q) { *q = (struct event_queue){0}; }

void event_queue_free(struct event_queue *q) {
    heap_free(&q->heap);
    event_queue_init(q);
}

void event_init(struct event *e, void (*fire)(void *arg), void *arg) {
    *e = (struct event){.fire = fire, .arg = arg};
}

void event_at(struct event_queue *q, struct event *e, int64_t at_ns) {
    assert(e->fire && at_ns >= q->now_ns);
    heap_put(&q->heap, &e->node, at_ns);
}

void event_after(struct event_queue *q, struct event *e, int64_t delay_ns) {
    assert(delay_ns >= 0);
    event_at(q, e, q->now_ns + delay_ns);
}

void event_cancel(struct event_queue *q, struct event *e) { heap_remove(&q->heap, &e->node); }

bool event_queue_step(struct event_queue *q) {
    struct event *e = (struct event *)heap_first(&q->heap); /* its node is its first member */
    if (!e) return false;
    assert(e->node.at >= q->now_ns);
    event_cancel(q, e);
    q->now_ns = e->node.at;
    q->fired++;
    e->fire(e->arg);
    return true;
}
