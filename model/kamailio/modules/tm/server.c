/* SPDX-License-Identifier: MIT */
/* tm's server side: creating transactions, replies towards the caller, retransmissions from it (facts:
 * Kamailio 4, 5, 6.5). */
#include "model/kamailio/event.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/message/reply.h"
#include "model/kamailio/modules/siptrace/siptrace.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/error.h"

bool kam_tm_can_read(struct kam_run *run) {
    if (run->damaged || run->unfinished) return false;
    return !run->msg.is_request || run->method != KAM_INVITE || kam_run_from(run)->readable;
}

struct kam_transaction *kam_tm_check(struct kam_run *run) {
    if (!run->transaction && !run->looked_up && kam_tm_can_read(run)) {
        run->transaction = kam_tm_find_request(run);
        run->looked_up = run->all_read = true;
        if (run->transaction) {
            run->stateful = true;
            run->done |= KAM_EXISTS;
        }
    }
    return run->transaction;
}

void kam_tm_resend_reply(struct kam_transaction *t, const struct cause *cause) {
    kam_send(t->tm->k, KAM_SEND_OTHER, &t->response.destination, t->response.payload, cause);
}

void kam_tm_stop_clients(struct kam_transaction *t) {
    for (unsigned i = 0; i < t->client_count; i++)
        kam_resend_stop(&t->clients[i]->request);
}

void kam_tm_let_go(struct kam_transaction *t) {
    kam_resend_stop(&t->response);
    kam_tm_stop_clients(t);
    kam_tm_wait(t);
}

/* A repeated request: nothing new happens, the caller gets the last reply once more. */
static void absorb(struct kam_run *run, struct kam_transaction *t) {
    static const char *const reference = "RFC 3261 17.2.1, 17.2.2";
    if (run->method == KAM_ACK) {
        struct cause cause =
            kam_cause(run, "ACK absorbed: it acknowledges the final reply of this hop", "RFC 3261 17.2.1");
        kam_note(run->k, run->about, &cause);
        run->done |= KAM_RELEASED;
        kam_siptrace_ack(t, run);
        kam_tm_let_go(t);
    } else if (t->response.payload) {
        struct cause cause =
            kam_cause(run, "retransmission absorbed, the last reply (%) is sent again", reference);
        cause.arg[0] = t->status;
        cause.retransmission = ++t->response.copies;
        kam_tm_resend_reply(t, &cause);
    } else {
        struct cause cause =
            kam_cause(run, "retransmission absorbed, there is no reply yet to send again", reference);
        kam_note(run->k, run->about, &cause);
    }
}

enum kam_newtran kam_tm_newtran(struct kam_run *run) {
    if (run->transaction) return KAM_NEWTRAN_EXISTS;
    if (run->state.kind == KAM_LOCAL_ROUTE) return KAM_NEWTRAN_FAILED;
    if (!kam_tm_can_read(run)) {
        run->looked_up = !run->damaged && !run->unfinished; /* for From it has seen that there is none */
        return KAM_NEWTRAN_UNREADABLE;
    }
    struct kam_transaction *t = kam_tm_check(run);
    run->stateful = true;
    if (t) {
        absorb(run, t);
        return KAM_NEWTRAN_RETRANSMISSION;
    }
    if (run->method == KAM_ACK) return KAM_NEWTRAN_ACK;
    struct udp_address to;
    if (kam_resolve(run->k, kam_run_uri(run), &to) == KAM_E_BAD_URI) {
        kam_run_fail(run, KAM_E_BAD_URI);
        return KAM_NEWTRAN_UNREADABLE;
    }
    bool canceled = kam_tm_was_canceled(run);
    t = run->transaction = kam_tm_new(run);
    for (const struct kam_module **m = run->k->having[KAM_HOOK_TRANSACTION_MADE]; *m; m++)
        (*m)->transaction_made(run);
    t->canceled = canceled;
    return KAM_NEWTRAN_NEW;
}

struct kam_run *kam_tm_request(struct kam_transaction *t) {
    struct kam_run *run = &t->tm->request_run;
    kam_run_end(run);
    kam_run_begin(run, t->request, t->socket, t->source);
    run->transaction = t;
    run->looked_up = run->all_read = true;
    run->about = t->about;
    run->number = t->number;
    run->force_rport = t->force_rport;
    if (t->saved) {
        buf_add(&run->reply_lines, buf_span(&t->saved->reply_lines));
        buf_add(&run->reply_body, buf_span(&t->saved->reply_body));
    }
    if (t->new_uri.len) kam_run_set_uri(run, buf_span(&t->new_uri));
    return run;
}

void kam_tm_start_final(struct kam_transaction *t) {
    if (t->method != KAM_INVITE || t->replicated) return;
    /* A relayed 2xx is the callee's to repeat, one that was made here is ours (RFC 3261 13.3.1.4). */
    if (t->status >= 300 || (t->origin == KAM_REPLY_MADE_HERE && t->status >= 200))
        kam_resend_start(&t->response, t->fr_ms);
}

/* Tells the modules that want to know. */
static void tell_replied(struct kam_transaction *t, const struct payload *payload, unsigned status) {
    struct kamailio *k = t->tm->k;
    if (!*k->having[KAM_HOOK_REPLIED]) return;
    struct kam_replied r = {.method = t->method_name,
                            .call_id = t->call_id,
                            .from_tag = t->from_tag,
                            .transaction = t->head.number,
                            .status = status,
                            .reply = t->tm->in_hand,
                            .avps = &t->avps};
    struct sip_msg msg = {0};
    if (status >= 200 && payload && sip_msg_parse(&msg, payload_span(payload))) r.msg = &msg;
    const struct sip_header *to = r.msg ? sip_msg_first(&msg, SIP_TO) : NULL;
    if (to) r.to_tag = sip_tag(to->value);
    for (const struct kam_module **m = k->having[KAM_HOOK_REPLIED]; *m; m++)
        (*m)->replied(k, &r);
    sip_msg_free(&msg);
}

