/* SPDX-License-Identifier: MIT */
/* usrloc's timer: contacts that have expired are forgotten when it comes round (facts: Kamailio 15.5). */
#include "model/kamailio/modules/registrar/registrar.h"

#define TICKS_PER_S 16
#define TICK_NS     (NS_PER_S / TICKS_PER_S)
#define LATE_NS     (100 * NS_PER_US)

static void remove_expired(void *arg, struct span aor, struct usrloc_contact *c) {
    struct usrloc *u = arg;
    if (c->expires_s > kam_now_s(u->k)) return;
    registrar_tell_expired(u, aor, c);
    usrloc_remove(u, aor, c);
}

static void schedule(struct usrloc *u) {
    event_idle_at(u->k->queue, &u->timer, kam_tick_ns(u->k, u->timer_tick) + LATE_NS);
}

static void fire(void *arg) {
    struct usrloc *u = arg;
    usrloc_each(u, 0, 1, remove_expired, u);
    kam_send_leave_all(u->k);
    u->timer_tick += u->timer_interval * TICKS_PER_S;
    schedule(u);
}

bool usrloc_start(struct kamailio *k, void *data, struct diag *diag) {
    struct usrloc *u = data;
    (void)diag;
    u->k = k;
    event_init(&u->timer, fire, u);
    if (u->timer_interval <= 0) return true;
    int64_t every = u->timer_interval * TICKS_PER_S, up = k->config.up_for_ns / TICK_NS;
    u->timer_tick = every - up % every;
    schedule(u);
    return true;
}

void usrloc_stop(struct usrloc *u) {
    if (u->k) event_cancel(u->k->queue, &u->timer);
}
