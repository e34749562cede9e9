/* SPDX-License-Identifier: MIT */
/* What tm does with a reply: stop timers, acknowledge, decide whether and what the caller gets (facts:
 * Kamailio 6.5, 6.8). */
#include "model/kamailio/message/reply.h"
#include "base/mem.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/via_edit.h"
#include "model/kamailio/modules/siptrace/siptrace.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/onsend.h"
#include "model/kamailio/script/error.h"

#include <assert.h>

/* A reply in hand: one that has come in, or NULL run for one that a timeout stands for. */
struct incoming {
    struct kam_run *run;
    unsigned branch, status;
};

/* What became of it. */
enum outcome { DISCARDED, STORED, PROVISIONAL, COMPLETED, AFTER_COMPLETION };

struct decision {
    enum outcome outcome;
    int relay; /* the branch whose reply goes upstream; -1: none */
    bool store;
    kam_branch_set canceled;
    unsigned cancel_cause;
    const char *dropped; /* why nothing goes upstream */
};

/* No cause when a branch is cancelled because of a timeout. */
enum { NO_RELAY = -1, CANNOT_PICK = -2 };

const char *kam_status_text(unsigned status) {
    switch (status) {
    case 408: return "Request Timeout";
    case 487: return "Request Terminated";
    case 401: return "Unauthorized";
    case 407: return "Proxy Authentication Required";
    case 503: return "Service Unavailable";
    default: return "Reply";
    }
}

/* The lower, the better: 2xx, 6xx, 3xx, 4xx with five of them before the others, 5xx (facts: Kamailio 6.8).
 */
static int64_t priority(const struct kam_tm *tm, unsigned status, bool fake) {
    static const int64_t of_class[] = {32000, 11000, 0, 3000, 4000, 5000, 1000};
    unsigned class = status / 100, rest = status % 100;
    int64_t p = 10000 + (int64_t)status;
    if (class < 7) p = of_class[class] + (int64_t)rest;
    if (class == 4 && rest != 1 && rest != 7 && rest != 15 && rest != 20 && rest != 84) p += 100;
    return fake ? p + tm->set.faked_reply_prio : p;
}

/* The branch with the best final reply, where the one in hand counts as a real one; NO_RELAY: none has one;
 * CANNOT_PICK: some are still open. */
static int pick(const struct kam_transaction *t, const struct incoming *in, unsigned *status) {
    int best = NO_RELAY;
    int64_t best_priority = INT64_MAX;
    *status = 0;
    for (unsigned i = 0; i < t->client_count; i++) {
        const struct kam_client *c = t->clients[i];
        bool now = in && i == in->branch, fake = !now && c->stored == KAM_STORED_TIMEOUT;
        unsigned own = now ? in->status : c->last_status;
        if (!now && own < 200) return CANNOT_PICK;
        if (!now && c->stored == KAM_STORED_NOTHING) continue; /* could not be sent */
        if (!c->is_sent && (now ? in->run != NULL : !fake))
            continue; /* it only waited, and yet was answered */
        int64_t p = priority(t->tm, own, fake);
        if (p >= best_priority) continue;
        best = (int)i;
        best_priority = p;
        *status = own;
    }
    return best;
}

/* The bytes of a branch's final reply; p NULL: it has none. */
static struct span reply_of(const struct kam_transaction *t, const struct incoming *in, unsigned branch) {
    if (branch == in->branch) return in->run ? in->run->msg.bytes : (struct span){0};
    const struct payload *received = t->clients[branch]->received;
    return received ? payload_span(received) : (struct span){0};
}

static struct decision discarded(const char *why) {
    return (struct decision){.outcome = DISCARDED, .relay = NO_RELAY, .dropped = why};
}

/* After failure_route: are the replies of the branches before it forgotten? (modparam failure_reply_mode) */
static bool forget_replies(struct kam_transaction *t, unsigned branches, int64_t mode) {
    enum { KEEP, FORGET_ALL, FORGET_LAST_STEP, FORGET_IF_NEW };
    unsigned from = 0;
    if (mode == KEEP || (mode == FORGET_IF_NEW && t->client_count == branches)) return false;
    if (mode == FORGET_LAST_STEP)
        for (from = branches - 1; from > 0 && !t->clients[from]->first_of_step;)
            from--;
    for (unsigned i = from; i < branches; i++) {
        kam_tm_forget_reply(t->clients[i]);
        t->clients[i]->stored = KAM_STORED_NOTHING;
    }
    return true;
}

