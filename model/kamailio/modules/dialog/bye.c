/* SPDX-License-Identifier: MIT */
/* The end of a dialog's time, and the BYEs that dialog sends then. (facts: Kamailio 22.4) */
#include "model/kamailio/event.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"
#include "sim/event.h"

/* The first answer ends it: whose time is over has ended already, one that a script hangs up has not. */
static void ended(void *arg, unsigned status, struct kam_run *reply) {
    (void)status, (void)reply;
    struct dialog *dlg = ((struct dlg_leg *)arg)->dlg;
    struct dialogs *d = dlg->table;
    dlg->requests--;
    dlg->hung_up = true;
    if (dlg->state == DLG_DELETED) return;
    if (dlg->over) {
        dlg_end(d, dlg, NULL);
        dlg->gone = false;
        return;
    }
    dlg_tell(d, dlg, "dialog:end", NULL, NULL);
    dlg_delete(d, dlg);
}

bool dlg_bye(struct dialogs *d, struct dialog *dlg, enum dlg_side to) {
    struct buf lines = {0};
    buf_add(&lines, SPAN("Max-Forwards: 70\r\n"));
    buf_add(&lines, d->extra_lines);
    if (to == DLG_CALLEE) buf_add(&lines, d->callee_lines);
    bool sent = dlg_send(d, dlg, to,
                         &(struct dlg_request){.method = SPAN("BYE"),
                                               .cseq_more = 1,
                                               .lines = buf_span(&lines),
                                               .ended = ended,
                                               .awaited = true});
    buf_free(&lines);
    return sent;
}

static void fire(void *arg) {
    struct dialog *dlg = arg;
    struct dialogs *d = dlg->table;
    dlg->over = true;
    bool sent = dlg_bye(d, dlg, DLG_CALLER);
    sent = dlg_bye(d, dlg, DLG_CALLEE) || sent;
    kam_tm_timer_sends(kam_tm_of(d->k));
    if (!sent) dlg_end(d, dlg, NULL);
}

void dlg_bye_init(struct dialog *dlg) { event_init(&dlg->bye, fire, dlg); }

void dlg_live_on(struct dialogs *d, struct dialog *dlg) {
    struct kamailio *k = d->k;
    event_cancel(k->queue, &dlg->bye);
    if (dlg->state < DLG_CONFIRMED_NO_ACK || dlg->state == DLG_DELETED) return;
    dlg->end_ns = kam_own_second_seen_ns(k, kam_own_second(k, k->queue->now_ns) + dlg->lifetime_s);
    if (!dlg_hangs_up(d, dlg) || !kam_tm_of(k))
        dlg_ends_at(d, dlg->end_ns);
    else
        (dlg->lifetime_s <= DLG_WORTH_WAITING_S ? event_at : event_idle_at)(k->queue, &dlg->bye, dlg->end_ns);
}
