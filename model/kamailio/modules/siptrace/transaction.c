/* SPDX-License-Identifier: MIT */
/* What is copied of a whole transaction: what tm and sl tell (facts: Kamailio 73.2). */
#include "base/mem.h"
#include "model/kamailio/modules/siptrace/siptrace.h"

#include <stdlib.h>

static struct traced_message leaves(const struct payload *payload, const struct kam_destination *to) {
    return traced_leaves(payload_span(payload), to->socket, to->to);
}

static void add(struct kam_trace **list, struct kam_trace *own, const struct kam_trace *trace) {
    *own = *trace;
    own->next = *list;
    *list = own;
}

bool siptrace_transaction(struct kam_run *run, const struct kam_trace *trace) {
    struct kam_transaction *t = run->transaction;
    const struct kam_transaction *of = run->method == KAM_CANCEL ? kam_tm_find_canceled(run)
                                       : run->method == KAM_ACK  ? kam_tm_find_request(run)
                                                                 : NULL;
    if (of && of->traces) return false;
    run->traced = true;
    if (t)
        add(&t->traces, mem_new(sizeof *trace), trace);
    else
        add(&run->traces, arena_new(&run->scratch, sizeof *trace), trace);
    return true;
}

void siptrace_transaction_made(struct kam_run *run) {
    struct kam_transaction *t = run->transaction;
    struct kam_trace **last = &t->traces;
    t->traced = run->traced;
    for (const struct kam_trace *trace = run->traces; trace; trace = trace->next, last = &(*last)->next)
        add(last, mem_new(sizeof *trace), trace);
    run->traces = NULL;
}

void kam_siptrace_end(struct kam_transaction *t) {
    for (struct kam_trace *trace = t->traces, *next; trace; trace = next) {
        next = trace->next;
        free(trace);
    }
    t->traces = NULL;
}

void kam_siptrace_sent(struct kam_transaction *t, const struct kam_run *run, const struct payload *payload,
                       const struct kam_destination *to) {
    if (!t->traces || !payload || !(t->traced || (run && run->traced))) return;
    struct traced_message m = leaves(payload, to);
    siptrace_copy_to_all(t->tm->k, t->traces, &m, (struct span){0});
}

void kam_siptrace_reply(struct kam_transaction *t, const struct kam_run *reply) {
    bool repeated_2xx = t->method == KAM_INVITE && reply->method == KAM_INVITE && t->status >= 200 &&
                        reply->msg.status / 100 == 2;
    if (t->traces && t->traced && !repeated_2xx) siptrace_copy_came(reply, t->traces, (struct span){0});
}

void kam_siptrace_ack(struct kam_transaction *t, const struct kam_run *ack) {
    if (t->traces) siptrace_copy_came(ack, t->traces, (struct span){0});
}

/* Of the CANCEL itself the copies go where they usually do, whatever has been asked for. */
void kam_siptrace_cancel(struct kam_transaction *t, const struct kam_run *cancel) {
    struct kam_trace usual;
    if (!t->traces || !siptrace_usual(t->tm->k, &usual)) return;
    for (const struct kam_trace *trace = t->traces; trace; trace = trace->next)
        siptrace_copy_came(cancel, &usual, (struct span){0});
}

/* Here the first one that has asked comes first. */
static void copy_backwards(struct kamailio *k, const struct kam_trace *traces,
                           const struct traced_message *m) {
    if (!traces) return;
    copy_backwards(k, traces->next, m);
    siptrace_copy(k, traces, TRACE_AS_SET, m, (struct span){0});
}

void kam_siptrace_cancel_answered(struct kam_transaction *t, const struct payload *reply,
                                  const struct kam_destination *to) {
    if (!t->traces || !reply) return;
    struct traced_message m = leaves(reply, to);
    copy_backwards(t->tm->k, t->traces, &m);
}

void kam_siptrace_answers(struct kam_run *run, const struct payload *reply,
                          const struct kam_destination *to) {
    struct kam_trace usual;
    if (!run->traced || !reply || !siptrace_usual(run->k, &usual)) return;
    struct traced_message m = leaves(reply, to);
    siptrace_copy_to_all(run->k, &usual, &m, (struct span){0});
}