static struct decision none_left(struct kam_transaction *t) {
    const struct kam_run *run = &t->tm->failure_run;
    kam_tm_reply_error(t, run, run->error ? run->error : KAM_E_UNSPEC);
    return (struct decision){.outcome = COMPLETED, .relay = NO_RELAY};
}

/* failure_route has run: did it answer, add branches, or leave it at the reply that was picked? */
static struct decision decide_after_failure_route(struct kam_transaction *t, const struct incoming *in,
                                                  int picked, unsigned branches, int64_t mode) {
    struct decision d = {.outcome = COMPLETED, .relay = picked};
    unsigned status;
    bool forgotten = forget_replies(t, branches, mode);
    if (t->status >= 200) {
        d.relay = NO_RELAY;
        d.dropped = "reply % not relayed: failure_route has answered";
        return d;
    }
    if (t->client_count == branches) return forgotten ? none_left(t) : d;
    int again = pick(t, forgotten ? NULL : in, &status);
    if (again >= 0) d.relay = again;
    if (again == NO_RELAY && forgotten) return none_left(t);
    if (again == CANNOT_PICK)
        d = (struct decision){.outcome = forgotten ? DISCARDED : STORED,
                              .relay = NO_RELAY,
                              .store = !forgotten,
                              .dropped = "reply % not relayed: failure_route tries another branch"};
    return d;
}

/* A negative final reply: the best one goes upstream when all branches have ended. */
static struct decision decide_negative(struct kam_transaction *t, const struct incoming *in) {
    struct kam_failure failure = {in->status, reply_of(t, in, in->branch),
                                  in->run ? in->run->state.process : &t->tm->k->timer};
    t->clients[in->branch]->last_status = in->status;
    kam_tm_run_branch_failure(t, in->branch, &failure);
    unsigned branches = t->client_count;
    int picked = pick(t, in, &failure.status);
    if (picked == CANNOT_PICK) {
        struct decision d = {.outcome = STORED,
                             .relay = NO_RELAY,
                             .store = true,
                             .dropped = "reply % kept: other branches have not ended yet"};
        if (in->status >= 600 && !t->had_6xx && !(t->switches & KAM_TM_DISABLE_6XX)) {
            t->had_6xx = true;
            d.canceled = kam_tm_pick_canceled(t, KAM_NO_BRANCH);
            d.cancel_cause = in->status;
        }
        return d;
    }
    assert(picked >= 0);
    t->had_6xx = false;
    int64_t mode = t->tm->set.failure_reply_mode;
    failure.reply = reply_of(t, in, (unsigned)picked);
    if (kam_tm_run_failure_route(t, (unsigned)picked, &failure, &mode))
        return decide_after_failure_route(t, in, picked, branches, mode);
    return (struct decision){.outcome = COMPLETED, .relay = picked};
}

static struct decision decide(struct kam_transaction *t, const struct incoming *in) {
    struct kam_client *c = t->clients[in->branch];
    bool is_2xx = in->status >= 200 && in->status < 300, invite_2xx = is_2xx && t->method == KAM_INVITE;
    struct decision d = {.relay = (int)in->branch};
    if (t->status >= 200) {
        if (!invite_2xx) return discarded("reply % not relayed: a final reply had been sent upstream");
        c->last_status = in->status;
        d.outcome = AFTER_COMPLETION;
        return d;
    }
    if (c->last_status >= 200 && !(invite_2xx && c->last_status < 300))
        return discarded("reply % not relayed: this branch has had a final reply");
    if (in->status >= 300) return decide_negative(t, in);
    c->last_status = in->status;
    if (in->status == 100 && !t->tm->set.relay_100) {
        d.relay = NO_RELAY;
        d.dropped = "reply % not relayed: it was for this hop";
    }
    d.outcome = PROVISIONAL;
    if (is_2xx) {
        d.outcome = COMPLETED;
        d.canceled = kam_tm_pick_canceled(t, KAM_NO_BRANCH);
        d.cancel_cause = in->status;
    }
    return d;
}

/* The reply as it goes upstream: without our Via, with what reply routes added. */
static struct payload *render(struct kam_run *run) {
    kam_via_strip(&run->edits, run);
    return kam_lump_apply(run, &run->edits);
}

static bool is_challenge(unsigned status) { return status == 401 || status == 407; }

/* The challenge headers of one reply, as it came in; of a damaged one those before the damage. */
static void add_challenges(struct buf *lines, struct sip_msg *m, const struct payload *reply) {
    sip_msg_parse(m, payload_span(reply));
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++)
        if (span_is_nocase(h->name, "WWW-Authenticate") || span_is_nocase(h->name, "Proxy-Authenticate"))
            buf_add(lines, h->line);
}

