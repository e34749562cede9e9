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

/* The same as a block of that kind; what it came to, for those to whom a drop matters. */
struct kam_outcome kam_event_as(struct kam_run *run, const char *name, enum kam_route_kind kind);

/* The same over the OPTIONS that Kamailio makes up for what happens without a message; uri.p NULL: its usual
 * one. It runs in that process; NULL: in the timer. */
void kam_event_alone(struct kamailio *k, struct kam_process *process, const char *name, struct span uri);

/* The same, of any block. */
void kam_route_alone(struct kamailio *k, struct kam_process *process, const struct kam_route *route,
                     struct span uri);

/* The same over a reply that was made here and has been sent, which came from nowhere; with those AVPs, at
 * that branch, or KAM_NO_BRANCH. */
enum { KAM_NO_BRANCH = -1 };
void kam_event_sent(struct kamailio *k, const char *name, struct payload *reply, struct kam_vars *avps,
                    int branch);

#endif
