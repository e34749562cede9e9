/* SPDX-License-Identifier: MIT */
#include "sim/event.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

void event_queue_init(struct event_queue *q) { *q = (struct event_queue){0}; }

void event_queue_free(struct event_queue *q) {
    for (size_t i = 0; i < q->count; i++)
        q->heap[i]->slot = 0;
    free(q->heap);
    event_queue_init(q);
}

void event_init(struct event *e, void (*fire)(void *arg), void *arg) {
    *e = (struct event){.fire = fire, .arg = arg};
}

bool event_before(const struct event *a, const struct event *b) {
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->sequence < b->sequence;
}

static void place(struct event_queue *q, size_t i, struct event *e) {
    q->heap[i] = e;
    e->slot = i + 1;
}

static void sift_up(struct event_queue *q, size_t i, struct event *e) {
    for (size_t parent; i > 0 && event_before(e, q->heap[parent = (i - 1) / 2]); i = parent)
        place(q, i, q->heap[parent]);
    place(q, i, e);
}

static void sift_down(struct event_queue *q, size_t i, struct event *e) {
    for (size_t child; (child = 2 * i + 1) < q->count; i = child) {
        if (child + 1 < q->count && event_before(q->heap[child + 1], q->heap[child])) child++;
        if (event_before(e, q->heap[child])) break;
        place(q, i, q->heap[child]);
    }
    place(q, i, e);
}

void event_at(struct event_queue *q, struct event *e, int64_t at_ns) {
    assert(e->fire && at_ns >= q->now_ns);
    event_cancel(q, e);
    e->at_ns = at_ns;
    e->sequence = q->sequence++;
    q->heap = mem_room(q->heap, q->count, &q->cap, sizeof *q->heap);
    sift_up(q, q->count++, e);
}

void event_after(struct event_queue *q, struct event *e, int64_t delay_ns) {
    assert(delay_ns >= 0);
    event_at(q, e, q->now_ns + delay_ns);
}

void event_cancel(struct event_queue *q, struct event *e) {
    if (!event_pending(e)) return;
    size_t hole = e->slot - 1;
    assert(hole < q->count && q->heap[hole] == e);
    e->slot = 0;
    struct event *last = q->heap[--q->count];
    if (last == e) return;
    if (hole > 0 && event_before(last, q->heap[(hole - 1) / 2]))
        sift_up(q, hole, last);
    else
        sift_down(q, hole, last);
}

bool event_queue_step(struct event_queue *q) {
    if (q->count == 0) return false;
    struct event *e = q->heap[0];
    assert(e->at_ns >= q->now_ns);
    event_cancel(q, e);
    q->now_ns = e->at_ns;
    q->fired++;
    e->fire(e->arg);
    return true;
}
