/* SPDX-License-Identifier: MIT */
/* Cancelling branches (facts: Kamailio 6.4, 6.7, 6.8). */
#include "base/mem.h"
#include "model/kamailio/modules/siptrace/siptrace.h"
#include "model/kamailio/modules/tm/tm.h"

/* A CANCEL before any reply can do no more than remember that it came (RFC 3261 9.1). */
bool kam_tm_pick_canceled_branch(struct kam_transaction *t, unsigned branch, bool unanswered_too) {
    struct kam_client *c = t->clients[branch];
    if (c->last_status >= 200 || (!unanswered_too && c->last_status < 100)) return false;
    if (c->cancel_state == KAM_CANCEL_PICKED || c->cancel_state == KAM_CANCEL_BEGUN) return false;
    kam_client_enter(c, c->cancel_state == KAM_CANCEL_DUE ? KAM_CANCEL_BEGUN : KAM_CANCEL_PICKED);
    return true;
}

void kam_tm_give_up(struct kam_client *c) {
    if (c->cancel_state == KAM_NOT_CANCELED) kam_client_enter(c, KAM_CANCEL_DUE);
    if (c->cancel_state == KAM_CANCEL_PICKED) kam_client_enter(c, KAM_CANCEL_BEGUN);
}

kam_branch_set kam_tm_pick_canceled(struct kam_transaction *t, int but) {
    kam_branch_set set = 0;
    for (unsigned i = 0; i < t->client_count; i++)
        if ((int)i != but && kam_tm_pick_canceled_branch(t, i, true)) set |= (kam_branch_set)1 << i;
    return set;
}

struct kam_reason kam_tm_own_reason(struct buf *out, const struct kam_tm *tm, unsigned cause_status,
                                    bool with_text) {
    buf_reset(out);
    if (cause_status == 0 || !tm->set.local_cancel_reason) return (struct kam_reason){0};
    buf_addf(out, "Reason: SIP;cause=%u", cause_status);
    if (cause_status == 200 && with_text) buf_add(out, SPAN(";text=\"Call completed elsewhere\""));
    buf_add(out, SPAN("\r\n"));
    return (struct kam_reason){buf_span(out), true};
}

unsigned kam_tm_how_to_cancel(const struct kam_tm *tm) {
    static const unsigned hows[] = {KAM_CANCEL_FAKE, KAM_CANCEL_KEEP_RESENDING, KAM_CANCEL_FORCE};
    return hows[tm->set.cancel_b_method];
}

static bool send_cancel(struct kam_transaction *t, struct kam_client *c, struct kam_reason reason) {
    /* The To as it came in, whatever the script made of it, unless replies are to get it back,
     * or the script says so. */
    bool as_sent = t->head.marks & KAM_USE_TO || t->switches & KAM_TM_SENT_HEADERS;
    struct span to = as_sent ? (struct span){0} : t->head.to_line;
    struct payload *p = kam_tm_from_invite(c, "CANCEL", to, reason);
    if (!p) {
        kam_client_enter(c, KAM_CANCEL_DUE);
        return false;
    }
    if (!c->cancel) {
        c->cancel = mem_new(sizeof *c->cancel);
        kam_resend_init(c->cancel, t, KAM_RESEND_CANCEL, c->request.branch);
    }
    payload_drop(c->cancel->payload);
    c->cancel->payload = p;
    c->cancel->destination = c->request.destination;
    struct cause cause = {.why = "hop-by-hop CANCEL: the branch has answered provisionally and is given up",
                          .reference = "RFC 3261 9.1, 16.10",
                          .transaction = t->head.number};
    kam_send(t->tm->k, KAM_SEND_CANCEL, &c->cancel->destination, p, &cause);
    kam_siptrace_sent(t, NULL, p, &c->cancel->destination);
    kam_resend_start(c->cancel, t->fr_ms);
    return true;
}