/* The challenges of all branches; false if there are not two replies that challenge. in is the one in hand.
 */
static bool gather_challenges(struct buf *lines, struct kam_transaction *t, const struct incoming *in) {
    unsigned count = 0;
    for (unsigned i = 0; i < t->client_count; i++) {
        struct kam_client *c = t->clients[i];
        const struct payload *reply = c->received;
        if (i == in->branch) reply = in->run ? in->run->payload : NULL;
        if (!reply || !is_challenge(c->last_status)) continue;
        count++;
        add_challenges(lines, &t->tm->sent, reply);
    }
    return count > 1;
}

/* A reply that is made here in place of one that came, or did not come. */
static struct payload *build_local(struct kam_transaction *t, unsigned status, const char *reason,
                                   struct span more_lines) {
    return kam_reply_build(kam_tm_request(t), status, span_of(reason), KAM_TAG_STATEFUL, more_lines);
}

struct upstream {
    struct payload *payload;
    unsigned status;
    struct cause cause;
    enum kam_send_kind kind;
};

static struct cause timeout_cause(const struct kam_transaction *t, const struct kam_client *c,
                                  unsigned status) {
    static const struct {
        const char *why, *reference;
    } text[] = {
        [KAM_FR_TIMER] = {"fr_timer (% ms) ran out: local %", "RFC 3261 17.1; modparam tm fr_timer"},
        [KAM_FR_INV_TIMER] = {"fr_inv_timer (% ms) ran out: local %",
                              "RFC 3261 16.8; modparam tm fr_inv_timer"},
    };
    return (struct cause){.why = text[c->request.patience].why,
                          .reference = text[c->request.patience].reference,
                          .arg = {c->request.end_ms, status},
                          .transaction = t->head.number};
}

/* Several challenges become one reply with all that they ask for, if anything (RFC 3261 16.7 (7); facts:
 * Kamailio 6.8). */
static void put_challenges_together(struct kam_transaction *t, const struct incoming *in,
                                    struct upstream *u) {
    struct buf lines = {0};
    if (gather_challenges(&lines, t, in)) {
        payload_drop(u->payload);
        u->payload = build_local(t, u->status, kam_status_text(u->status), buf_span(&lines));
        u->cause.why = "challenges of several branches put together";
        u->cause.reference = "RFC 3261 16.7 (7); modparam tm aggregate_challenges";
    }
    buf_free(&lines);
}

/* What goes upstream when that branch's reply was chosen. */
static struct upstream choose(struct kam_transaction *t, const struct incoming *in, unsigned relay) {
    const struct kam_tm *tm = t->tm;
    struct kam_client *c = t->clients[relay];
    bool in_hand = relay == in->branch;
    struct upstream u = {.status = in_hand ? in->status : c->last_status, .kind = KAM_SEND_OTHER};
    if (in_hand ? !in->run : c->stored == KAM_STORED_TIMEOUT) {
        if (t->canceled) u.status = 487;
        u.cause = timeout_cause(t, c, u.status);
        u.kind = in->run ? KAM_SEND_OTHER : KAM_SEND_TIMEOUT;
        u.payload = build_local(t, u.status, kam_status_text(u.status), (struct span){0});
        return u;
    }
    u.cause =
        (struct cause){.why = "reply relayed", .reference = "RFC 3261 16.7", .transaction = t->head.number};
    if (in->run) u.cause.retransmission = in->run->retransmission;
    if (!in_hand) u.cause.why = "best reply of all branches relayed";
    if (u.status == 503 && tm->set.remap_503_500) {
        u.status = 500;
        u.cause.why = "503 of the next hop replaced by 500";
        u.cause.reference = "RFC 3261 16.7 (6); modparam tm remap_503_500";
        u.payload = build_local(t, 500, "Service Unavailable", (struct span){0});
        return u;
    }
    if (in->run && in_hand)
        for (const struct kam_module **m = in->run->k->having[KAM_HOOK_REPLY_LEAVES]; *m; m++)
            (*m)->reply_leaves(in->run);
    u.payload = in_hand ? render(in->run) : payload_hold(c->reply);
    if (is_challenge(u.status) && tm->set.aggregate_challenges) put_challenges_together(t, in, &u);
    return u;
}

/* Stores a final reply until it is known whether it is the best one. */
static void store(struct kam_client *c, const struct incoming *in) {
    kam_tm_forget_reply(c);
    if (in->run) {
        c->reply = render(in->run);
        c->received = payload_hold(in->run->payload);
    }
    c->stored = !in->run ? KAM_STORED_TIMEOUT : c->reply ? KAM_STORED_REPLY : KAM_STORED_NOTHING;
}

