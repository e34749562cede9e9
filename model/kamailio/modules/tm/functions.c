/* SPDX-License-Identifier: MIT */
/* What scripts may ask of tm (facts: Kamailio 11.7), and tm's parameters. */
#include "base/mem.h"
#include "model/kamailio/error.h"
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/module.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

/* A CANCEL goes to its INVITE's branches; without an INVITE it is a request like others. */
static int relay_cancel(struct kam_run *run) {
    struct kam_transaction *invite = kam_tm_find_canceled(run);
    enum { STATELESS = 1, DROP = 2 };
    if (!invite && run->k->tm.set.unmatched_cancel == DROP) return 1;
    if (!invite && run->k->tm.set.unmatched_cancel == STATELESS)
        return kam_forward_request(run, NULL, "CANCEL without an INVITE relayed without a transaction") ? 1
                                                                                                        : -1;
    enum kam_newtran made = kam_tm_newtran(run);
    if (made == KAM_NEWTRAN_RETRANSMISSION) return 1;
    if (made == KAM_NEWTRAN_FAILED) return -1;
    if (!invite) return 0;
    kam_tm_cancel_received(run->transaction, run, invite);
    return 1;
}

/* A failed relay: the error reply comes when the script has ended (facts: Kamailio 5.3). */
static int relayed(struct kam_run *run, int result) {
    if (result <= 0) run->done |= KAM_ERROR_DELAYED;
    return result;
}

static int relay_request(struct kam_run *run) {
    if (run->method == KAM_CANCEL) {
        int done = relay_cancel(run);
        if (done != 0) return done;
        return relayed(run, kam_tm_forward(run->transaction, run));
    }
    switch (kam_tm_newtran(run)) {
    case KAM_NEWTRAN_RETRANSMISSION: return 1;
    case KAM_NEWTRAN_ACK:
        return kam_forward_request(run, NULL, "ACK to a 2xx relayed: it has no transaction") ? 1 : -1;
    case KAM_NEWTRAN_EXISTS:
        if (run->method != KAM_ACK) break;
        /* t_lookup_request() has found it: its final reply is acknowledged */
        run->done |= KAM_RELEASED;
        kam_tm_let_go(run->transaction);
        return 1;
    case KAM_NEWTRAN_FAILED:
        if (!kam_uri_readable(kam_run_uri(run))) kam_run_fail(run, KAM_E_BAD_URI);
        return -1;
    case KAM_NEWTRAN_NEW: break;
    }
    struct kam_transaction *t = run->transaction;
    if (t->method == KAM_INVITE && t->auto_100 && t->status < 100) {
        struct cause cause = kam_cause(run, "automatic 100, before the INVITE is relayed",
                                       "RFC 3261 17.2.1; modparam tm auto_inv_100");
        kam_tm_reply(t, run, 100, run->k->tm.set.auto_inv_100_reason, KAM_SEND_AUTO_100, &cause);
    }
    return relayed(run, kam_tm_forward(t, run));
}

static int t_relay(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    if (run->state.kind == KAM_FAILURE_ROUTE) return kam_tm_forward(run->transaction, run) > 0 ? 1 : -1;
    return relay_request(run);
}

static int t_newtran(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    switch (kam_tm_newtran(run)) {
    case KAM_NEWTRAN_RETRANSMISSION: return 0;
    case KAM_NEWTRAN_EXISTS: return -10;
    case KAM_NEWTRAN_FAILED: return -1;
    default: return 1;
    }
}

/* In the nameless onreply_route tm has not looked at the reply yet: its transaction is sought for this only.
 */
static int core_onreply_reply(struct kam_run *run, unsigned status, struct span reason) {
    unsigned branch;
    run->transaction = kam_tm_find_reply(run, &branch);
    bool ok = run->transaction && kam_tm_script_reply(run, status, reason);
    run->transaction = NULL;
    return ok ? 1 : -1;
}

static int t_reply(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    unsigned status;
    struct span reason;
    if (run->method == KAM_ACK && run->msg.is_request) return -1;
    if (!kam_status_arg(&args[0], &status) || !kam_format_arg(run, &args[1], &reason)) return -1;
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) return core_onreply_reply(run, status, reason);
    return kam_tm_check(run) && kam_tm_script_reply(run, status, reason) ? 1 : -1;
}

static int t_lookup_request(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return kam_tm_check(run) ? 1 : -1;
}

static int t_lookup_cancel(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return run->method == KAM_CANCEL && kam_tm_find_canceled(run) ? 1 : -1;
}

