/* SPDX-License-Identifier: MIT */
/* event_route[NAME]: what modules let happen (facts: Kamailio 16, 50). */
#ifndef MODEL_KAMAILIO_EVENT_H
#define MODEL_KAMAILIO_EVENT_H

#include "model/kamailio/run.h"

/* Is there a block of that event? */
bool kam_event_wanted(const struct kamailio *k, const char *name);

/* Runs the block of that event, if there is one, over the message that is being handled. What it returns, and
 * whether it exits, does not matter to the block that runs now. */
void kam_event(struct kam_run *run, const char *name);

/* Runs a block over the message that another one is busy with, as a block of that kind; the other one goes on
 * where it was. */
struct kam_outcome kam_route_within(struct kam_run *run, const struct kam_route *route,
                                    enum kam_route_kind kind);

/* The same as a block of that kind; what it came to, for those to whom a drop matters. */
struct kam_outcome kam_event_as(struct kam_run *run, const char *name, enum kam_route_kind kind);

/* An event without a message: it runs over an OPTIONS that Kamailio makes up. All zero is the usual one. */
struct kam_made_up {
    struct kam_process *process;        /* NULL: the timer */
    struct span uri;                    /* Request-URI; p NULL: the usual one */
    enum kam_route_kind kind;           /* 0: as a request_route */
    struct kam_vars *avps;              /* NULL: its own */
    const struct kam_passage *arriving; /* what has arrived and has not been read; NULL: nothing */
    const struct kam_passage *leaving;  /* what is about to leave; NULL: nothing */
};
struct kam_outcome kam_event_alone(struct kamailio *k, const char *name, const struct kam_made_up *m);

/* The same, of any block. */
struct kam_outcome kam_route_alone(struct kamailio *k, const struct kam_route *route,
                                   const struct kam_made_up *m);

/* The same over a reply that was made here and has been sent, which came from nowhere; with those AVPs, at
 * that branch, or KAM_NO_BRANCH. */
void kam_event_sent(struct kamailio *k, const char *name, struct payload *reply,
                    const struct kam_destination *to, struct kam_vars *avps, int branch);

#endif