static enum outcome relay(struct kam_transaction *t, const struct incoming *in, struct decision *d) {
    bool replicated = t->replicated; /* in failure_route it is too late for that */
    *d = decide(t, in);
    if (d->store) store(t->clients[in->branch], in);
    if (d->dropped && in->run) {
        struct cause cause = {.why = d->dropped,
                              .arg = {in->status},
                              .reference = "RFC 3261 16.7",
                              .transaction = t->head.number};
        kam_note(t->tm->k, in->run->about, &cause);
    }
    if (replicated && d->relay >= 0) {
        bool in_hand = d->relay == (int)in->branch;
        if (d->outcome != AFTER_COMPLETION)
            kam_tm_enter(t, in_hand ? in->status : t->clients[d->relay]->last_status);
    } else if (d->relay >= 0) {
        struct upstream u = choose(t, in, (unsigned)d->relay);
        /* over the reply in hand, also where another one goes */
        if (in->run && !kam_onsend(in->run, &t->response.destination, u.payload, d->relay)) {
            payload_drop(u.payload); /* all else happens as if it had gone, but there is nothing to repeat */
            u.payload = NULL;
        }
        if (d->outcome == AFTER_COMPLETION) {
            /* Passed on; what is repeated and answered from here stays as it was (facts: Kamailio 6.4). */
            kam_send(t->tm->k, u.kind, &t->response.destination, u.payload, &u.cause);
            payload_drop(u.payload);
            return d->outcome;
        }
        t->origin = KAM_REPLY_OF_OTHERS;
        if (d->outcome == COMPLETED) {
            kam_tm_enter(t, u.status);
            kam_tm_start_final(t);
        }
        kam_tm_send_reply(t, u.payload, u.status, u.kind, &u.cause);
    }
    return d->outcome;
}

void kam_tm_fake_reply(struct kam_transaction *t, unsigned branch, unsigned status) {
    struct kam_client *c = t->clients[branch];
    struct incoming in = {NULL, branch, status};
    struct decision d;
    bool cancel = t->method == KAM_INVITE && kam_tm_pick_canceled_branch(t, branch, false);
    kam_tm_give_up(c);
    enum outcome outcome = relay(t, &in, &d);
    if (cancel) {
        struct buf lines = {0};
        struct kam_reason reason = kam_tm_own_reason(&lines, t->tm, d.cancel_cause, false);
        kam_tm_cancel_branch(t, branch, reason, KAM_CANCEL_KEEP_RESENDING);
        buf_free(&lines);
    }
    if (outcome == COMPLETED) kam_tm_wait(t);
}

static void send_ack(struct kam_transaction *t, struct kam_client *c, struct kam_run *run) {
    struct kam_destination to = c->request.destination;
    bool is_2xx = run->msg.status < 300;
    struct payload *p = is_2xx ? kam_tm_ack_2xx(c, run, &to)
                               : kam_tm_from_invite(c, "ACK", run->to->line, (struct kam_reason){0});
    struct cause cause = {.why =
                              is_2xx ? "ACK to a % reply that goes nowhere" : "hop-by-hop ACK to a % reply",
                          .arg = {run->msg.status},
                          .reference = "RFC 3261 17.1.1.3",
                          .transaction = t->head.number,
                          .retransmission = run->retransmission};
    kam_send(t->tm->k, KAM_SEND_ACK, &to, p, &cause);
    kam_siptrace_sent(t, NULL, p, &to);
    payload_drop(p);
}

/* A provisional reply on a branch that is to be cancelled: now the CANCEL may go. True: that was all. */
static bool cancel_now(struct kam_transaction *t, unsigned branch) {
    struct kam_client *c = t->clients[branch];
    if (c->cancel_state != KAM_CANCEL_DUE && c->cancel_state != KAM_CANCEL_BEGUN) return false;
    if (c->cancel) {
        struct cause cause = {.why = "another provisional reply on a cancelled branch: the CANCEL again",
                              .reference = "RFC 3261 9.1",
                              .transaction = t->head.number,
                              .retransmission = ++c->cancel->copies};
        kam_send(t->tm->k, KAM_SEND_CANCEL, &c->cancel->destination, c->cancel->payload, &cause);
        return true;
    }
    struct buf lines = {0};
    struct kam_reason reason = {buf_span(&t->cancel_reason), false};
    if (!reason.lines.len) reason = kam_tm_own_reason(&lines, t->tm, t->status >= 200 ? t->status : 0, false);
    kam_client_enter(c, KAM_CANCEL_BEGUN);
    kam_tm_cancel_branch(t, branch, reason, KAM_CANCEL_FORCE);
    buf_free(&lines);
    return true;
}