bool kam_tm_cancel_branch(struct kam_transaction *t, unsigned branch, struct kam_reason reason,
                          unsigned how) {
    struct kam_client *c = t->clients[branch];
    if (how & KAM_CANCEL_KILL) kam_resend_stop(&c->request);
    if (c->last_status < 100 && !(how & KAM_CANCEL_FORCE)) {
        kam_client_enter(c, KAM_CANCEL_DUE);
        if (!(how & (KAM_CANCEL_KILL | KAM_CANCEL_KEEP_RESENDING))) kam_resend_stop_copies(&c->request);
        if (how & KAM_CANCEL_FAKE) {
            kam_resend_stop(&c->request);
            kam_tm_fake_reply(t, branch, 487);
        } else {
            struct cause cause = {
                .why = "no CANCEL yet: the branch has not answered; it follows the first provisional reply",
                .reference = "RFC 3261 9.1",
                .transaction = t->head.number};
            kam_note(t->tm->k, t->about, &cause);
        }
        return true;
    }
    kam_tm_give_up(c);
    if (!(how & KAM_CANCEL_KILL)) kam_resend_stop_copies(&c->request);
    return send_cancel(t, c, reason);
}

void kam_tm_cancel_branches(struct kam_transaction *t, kam_branch_set branches, unsigned cause_status,
                            unsigned how) {
    struct buf lines = {0};
    if (!branches) return; /* as after nearly every final reply */
    struct kam_reason reason = kam_tm_own_reason(&lines, t->tm, cause_status, true);
    for (unsigned i = 0; i < t->client_count; i++)
        if (branches & (kam_branch_set)1 << i) kam_tm_cancel_branch(t, i, reason, how);
    buf_free(&lines);
}

/* The caller's own Reason headers go along with the CANCEL that is made here. */
static void keep_reasons(struct kam_transaction *t, const struct kam_run *run) {
    if (t->cancel_reason.len || t->switches & KAM_TM_NO_CANCEL_REASON) return;
    for (const struct sip_header *h = sip_msg_first(&run->msg, SIP_REASON); h; h = sip_msg_next(&run->msg, h))
        buf_add(&t->cancel_reason, h->line);
}

static void answer(struct kam_transaction *cancel, const struct kam_run *run, struct kam_transaction *t,
                   unsigned status, const char *reason) {
    struct cause cause = kam_cause(run, "the CANCEL is answered here, at once", "RFC 3261 9.2, 16.10");
    cancel->tm->canceled = t;
    kam_tm_reply(cancel, run, status, span_of(reason), KAM_SEND_OTHER, &cause);
    cancel->tm->canceled = NULL;
}

void kam_tm_cancel_received(struct kam_transaction *cancel, struct kam_run *run, struct kam_transaction *t) {
    t->canceled = true;
    kam_siptrace_cancel(t, run);
    kam_branch_set branches = kam_tm_pick_canceled(t, KAM_NO_BRANCH);
    run->done |= KAM_REPLIED;
    if (branches == 0) {
        if (t->status < 200) {
            struct cause cause =
                kam_cause(run, "the INVITE was cancelled before it went anywhere", "RFC 3261 9.2");
            kam_tm_reply(t, kam_tm_request(t), 487, SPAN("Request canceled"), KAM_SEND_OTHER, &cause);
        }
        answer(cancel, run, t, 200, "ok -- no more pending branches");
        return;
    }
    bool ok = true;
    keep_reasons(t, run);
    struct kam_reason reason = {buf_span(&t->cancel_reason), false};
    for (unsigned i = 0; i < t->client_count; i++)
        if (branches & (kam_branch_set)1 << i)
            ok = kam_tm_cancel_branch(t, i, reason, kam_tm_how_to_cancel(t->tm)) && ok;
    if (ok)
        answer(cancel, run, t, 200, "canceling");
    else
        answer(cancel, run, t, 500, "cancel error");
}