static int t_check_trans(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    if (run->state.kind != KAM_REQUEST_ROUTE && run->state.kind != KAM_CORE_ONREPLY_ROUTE) return 1;
    if (!run->msg.is_request) {
        unsigned branch;
        return kam_tm_find_reply(run, &branch) ? 1 : -1;
    }
    if (run->method == KAM_CANCEL) return t_lookup_cancel(run, args, count);
    if (!kam_tm_check(run)) return -1;
    run->transaction = NULL;
    run->looked_up = false;
    kam_tm_newtran(run); /* sends the last reply again, or absorbs the ACK */
    return 0;
}

/* Ends the script when the CANCEL was relayed. */
static int t_relay_cancel(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    if (run->method != KAM_CANCEL || !kam_tm_find_canceled(run)) return 1;
    return relay_cancel(run) < 0 ? -1 : 0;
}

/* Arms a block: for the transaction, or for the one that t_relay() will make. "" and "0" disarm. */
static int arm(struct kam_run *run, const struct kam_value *arg, enum kam_route_kind kind,
               const struct kam_route **own, const struct kam_route **of_transaction) {
    struct span name = kam_text_arg(run, arg);
    const struct kam_route *route = kam_program_route(run->state.program, kind, name);
    if (!route && name.len > 1) return -1;
    *(run->transaction ? of_transaction : own) = route;
    return 1;
}

static int t_on_failure(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct kam_transaction *t = run->transaction;
    return arm(run, &args[0], KAM_FAILURE_ROUTE, &run->on_failure, t ? &t->on_failure : NULL);
}

static int t_on_reply(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct kam_transaction *t = run->transaction;
    return arm(run, &args[0], KAM_TM_ONREPLY_ROUTE, &run->on_reply, t ? &t->on_reply : NULL);
}

static int t_on_branch(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct kam_transaction *t = run->transaction;
    return arm(run, &args[0], KAM_BRANCH_ROUTE, &run->on_branch, t ? &t->on_branch : NULL);
}

/* The status that counts here, 0: none. */
static unsigned status_here(struct kam_run *run) {
    if (run->state.kind == KAM_FAILURE_ROUTE) return run->failure_status;
    if (!run->msg.is_request) return run->msg.status;
    const struct kam_transaction *t = kam_tm_check(run);
    return t ? t->status : 0;
}

static const char *check_regex(size_t index, struct kam_value literal) {
    (void)index;
    regex_t regex;
    char *pattern = literal.type == KAM_STR ? mem_text(literal.s) : NULL;
    bool bad = pattern && regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB | REG_ICASE) != 0;
    if (pattern && !bad) regfree(&regex);
    free(pattern);
    return bad ? "must be a regular expression" : NULL;
}

/* Does the status match the regular expression? */
static int t_check_status(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    regex_t regex;
    char digits[8];
    struct span pattern = arena_text(&run->scratch, kam_text_arg(run, &args[0]));
    snprintf(digits, sizeof digits, "%u", status_here(run));
    if (regcomp(&regex, pattern.p, REG_EXTENDED | REG_NOSUB | REG_ICASE) != 0) return -1;
    bool yes = regexec(&regex, digits, 0, NULL, 0) == 0;
    regfree(&regex);
    return yes ? 1 : -1;
}

static int t_is_canceled(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    const struct kam_transaction *t = kam_tm_check(run);
    return t && t->canceled ? 1 : -1;
}

/* Asks the chosen branch in failure_route, or all of them. */
static int any_branch(struct kam_run *run, bool all, bool timed_out) {
    const struct kam_transaction *t = kam_tm_check(run);
    if (!t) return -1;
    for (unsigned i = 0; i < t->client_count; i++) {
        const struct kam_client *c = t->clients[i];
        if ((all || i == run->branch) && (timed_out ? c->timed_out : c->replied)) return 1;
    }
    return -1;
}

static int t_branch_timeout(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, false, true);
}

static int t_branch_replied(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, false, false);
}

static int t_any_timeout(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, true, true);
}

static int t_any_replied(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, true, false);
}

/* The timers, in ms, of the transaction, where 0 leaves one as it is, or of the one that is to come. */
static void set_fr(struct kam_run *run, int64_t fr_inv_ms, int64_t fr_ms) {
    if (run->transaction) {
        kam_tm_change_fr(run->transaction, fr_inv_ms, fr_ms);
    } else {
        run->fr_inv_ms = fr_inv_ms;
        run->fr_ms = fr_ms;
    }
}

