/* SPDX-License-Identifier: MIT */
/* What messages do to dialogs. (facts: Kamailio 22.2) */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/rr.h"
#include "model/kamailio/modules/sst.h"

struct dlg_context *dlg_context(struct kam_run *run) {
    struct dialogs *d = dialogs_of(run);
    dlg_sweep(d);
    if (run->about && d->context.of == run->about) return &d->context;
    dlg_properties_free(d, &d->context.pending, false);
    d->context = (struct dlg_context){.of = run->about};
    return &d->context;
}

struct dialog *dlg_current(struct kam_run *run) {
    bool upstream;
    if (run->origin == KAM_MADE_UP && dialogs_of(run)->told) return dialogs_of(run)->told;
    struct dlg_context *c = dlg_context(run);
    if (c->dialog || (run->state.kind == KAM_REQUEST_ROUTE && !run->to_tag.len)) return c->dialog;
    return dlg_find_for(run, true, &upstream);
}

struct dlg_properties *dlg_properties(struct kam_run *run) {
    struct dialog *dlg = dlg_current(run);
    return dlg ? &dlg->has : &dlg_context(run)->pending;
}

void dlg_tell(struct dialogs *d, struct dialog *dlg, const char *event, struct kam_run *run,
              struct kam_vars *avps) {
    if (!kam_event_wanted(d->k, event)) return;
    if (run) {
        struct kam_vars *own = run->state.avps;
        if (avps) run->state.avps = avps;
        kam_event_as(run, event, KAM_LOCAL_ROUTE);
        run->state.avps = own;
        return;
    }
    struct dlg_context context = d->context; /* an event without a message has none of its own */
    d->context.pending = (struct dlg_properties){0};
    d->told = dlg;
    kam_event_alone(d->k, event,
                    &(struct kam_made_up){.process = d->k->at_work, .kind = KAM_LOCAL_ROUTE, .avps = avps});
    d->told = NULL;
    d->context = context;
}

void dlg_end(struct dialogs *d, struct dialog *dlg, struct kam_run *run) {
    size_t counted = dlg->state == DLG_CONFIRMED_NO_ACK || dlg->state == DLG_CONFIRMED;
    dlg_delete(d, dlg);
    d->confirmed += counted;
    dlg_tell(d, dlg, "dialog:end", run, NULL);
    d->confirmed -= counted;
    dlg->gone = !run;
}

static void write_did(struct buf *b, const struct dialog *dlg) {
    kam_reverse_hex_write(b, dlg->entry);
    buf_add_char(b, '.');
    kam_reverse_hex_write(b, dlg->id);
}

/* The one of the call's that the Route names, else, unless that is all that counts, the first one. */
static struct dialog *named(struct kam_run *run, struct dialog *first) {
    struct span did = kam_rr_param(run, dialogs_of(run)->rr_param);
    for (struct dialog *dlg = first; dlg && did.p; dlg = dlg->same) {
        struct buf b = {0};
        write_did(&b, dlg);
        bool is_it = span_eq(buf_span(&b), did);
        buf_free(&b);
        if (is_it) return dlg;
    }
    return dialogs_of(run)->match_mode == 0 ? NULL : first;
}

static void add_did(struct kam_run *run, const struct dialog *dlg) {
    struct buf b = {0};
    buf_add_char(&b, ';');
    buf_add(&b, dialogs_of(run)->rr_param);
    buf_add_char(&b, '=');
    write_did(&b, dlg);
    kam_rr_add_params(run, buf_span(&b));
    buf_free(&b);
}

/* A request lets its time begin anew. */
static void goes_on(struct dialogs *d, struct dialog *dlg, struct kam_run *run, bool new) {
    int64_t lifetime_s = dlg_lifetime_s(d, run);
    if (lifetime_s != d->default_timeout) dlg->lifetime_s = lifetime_s;
    if (new || !(d->timeout_noreset || dlg->has.switches & DLG_NO_RESET)) dlg_live_on(d, dlg);
}

/* The CSeq that the side has used: dialog's own requests go on from it. */
static void count(struct dialog *dlg, bool upstream, const struct kam_run *run) {
    uint64_t cseq;
    dlg_text_set(&dlg->cseq_told[upstream], run->cseq_number);
    if (span_to_u64(run->cseq_number, UINT32_MAX, &cseq) && cseq > dlg->cseq[upstream])
        dlg->cseq[upstream] = cseq;
}

/* A request within a dialog. Where a Route leads it here, that may say which one. */
static void belongs(struct kam_run *run, bool routed) {
    bool upstream = false;
    struct dialogs *d = dialogs_of(run);
    struct dlg_context *c = dlg_context(run);
    if (c->dialog) return;
    struct dialog *dlg = dlg_find_for(run, true, &upstream);
    if (routed) dlg = named(run, dlg);
    if (!dlg) return;
    c->dialog = dlg;
    if (dlg->state == DLG_DELETED) return;
    if (!upstream) dlg_cseq_within(run, dlg);
    bool ends = dlg->state >= DLG_CONFIRMED_NO_ACK && run->method == KAM_BYE;
    bool new = dlg->state != DLG_CONFIRMED;
    if (run->method == KAM_PRACK) count(dlg, upstream, run);
    if (run->method == KAM_ACK && dlg->state == DLG_CONFIRMED_NO_ACK) {
        dlg->state = DLG_CONFIRMED;
        dlg_wait_no_more(d, dlg);
    }
    if (dlg->state == DLG_CONFIRMED && !ends) {
        count(dlg, upstream, run);
        goes_on(d, dlg, run, new);
        kam_sst_belongs(run, dlg);
    }
    if (ends) dlg_end(d, dlg, run);
}

