/* SPDX-License-Identifier: MIT */
#include "sim/event.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void event_queue_init(struct event_queue *q) {
    memset(q, 0, sizeof *q);
    q->limit = UINT64_MAX;
    q->end.node.at = INT64_MAX;
    q->end.link = &q->soon;
    q->soon = &q->end;
}

/* Events that are scheduled: what has been, but has neither fired nor been cancelled. */
static size_t waiting(const struct event_queue *q) { return q->heap.sequence - q->fired - q->cancelled; }

static void forget(struct event *list) {
    for (struct event *e = list; e; e = e->next)
        e->link = NULL;
}

void event_queue_free(struct event_queue *q) {
    for (size_t i = 0; waiting(q) && i < EVENT_SLOTS; i++)
        forget(q->slots[i]);
    forget(q->soon);
    heap_free(&q->heap);
    event_queue_init(q);
}

void event_init(struct event *e, void (*fire)(void *arg), void *arg) {
    *e = (struct event){.fire = fire, .arg = arg};
}

static void list_add(struct event **link, struct event *e) {
    struct event *next = *link;
    e->next = next;
    *link = e;
    e->link = link;
    if (next) next->link = &e->next;
}

static void list_remove(struct event *e) {
    *e->link = e->next;
    if (e->next) e->next->link = e->link;
    e->link = NULL;
}

static size_t slot_of(int64_t slot) { return (size_t)slot % EVENT_SLOTS; }

/* Of an event in a list: is it the wheel's, or is its slot up? */
static bool is_far(const struct event_queue *q, int64_t at_ns) { return at_ns >> EVENT_SLOT_SHIFT > q->slot; }

static void wheel_add(struct event_queue *q, struct event *e) {
    size_t i = slot_of(e->node.at >> EVENT_SLOT_SHIFT);
    list_add(&q->slots[i], e);
    q->used[i / 64] |= UINT64_C(1) << i % 64;
}

static void wheel_remove(struct event_queue *q, struct event *e) {
    size_t i = slot_of(e->node.at >> EVENT_SLOT_SHIFT);
    list_remove(e);
    if (!q->slots[i]) q->used[i / 64] &= ~(UINT64_C(1) << i % 64);
}

/* Adds an event behind those that are due before a time. */
static void soon_add(struct event_queue *q, struct event *e, int64_t before_ns) {
    struct event *next = q->soon;
    for (int passed = 0; next->node.at < before_ns; next = next->next)
        if (passed++ == EVENT_SOON) {
            heap_add(&q->heap, &e->node);
            return;
        }
    list_add(next->link, e);
}

/* The next slot after that one, as time goes, that holds an event, of this round or a later one. */
static int64_t next_used(const struct event_queue *q, int64_t slot) {
    for (slot++;;) {
        size_t i = slot_of(slot);
        uint64_t word = q->used[i / 64] >> i % 64;
        if (word) return slot + __builtin_ctzll(word);
        slot += 64 - (int64_t)(i % 64);
    }
}

/* The slot before that of the earliest event of all: what is due in years has not to come round for years. */
static int64_t before_earliest(const struct event_queue *q) {
    int64_t at_ns = INT64_MAX;
    for (size_t i = 0; i < EVENT_SLOTS; i++)
        for (const struct event *e = q->slots[i]; e; e = e->next)
            if (e->node.at < at_ns) at_ns = e->node.at;
    return (at_ns >> EVENT_SLOT_SHIFT) - 1;
}

/* Takes the next slot that holds an event of its own round out of the wheel, where there is one. */
static void turn_wheel(struct event_queue *q) {
    int64_t round = q->slot + EVENT_SLOTS;
    while (waiting(q) && q->soon == &q->end) {
        if (q->slot >= round) {
            q->slot = before_earliest(q);
            round = INT64_MAX;
        }
        q->slot = next_used(q, q->slot);
        for (struct event *e = q->slots[slot_of(q->slot)], *next; e; e = next) {
            next = e->next;
            if (is_far(q, e->node.at)) continue;
            wheel_remove(q, e);
            soon_add(q, e, e->node.at); /* a slot's list begins with what was scheduled last */
        }
    }
}

/* The event that fires next; &q->end: there is none. */
static inline struct event *first(struct event_queue *q) {
    if (q->heap.count) {
        struct event *top = (struct event *)heap_first(&q->heap); /* its node is its first member */
        if (heap_before(&top->node, &q->soon->node)) return top;
    }
    if (q->soon == &q->end) turn_wheel(q);
    return q->soon;
}

static void near_remove(struct event_queue *q, struct event *e) {
    if (e->link)
        list_remove(e);
    else
        heap_remove(&q->heap, &e->node);
}

void event_add(struct event_queue *q, struct event *e, int64_t at_ns) {
    assert(e->fire && at_ns >= q->now_ns);
    e->node.at = at_ns;
    e->node.sequence = q->heap.sequence++;
    if (is_far(q, at_ns))
        wheel_add(q, e);
    else
        soon_add(q, e, at_ns + 1);
}

void event_idle_at(struct event_queue *q, struct event *e, int64_t at_ns) {
    event_at(q, e, at_ns);
    e->node.mark = true;
    q->idle++;
}

static void take_mark(struct event_queue *q, struct event *e) {
    if (!e->node.mark) return;
    e->node.mark = false;
    q->idle--;
}

void event_cancel(struct event_queue *q, struct event *e) {
    if (!event_pending(e)) return;
    q->cancelled++;
    take_mark(q, e);
    if (e->link && is_far(q, e->node.at))
        wheel_remove(q, e);
    else
        near_remove(q, e);
}

void event_spend(struct event_queue *q, uint64_t n) {
    if (q) q->spent += n;
}

void event_spend_match(struct event_queue *q, struct source_pos at, enum regex_answer answer,
                       uint64_t steps) {
    enum { STEPS = 20 }; /* cost as much as an event */
    event_spend(q, steps / STEPS);
    if (answer == REGEX_TOO_MUCH)
        event_queue_stop(q, at, "the regular expression takes more than 20000000 steps here");
}

void event_queue_stop(struct event_queue *q, struct source_pos at, const char *why) {
    if (!q || q->why[0]) return;
    snprintf(q->why, sizeof q->why, "%s", why);
    q->stopped_at = at;
    q->limit = 0;
}

bool event_queue_stopped(const struct event_queue *q) { return q && q->fired + q->spent >= q->limit; }

int64_t event_queue_next_ns(struct event_queue *q) { return first(q)->node.at; }

bool event_queue_step(struct event_queue *q) {
    if (event_queue_stopped(q)) return false;
    struct event *e = first(q);
    if (e == &q->end || (q->idle && q->idle == waiting(q))) return false;
    assert(e->node.at >= q->now_ns);
    near_remove(q, e);
    take_mark(q, e);
    q->now_ns = e->node.at;
    q->fired++;
    e->fire(e->arg);
    return true;
}
