/* SPDX-License-Identifier: MIT */
/* What scripts may ask of tm (facts: Kamailio 11.7), and tm's parameters. */
#include "model/kamailio/error.h"
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/module.h"

#include <regex.h>
#include <stdio.h>

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

static int t_relay(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->state.kind == KAM_FAILURE_ROUTE) return kam_tm_forward(run->transaction, run) > 0 ? 1 : -1;
    return relay_request(run);
}

static int t_newtran(struct kam_run *run, const struct kam_arg *args, size_t count) {
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

static int t_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct kam_tm_settings *set = &run->k->tm.set;
    unsigned status = (unsigned)(args[0].missing ? set->default_code : args[0].n);
    struct span reason = args[1].missing ? set->default_reason : args[1].s;
    if (run->method == KAM_ACK && run->msg.is_request) return -1;
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) return core_onreply_reply(run, status, reason);
    return kam_tm_check(run) && kam_tm_script_reply(run, status, reason) ? 1 : -1;
}

static int t_lookup_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return kam_tm_check(run) ? 1 : -1;
}

static int t_lookup_cancel(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->method == KAM_CANCEL && kam_tm_find_canceled(run) ? 1 : -1;
}

static int t_check_trans(struct kam_run *run, const struct kam_arg *args, size_t count) {
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
static int t_relay_cancel(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->method != KAM_CANCEL || !kam_tm_find_canceled(run)) return 1;
    return relay_cancel(run) < 0 ? -1 : 0;
}

/* Arms a block, for the transaction or for the one that t_relay() will make; none disarms. */
static int arm(const struct kam_route *route, const struct kam_route **own,
               const struct kam_route **of_transaction) {
    *(of_transaction ? of_transaction : own) = route;
    return 1;
}

static int t_on_failure(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return arm(args[0].route, &run->on_failure, run->transaction ? &run->transaction->on_failure : NULL);
}

static int t_on_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return arm(args[0].route, &run->on_reply, run->transaction ? &run->transaction->on_reply : NULL);
}

static int t_on_branch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return arm(args[0].route, &run->on_branch, run->transaction ? &run->transaction->on_branch : NULL);
}

/* The status that counts here, of a reply or of the last one sent; -1: none. */
static int64_t status_here(struct kam_run *run) {
    if (run->state.kind == KAM_FAILURE_ROUTE) return run->failure_status;
    if (!run->msg.is_request) return run->msg.status;
    const struct kam_transaction *t = kam_tm_check(run);
    return t ? (int64_t)t->status : -1;
}

/* Does the status match the regular expression? */
static int t_check_status(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    regex_t now;
    char digits[16];
    int64_t status = status_here(run);
    if (status < 0) return -1;
    snprintf(digits, sizeof digits, "%u", (unsigned)status);
    if (args[0].regex) return regexec(args[0].regex, digits, 0, NULL, 0) == 0 ? 1 : -1;
    const char *pattern = arena_text(&run->scratch, args[0].s).p; /* ends with the NUL that regcomp wants */
    if (regcomp(&now, pattern, REG_EXTENDED | REG_NOSUB | REG_ICASE) != 0) return -1;
    bool yes = regexec(&now, digits, 0, NULL, 0) == 0;
    regfree(&now);
    return yes ? 1 : -1;
}

static int t_is_canceled(struct kam_run *run, const struct kam_arg *args, size_t count) {
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

static int t_branch_timeout(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, false, true);
}

static int t_branch_replied(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, false, false);
}

static int t_any_timeout(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return any_branch(run, true, true);
}

static int t_any_replied(struct kam_run *run, const struct kam_arg *args, size_t count) {
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

static int t_set_fr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    int64_t fr_inv_ms = args[0].n, fr_ms = count > 1 ? args[1].n : 0;
    if (fr_inv_ms < 0 || fr_ms < 0) return -1;
    set_fr(run, fr_inv_ms, fr_ms);
    return 1;
}

static int t_reset_fr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->transaction)
        set_fr(run, run->k->tm.set.fr_inv_timer_ms, run->k->tm.set.fr_timer_ms);
    else
        set_fr(run, 0, 0);
    return 1;
}

static int t_set_auto_inv_100(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    *(run->transaction ? &run->transaction->auto_100 : &run->auto_100) = args[0].n != 0;
    return 1;
}

