/* SPDX-License-Identifier: MIT */
/* usrloc's timer: contacts that have expired are forgotten when it comes round (facts: Kamailio 15.5). */
#include "model/kamailio/modules/registrar/registrar.h"

static void remove_expired(void *arg, struct span aor, struct usrloc_contact *c) {
    struct usrloc *u = arg;
    if (c->expires_s > kam_now_s(u->k)) return;
    registrar_tell_expired(u, aor, c);
    usrloc_remove(u, aor, c);
}

static void forget_expired(void *arg) {
    struct usrloc *u = arg;
    usrloc_each(u, 0, 1, remove_expired, u);
    kam_send_leave_all(u->k);
}

bool usrloc_start(struct kamailio *k, void *data, struct diag *diag) {
    struct usrloc *u = data;
    (void)diag;
    u->k = k;
    if (u->timer_interval > 0) kam_interval_start(&u->timer, k, u->timer_interval, forget_expired, u);
    return true;
}

void usrloc_stop(struct usrloc *u) { kam_interval_stop(&u->timer); }
