/* SPDX-License-Identifier: MIT */
/* The ladder's calls: which messages have one Call-ID, who calls whom, and what came of it. */
#include "base/mem.h"
#include "model/sip/msg.h"
#include "view/label.h"
#include "view/ladder.h"
#include "view/words.h"

/* What is kept while the steps are gone through. */
struct finder {
    struct ladder *ladder;
    struct sip_msg msg;
    struct words ids; /* a Call-ID's number is its call's index */
};

static struct ladder_call *begin(struct finder *f, size_t i, struct span id) {
    struct ladder *l = f->ladder;
    const struct record_item *item = l->steps[i].item;
    bool request = f->msg.is_request;
    l->calls = mem_room(l->calls, l->call_count, &l->call_cap, sizeof *l->calls);
    struct ladder_call *call = &l->calls[l->call_count++];
    *call = (struct ladder_call){.id = mem_text(id),
                                 .method = request ? f->msg.method : (struct span){0},
                                 .from = request ? item->from : item->to,
                                 .to = request ? item->to : item->from,
                                 .first = i};
    return call;
}

/* A final response to what the call began with, where that came from: the last one counts, but a 2xx stays.
 */
static void take_response(struct ladder_call *call, const struct record_item *item, const struct sip_msg *m,
                          struct span method) {
    if (!call->method.p) call->method = method;
    bool mine = item->to == call->from && item->fate == FLOW_ARRIVED && span_eq(method, call->method);
    if (!mine || m->status < 200 || (call->status >= 200 && call->status < 300)) return;
    call->status = m->status;
    call->reason = m->reason;
}

static void take_message(struct finder *f, size_t i) {
    struct ladder_step *step = &f->ladder->steps[i];
    const struct record_item *item = step->item;
    if (!sip_msg_parse(&f->msg, payload_span(item->datagram->payload))) return;
    const struct sip_header *id = sip_msg_first(&f->msg, SIP_CALL_ID);
    if (!id) return;
    uint32_t number = words_number(&f->ids, id->value);
    struct ladder_call *call =
        number < f->ladder->call_count ? &f->ladder->calls[number] : begin(f, i, id->value);
    step->call = number + 1;
    call->last = i;
    call->messages++;
    struct span sequence, method;
    const struct sip_header *cseq = sip_msg_first(&f->msg, SIP_CSEQ);
    if (!f->msg.is_request && cseq && sip_cseq_parse(cseq->value, &sequence, &method))
        take_response(call, item, &f->msg, method);
}

/* The failure of a call belongs to the latest message that its host sent or received. */
static void take_failure(struct ladder *l, size_t i) {
    size_t host = l->steps[i].item->from;
    for (size_t k = i; k-- > 0;) {
        const struct record_item *other = l->steps[k].item;
        if (other->is_note || !l->steps[k].call || (other->from != host && other->to != host)) continue;
        l->steps[i].call = l->steps[k].call;
        l->calls[l->steps[i].call - 1].failed = true;
        return;
    }
}

static bool has_ending(const struct ladder_call *call) {
    return (call->status == 0 || call->status >= 300) && !span_is(call->method, "ACK");
}

void ladder_ending(struct buf *out, const struct ladder_call *call) {
    if (!has_ending(call)) return;
    label_printable(out, call->method);
    if (!call->status) {
        buf_add_text(out, " ended without a final response");
        return;
    }
    buf_addf(out, " ended with %u ", call->status);
    label_printable(out, call->reason);
}

void ladder_failure(struct buf *out, const struct ladder *l, const struct ladder_step *step) {
    const struct record_item *item = step->item;
    buf_addf(out, "%s: ", l->record->hosts[item->from]);
    label_printable(out, span_of(item->failure));
    if (!item->cause.at.source) return;
    buf_add_text(out, " (");
    label_position(out, item->cause.at);
    buf_add_char(out, ')');
}

void ladder_find_calls(struct ladder *l) {
    struct finder f = {.ladder = l};
    for (size_t i = 0; i < l->count; i++)
        if (!l->steps[i].item->is_note) take_message(&f, i);
    for (size_t i = 0; i < l->call_count; i++) {
        struct ladder_call *call = &l->calls[i];
        call->failed = l->steps[call->last].ends_call = has_ending(call);
    }
    for (size_t i = 0; i < l->count; i++)
        if (l->steps[i].item->failure) take_failure(l, i);
    words_free(&f.ids);
    sip_msg_free(&f.msg);
}
