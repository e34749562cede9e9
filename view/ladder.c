/* SPDX-License-Identifier: MIT */
#include "view/ladder.h"

#include "base/table.h"
#include "model/sip/msg.h"
#include "model/sip/via.h"
#include "view/label.h"

#include <assert.h>
#include <stdlib.h>

#define NO_STEP SIZE_MAX

/* How far back in a transaction is looked for what a message is to be compared with. */
enum { BACK_MAX = 1000 };

/* Something that messages have in common, and the transaction that it stands for. */
struct shared {
    char *text;
    uint32_t transaction;
    UT_hash_handle hh;
};

/* What is needed of a message to find out where it belongs. */
struct traits {
    bool is_request;
    unsigned status;
    bool is_ack;
    size_t previous; /* step of the same transaction, before it; NO_STEP: none */
};

struct work {
    struct ladder *ladder;
    struct sip_msg msg;
    struct traits *traits; /* one a step */
    struct shared *transactions, *invite_branches;
    size_t *last; /* by transaction: its latest step */
    uint32_t count;
    size_t last_cap;
    struct buf key;
};

static struct shared *find(struct shared *table, const struct buf *key) {
    struct shared *s;
    HASH_FIND(hh, table, key->p, key->len, s);
    return s;
}

static void add(struct shared **table, const struct buf *key, uint32_t transaction) {
    struct shared *s = mem_new(sizeof *s);
    s->text = mem_text(buf_span(key));
    s->transaction = transaction;
    HASH_ADD_KEYPTR(hh, *table, s->text, key->len, s);
}

static void table_free(struct shared **table) {
    struct shared *s, *next;
    HASH_ITER(hh, *table, s, next) {
        HASH_DEL(*table, s);
        free(s->text);
        free(s);
    }
}

static struct span header(const struct sip_msg *m, enum sip_header_id id) {
    const struct sip_header *h = sip_msg_first(m, id);
    return h ? h->value : SPAN("");
}

/* Call-ID, CSeq number and `last`, which tells transactions of one dialog apart. */
static void set_key(struct work *w, struct span number, struct span last) {
    buf_reset(&w->key);
    buf_add(&w->key, header(&w->msg, SIP_CALL_ID));
    buf_add_char(&w->key, '\n');
    buf_add(&w->key, number);
    buf_add_char(&w->key, '\n');
    buf_add(&w->key, last);
}

/*
 * The transaction of the message, from end to end: Call-ID and CSeq, which no proxy changes. An ACK with the
 * branch of an INVITE acknowledges a failure and belongs to it (RFC 3261 17.1.1.3); to a 2xx it stands alone.
 */
static uint32_t transaction_of(struct work *w) {
    struct span number, method;
    struct via via = {0};
    if (!sip_cseq_parse(header(&w->msg, SIP_CSEQ), &number, &method)) return 0;
    via_parse(&via, header(&w->msg, SIP_VIA));
    if (w->msg.is_request && span_is(method, "ACK")) {
        set_key(w, number, via.branch.value);
        struct shared *invite = find(w->invite_branches, &w->key);
        if (invite) return invite->transaction;
    }
    set_key(w, number, method);
    struct shared *known = find(w->transactions, &w->key);
    uint32_t transaction = known ? known->transaction : ++w->count;
    if (!known) add(&w->transactions, &w->key, transaction);
    if (w->msg.is_request && span_is(method, "INVITE")) {
        set_key(w, number, via.branch.value);
        if (!find(w->invite_branches, &w->key)) add(&w->invite_branches, &w->key, transaction);
    }
    return transaction;
}

static enum ladder_kind kind_of(const struct sip_msg *m) {
    static const enum ladder_kind kinds[] = {[1] = LADDER_1XX, LADDER_2XX, LADDER_3XX};
    if (m->is_request) return LADDER_REQUEST;
    return m->status < 400 ? kinds[m->status / 100] : LADDER_FAILED;
}

static void sort_into_transactions(struct work *w, size_t i) {
    struct ladder_step *step = &w->ladder->steps[i];
    struct traits *traits = &w->traits[i];
    traits->previous = NO_STEP;
    if (!sip_msg_parse(&w->msg, payload_span(step->item->datagram->payload))) return;
    step->kind = kind_of(&w->msg);
    step->sdp = w->msg.body.len && span_starts(header(&w->msg, SIP_CONTENT_TYPE), "application/sdp");
    traits->is_request = w->msg.is_request;
    traits->is_ack = w->msg.is_request && span_is(w->msg.method, "ACK");
    traits->status = w->msg.is_request ? 0 : w->msg.status;
    step->transaction = transaction_of(w);
    if (!step->transaction) return;
    size_t before = w->last_cap;
    w->last = mem_room(w->last, step->transaction, &w->last_cap, sizeof *w->last);
    for (; before < w->last_cap; before++)
        w->last[before] = NO_STEP;
    traits->previous = w->last[step->transaction];
    w->last[step->transaction] = i;
}

/* Had it come to this host by then? */
static bool had_come(const struct record_item *item, size_t host, int64_t time_ns) {
    return item->to == host && item->fate == FLOW_ARRIVED && item->arrived_ns != FLOW_NEVER &&
           item->arrived_ns <= time_ns;
}

