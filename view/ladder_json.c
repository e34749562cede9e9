/* SPDX-License-Identifier: MIT */
/* The ladder as the JSON document that ladder.js draws from; docs/ladder.md says what is in it. */
#include "model/sip/msg.h"
#include "view/explain.h"
#include "view/json.h"
#include "view/label.h"
#include "view/ladder.h"
#include "view/words.h"

/* The texts of messages: those that were sent again, or that a hop left as they were, are there once. */
struct writer {
    struct buf *out, text;
    const struct ladder *l;
    struct words messages;
    struct sip_msg msg;
};

/* Members that say nothing are left out. */
static void add_text(struct buf *out, const char *key, struct span text) {
    if (text.len) json_text(out, key, text);
}

static void add_hosts(struct writer *w) {
    const struct record *r = w->l->record;
    json_key(w->out, "hosts");
    buf_add_char(w->out, '[');
    for (size_t h = 0; h < r->host_count; h++) {
        json_next(w->out);
        buf_add_char(w->out, '{');
        json_text(w->out, "name", span_of(r->hosts[h]));
        add_text(w->out, "address", span_of(r->addresses[h]));
        buf_add_char(w->out, '}');
    }
    buf_add_char(w->out, ']');
}

static void add_calls(struct writer *w) {
    json_key(w->out, "calls");
    buf_add_char(w->out, '[');
    for (size_t i = 0; i < w->l->call_count; i++) {
        const struct ladder_call *call = &w->l->calls[i];
        json_next(w->out);
        buf_add_text(w->out, "\n{");
        json_text(w->out, "id", span_of(call->id));
        add_text(w->out, "method", call->method);
        json_number(w->out, "from", (int64_t)call->from);
        json_number(w->out, "to", (int64_t)call->to);
        json_number(w->out, "first", (int64_t)call->first);
        json_number(w->out, "last", (int64_t)call->last);
        json_number(w->out, "messages", (int64_t)call->messages);
        if (call->status) json_number(w->out, "status", call->status);
        add_text(w->out, "reason", call->reason);
        buf_reset(&w->text);
        ladder_ending(&w->text, call);
        add_text(w->out, "ending", buf_span(&w->text));
        json_key(w->out, "failed");
        buf_add_text(w->out, call->failed ? "true" : "false");
        buf_add_char(w->out, '}');
    }
    buf_add_char(w->out, ']');
}

static void add_cause(struct writer *w, const struct record_item *item) {
    buf_reset(&w->text);
    if (item->failure)
        buf_add_text(&w->text, item->failure);
    else
        cause_write(&w->text, &item->cause);
    add_text(w->out, "cause", buf_span(&w->text));
    add_text(w->out, "reference", span_of(item->cause.reference));
    buf_reset(&w->text);
    label_position(&w->text, item->cause.at);
    add_text(w->out, "position", buf_span(&w->text));
}

static void add_note(struct writer *w, const struct record_item *item) {
    json_text(w->out, "kind", span_of(item->failure ? "failure" : "note"));
    json_number(w->out, "time_ns", item->time_ns);
    json_number(w->out, "host", (int64_t)item->from);
    if (item->number) json_number(w->out, "about", (int64_t)item->number);
}

enum { LABEL_MAX = 80, LINE_MAX = 200 };

/* What a person reads, and what a program asks for. */
static void add_what(struct writer *w, const struct ladder_step *step, struct span bytes) {
    struct span number, method = {0};
    bool sip = sip_msg_parse(&w->msg, bytes);
    const struct sip_header *cseq = sip ? sip_msg_first(&w->msg, SIP_CSEQ) : NULL;
    if (sip && w->msg.is_request)
        method = w->msg.method;
    else if (!cseq || !sip_cseq_parse(cseq->value, &number, &method))
        method = (struct span){0};
    add_text(w->out, "method", method);
    if (sip && !w->msg.is_request) json_number(w->out, "status", w->msg.status);
    buf_reset(&w->text);
    label_row(&w->text, bytes, step->item->run, LABEL_SHORT, LABEL_MAX);
    json_text(w->out, "label", buf_span(&w->text));
    buf_reset(&w->text);
    label_row(&w->text, bytes, step->item->run, LABEL_FULL, LINE_MAX);
    json_text(w->out, "line", buf_span(&w->text));
    if (step->sdp) {
        json_key(w->out, "sdp");
        buf_add_text(w->out, "true");
    }
}

