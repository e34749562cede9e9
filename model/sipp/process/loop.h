/* SPDX-License-Identifier: MIT */
/*
 * SIPp's main loop on simulated time (facts: SIPp 7). A turn reads the clock, releases the timers that are
 * due, runs every runnable task one step, waits up to a millisecond for a datagram and processes one. The
 * clock moves only with the kernel's ticks. Turns in which nothing can happen are computed, not simulated.
 */
#ifndef MODEL_SIPP_PROCESS_LOOP_H
#define MODEL_SIPP_PROCESS_LOOP_H

#include "model/net/backlog.h"
#include "model/net/datagram.h"
#include "sim/event.h"

/* A call or the call generator: runnable, or asleep until a time on SIPp's clock, or asleep for good. */
struct task {
    struct heap_node sleep;   /* at: when it is due, in ms of SIPp's clock */
    struct task *prev, *next; /* in the list of runnable tasks */
    bool runnable;
    void (*run)(struct task *task);
};

enum loop_phase {
    LOOP_IDLE, /* in epoll_wait */
    LOOP_TURN, /* a turn is about to begin */
    LOOP_RUN,  /* tasks are being run */
    LOOP_RECV  /* a datagram is about to be read */
};

struct loop {
    struct event_queue *queue;
    struct event event; /* whatever comes next */
    enum loop_phase phase;
    int64_t tick_ms;           /* length of a kernel tick */
    int64_t start_ns;          /* when SIPp starts, on a tick: the clock's zero */
    int64_t clock_ms;          /* SIPp's clock as it was read last ... */
    int64_t clock_until_ns;    /* ... and as it is until then */
    int64_t cycle_ms;          /* the clock at the last release of timers */
    int64_t cycle_min_ms;      /* from one release to the next (-timer_resol) */
    int64_t idle_from_ns;      /* since when the loop is in epoll_wait */
    int64_t spent_ns;          /* processor time that the step being run has used */
    struct task *first, *last; /* runnable */
    struct task *at, *pending; /* where running them is */
    struct heap sleepers;      /* of two due together the one that went to sleep first comes first */
    struct backlog arrived;    /* not yet read */
    bool stopped;
    void (*recv)(void *arg, struct datagram *d);
    void *arg;
};

/* hz: of the kernel; divides 1000. recv gets each datagram when the loop reads it. */
void loop_init(struct loop *l, struct event_queue *queue, uint32_t hz,
               void (*recv)(void *arg, struct datagram *d), void *arg);

/* Lets the first turn begin, a moment after now, which is on a tick: the clock's zero is its first reading,
 * when SIPp starts. */
void loop_start(struct loop *l);

/* Ends the process: no turn begins any more, what has arrived is dropped. */
void loop_stop(struct loop *l);

void loop_free(struct loop *l);

/* A datagram has arrived at the socket. False: it has no room for it. */
bool loop_arrive(struct loop *l, struct datagram *d);

/* What the clock shows at a time of the simulation, without SIPp's main loop looking at it. */
int64_t loop_time_ms(const struct loop *l, int64_t at_ns);

/* Reads the clock again: whole milliseconds since the start. */
int64_t loop_clock(struct loop *l);

/* Adds processor time to the step that is being run: what comes next happens later by that much. */
static inline void loop_spend(struct loop *l, int64_t ns) { l->spent_ns += ns; }

/* Makes the task runnable, behind all that are; one that is already stays where it is. */
void loop_wake(struct loop *l, struct task *t);

/* Puts it to sleep until the clock has passed due_ms; due_ms < 0: until it is woken. */
void loop_sleep(struct loop *l, struct task *t, int64_t due_ms);

/* Takes it out of the loop. */
void loop_forget(struct loop *l, struct task *t);

/* Costs in processor time, measured (facts: SIPp 7). */
#define LOOP_SEND_NS   (35 * NS_PER_US)  /* rendering and sending a message */
#define LOOP_CREATE_NS (135 * NS_PER_US) /* the first use of a call's memory */

#endif
