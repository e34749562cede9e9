/* SPDX-License-Identifier: MIT */
/*
 * Simulated time and what happens in it. An event is a member of what it concerns (a timer of a
 * transaction, a datagram in flight): scheduling it allocates nothing, a cancelled one never fires.
 *
 * The order is total, see sim/heap.h: of two events of the same nanosecond the one that was scheduled first
 * fires first, whether it is a timer or a datagram.
 */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "sim/heap.h"

/* Times and durations are whole nanoseconds, from the first simulated instant. */
#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

struct event {
    struct heap_node node; /* at: nanoseconds; in no heap: not scheduled */
    void (*fire)(void *arg);
    void *arg;
};

struct event_queue {
    int64_t now_ns;
    uint64_t fired; /* how many events have fired */
    struct heap heap;
};

void event_queue_init(struct event_queue *q);

/* Frees the queue's memory; events still scheduled are forgotten, not fired. */
void event_queue_free(struct event_queue *q);

/* Sets what the event does; it is not scheduled by this and must not be scheduled. */
void event_init(struct event *e, void (*fire)(void *arg), void *arg);

/* Schedules e at a time not before now; if it is scheduled already, it is moved (with a new sequence number).
 */
void event_at(struct event_queue *q, struct event *e, int64_t at_ns);

/* Schedules e after a delay of 0 or more. */
void event_after(struct event_queue *q, struct event *e, int64_t delay_ns);

/* Takes e out of the queue; does nothing if it is not in it. */
void event_cancel(struct event_queue *q, struct event *e);

static inline bool event_pending(const struct event *e) { return e->node.slot != 0; }

/* Advances the clock to the next event and fires it; false when no event is left. */
bool event_queue_step(struct event_queue *q);

#endif