static int t_set_fr(struct kam_run *run, const struct kam_value *args, size_t count) {
    int64_t fr_inv_ms = 0, fr_ms = 0;
    if (!kam_number_arg(&args[0], &fr_inv_ms) || (count > 1 && !kam_number_arg(&args[1], &fr_ms))) return -1;
    set_fr(run, fr_inv_ms, fr_ms);
    return 1;
}

static int t_reset_fr(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    if (run->transaction)
        set_fr(run, run->k->tm.set.fr_inv_timer_ms, run->k->tm.set.fr_timer_ms);
    else
        set_fr(run, 0, 0);
    return 1;
}

static int t_set_auto_inv_100(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    int64_t n;
    if (!kam_number_arg(&args[0], &n)) return -1;
    *(run->transaction ? &run->transaction->auto_100 : &run->auto_100) = n != 0;
    return 1;
}

/* The script lets go of its transaction, which is then as if it had not been looked for. */
static int t_release(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    if (!kam_tm_check(run)) return 1;
    run->done |= KAM_RELEASED;
    kam_tm_let_go(run->transaction);
    run->transaction = NULL;
    run->looked_up = false;
    return 1;
}

/* What becomes of the replies that led here; without an argument they are all forgotten. */
static int t_drop_replies(struct kam_run *run, const struct kam_value *args, size_t count) {
    static const struct {
        const char *word;
        int64_t mode;
    } modes[] = {{"n", 0}, {"l", 2}};
    run->failure_reply_mode = 1;
    if (count == 0) return 1;
    struct span word = kam_text_arg(run, &args[0]);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (span_starts(word, modes[i].word)) run->failure_reply_mode = modes[i].mode;
    return 1;
}

/* t_newtran() if need be, then t_reply(). */
static int t_send_reply(struct kam_run *run, const struct kam_value *args, size_t count) {
    if (run->method == KAM_ACK) return -1;
    if (!run->transaction && kam_tm_newtran(run) != KAM_NEWTRAN_NEW) return -1;
    return t_reply(run, args, count);
}

static const char *const failure_block[] = {"failure_route", NULL};
static const char *const onreply_block[] = {"onreply_route", NULL};
static const char *const branch_block[] = {"branch_route", NULL};

#define REQUESTS (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE)
#define WITH_TM  (REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_BRANCH_ROUTE)

const struct kam_function kam_tm_functions[] = {
    {"t_relay", 0, 0, REQUESTS, t_relay, NULL, false, NULL},
    {"t_newtran", 0, 0, KAM_REQUEST_ROUTE, t_newtran, NULL, false, NULL},
    {"t_reply", 2, 2, REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE, t_reply, NULL, true,
     kam_check_status},
    {"t_send_reply", 2, 2, KAM_REQUEST_ROUTE, t_send_reply, NULL, true, kam_check_status},
    {"t_drop_replies", 0, 1, KAM_FAILURE_ROUTE, t_drop_replies, NULL, false, NULL},
    {"t_release", 0, 0, KAM_REQUEST_ROUTE, t_release, NULL, false, NULL},
    {"t_check_trans", 0, 0,
     KAM_REQUEST_ROUTE | KAM_CORE_ONREPLY_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_BRANCH_ROUTE, t_check_trans,
     NULL, false, NULL},
    {"t_lookup_request", 0, 0, KAM_REQUEST_ROUTE, t_lookup_request, NULL, false, NULL},
    {"t_lookup_cancel", 0, 0, KAM_REQUEST_ROUTE, t_lookup_cancel, NULL, false, NULL},
    {"t_relay_cancel", 0, 0, KAM_REQUEST_ROUTE, t_relay_cancel, NULL, false, NULL},
    {"t_on_failure", 1, 1, WITH_TM, t_on_failure, failure_block, false, NULL},
    {"t_on_reply", 1, 1, WITH_TM, t_on_reply, onreply_block, false, NULL},
    {"t_on_branch", 1, 1, REQUESTS, t_on_branch, branch_block, false, NULL},
    {"t_check_status", 1, 1, REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE, t_check_status, NULL,
     false, check_regex},
    {"t_is_canceled", 0, 0, WITH_TM, t_is_canceled, NULL, false, NULL},
    {"t_branch_timeout", 0, 0, KAM_FAILURE_ROUTE, t_branch_timeout, NULL, false, NULL},
    {"t_branch_replied", 0, 0, KAM_FAILURE_ROUTE, t_branch_replied, NULL, false, NULL},
    {"t_any_timeout", 0, 0, WITH_TM, t_any_timeout, NULL, false, NULL},
    {"t_any_replied", 0, 0, WITH_TM, t_any_replied, NULL, false, NULL},
    {"t_set_fr", 1, 2, WITH_TM, t_set_fr, NULL, false, kam_check_numbers},
    {"t_reset_fr", 0, 0, WITH_TM, t_reset_fr, NULL, false, NULL},
    {"t_set_auto_inv_100", 1, 1, KAM_REQUEST_ROUTE, t_set_auto_inv_100, NULL, false, kam_check_numbers},
    {0},
};

