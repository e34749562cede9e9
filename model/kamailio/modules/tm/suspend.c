/* SPDX-License-Identifier: MIT */
/*
 * Transactions that are suspended: a branch without a destination keeps them open until fr_timer has run out,
 * or somebody goes on with the request (facts: Kamailio 72).
 */
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/error.h"

/* A script may suspend what it has not relayed, and in failure_route. */
static bool suspendable(struct kam_run *run) {
    if (run->state.kind == KAM_FAILURE_ROUTE) return true;
    enum kam_newtran made = kam_tm_newtran(run); /* a repeated request suspends it once more */
    return made < KAM_NEWTRAN_UNREADABLE && made != KAM_NEWTRAN_ACK;
}

static bool is_open(const struct kam_client *c) { return c->last_status < 200; }

/* The branch that waits, of several the last one; NULL: none does. */
static struct kam_client *waiting(const struct kam_transaction *t) {
    unsigned i = t->client_count;
    while (i > 0 && (t->clients[i - 1]->is_sent || !is_open(t->clients[i - 1])))
        i--;
    return i > 0 ? t->clients[i - 1] : NULL;
}

static void answer_provisionally(struct kam_transaction *t, struct kam_run *run) {
    if (t->method != KAM_INVITE || !(t->switches & KAM_TM_AUTO_100) || t->status >= 100) return;
    struct cause cause = kam_cause(run, "automatic 100, before the INVITE is suspended",
                                   "RFC 3261 17.2.1; modparam tm auto_inv_100");
    kam_tm_reply(t, run, 100, t->tm->set.auto_inv_100_reason, KAM_SEND_AUTO_100, &cause);
}

/* The branch that waits; nobody cancels it. */
static void add_blind_branch(struct kam_transaction *t) {
    struct kam_client *c = kam_tm_add_client(t);
    c->cancel_state = KAM_CANCEL_BEGUN;
    c->on_failure = t->on_failure;
    c->on_branch_failure = t->on_branch_failure;
    kam_resend_start(&c->request, t->fr_ms);
    kam_resend_stop_copies(&c->request);
}

bool kam_tm_suspend(struct kam_run *run, struct kam_suspended *out) {
    if (!suspendable(run)) return false;
    struct kam_transaction *t = run->transaction;
    if (!t) return false;
    *out = (struct kam_suspended){t->hash, t->head.number};
    if (t->canceled) return true; /* and nobody will go on with it */
    if (t->status >= 200 || t->client_count == KAM_BRANCHES_MAX) return false;
    if (!t->was_saved && run->state.kind == KAM_REQUEST_ROUTE) kam_tm_keep_edits(t, run);
    t->flags = run->flags;
    answer_provisionally(t, run);
    run->done |= KAM_FORWARDED;
    t->switches |= KAM_TM_SUSPENDED;
    t->uri_is_new = run->uri_is_new;
    add_blind_branch(t);
    return true;
}

static struct kam_transaction *find(struct kam_tm *tm, const struct kam_suspended *s) {
    struct kam_transaction *t = s->index < KAM_TM_BUCKETS ? tm->buckets[s->index].first : NULL;
    while (t && t->head.number != s->label)
        t = t->next;
    return t && !event_pending(&t->wait) ? t : NULL;
}

/* A request that nobody took care of is answered with the last error. */
static void finish(struct kam_transaction *t, const struct kam_run *run) {
    for (unsigned i = 0; i < t->client_count; i++)
        if (is_open(t->clients[i])) return;
    if (t->status < 200) kam_tm_reply_error(t, run, run->error ? run->error : KAM_E_UNSPEC);
}

bool kam_tm_continue(struct kam_tm *tm, const struct kam_suspended *s, const struct cfg_stmt *stmts,
                     struct kam_process *process) {
    struct kam_transaction *t = find(tm, s);
    struct kam_client *c = t ? waiting(t) : NULL;
    if (!c || t->canceled || t->status >= 200 || !(t->switches & KAM_TM_SUSPENDED)) return false;
    t->switches &= ~(unsigned)KAM_TM_SUSPENDED; /* all branches that wait are one */
    kam_resend_stop(&c->request);
    c->last_status = KAM_TM_GOES_ON; /* as if it had ended, but never to be chosen */
    struct kam_run *run = kam_tm_resume(t, process);
    kam_stmts_run(stmts, run);
    t->flags = run->flags;
    process->uri_is_new = run->uri_is_new;
    finish(t, run);
    kam_run_end(run);
    return true;
}

int kam_tm_suspend_call(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_suspended s;
    (void)args, (void)count;
    if (!(run->state.kind & (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE)))
        kam_run_stop(
            run, "t_suspend() is simulated for requests and in failure_route, and the run has reached it");
    return kam_tm_suspend(run, &s) ? 1 : -1;
}

int kam_tm_continue_call(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_tm *tm = kam_tm_of(run->k);
    const struct kam_route *route = kam_program_route(run->state.program, KAM_REQUEST_ROUTE, args[2].s);
    const struct kam_suspended s = {.index = (uint32_t)args[0].n, .label = (uint64_t)args[1].n};
    const struct kam_transaction *t = find(tm, &s);
    (void)count;
    if (!route || !t) return -1;
    if (run == &tm->failure_run)
        return kam_run_stop(
            run, "t_continue() in failure_route or in a route that goes on itself is not simulated, "
                 "and the run has reached it");
    struct kam_process *process = run->state.process;
    process->uri_is_new = run->uri_is_new;
    bool done = kam_tm_continue(tm, &s, kam_route_stmts(route), process);
    run->uri_is_new = process->uri_is_new;
    return done ? 1 : -1;
}
