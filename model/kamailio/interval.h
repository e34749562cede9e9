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

/*
 * The seconds that Kamailio's own clock has counted, which need not begin with those since its start
 * (seconds_phase); and when a module that looks once a second, counted from the start, finds that many.
 */
int64_t kam_own_second(const struct kamailio *k, int64_t at_ns);
int64_t kam_own_second_seen_ns(const struct kamailio *k, int64_t second);

/* When the first round of a timer is, not before that time, whose rounds are so many seconds apart. */
int64_t kam_round_ns(const struct kamailio *k, int64_t seconds, int64_t at_ns);

/* Does nothing to one that was not started. */
void kam_interval_stop(struct kam_interval *i);

#endif