static void add_message(struct writer *w, const struct ladder_step *step) {
    static const char *const compared[] = {
        [LADDER_WITH_CAUSE] = "hop", [LADDER_WITH_REQUEST] = "request", [LADDER_WITH_FIRST] = "first"};
    const struct record_item *item = step->item;
    struct span bytes = payload_span(item->datagram->payload);
    json_text(w->out, "kind", SPAN("message"));
    if (item->number) json_number(w->out, "number", (int64_t)item->number);
    json_number(w->out, "time_ns", item->time_ns);
    if (item->sent_ns != FLOW_NEVER) json_number(w->out, "sent_ns", item->sent_ns);
    if (item->sent_ns != FLOW_NEVER && item->arrived_ns != FLOW_NEVER)
        json_number(w->out, "arrived_ns", item->arrived_ns);
    json_number(w->out, "from", (int64_t)item->from);
    json_number(w->out, "to", (int64_t)item->to);
    json_text(w->out, "fate", span_of(explain_fate(item->fate)));
    if (item->cause.retransmission) json_number(w->out, "retransmission", item->cause.retransmission);
    if (step->transaction) json_number(w->out, "transaction", step->transaction);
    add_what(w, step, bytes);
    json_number(w->out, "message", words_number(&w->messages, bytes));
    if (step->compared == LADDER_WITH_NOTHING) return;
    json_text(w->out, "compared", span_of(compared[step->compared]));
    json_number(w->out, "before", (int64_t)step->before);
}

static void add_steps(struct writer *w) {
    json_key(w->out, "steps");
    buf_add_char(w->out, '[');
    for (size_t i = 0; i < w->l->count; i++) {
        const struct ladder_step *step = &w->l->steps[i];
        json_next(w->out);
        buf_add_text(w->out, "\n{");
        if (step->item->is_note)
            add_note(w, step->item);
        else
            add_message(w, step);
        if (step->call) json_number(w->out, "call", step->call - 1);
        add_cause(w, step->item);
        buf_add_char(w->out, '}');
    }
    buf_add_char(w->out, ']');
}

static void add_start(struct writer *w) {
    const int64_t second = 1000000000;
    int64_t ns = w->l->start_ns % second, s = w->l->start_ns / second;
    if (w->l->start_ns == LADDER_NO_START) return;
    json_key(w->out, "start");
    buf_add_char(w->out, '{');
    json_number(w->out, "s", ns < 0 ? s - 1 : s);
    json_number(w->out, "ns", ns < 0 ? ns + second : ns);
    buf_add_char(w->out, '}');
}

void ladder_json_write(struct buf *out, const struct ladder *l) {
    struct writer w = {.out = out, .l = l};
    buf_add_char(out, '{');
    json_text(out, "format", SPAN("siptwin-ladder"));
    json_number(out, "version", 1);
    json_text(out, "title", span_of(l->title));
    add_text(out, "description", span_of(l->description));
    add_start(&w);
    add_hosts(&w);
    add_calls(&w);
    add_steps(&w);
    json_key(out, "messages");
    buf_add_char(out, '[');
    for (size_t i = 0; i < w.messages.count; i++) {
        json_next(out);
        buf_add_char(out, '\n');
        escape_json_bytes(out, words_at(&w.messages, i));
    }
    buf_add_text(out, "]}\n");
    words_free(&w.messages);
    buf_free(&w.text);
    sip_msg_free(&w.msg);
}
