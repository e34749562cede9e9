/* SPDX-License-Identifier: MIT */
/* A module's timer: rounds of the timer process, so many seconds apart (facts: Kamailio 6.1, 15.5). */
#ifndef MODEL_KAMAILIO_INTERVAL_H
#define MODEL_KAMAILIO_INTERVAL_H

#include "model/kamailio/instance.h"

struct kam_interval {
    struct kamailio *k; /* NULL: it was not started */
    struct event event;
    void (*round)(void *arg);
    void *arg;
    int64_t ticks, next_tick; /* between two rounds; of the next one */
};

/* Calls round(arg) every so many seconds (above 0), counted from Kamailio's start. That alone keeps no
 * simulation going. */
void kam_interval_start(struct kam_interval *i, struct kamailio *k, int64_t seconds, void (*round)(void *arg),
                        void *arg);

/* Does nothing to one that was not started. */
void kam_interval_stop(struct kam_interval *i);

#endif