/* The script lets go of its transaction, which is then as if it had not been looked for. */
static int t_release(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (!kam_tm_check(run)) return 1;
    run->done |= KAM_RELEASED;
    kam_tm_let_go(run->transaction);
    run->transaction = NULL;
    run->looked_up = false;
    return 1;
}

/* What becomes of the replies that led here; without an argument they are all forgotten. */
static int t_drop_replies(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const struct {
        const char *word;
        int64_t mode;
    } modes[] = {{"n", 0}, {"l", 2}};
    run->failure_reply_mode = 1;
    if (count == 0) return 1;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (span_starts(args[0].s, modes[i].word)) run->failure_reply_mode = modes[i].mode;
    return 1;
}

/* t_newtran() if need be, then t_reply(). */
static int t_send_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    if (run->method == KAM_ACK) return -1;
    if (!run->transaction && kam_tm_newtran(run) != KAM_NEWTRAN_NEW) return -1;
    return t_reply(run, args, count);
}

#define REQUESTS (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE)
#define WITH_TM  (REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_BRANCH_ROUTE)

const struct kam_function kam_tm_functions[] = {
    {"t_relay", 0, 0, REQUESTS, t_relay, {0}, false},
    {"t_newtran", 0, 0, KAM_REQUEST_ROUTE, t_newtran, {0}, false},
    {"t_reply",
     2,
     2,
     REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE,
     t_reply,
     {KAM_ARG_STATUS, KAM_ARG_VARIABLE_OR_TEXT},
     false},
    {"t_send_reply",
     2,
     2,
     KAM_REQUEST_ROUTE,
     t_send_reply,
     {KAM_ARG_STATUS, KAM_ARG_VARIABLE_OR_TEXT},
     false},
    {"t_drop_replies", 0, 1, KAM_FAILURE_ROUTE, t_drop_replies, {KAM_ARG_TEXT}, true},
    {"t_release", 0, 0, KAM_REQUEST_ROUTE, t_release, {0}, false},
    {"t_check_trans",
     0,
     0,
     KAM_REQUEST_ROUTE | KAM_CORE_ONREPLY_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_BRANCH_ROUTE,
     t_check_trans,
     {0},
     false},
    {"t_lookup_request", 0, 0, KAM_REQUEST_ROUTE, t_lookup_request, {0}, false},
    {"t_lookup_cancel", 0, 0, KAM_REQUEST_ROUTE, t_lookup_cancel, {0}, false},
    {"t_relay_cancel", 0, 0, KAM_REQUEST_ROUTE, t_relay_cancel, {0}, false},
    {"t_on_failure", 1, 1, WITH_TM, t_on_failure, {KAM_ARG_FAILURE_ROUTE}, false},
    {"t_on_reply", 1, 1, WITH_TM, t_on_reply, {KAM_ARG_ONREPLY_ROUTE}, false},
    {"t_on_branch", 1, 1, REQUESTS, t_on_branch, {KAM_ARG_BRANCH_ROUTE}, false},
    {"t_check_status",
     1,
     1,
     REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE,
     t_check_status,
     {KAM_ARG_REGEX},
     false},
    {"t_is_canceled", 0, 0, WITH_TM, t_is_canceled, {0}, false},
    {"t_branch_timeout", 0, 0, KAM_FAILURE_ROUTE, t_branch_timeout, {0}, false},
    {"t_branch_replied", 0, 0, KAM_FAILURE_ROUTE, t_branch_replied, {0}, false},
    {"t_any_timeout", 0, 0, WITH_TM, t_any_timeout, {0}, false},
    {"t_any_replied", 0, 0, WITH_TM, t_any_replied, {0}, false},
    {"t_set_fr", 1, 2, WITH_TM, t_set_fr, {KAM_ARG_NUMBER, KAM_ARG_NUMBER}, true},
    {"t_reset_fr", 0, 0, WITH_TM, t_reset_fr, {0}, false},
    {"t_set_auto_inv_100", 1, 1, KAM_REQUEST_ROUTE, t_set_auto_inv_100, {KAM_ARG_NUMBER}, true},
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
    {"default_code", KAM_PARAM_INT, 500, NULL, INT32_MIN, INT32_MAX, true},
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
