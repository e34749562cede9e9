/* SPDX-License-Identifier: MIT */
#include "sim/event.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void event_queue_init(struct event_queue *q) { memset(q, 0, sizeof *q); }

static void forget(struct event *list) {
    for (struct event *e = list; e; e = e->next)
        e->link = NULL;
}

void event_queue_free(struct event_queue *q) {
    for (size_t i = 0; q->waiting && i < EVENT_SLOTS; i++)
        forget(q->slots[i]);
    forget(q->soon);
    heap_free(&q->heap);
    event_queue_init(q);
}

void event_init(struct event *e, void (*fire)(void *arg), void *arg) {
    *e = (struct event){.fire = fire, .arg = arg};
}

static void list_add(struct event **link, struct event *e) {
    e->next = *link;
    e->link = link;
    if (e->next) e->next->link = &e->next;
    *link = e;
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

/* What is scheduled now comes behind all of its time: their sequence numbers need not be looked at. */
static void soon_add(struct event_queue *q, struct event *e) {
    struct event **link = &q->soon;
    for (int passed = 0; *link && (*link)->node.at <= e->node.at; link = &(*link)->next)
        if (passed++ == EVENT_SOON) {
            heap_add(&q->heap, &e->node);
            return;
        }
    list_add(link, e);
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

/* Moves the next slot that holds an event of its own round into the heap, where there is one. */
static void turn_wheel(struct event_queue *q) {
    while (q->waiting && !q->heap.count) {
        q->slot = next_used(q, q->slot);
        for (struct event *e = q->slots[slot_of(q->slot)], *next; e; e = next) {
            next = e->next;
            if (is_far(q, e->node.at)) continue;
            wheel_remove(q, e);
            heap_add(&q->heap, &e->node);
        }
    }
}

/* The event that fires next; NULL: there is none. */
static struct event *first(struct event_queue *q) {
    if (!q->soon && !q->heap.count) turn_wheel(q);
    const struct heap_node *top = heap_first(&q->heap);
    if (q->soon && !(top && heap_before(top, &q->soon->node))) return q->soon;
    return (struct event *)top; /* its node is its first member */
}

void event_at(struct event_queue *q, struct event *e, int64_t at_ns) {
    assert(e->fire && at_ns >= q->now_ns);
    event_cancel(q, e);
    e->node.at = at_ns;
    e->node.sequence = q->heap.sequence++;
    q->waiting++;
    if (is_far(q, at_ns))
        wheel_add(q, e);
    else
        soon_add(q, e);
}

void event_idle_at(struct event_queue *q, struct event *e, int64_t at_ns) {
    event_at(q, e, at_ns);
    e->node.mark = true;
    q->idle++;
}

void event_after(struct event_queue *q, struct event *e, int64_t delay_ns) {
    assert(delay_ns >= 0);
    event_at(q, e, q->now_ns + delay_ns);
}

void event_cancel(struct event_queue *q, struct event *e) {
    if (!event_pending(e)) return;
    q->waiting--;
    if (e->node.mark) q->idle--;
    e->node.mark = false;
    if (!e->link)
        heap_remove(&q->heap, &e->node);
    else if (is_far(q, e->node.at))
        wheel_remove(q, e);
    else
        list_remove(e);
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
}

bool event_queue_stopped(const struct event_queue *q) {
    return q && (q->why[0] || (q->limit && q->fired + q->spent >= q->limit));
}

int64_t event_queue_next_ns(struct event_queue *q) {
    const struct event *e = first(q);
    return e ? e->node.at : INT64_MAX;
}

bool event_queue_step(struct event_queue *q) {
    if (event_queue_stopped(q)) return false;
    struct event *e = first(q);
    if (!e || q->idle == q->waiting) return false;
    assert(e->node.at >= q->now_ns);
    event_cancel(q, e);
    q->now_ns = e->node.at;
    q->fired++;
    e->fire(e->arg);
    return true;
}
