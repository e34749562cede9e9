/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/loop.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Waiting in epoll for a millisecond, the kernel's timer slack, and the way round the loop (facts: SIPp 7:
 * 1.06 to 1.15 ms).
 */
#define IDLE_TURN_NS (1090 * NS_PER_US)

/* From the first reading of the clock to the first turn: the middle of what the phase of the turns can be. */
#define START_NS (450 * NS_PER_US)

/*
 * From a datagram's arrival until it is read, and from then until the next turn's steps: 0.055 ms together.
 */
#define READ_NS    (20 * NS_PER_US)
#define PROCESS_NS (35 * NS_PER_US)

/* Timers are released when the clock has moved this much since the last time (-timer_resol 1: more than 1).
 */
enum { CYCLE_MS = 2 };

static void step(void *arg);

void loop_init(struct loop *l, struct event_queue *queue, uint32_t hz,
               void (*recv)(void *arg, struct datagram *d), void *arg) {
    assert(hz > 0 && hz <= 1000 && 1000 % hz == 0);
    *l = (struct loop){
        .queue = queue, .tick_ms = 1000 / hz, .cycle_min_ms = CYCLE_MS, .recv = recv, .arg = arg};
    event_init(&l->event, step, l);
}

void loop_start(struct loop *l) {
    l->phase = LOOP_TURN;
    l->start_ns = l->queue->now_ns;
    event_after(l->queue, &l->event, START_NS);
}

void loop_stop(struct loop *l) {
    l->stopped = true;
    l->at = l->pending = NULL;
    event_cancel(l->queue, &l->event);
    backlog_free(&l->arrived);
}

void loop_free(struct loop *l) {
    loop_stop(l);
    heap_free(&l->sleepers);
}

int64_t loop_time_ms(const struct loop *l, int64_t at_ns) {
    int64_t ms = (at_ns - l->start_ns) / NS_PER_MS;
    return ms - ms % l->tick_ms;
}

int64_t loop_clock(struct loop *l) {
    if (l->queue->now_ns >= l->clock_until_ns) {
        l->clock_ms = loop_time_ms(l, l->queue->now_ns);
        l->clock_until_ns = l->start_ns + (l->clock_ms + l->tick_ms) * NS_PER_MS;
    }
    return l->clock_ms;
}

static void leave_runnable(struct loop *l, struct task *t) {
    if (!t->runnable) return;
    if (t->prev)
        t->prev->next = t->next;
    else
        l->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        l->last = t->prev;
    t->prev = t->next = NULL;
    t->runnable = false;
}

void loop_wake(struct loop *l, struct task *t) {
    if (t->runnable) return;
    heap_remove(&l->sleepers, &t->sleep);
    t->prev = l->last;
    if (l->last)
        l->last->next = t;
    else
        l->first = t;
    l->last = t;
    t->runnable = true;
}

void loop_sleep(struct loop *l, struct task *t, int64_t due_ms) {
    leave_runnable(l, t);
    if (due_ms < 0)
        heap_remove(&l->sleepers, &t->sleep);
    else
        heap_put(&l->sleepers, &t->sleep, due_ms);
}

void loop_forget(struct loop *l, struct task *t) {
    assert(t != l->at); /* only the task that runs ends, and l->at is already behind it */
    leave_runnable(l, t);
    heap_remove(&l->sleepers, &t->sleep);
    if (l->pending == t) l->pending = NULL;
}

static void next(struct loop *l, enum loop_phase phase, int64_t delay_ns) {
    l->phase = phase;
    event_after(l->queue, &l->event, delay_ns);
}

/*
 * Makes up for the idle turns from idle_from_ns to just before now, which were not simulated: no timer was
 * due in them, but each may have been the last release of timers, on which the next one depends.
 */