void kam_tm_send_reply(struct kam_transaction *t, struct payload *payload, unsigned status,
                       enum kam_send_kind kind, const struct cause *cause) {
    kam_tm_enter(t, status);
    payload_drop(t->response.payload);
    t->response.payload = payload;
    t->response.copies = 0;
    const struct kam_destination *to = &t->response.destination;
    if (t->tm->canceled) kam_siptrace_cancel_answered(t->tm->canceled, payload, to);
    if (kam_send(t->tm->k, kind, to, payload, cause) && t->traced) kam_siptrace_sent(t, NULL, payload, to);
    tell_replied(t, payload, status);
}

/* event_route[tm:local-response]: Kamailio 5.6.3 runs it for the first one of each process, and never again
 * (facts: Kamailio 70). */
static void tell_local_reply(struct kam_transaction *t, const struct kam_run *run) {
    struct kamailio *k = t->tm->k;
    if (k->at_work->told_reply || !t->response.payload) return;
    k->at_work->told_reply = true;
    kam_event_sent(k, "tm:local-response", t->response.payload, &t->response.destination, &t->avps,
                   run->state.kind == KAM_FAILURE_ROUTE ? (int)run->branch : KAM_NO_BRANCH);
}

/*
 * A reply made by the script (also the automatic 100, and what follows an error): a final one ends all
 * branches; their CANCELs go out before it.
 */
bool kam_tm_reply(struct kam_transaction *t, const struct kam_run *request, unsigned status,
                  struct span reason, enum kam_send_kind kind, const struct cause *cause) {
    if (t->status >= 200) {
        kam_tm_stop_clients(t);
        kam_tm_wait(t);
        return false;
    }
    struct payload *p = kam_reply_build(request, status, reason, KAM_TAG_STATEFUL, (struct span){0});
    buf_reset(&t->local_tag);
    if (t->to_tag.len)
        buf_add(&t->local_tag, t->to_tag);
    else if (status >= 180)
        kam_reply_tag_write(&t->local_tag, request, KAM_TAG_STATEFUL);
    kam_tm_enter(t, status);
    t->origin = KAM_REPLY_MADE_HERE;
    if (status >= 200) {
        kam_tm_stop_clients(t);
        if (t->method == KAM_INVITE)
            kam_tm_cancel_branches(t, kam_tm_pick_canceled(t, KAM_NO_BRANCH), status, KAM_CANCEL_KILL);
        kam_tm_start_final(t);
    }
    struct kam_run *in_hand = t->tm->in_hand;
    t->tm->in_hand = NULL;
    kam_tm_send_reply(t, p, status, kind, cause);
    t->tm->in_hand = in_hand;
    tell_local_reply(t, request);
    if (status >= 200) kam_tm_wait(t);
    return true;
}

bool kam_tm_script_reply(struct kam_run *run, unsigned status, struct span reason) {
    if (run->state.kind & (KAM_BRANCH_FAILURE_ROUTE | KAM_LOCAL_ROUTE | KAM_BRANCH_ROUTE)) return false;
    return kam_tm_reply_by_script(run, run->msg.is_request ? run : kam_tm_request(run->transaction), status,
                                  reason);
}

bool kam_tm_reply_by_script(struct kam_run *run, struct kam_run *request, unsigned status,
                            struct span reason) {
    struct cause cause = kam_cause(run, "reply % made here", "RFC 3261 8.2.6, 17.2");
    cause.arg[0] = status;
    if (status >= 200) run->done |= KAM_REPLIED;
    kam_reply_add_contacts(request, status, run->transaction->tm->set.rich_redirect);
    return kam_tm_reply(run->transaction, request, status, reason, KAM_SEND_OTHER, &cause);
}

bool kam_tm_reply_error(struct kam_transaction *t, const struct kam_run *run, int error) {
    static const struct {
        int error;
        const char *why;
    } whys[] = {
        {KAM_E_BAD_ADDRESS, "t_relay() failed: the destination cannot be resolved"},
        {KAM_E_SEND, "t_relay() failed: the next hop is in no network that the proxy knows"},
        {KAM_E_CANCELED, "t_relay() failed: the INVITE was cancelled before it came"},
        {KAM_E_DROPPED, "t_relay() failed: branch_route dropped all branches, or there were none"},
        {KAM_E_NO_SOCKET, "t_relay() failed: there is no socket of that transport"},
        {0, "t_relay() failed"},
    };
    size_t i = 0;
    while (whys[i].error != error && whys[i].error != 0)
        i++;
    struct cause cause = kam_cause(run, whys[i].why, "RFC 3261 16.6");
    struct buf reason = {0};
    unsigned status = kam_error_write(&reason, error, "TM");
    bool ok = kam_tm_reply(t, kam_tm_request(t), status, buf_span(&reason), KAM_SEND_OTHER, &cause);
    buf_free(&reason);
    return ok;
}

void kam_tm_script_ended(struct kam_run *run) {
    struct kam_transaction *t = run->transaction;
    if (!t) return;
    bool of_ack = run->method == KAM_ACK && !(run->done & KAM_RELEASED);
    bool confused = (run->done & KAM_ERROR_DELAYED) && (run->done & KAM_EXISTS);
    if (run->done == KAM_ERROR_DELAYED) {
        if (!kam_tm_reply_error(t, run, run->error)) kam_tm_let_go(t);
    } else if (run->done == 0 || of_ack || confused) {
        kam_tm_let_go(t);
    }
}