void dlg_routed(struct kam_run *run) {
    if (run->to_tag.len) belongs(run, true);
}

/* An INVITE begins one, or comes by again; false: it cannot. */
static bool begin(struct kam_run *run, bool by_flag) {
    bool upstream;
    struct dialogs *d = dialogs_of(run);
    struct dlg_context *c = dlg_context(run);
    if (run->method != KAM_INVITE || !dlg_contact(&run->msg).p) return false;
    struct dialog *spiral = NULL;
    if (c->dialog) return false;
    if (d->detect_spirals)
        spiral = dlg_find(d, run->call_id->value, kam_run_from(run)->tag, false, &upstream);
    if (spiral) {
        c->dialog = spiral;
        return true;
    }
    c->dialog = dlg_new(run);
    c->dialog->transaction = kam_run_transaction_number(run);
    c->dialog->has = c->pending;
    c->dialog->timeout_bye = c->timeout_bye != 0;
    c->pending = (struct dlg_properties){0};
    for (struct dlg_membership *m = c->dialog->has.memberships; m; m = m->next)
        d->profiles[m->profile].size++;
    if (d->match_mode != 2) add_did(run, c->dialog);
    kam_sst_begins(run, c->dialog, by_flag);
    return true;
}

int dlg_manage(struct kam_run *run) {
    if (!run->to_tag.len) return begin(run, false) ? 1 : -1;
    belongs(run, false);
    return 1;
}

/* An INVITE with the flag dlg_flag begins one, if dlg_manage() has not. */
void dlg_transaction_made(struct kam_run *run) {
    struct dialogs *d = dialogs_of(run);
    struct dialog *dlg = d->context.of == run->about ? d->context.dialog : NULL;
    if (dlg && !dlg->transaction && run->method == KAM_INVITE && !run->to_tag.len)
        dlg->transaction = kam_run_transaction_number(run);
    bool flagged = d->dlg_flag >= 0 && run->flags & kam_flag_bit(d->dlg_flag);
    if (flagged && !run->to_tag.len && !dlg_context(run)->dialog) begin(run, true);
}

/* A dialog without a transaction ends with the script; an ACK has none. */
void dlg_request_ended(struct kam_run *run) {
    struct dialogs *d = dialogs_of(run);
    struct dialog *dlg = d->context.of == run->about ? d->context.dialog : NULL;
    if (dlg && dlg->state == DLG_UNCONFIRMED && !run->transaction && run->method != KAM_ACK)
        dlg_delete(d, dlg);
}

/* The one that the transaction's INVITE has begun; not one that it only came by. */
static struct dialog *answered_by(struct dialogs *d, const struct kam_replied *r) {
    bool upstream;
    struct dialog *dlg = dlg_find(d, r->call_id, r->from_tag, false, &upstream);
    while (dlg && (dlg->transaction != r->transaction || dlg->state == DLG_DELETED))
        dlg = dlg->same;
    return dlg;
}

void dlg_replied(struct kamailio *k, const struct kam_replied *r) {
    struct dialogs *d = kam_module_data(k, KAM_MODULE_DIALOG);
    bool upstream;
    enum kam_method method = kam_method_of(r->method);
    if (method == KAM_BYE && r->status >= 200) {
        struct dialog *ended = dlg_find(d, r->call_id, r->from_tag, true, &upstream);
        if (ended && ended->state == DLG_DELETED) ended->deleted_ns = k->queue->now_ns;
    }
    if (method != KAM_INVITE) return;
    struct dialog *dlg = answered_by(d, r);
    if (!dlg || dlg->state >= DLG_CONFIRMED_NO_ACK) return;
    if (r->status >= 300) {
        dlg_delete(d, dlg);
        dlg_tell(d, dlg, "dialog:failed", r->reply, r->avps);
    } else if (r->status >= 200) {
        dlg->state = DLG_CONFIRMED_NO_ACK;
        dlg_tell(d, dlg, "dialog:start", r->reply, r->avps);
        dlg->state = DLG_EARLY; /* it is counted only now */
        /* As it came in, whatever reply routes have changed; with an odd Contact it is not read at all. */
        const struct sip_msg *msg = r->reply ? &r->reply->msg : r->msg;
        bool read = msg && dlg_contact(msg).p;
        if (r->reply && read) {
            dlg_text_set(&dlg->cseq_told[1], SPAN("0"));
            dlg_text_set(&dlg->to_tag, r->to_tag); /* that of a reply made here it does not know */
            dlg->socket[DLG_CALLEE] = r->reply->socket;
        }
        if (read) dlg_read_answer(d, dlg, msg);
        dlg_confirm(d, dlg);
    } else if (r->status > 100) {
        dlg->state = DLG_EARLY;
    }
}
