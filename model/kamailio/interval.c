/* SPDX-License-Identifier: MIT */
#include "model/kamailio/interval.h"

#define TICKS_PER_S 16
#define TICK_NS     (NS_PER_S / TICKS_PER_S)
#define LATE_NS     (100 * NS_PER_US)

static int64_t ticks_up(const struct kamailio *k) { return k->config.up_for_ns / TICK_NS; }

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
    int64_t ticks = seconds * TICKS_PER_S, up = ticks_up(k);
    *i = (struct kam_interval){
        .k = k, .round = round, .arg = arg, .ticks = ticks, .next_tick = ticks - up % ticks};
    event_init(&i->event, fire, i);
    schedule(i);
}

void kam_interval_stop(struct kam_interval *i) {
    if (i->k) event_cancel(i->k->queue, &i->event);
}

/* The tick, since the start, at which second 0 begins: at the start or before. */
static int64_t first_tick(const struct kamailio *k) {
    int64_t phase = k->config.seconds_phase_ns / TICK_NS;
    return phase ? phase - TICKS_PER_S : 0;
}

int64_t kam_own_second(const struct kamailio *k, int64_t at_ns) {
    return (kam_tick(k, at_ns) + ticks_up(k) - first_tick(k)) / TICKS_PER_S;
}

/* The tick since the start at which that round is, or the one behind it. */
static int64_t round_tick(int64_t tick, int64_t ticks) { return (tick + ticks - 1) / ticks * ticks; }

int64_t kam_own_second_seen_ns(const struct kamailio *k, int64_t second) {
    int64_t tick = round_tick(first_tick(k) + second * TICKS_PER_S, TICKS_PER_S);
    return kam_tick_ns(k, tick - ticks_up(k)) + LATE_NS;
}

int64_t kam_round_ns(const struct kamailio *k, int64_t seconds, int64_t at_ns) {
    int64_t now = kam_tick(k, at_ns - LATE_NS - 1) + 1, up = ticks_up(k);
    return kam_tick_ns(k, round_tick(now + up, seconds * TICKS_PER_S) - up) + LATE_NS;
}
