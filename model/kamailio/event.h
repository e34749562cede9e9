/* SPDX-License-Identifier: MIT */
/* event_route[NAME]: what modules let happen (facts: Kamailio 16). */
#ifndef MODEL_KAMAILIO_EVENT_H
#define MODEL_KAMAILIO_EVENT_H

#include "model/kamailio/run.h"

/* Runs the block of that event, if there is one, over the message that is being handled. What it returns, and
 * whether it exits, does not matter to the block that runs now. */
void kam_event(struct kam_run *run, const char *name);

/* The same over the OPTIONS that Kamailio makes up for what happens without a message; uri.p NULL: its usual
 * one. */
void kam_event_alone(struct kamailio *k, const char *name, struct span uri);

#endif
