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

#include "base/regex.h"
#include "base/source.h"
#include "sim/heap.h"

/* Times and durations are whole nanoseconds, from the first simulated instant. */
#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

struct event {
    struct heap_node node;      /* at: nanoseconds; mark: it was scheduled by event_idle_at() */
    struct event *next, **link; /* in the list of the next ones, or of a slot; link NULL: in none */
    void (*fire)(void *arg);
    void *arg;
};

/*
 * What is far off waits in a wheel of slots until its slot comes up: thousands of timers that will be
 * cancelled before they are due then cost the few datagrams in flight nothing. What is due before that is in
 * a list, in the order in which it fires: most of what is scheduled is one of the next three events, and a
 * heap took twice as many instructions. What would go behind more than a few of the list is in a heap. The
 * order is the same for all: the first of list and heap fires, and a slot leaves the wheel as a whole before
 * the first of its events may.
 */
enum { EVENT_SOON = 8 /* events of the list that a new one may go behind */ };
enum { EVENT_SLOT_SHIFT = 22 /* 4.2 ms */, EVENT_SLOTS = 4096 /* 17 s; what is later comes round again */ };

/* The reason why a simulation stops, at most; what is longer is cut. */
enum { EVENT_WHY_MAX = 256 };

struct event_queue {
    int64_t now_ns;
    uint64_t fired;          /* how many events have fired */
    uint64_t spent;          /* work beside the events, counted as so many more */
    uint64_t limit;          /* of both together; 0: it was stopped */
    char why[EVENT_WHY_MAX]; /* it was stopped for this; empty: it runs */
    struct source_pos stopped_at;
    struct event *soon, end; /* the list, and what ends it */
    struct heap heap;        /* its sequence counts what has been scheduled, ever */
    int64_t slot;            /* at_ns >> EVENT_SLOT_SHIFT of the latest slot that left the wheel */
    uint64_t cancelled;      /* events that have been */
    size_t idle;             /* those scheduled that alone do not keep the simulation going */
    struct event *slots[EVENT_SLOTS];
    uint64_t used[EVENT_SLOTS / 64]; /* a bit for each slot that holds an event */
};

void event_queue_init(struct event_queue *q);

/* Frees the queue's memory; events still scheduled are forgotten, not fired. */
void event_queue_free(struct event_queue *q);

/* Sets what the event does; it is not scheduled by this and must not be scheduled. */
void event_init(struct event *e, void (*fire)(void *arg), void *arg);

static inline bool event_pending(const struct event *e) { return e->node.slot != 0 || e->link; }

/* Takes e out of the queue; does nothing if it is not in it. */
void event_cancel(struct event_queue *q, struct event *e);

/* Schedules e, which is not scheduled, at a time not before now. */
void event_add(struct event_queue *q, struct event *e, int64_t at_ns);

/* The same of any event; if it is scheduled already, it is moved (with a new sequence number). */
static inline void event_at(struct event_queue *q, struct event *e, int64_t at_ns) {
    if (event_pending(e)) event_cancel(q, e);
    event_add(q, e, at_ns);
}

/* Schedules e after a delay of 0 or more. */
static inline void event_after(struct event_queue *q, struct event *e, int64_t delay_ns) {
    event_at(q, e, q->now_ns + delay_ns);
}

/* As event_at() for what goes on for ever by itself: when only such events are left, the simulation has
 * ended. */
void event_idle_at(struct event_queue *q, struct event *e, int64_t at_ns);

/* What an event does that costs far more than the others: it counts as n more. The queue may be NULL. */
void event_spend(struct event_queue *q, uint64_t n);

/* The same for a match that took so many steps; one that took too many stops the simulation. */
void event_spend_match(struct event_queue *q, struct source_pos at, enum regex_answer answer, uint64_t steps);

/* Stops the simulation for good: no more events fire. `at` is the place in an input that
 * is to blame; the first call counts. The queue may be NULL. */
void event_queue_stop(struct event_queue *q, struct source_pos at, const char *why);

/* Has it been stopped, or is its limit used up? */
bool event_queue_stopped(const struct event_queue *q);

/* When the next event is; INT64_MAX: there is none. */
int64_t event_queue_next_ns(struct event_queue *q);

/* Advances the clock to the next event and fires it; false when none is left but idle ones, or it was
 * stopped. */
bool event_queue_step(struct event_queue *q);

#endif
