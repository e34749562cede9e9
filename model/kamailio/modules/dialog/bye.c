/* SPDX-License-Identifier: MIT */
/* The BYEs that dialog sends itself. (facts: Kamailio 22.4) */
#include "model/kamailio/event.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"
#include "sim/event.h"

#define TICKS_PER_S 16
#define LATE_NS     (100 * NS_PER_US)

/* A call that is to last longer does not keep the simulation going. */
#define WORTH_WAITING_S 300

static void ended(void *arg, unsigned status, struct kam_run *reply) {
    (void)reply;
    struct dialog *dlg = arg;
    (void)status;
    dlg->byes--;
    if (dlg->state != DLG_DELETED && kam_event_wanted(dlg->table->k, "dialog:end"))
        event_queue_stop(dlg->table->k->queue, (struct source_pos){0},
                         "event_route[dialog:end] of a dialog that hangs up is not simulated");
    dlg_delete(dlg->table, dlg);
}

bool dlg_bye(struct dialogs *d, struct dialog *dlg, enum dlg_side to) {
    bool callee = to == DLG_CALLEE;
    struct kam_uac_dialog in = {.call_id = dlg->call_id,
                                .to_uri = callee ? dlg->to_uri : dlg->from_uri,
                                .to_tag = callee ? dlg->to_tag : dlg->from_tag,
                                .from_tag = callee ? dlg->from_tag : dlg->to_tag,
                                .cseq = dlg->cseq[callee ? 0 : 1] + 1};
    struct kam_uac_request r = {.dialog = &in,
                                .method = SPAN("BYE"),
                                .uri = callee ? dlg->to_contact : dlg->from_contact,
                                .from = callee ? dlg->from_uri : dlg->to_uri,
                                .socket = &d->k->sockets[0],
                                .ended = ended,
                                .arg = dlg};
    if (dlg->routed || d->k->socket_count > 1)
        event_queue_stop(d->k->queue, (struct source_pos){0},
                         dlg->routed
                             ? "dialog hangs up: its BYEs along a Route are not simulated"
                             : "dialog hangs up: its BYEs from one of several sockets are not simulated");
    if (!r.uri.len || !kam_tm_of(d->k) || !kam_tm_send_request(d->k, &r)) return false;
    dlg->byes++;
    return true;
}

static void fire(void *arg) {
    struct dialog *dlg = arg;
    struct dialogs *d = dlg->table;
    dlg_bye(d, dlg, DLG_CALLER);
    dlg_bye(d, dlg, DLG_CALLEE);
    kam_tm_timer_sends(kam_tm_of(d->k));
    if (!dlg->byes) dlg_delete(d, dlg);
}

void dlg_bye_init(struct dialog *dlg) { event_init(&dlg->bye, fire, dlg); }

/* Timers count seconds since Kamailio's start; a dialog ends at the first one after its last. */
void dlg_bye_at_timeout(struct dialogs *d, struct dialog *dlg) {
    struct kamailio *k = d->k;
    event_cancel(k->queue, &dlg->bye);
    if (dlg->state < DLG_CONFIRMED_NO_ACK || dlg->state == DLG_DELETED) return;
    if (!(d->send_bye || dlg->timeout_bye) || !kam_tm_of(k)) return;
    int64_t up = k->config.up_for_ns / (NS_PER_S / TICKS_PER_S), now = kam_tick(k, k->queue->now_ns) + up,
            end = (now / TICKS_PER_S + dlg->lifetime_s + 1) * TICKS_PER_S;
    (dlg->lifetime_s <= WORTH_WAITING_S ? event_at : event_idle_at)(k->queue, &dlg->bye,
                                                                    kam_tick_ns(k, end - up) + LATE_NS);
}

/* Is that entry of Record-Route another proxy's? */
static bool is_other(struct dialogs *d, struct span entry) {
    struct uri uri;
    return !uri_parse(&uri, name_addr_uri(entry)) || !kam_is_own(d->k, &uri);
}

void dlg_read_answer(struct dialogs *d, struct dialog *dlg, const struct sip_msg *msg) {
    const struct sip_header *contact = sip_msg_first(msg, SIP_CONTACT);
    if (contact) dlg_text_set(&dlg->to_contact, name_addr_uri(contact->value));
    for (size_t i = 0; i < msg->header_count; i++)
        if (msg->headers[i].id == SIP_RECORD_ROUTE)
            for (struct span left = msg->headers[i].value; left.len;)
                dlg->routed = is_other(d, span_trim(span_cut(&left, ','))) || dlg->routed;
}