static void catch_up(struct loop *l) {
    int64_t turns = (l->queue->now_ns - 1 - l->idle_from_ns) / IDLE_TURN_NS;
    if (turns <= 0) return;
    if (l->tick_ms >= l->cycle_min_ms) { /* every move of the clock is large enough: the last turn decides */
        l->idle_from_ns += turns * IDLE_TURN_NS;
        int64_t clock = loop_time_ms(l, l->idle_from_ns);
        if (clock - l->cycle_ms >= l->cycle_min_ms) l->cycle_ms = clock;
        return;
    }
    for (; turns > 0; turns--) {
        l->idle_from_ns += IDLE_TURN_NS;
        int64_t clock = loop_time_ms(l, l->idle_from_ns);
        if (clock - l->cycle_ms >= l->cycle_min_ms) l->cycle_ms = clock;
    }
}

/*
 * When the first idle turn begins that may release a timer due at due_ms; never later than it does,
 * sometimes earlier.
 */
static int64_t release_turn(const struct loop *l, int64_t due_ms) {
    int64_t clock_ms = (due_ms / l->tick_ms + 1) * l->tick_ms; /* the first reading past due_ms */
    int64_t wait_ns = l->start_ns + clock_ms * NS_PER_MS - l->idle_from_ns;
    int64_t turns = wait_ns > 0 ? (wait_ns + IDLE_TURN_NS - 1) / IDLE_TURN_NS : 1;
    return l->idle_from_ns + (turns > 1 ? turns : 1) * IDLE_TURN_NS;
}

/*
 * The tasks have been run, the loop waits. A loop that has nothing to wait for but datagrams leaves no
 * event.
 */
static void wait(struct loop *l) {
    if (l->stopped) return;
    l->idle_from_ns = l->queue->now_ns;
    l->phase = LOOP_IDLE;
    if (l->arrived.count > 0)
        next(l, LOOP_RECV, READ_NS);
    else if (l->first)
        event_after(l->queue, &l->event, IDLE_TURN_NS);
    else if (heap_first(&l->sleepers))
        event_at(l->queue, &l->event, release_turn(l, heap_first(&l->sleepers)->at));
}

bool loop_arrive(struct loop *l, struct datagram *d) {
    if (l->stopped) return true;
    if (!backlog_add(&l->arrived, d)) return false;
    if (l->phase != LOOP_IDLE) return true;
    catch_up(l);
    next(l, LOOP_RECV, READ_NS);
    return true;
}

static void release(struct loop *l) {
    loop_clock(l);
    if (l->clock_ms - l->cycle_ms < l->cycle_min_ms) return;
    l->cycle_ms = l->clock_ms;
    for (struct heap_node *n; (n = heap_first(&l->sleepers)) && n->at < l->clock_ms;)
        loop_wake(l, (struct task *)n); /* its node is its first member */
}

/*
 * Runs the tasks one after the other, each when the one before it has used its time. SIPp's walk is one
 * behind the list: a task that becomes runnable while they run still gets its step, unless the last one made
 * it so.
 */
static void run(struct loop *l) {
    while (l->at || l->pending) {
        struct task *t = l->pending;
        bool last = !l->at;
        l->pending = l->at;
        l->spent_ns = 0;
        if (t) t->run(t);
        if (l->stopped) return;
        l->at = last ? NULL : l->pending ? l->pending->next : NULL;
        if (l->spent_ns > 0) {
            next(l, LOOP_RUN, l->spent_ns);
            return;
        }
    }
    wait(l);
}

static void begin_turn(struct loop *l) {
    release(l);
    l->at = l->first;
    l->pending = NULL;
    run(l);
}

static void receive(struct loop *l) {
    struct datagram *d = backlog_take(&l->arrived);
    l->spent_ns = 0;
    loop_clock(l);
    l->recv(l->arg, d);
    datagram_drop(d);
    if (!l->stopped) next(l, LOOP_TURN, PROCESS_NS + l->spent_ns);
}

static void step(void *arg) {
    struct loop *l = arg;
    switch (l->phase) {
    case LOOP_IDLE: /* epoll_wait has timed out */
        catch_up(l);
        begin_turn(l);
        break;
    case LOOP_TURN: begin_turn(l); break;
    case LOOP_RUN: run(l); break;
    case LOOP_RECV: receive(l); break;
    }
}
