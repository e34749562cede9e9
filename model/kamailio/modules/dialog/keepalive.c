/* SPDX-License-Identifier: MIT */
/* The keep-alives of dialogs: OPTIONS to those that a script wants to be asked. (facts: Kamailio 22.5) */
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"

/* How long a dialog still lives whose keep-alives fail. */
#define LIFE_LEFT_S 10

static void append(struct dialogs *d, struct dialog *dlg, int64_t second) {
    dlg->ask_second = second + d->ka_interval;
    dlg->asked_after = NULL;
    if (d->asked)
        d->asked_last->asked_after = dlg;
    else
        d->asked = dlg;
    d->asked_last = dlg;
}

/* The first ones are waited for, and those that follow one without a good answer: they may end the call. */
static void schedule(struct dialogs *d) {
    struct kamailio *k = d->k;
    bool awaited = false;
    event_cancel(k->queue, &d->asking);
    if (!d->asked) return;
    for (const struct dialog *dlg = d->asked; dlg && !awaited; dlg = dlg->asked_after)
        awaited = !dlg->well || dlg->ask_second <= dlg->first_second + DLG_WORTH_WAITING_S;
    (awaited ? event_at : event_idle_at)(
        k->queue, &d->asking, kam_round_ns(k, d->ka_timer, kam_own_second_seen_ns(k, d->asked->ask_second)));
}

void dlg_ask_later(struct dialogs *d, struct dialog *dlg) {
    if (d->ka_timer <= 0 || d->ka_interval <= 0 || !kam_tm_of(d->k)) return;
    if (!(dlg->has.switches & (DLG_ASKS_CALLER | DLG_ASKS_CALLEE))) return;
    dlg->well = true;
    dlg->first_second = kam_own_second(d->k, d->k->queue->now_ns);
    append(d, dlg, dlg->first_second);
    schedule(d);
}

void dlg_ask_no_more(struct dialogs *d, struct dialog *dlg) {
    struct dialog *last = NULL;
    for (struct dialog **at = &d->asked; *at; last = *at, at = &(*at)->asked_after) {
        if (*at != dlg) continue;
        *at = dlg->asked_after;
        if (d->asked_last == dlg) d->asked_last = last;
        schedule(d);
        return;
    }
}

static void ended(void *arg, unsigned status, struct kam_run *reply) {
    (void)reply;
    struct dlg_leg *leg = arg;
    struct dialog *dlg = leg->dlg;
    struct dialogs *d = dlg->table;
    dlg->requests--;
    dlg->well = status != 408 && status != 481;
    if (dlg->well) {
        dlg->failures[leg->side] = 0;
    } else if (++dlg->failures[leg->side] >= d->ka_failed_limit && dlg->state != DLG_DELETED) {
        dlg->lifetime_s = LIFE_LEFT_S;
        dlg_live_on(d, dlg);
    }
}

static void ask(struct dialogs *d, struct dialog *dlg, enum dlg_side to) {
    struct dlg_request r = {.method = SPAN("OPTIONS"),
                            .lines = to == DLG_CALLEE ? d->callee_lines : (struct span){0},
                            .ended = ended};
    if (dlg->has.switches & (to == DLG_CALLEE ? DLG_ASKS_CALLEE : DLG_ASKS_CALLER)) dlg_send(d, dlg, to, &r);
}

static void fire(void *arg) {
    struct dialogs *d = arg;
    int64_t second = kam_own_second(d->k, d->k->queue->now_ns);
    while (d->asked && d->asked->ask_second <= second) {
        struct dialog *dlg = d->asked;
        d->asked = dlg->asked_after;
        ask(d, dlg, DLG_CALLER);
        ask(d, dlg, DLG_CALLEE);
        append(d, dlg, second);
    }
    schedule(d);
    kam_tm_timer_sends(kam_tm_of(d->k));
}

void dlg_asking_init(struct dialogs *d) { event_init(&d->asking, fire, d); }