/* Runs onreply_route[N]; false: it dropped a provisional reply. Finals cannot be dropped. */
static bool run_onreply_route(struct kam_transaction *t, struct kam_client *c, struct kam_run *run) {
    if (!c->on_reply) return true;
    struct kam_vars *avps = run->state.avps;
    run->state.avps = &t->avps;
    run->state.kind = KAM_TM_ONREPLY_ROUTE;
    /* A t_reply() in there sees that the branch has answered: one with a final reply is not cancelled. */
    unsigned last_status = c->last_status;
    if (run->msg.status > last_status) c->last_status = run->msg.status;
    run->flags = t->flags;
    run->branch_flags = c->flags;
    struct kam_outcome outcome = kam_route_run(c->on_reply, run);
    t->flags = run->flags;
    c->flags = run->branch_flags;
    c->last_status = last_status;
    run->state.avps = avps;
    if (!outcome.dropped || run->msg.status >= 200) return true;
    struct cause cause = kam_cause(run, "provisional reply dropped by onreply_route", NULL);
    kam_note(t->tm->k, run->about, &cause);
    return false;
}

/* The CANCEL of this hop was answered. */
static void cancel_answered(struct kam_transaction *t, struct kam_client *c, const struct kam_run *run) {
    if (run->msg.status >= 200)
        kam_resend_stop(c->cancel);
    else
        kam_resend_stop_copies(c->cancel);
    struct cause cause = kam_cause(run, "reply % to the CANCEL of this hop absorbed", "RFC 3261 9.1, 16.10");
    cause.arg[0] = run->msg.status;
    kam_note(t->tm->k, run->about, &cause);
}

static void stop_timers(struct kam_transaction *t, struct kam_client *c, struct kam_run *run) {
    if (run->msg.status >= 200) {
        kam_resend_stop(&c->request);
        if (t->method == KAM_INVITE && c->is_sent && (run->msg.status >= 300 || t->replicated))
            send_ack(t, c, run);
    } else if (t->method == KAM_INVITE) {
        kam_resend_stop_copies(&c->request);
    } else {
        kam_resend_slow(&c->request);
    }
}

bool kam_tm_recv_reply(struct kam_run *run) {
    struct kam_transaction *t = kam_tm_find_reply(run, &run->branch);
    if (!t) return false;
    struct kam_client *c = t->clients[run->branch];
    unsigned status = run->msg.status, last_status = c->last_status;
    run->transaction = t;
    run->looked_up = true;
    run->stateful = true;
    kam_siptrace_reply(t, run);
    if (run->method == KAM_CANCEL && t->method == KAM_INVITE) {
        cancel_answered(t, c, run);
        return true;
    }
    if (status < 200 && c->is_sent && cancel_now(t, run->branch)) return true;
    stop_timers(t, c, run);
    for (const struct kam_module **m = run->k->having[KAM_HOOK_REPLY_MATCHED]; *m; m++)
        (*m)->reply_matched(run, &t->head);
    if (!run_onreply_route(t, c, run)) return true;
    if (t->switches &
        KAM_TM_SUSPENDED) { /* heard, and forgotten: the branch stays open (facts: Kamailio 72) */
        struct cause cause = kam_cause(run, "reply dropped: its transaction is suspended", NULL);
        kam_note(t->tm->k, run->about, &cause);
        return true;
    }
    status = run->msg.status; /* the script may have changed it */

    struct incoming in = {run, run->branch, status};
    struct decision d;
    t->tm->in_hand = run;
    enum outcome outcome = relay(t, &in, &d);
    t->tm->in_hand = NULL;
    if (outcome == COMPLETED) {
        kam_tm_stop_clients(t);
        if (t->method == KAM_INVITE) kam_tm_cancel_branches(t, d.canceled, d.cancel_cause, KAM_CANCEL_KILL);
        kam_tm_wait(t);
    } else if (d.canceled) {
        kam_tm_cancel_branches(t, d.canceled, d.cancel_cause, kam_tm_how_to_cancel(t->tm));
    }
    c->replied = true;
    bool counts =
        t->tm->set.restart_fr_on_each_reply || (last_status < status && (status >= 180 || last_status == 0));
    if (t->method == KAM_INVITE && status < 200 && counts) kam_resend_restart_end(&c->request, t->fr_inv_ms);
    return true;
}
