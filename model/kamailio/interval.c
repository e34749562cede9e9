/* SPDX-License-Identifier: MIT */
#include "model/kamailio/interval.h"

#define TICKS_PER_S 16
#define TICK_NS     (NS_PER_S / TICKS_PER_S)
#define LATE_NS     (100 * NS_PER_US)

static void schedule(struct kam_interval *i) {
    event_idle_at(i->k->queue, &i->event, kam_tick_ns(i->k, i->next_tick) + LATE_NS);
}

static void fire(void *arg) {
    struct kam_interval *i = arg;
    i->round(i->arg);
    i->next_tick += i->ticks;
    schedule(i);
}

void kam_interval_start(struct kam_interval *i, struct kamailio *k, int64_t seconds, void (*round)(void *arg),
                        void *arg) {
    int64_t ticks = seconds * TICKS_PER_S, up = k->config.up_for_ns / TICK_NS;
    *i = (struct kam_interval){
        .k = k, .round = round, .arg = arg, .ticks = ticks, .next_tick = ticks - up % ticks};
    event_init(&i->event, fire, i);
    schedule(i);
}

void kam_interval_stop(struct kam_interval *i) {
    if (i->k) event_cancel(i->k->queue, &i->event);
}