static void set_compared(struct work *w, size_t i) {
    struct ladder_step *step = &w->ladder->steps[i];
    const struct record_item *item = step->item;
    const struct traits *mine = &w->traits[i];
    int64_t sent_ns = item->sent_ns != FLOW_NEVER ? item->sent_ns : item->time_ns;
    size_t cause = NO_STEP, request = NO_STEP, first = NO_STEP;
    int left = BACK_MAX;
    for (size_t k = mine->previous; k != NO_STEP && left-- > 0; k = w->traits[k].previous) {
        const struct record_item *other = w->ladder->steps[k].item;
        const struct traits *its = &w->traits[k];
        bool alike =
            its->is_request == mine->is_request && its->status == mine->status && its->is_ack == mine->is_ack;
        bool came = had_come(other, item->from, sent_ns);
        if (cause == NO_STEP && alike && came) cause = k;
        if (request == NO_STEP && came && !mine->is_request && its->is_request && !its->is_ack) request = k;
        if (other->from == item->from && other->to == item->to &&
            span_eq(payload_span(other->datagram->payload), payload_span(item->datagram->payload)))
            first = k;
    }
    step->before = cause != NO_STEP ? cause : first != NO_STEP ? first : request;
    step->compared = cause != NO_STEP     ? LADDER_WITH_CAUSE
                     : first != NO_STEP   ? LADDER_WITH_FIRST
                     : request != NO_STEP ? LADDER_WITH_REQUEST
                                          : LADDER_WITH_NOTHING;
}

struct ladder *ladder_new(const struct record *record, const char *title, const char *description) {
    struct ladder *l = mem_new(sizeof *l);
    struct work w = {.ladder = l};
    *l =
        (struct ladder){.record = record, .title = title, .description = description, .count = record->count};
    l->start_ns = LADDER_NO_START;
    l->columns = 80;
    l->steps = mem_new((record->count + 1) * sizeof *l->steps);
    w.traits = mem_new((record->count + 1) * sizeof *w.traits);
    const struct record_item *arrow = NULL;
    int64_t quiet_ns = INT64_MIN; /* since when nothing is under way */
    for (size_t i = 0; i < l->count; i++) {
        struct ladder_step *step = &l->steps[i];
        step->item = &record->items[i];
        step->gap_ns = i ? step->item->time_ns - record->items[i - 1].time_ns : 0;
        if (step->item->is_note) continue;
        step->since_ns = arrow ? step->item->time_ns - arrow->time_ns : 0;
        step->silence_ns = arrow ? step->item->time_ns - quiet_ns : 0;
        arrow = step->item;
        int64_t until_ns = arrow->time_ns + label_run_ns(arrow->run);
        if (until_ns > quiet_ns) quiet_ns = until_ns;
        sort_into_transactions(&w, i);
        set_compared(&w, i);
    }
    table_free(&w.transactions);
    table_free(&w.invite_branches);
    sip_msg_free(&w.msg);
    buf_free(&w.key);
    free(w.traits);
    free(w.last);
    ladder_find_calls(l);
    return l;
}

void ladder_free(struct ladder *l) {
    if (!l) return;
    for (size_t i = 0; i < l->call_count; i++)
        free(l->calls[i].id);
    free(l->calls);
    free(l->steps);
    free(l);
}

const char *const ladder_kind_names[] = {
    [LADDER_OTHER] = "other", [LADDER_REQUEST] = "request", [LADDER_1XX] = "r1",
    [LADDER_2XX] = "r2",      [LADDER_3XX] = "r3",          [LADDER_FAILED] = "r4"};

const char *const ladder_format_names[LADDER_FORMATS + 1] = {[LADDER_TEXT] = "txt",
                                                             [LADDER_MERMAID] = "mmd",
                                                             [LADDER_SVG] = "svg",
                                                             [LADDER_HTML] = "html",
                                                             [LADDER_JSON] = "json"};

void ladder_write(struct buf *out, const struct ladder *l, enum ladder_format format, bool colour) {
    switch (format) {
    case LADDER_TEXT: ladder_text_write(out, l, colour); return;
    case LADDER_MERMAID: ladder_mermaid_write(out, l); return;
    case LADDER_SVG: ladder_svg_write(out, l); return;
    case LADDER_HTML: ladder_html_write(out, l); return;
    case LADDER_JSON: ladder_json_write(out, l); return;
    case LADDER_FORMATS: break;
    }
    assert(!"no such format");
}

const char *ladder_fate(enum flow_fate fate) {
    static const char *const words[] = {[FLOW_ARRIVED] = "arrived",
                                        [FLOW_LOST] = "lost",
                                        [FLOW_NO_HOST] = "no such host",
                                        [FLOW_CLOSED_PORT] = "nobody there",
                                        [FLOW_FULL_SOCKET] = "buffer full"};
    return words[fate];
}

/* The message and the mark of its SDP, in at most `room` columns: rather than the mark a response's method
 * goes. */
static void add_message(struct buf *out, const struct ladder_step *step, size_t room) {
    static const char sdp[] = " (SDP)";
    const size_t begin = out->len, len = sizeof sdp - 1;
    struct span bytes = payload_span(step->item->datagram->payload);
    for (int turn = 0; turn < 2; turn++) {
        bool marked = turn == 0 && step->sdp && room > len;
        out->len = begin;
        label_row(out, bytes, step->item->run, LABEL_SHORT, marked ? room - len : room);
        if (!marked) return;
        if (out->len - begin >= 3 && memcmp(out->p + out->len - 3, "...", 3) == 0) continue;
        buf_add_text(out, sdp);
        return;
    }
}

void ladder_label(struct buf *out, const struct ladder_step *step, size_t room) {
    const struct record_item *item = step->item;
    bool nobody = item->fate >= FLOW_NO_HOST;
    const char *fate = nobody ? ladder_fate(item->fate) : "";
    size_t begin = out->len, tail = *fate ? strlen(fate) + 2 : 0;
    if (item->cause.retransmission) buf_add_text(out, ">>> ");
    size_t taken = out->len - begin;
    if (tail + taken + 8 > room) tail = 0;
    add_message(out, step, room > taken + tail ? room - taken - tail : 0);
    if (tail) buf_addf(out, ": %s", fate);
}