#define MS_MAX INT64_C(0x7fffffff)

const struct kam_param kam_tm_params[] = {
    {"fr_timer", KAM_PARAM_INT, 30000, NULL, 0, MS_MAX, true},
    {"fr_inv_timer", KAM_PARAM_INT, 120000, NULL, 0, MS_MAX, true},
    {"wt_timer", KAM_PARAM_INT, 5000, NULL, 0, MS_MAX, true},
    {"retr_timer1", KAM_PARAM_INT, 500, NULL, 1, MS_MAX, true},
    {"retr_timer2", KAM_PARAM_INT, 4000, NULL, 1, MS_MAX, true},
    {"max_inv_lifetime", KAM_PARAM_INT, 180000, NULL, 0, MS_MAX, true},
    {"max_noninv_lifetime", KAM_PARAM_INT, 32000, NULL, 0, MS_MAX, true},
    {"auto_inv_100", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"auto_inv_100_reason", KAM_PARAM_STR, 0, "trying -- your call is important to us", 0, 0, true},
    {"restart_fr_on_each_reply", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"remap_503_500", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"ruri_matching", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"via1_matching", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"noisy_ctimer", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"aggregate_challenges", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"local_cancel_reason", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"e2e_cancel_reason", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"cancel_b_method", KAM_PARAM_INT, 1, NULL, 0, 2, true},
    {"unmatched_cancel", KAM_PARAM_INT, 0, NULL, 0, 2, true},
    {"failure_reply_mode", KAM_PARAM_INT, 3, NULL, 0, 3, true},
    {"faked_reply_prio", KAM_PARAM_INT, 0, NULL, -100000, 100000, true},
    {"pass_provisional_replies", KAM_PARAM_INT, 0, NULL, 0, 1, true},
    {"unix_tx_timeout", KAM_PARAM_INT, 500, NULL, 0, MS_MAX, true},
    {"callid_matching", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {"callid_cseq_matching", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {"reparse_invite", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"ac_extra_hdrs", KAM_PARAM_STR, 0, "", 0, 0, true},
    {"default_code", KAM_PARAM_INT, 500, NULL, 100, 699, true},
    {"default_reason", KAM_PARAM_STR, 0, "Server Internal Error", 0, 0, true},
    {"disable_6xx_block", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {"fr_inv_timer_next", KAM_PARAM_INT, 30000, NULL, 0, MS_MAX, true},
    {"fr_timer_avp", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"fr_inv_timer_avp", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"contacts_avp", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"contact_flows_avp", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"xavp_contact", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"tw_append", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"on_sl_reply", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"event_callback", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"event_callback_lres_sent", KAM_PARAM_STR, 0, "", 0, 0, false},
    {"blst_503", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {"blst_503_def_timeout", KAM_PARAM_INT, 0, NULL, 0, MS_MAX, true},
    {"blst_503_min_timeout", KAM_PARAM_INT, 0, NULL, 0, MS_MAX, true},
    {"blst_503_max_timeout", KAM_PARAM_INT, 3600, NULL, 0, MS_MAX, true},
    {"blst_methods_add", KAM_PARAM_INT, 1, NULL, 0, MS_MAX, true},
    {"blst_methods_lookup", KAM_PARAM_INT, -9, NULL, -MS_MAX, MS_MAX, true},
    {"reparse_on_dns_failover", KAM_PARAM_INT, 1, NULL, 0, 1, true},
    {"dns_reuse_rcv_socket", KAM_PARAM_INT, 0, NULL, 0, 1, true},
    {"local_ack_mode", KAM_PARAM_INT, 0, NULL, 0, 2, true},
    {"failure_exec_mode", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {"relay_100", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {"rich_redirect", KAM_PARAM_INT, 0, NULL, 0, 3, false},
    {"exec_time_check", KAM_PARAM_INT, 5000, NULL, 0, MS_MAX, true},
    {"reply_relay_mode", KAM_PARAM_INT, 1, NULL, 0, 1, false},
    {"enable_uac_fr", KAM_PARAM_INT, 0, NULL, 0, 1, false},
    {0},
};
