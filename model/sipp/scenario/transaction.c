/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/loader.h"

#include "base/mem.h"

int transaction_find(struct loader *l, const struct xml_element *e, const char *attribute) {
    const struct xml_attribute *a = xml_attribute(e, attribute);
    if (!element_name(e, attribute, l->diag)) return -1;
    size_t count = l->program->transaction_count;
    for (size_t i = l->transaction_first; i < count; i++)
        if (span_eq(l->transactions[i].name, a->value)) return (int)i;
    if (count >= l->transaction_cap)
        l->transactions = mem_room(l->transactions, count, &l->transaction_cap, sizeof *l->transactions);
    l->transactions[count] = (struct transaction){.name = a->value, .at = attribute_at(e, a)};
    return (int)l->program->transaction_count++;
}

void transaction_of_send(struct loader *l, struct step *s, const struct xml_element *e) {
    bool is_ack = span_is(s->head.method, "ACK");
    const struct xml_attribute *start = xml_attribute(e, "start_txn"), *ack = xml_attribute(e, "ack_txn"),
                               *response = xml_attribute(e, "response_txn");
    if (response) diag_error(l->diag, attribute_at(e, response), "response_txn is only for a <recv>");
    if (s->head.is_response) {
        if (start) diag_error(l->diag, attribute_at(e, start), "a response cannot start a transaction");
        if (ack) diag_error(l->diag, attribute_at(e, ack), "a response cannot acknowledge a transaction");
    } else if (start) {
        if (is_ack) diag_error(l->diag, attribute_at(e, start), "an ACK cannot start a transaction");
        s->start_txn = transaction_find(l, e, "start_txn");
        if (s->start_txn < 0) return;
        l->transactions[s->start_txn].started++;
        l->transactions[s->start_txn].is_invite = span_is(s->head.method, "INVITE");
    } else if (ack) {
        if (!is_ack) diag_error(l->diag, attribute_at(e, ack), "ack_txn is only for an ACK");
        s->ack_txn = transaction_find(l, e, "ack_txn");
        if (s->ack_txn >= 0) l->transactions[s->ack_txn].acknowledged++;
    } else {
        buf_add(&l->list->methods, s->head.method);
    }
}

void transaction_of_recv(struct loader *l, struct step *s, const struct xml_element *e) {
    const struct xml_attribute *txn = xml_attribute(e, "response_txn");
    if (!txn) return;
    if (xml_attribute(e, "request"))
        diag_error(l->diag, attribute_at(e, txn), "response_txn is only for a response");
    s->response_txn = transaction_find(l, e, "response_txn");
    if (s->response_txn >= 0) l->transactions[s->response_txn].answered++;
}

void transaction_check(const struct loader *l) {
    for (size_t i = l->transaction_first; i < l->program->transaction_count; i++) {
        const struct transaction *t = &l->transactions[i];
        const char *missing =
            t->started == 0                        ? "is never started: no start_txn names it"
            : t->answered == 0                     ? "has no answer: no response_txn names it"
            : t->is_invite && t->acknowledged == 0 ? "is an INVITE without an ACK: no ack_txn names it"
            : !t->is_invite && t->acknowledged > 0 ? "is of no INVITE, but has an ACK: an ack_txn names it"
                                                   : NULL;
        if (missing) diag_error(l->diag, t->at, "transaction " SPAN_FMT " %s", SPAN_ARG(t->name), missing);
    }
    for (struct step *s = l->list->steps; s < l->list->steps + l->list->count; s++)
        s->invite_txn = s->response_txn >= 0 && l->transactions[s->response_txn].is_invite;
}
