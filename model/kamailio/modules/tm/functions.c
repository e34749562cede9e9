/* SPDX-License-Identifier: MIT */
/* What scripts may ask of tm (facts: Kamailio 11.7), and tm's parameters. */
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/error.h"

#include <stdio.h>

/* Where a script is told of branches that have failed. */
enum { FAILED = KAM_FAILURE_ROUTE | KAM_BRANCH_FAILURE_ROUTE };

static int t_newtran(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    switch (kam_tm_newtran(run)) {
    case KAM_NEWTRAN_RETRANSMISSION: return 0;
    case KAM_NEWTRAN_EXISTS: return -10;
    case KAM_NEWTRAN_UNREADABLE: return KAM_TM_BAD_REQUEST;
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
    const struct kam_tm_settings *set = &kam_tm_of(run->k)->set;
    unsigned status = (unsigned)(args[0].missing ? set->default_code : args[0].n);
    struct span reason = args[1].missing ? set->default_reason : args[1].s;
    if (run->method == KAM_ACK && run->msg.is_request) return -1;
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) return core_onreply_reply(run, status, reason);
    return kam_tm_check(run) && kam_tm_script_reply(run, status, reason) ? 1 : -1;
}

static int t_lookup_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    unsigned branch;
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) return kam_tm_find_reply(run, &branch) ? 1 : -1;
    return kam_tm_check(run) ? 1 : -1;
}

/* With a number that is not 0, the CANCEL gets the INVITE's flags. */
static int t_lookup_cancel(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct kam_transaction *invite = run->method == KAM_CANCEL ? kam_tm_find_canceled(run) : NULL;
    if (invite && count > 0 && args[0].n != 0) run->flags = invite->flags;
    return invite ? 1 : -1;
}

static int t_check_trans(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->state.kind != KAM_REQUEST_ROUTE && run->state.kind != KAM_CORE_ONREPLY_ROUTE) return 1;
    if (!run->msg.is_request) {
        unsigned branch;
        return kam_tm_find_reply(run, &branch) ? 1 : -1;
    }
    if (run->method == KAM_CANCEL) return t_lookup_cancel(run, NULL, 0);
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
    return kam_tm_relay_cancel(run) < 0 ? -1 : 0;
}

/* Arms a block, for the transaction or for the one that t_relay() will make; none disarms. */
static int arm(const struct kam_route *route, const struct kam_route **own,
               const struct kam_route **of_transaction) {
    *(of_transaction ? of_transaction : own) = route;
    return 1;
}

/* Is that kind of block armed? */
static int t_is_set(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct kam_transaction *t = run->transaction;
    const struct {
        const char *kind;
        const struct kam_route *armed;
    } kinds[] = {{"branch_route", t ? t->on_branch : run->on_branch},
                 {"failure_route", t ? t->on_failure : run->on_failure},
                 {"onreply_route", t ? t->on_reply : run->on_reply}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_is(args[0].s, kinds[i].kind)) return kinds[i].armed ? 1 : -1;
    return -1;
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

static int t_on_branch_failure(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return arm(args[0].route, &run->on_branch_failure,
               run->transaction ? &run->transaction->on_branch_failure : NULL);
}

/* The status that counts here, of a reply or of the last one sent; -1: none. */
static int64_t status_here(struct kam_run *run) {
    if (run->state.kind & FAILED) return run->failure_status ? run->failure_status : KAM_TM_GOES_ON;
    if (!run->msg.is_request) return run->state.kind == KAM_LOCAL_ROUTE ? -1 : (int64_t)run->msg.status;
    const struct kam_transaction *t = kam_tm_check(run);
    return t ? (int64_t)t->status : -1;
}

/* Does the status match the regular expression? */
static int t_check_status(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    char digits[16];
    int64_t status = status_here(run);
    if (status < 0) return -1;
    snprintf(digits, sizeof digits, "%u", (unsigned)status);
    int64_t yes;
    bool valid = script_match(&run->state, args[0].regex, args[0].s, span_of(digits), &yes);
    return valid && yes ? 1 : -1;
}

static int t_is_canceled(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct kam_transaction *t = kam_tm_check(run);
    return t && t->canceled ? 1 : -1;
}

/* Has it outlived what its branches may wait at most? */
static int t_is_expired(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct kam_transaction *t = kam_tm_check(run);
    return t && t->end_of_life_tick <= kam_tick(run->k, run->k->queue->now_ns) ? 1 : -1;
}

/* Nothing puts a transaction to sleep here. */
static int t_is_retr_async_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

/* Has a branch that had been answered before this reply that status now? */
static int t_grep_status(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct kam_transaction *t = kam_tm_check(run);
    for (unsigned i = 0; t && i < t->client_count; i++)
        if (t->clients[i]->replied && (int64_t)t->clients[i]->last_status == args[0].n) return 1;
    return -1;
}

static int t_get_status_code(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    int64_t status = status_here(run);
    return status > 0 ? (int)status : -1;
}

static int t_retransmit_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct kam_transaction *t = kam_tm_check(run);
    if (!kam_tm_can_read(run)) return 1;
    if (!t || run->method == KAM_ACK || !t->response.payload) return -1;
    struct cause cause = kam_cause(run, "the last reply (%) again, the script says so", "RFC 3261 17.2");
    cause.arg[0] = t->status;
    cause.retransmission = ++t->response.copies;
    kam_tm_resend_reply(t, &cause);
    return 1;
}

/* failure_route is to see the edits as they stand now. */
static int t_save_lumps(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->state.kind != KAM_REQUEST_ROUTE) return 1;
    if (!run->transaction) return -1;
    kam_tm_save_edits(run->transaction, run);
    return 1;
}

/* Looks for transactions that have been forgotten; there are none. */
static int t_clean(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

/* Asks the chosen branch in failure_route, or all of them. */
static int any_branch(struct kam_run *run, bool all, bool timed_out) {
    const struct kam_transaction *t = all || run->state.kind & FAILED ? kam_tm_check(run) : NULL;
    bool none_failed = !all && run->failure_status == 0; /* a suspended one goes on */
    if (!t || none_failed) return -1;
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

#define REPLIES (KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE)

/* The script lets go of its transaction, which is then as if it had not been looked for. */
static int t_release(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->state.kind & (KAM_BRANCH_ROUTE | KAM_FAILURE_ROUTE | REPLIES)) return -1;
    if (!kam_tm_can_read(run)) return -1;
    if (!kam_tm_check(run) || run->state.kind == KAM_BRANCH_FAILURE_ROUTE) return 1;
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
    if (run->method == KAM_ACK && run->msg.is_request) return -1;
    if (!run->transaction && kam_tm_newtran(run) >= KAM_NEWTRAN_UNREADABLE) return -1;
    return t_reply(run, args, count);
}

#define REQUESTS (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE)
#define WITH_TM  (REQUESTS | KAM_TM_ONREPLY_ROUTE | KAM_BRANCH_ROUTE)

#define OTHER_TRANSPORT(name)                                                                                \
    {"t_relay_to_" name, 0, 0, REQUESTS, kam_tm_relay_to_other},                                             \
        {"t_relay_to_" name, 2, 2, REQUESTS, kam_tm_relay_to_other, {ARG_ADDRESS, ARG_PORT}},                \
        {"t_replicate_" name, 2, 2, KAM_REQUEST_ROUTE, kam_tm_replicate_other, {ARG_ADDRESS, ARG_PORT}}, {   \
        "t_forward_nonack_" name, 2, 2, KAM_REQUEST_ROUTE, kam_tm_forward_nonack_other, {                    \
            ARG_ADDRESS, ARG_PORT                                                                            \
        }                                                                                                    \
    }

static const struct kam_function functions[] = {
    {"t_relay", 0, 0, REQUESTS, kam_tm_relay},
    {"t_relay", 2, 2, REQUESTS, kam_tm_relay_there, {ARG_ADDRESS, ARG_PORT}},
    {"t_relay_to_udp", 0, 0, REQUESTS, kam_tm_relay},
    {"t_relay_to_udp", 2, 2, REQUESTS, kam_tm_relay_there, {ARG_ADDRESS, ARG_PORT}},
    {"t_relay_to", 0, 1, REQUESTS, kam_tm_relay_to, {ARG_NEXT_HOP_OR_BITS}},
    {"t_relay_to", 2, 2, REQUESTS, kam_tm_relay_to, {ARG_NEXT_HOP, ARG_BITS}},
    {"t_forward_nonack", 2, 2, KAM_REQUEST_ROUTE, kam_tm_forward_nonack, {ARG_ADDRESS, ARG_PORT}},
    {"t_forward_nonack_udp", 2, 2, KAM_REQUEST_ROUTE, kam_tm_forward_nonack, {ARG_ADDRESS, ARG_PORT}},
    {"t_forward_nonack_uri", 0, 0, KAM_REQUEST_ROUTE, kam_tm_forward_nonack},
    {"t_forward_nonack_to", 2, 2, KAM_REQUEST_ROUTE, kam_tm_forward_nonack_named, {ARG_TEXT, ARG_TEXT}},
    {"t_relay_to_avp", 2, 2, KAM_REQUEST_ROUTE, kam_tm_relay_to_named, {ARG_TEXT, ARG_TEXT}},
    {"t_replicate", 0, 1, KAM_REQUEST_ROUTE, kam_tm_replicate, {ARG_LOG}, .expressions = true},
    {"t_replicate", 2, 2, KAM_REQUEST_ROUTE, kam_tm_replicate_there, {ARG_ADDRESS, ARG_PORT}},
    {"t_replicate_udp", 2, 2, KAM_REQUEST_ROUTE, kam_tm_replicate_there, {ARG_ADDRESS, ARG_PORT}},
    {"t_replicate_to", 2, 2, KAM_REQUEST_ROUTE, kam_tm_replicate_named, {ARG_TEXT, ARG_TEXT}},
    OTHER_TRANSPORT("tcp"),
    OTHER_TRANSPORT("tls"),
    OTHER_TRANSPORT("sctp"),
    {"t_load_contacts", 0, 1, REQUESTS, kam_tm_load_contacts, {ARG_NUMBER}, .expressions = true},
    {"t_next_contacts", 0, 0, REQUESTS, kam_tm_next_contacts},
    {"t_newtran", 0, 0, KAM_REQUEST_ROUTE, t_newtran},
    {"t_reply", 2, 2, REQUESTS | REPLIES, t_reply, {ARG_STATUS, ARG_VARIABLE_OR_TEXT}},
    {"t_send_reply", 2, 2, REQUESTS | KAM_TM_ONREPLY_ROUTE, t_send_reply, {ARG_STATUS, ARG_VARIABLE_OR_TEXT}},
    {"t_drop_replies", 0, 1, KAM_FAILURE_ROUTE, t_drop_replies, {ARG_TEXT}, .expressions = true},
    {"t_release", 0, 0, KAM_REQUEST_ROUTE, t_release},
    {"t_check_trans", 0, 0, KAM_REQUEST_ROUTE | REPLIES | KAM_BRANCH_ROUTE, t_check_trans},
    {"t_lookup_request", 0, 0, KAM_REQUEST_ROUTE, t_lookup_request},
    {"t_lookup_cancel", 0, 1, KAM_REQUEST_ROUTE, t_lookup_cancel, {ARG_NUMBER}, .expressions = true},
    {"t_relay_cancel", 0, 0, KAM_REQUEST_ROUTE, t_relay_cancel},
    {"t_on_failure", 1, 1, WITH_TM, t_on_failure, {ARG_FAILURE_ROUTE}},
    {"t_on_branch_failure", 1, 1, WITH_TM, t_on_branch_failure, {ARG_BRANCH_FAILURE_ROUTE}},
    {"t_on_reply", 1, 1, WITH_TM, t_on_reply, {ARG_ONREPLY_ROUTE}},
    {"t_is_set", 1, 1, KAM_ANY_ROUTE, t_is_set, {ARG_TEXT}},
    {"t_on_branch", 1, 1, REQUESTS, t_on_branch, {ARG_BRANCH_ROUTE}},
    {"t_check_status", 1, 1, REQUESTS | REPLIES, t_check_status, {ARG_REGEX}},
    {"t_is_canceled", 0, 0, WITH_TM, t_is_canceled},
    {"t_branch_timeout", 0, 0, REQUESTS, t_branch_timeout},
    {"t_branch_replied", 0, 0, REQUESTS, t_branch_replied},
    {"t_any_timeout", 0, 0, WITH_TM, t_any_timeout},
    {"t_any_replied", 0, 0, WITH_TM, t_any_replied},
    {"t_is_expired", 0, 0, WITH_TM, t_is_expired},
    {"t_is_retr_async_reply", 0, 0, KAM_TM_ONREPLY_ROUTE, t_is_retr_async_reply},
    {"t_grep_status", 1, 1, WITH_TM, t_grep_status, {ARG_NUMBER}, .expressions = true},
    {"t_get_status_code", 0, 0, WITH_TM | KAM_CORE_ONREPLY_ROUTE, t_get_status_code},
    {"t_retransmit_reply", 0, 0, KAM_REQUEST_ROUTE, t_retransmit_reply},
    {"t_save_lumps", 0, 0, KAM_REQUEST_ROUTE, t_save_lumps},
    {"t_uac_send",
     6,
     6,
     KAM_ANY_ROUTE,
     kam_tm_uac_send,
     {ARG_FORMAT, ARG_FORMAT, ARG_LOG, ARG_LOG, ARG_LOG, ARG_LOG}},
    {"t_use_uac_headers", 0, 0, KAM_ANY_ROUTE, kam_tm_use_uac_headers},
    {"t_clean", 0, 0, KAM_ANY_ROUTE, t_clean},
    {"t_set_fr", 1, 2, WITH_TM, kam_tm_set_fr, {ARG_NUMBER, ARG_NUMBER}, .expressions = true},
    {"t_reset_fr", 0, 0, WITH_TM, kam_tm_reset_fr},
    {"t_set_retr", 2, 2, WITH_TM, kam_tm_set_retr, {ARG_NUMBER, ARG_NUMBER}, .expressions = true},
    {"t_reset_retr", 0, 0, WITH_TM, kam_tm_reset_retr},
    {"t_set_max_lifetime",
     2,
     2,
     WITH_TM,
     kam_tm_set_max_lifetime,
     {ARG_NUMBER, ARG_NUMBER},
     .expressions = true},
    {"t_reset_max_lifetime", 0, 0, WITH_TM, kam_tm_reset_max_lifetime},
    {"t_set_auto_inv_100",
     1,
     1,
     KAM_REQUEST_ROUTE,
     kam_tm_set_auto_inv_100,
     {ARG_NUMBER},
     .expressions = true},
    {"t_set_disable_6xx", 1, 1, WITH_TM, kam_tm_set_disable_6xx, {ARG_NUMBER}, .expressions = true},
    {"t_set_disable_failover", 1, 1, WITH_TM, kam_tm_set_disable_failover, {ARG_NUMBER}, .expressions = true},
    {"t_set_no_e2e_cancel_reason",
     1,
     1,
     WITH_TM,
     kam_tm_set_no_cancel_reason,
     {ARG_NUMBER},
     .expressions = true},
    {"t_disable_e2e_cancel_reason",
     1,
     1,
     WITH_TM,
     kam_tm_set_no_cancel_reason,
     {ARG_NUMBER},
     .expressions = true},
    {"t_set_disable_internal_reply",
     1,
     1,
     WITH_TM,
     kam_tm_set_no_internal_reply,
     {ARG_NUMBER},
     .expressions = true},
    {0},
};

#define MS_MAX INT64_C(0x7fffffff)

static const struct kam_param params[] = {
    {KAM_INT("fr_timer", 30000, 0, MS_MAX), KAM_INTO(struct kam_tm_settings, fr_timer_ms)},
    {KAM_INT("fr_inv_timer", 120000, 0, MS_MAX), KAM_INTO(struct kam_tm_settings, fr_inv_timer_ms)},
    {KAM_INT("wt_timer", 5000, 0, MS_MAX), KAM_INTO(struct kam_tm_settings, wt_timer_ms)},
    {KAM_INT("retr_timer1", 500, 1, MS_MAX), KAM_INTO(struct kam_tm_settings, retr_timer1_ms)},
    {KAM_INT("retr_timer2", 4000, 1, MS_MAX), KAM_INTO(struct kam_tm_settings, retr_timer2_ms)},
    {KAM_INT("max_inv_lifetime", 180000, 0, MS_MAX), KAM_INTO(struct kam_tm_settings, max_inv_lifetime_ms)},
    {KAM_INT("max_noninv_lifetime", 32000, 0, MS_MAX),
     KAM_INTO(struct kam_tm_settings, max_noninv_lifetime_ms)},
    {KAM_FLAG("auto_inv_100", 1), KAM_INTO(struct kam_tm_settings, auto_inv_100)},
    {KAM_TEXT("auto_inv_100_reason", "trying -- your call is important to us"),
     KAM_INTO(struct kam_tm_settings, auto_inv_100_reason)},
    {KAM_FLAG("restart_fr_on_each_reply", 1), KAM_INTO(struct kam_tm_settings, restart_fr_on_each_reply)},
    {KAM_FLAG("remap_503_500", 1), KAM_INTO(struct kam_tm_settings, remap_503_500)},
    {KAM_FLAG("ruri_matching", 1), KAM_INTO(struct kam_tm_settings, ruri_matching)},
    {KAM_FLAG("via1_matching", 1), KAM_INTO(struct kam_tm_settings, via1_matching)},
    {KAM_FLAG("noisy_ctimer", 1), KAM_INTO(struct kam_tm_settings, noisy_ctimer)},
    {KAM_FLAG("aggregate_challenges", 1), KAM_INTO(struct kam_tm_settings, aggregate_challenges)},
    {KAM_FLAG("local_cancel_reason", 1), KAM_INTO(struct kam_tm_settings, local_cancel_reason)},
    {KAM_FLAG("e2e_cancel_reason", 1), KAM_INTO(struct kam_tm_settings, e2e_cancel_reason)},
    {KAM_INT("cancel_b_method", 1, 0, 2), KAM_INTO(struct kam_tm_settings, cancel_b_method)},
    {KAM_INT("unmatched_cancel", 0, 0, 2), KAM_INTO(struct kam_tm_settings, unmatched_cancel)},
    {KAM_INT("failure_reply_mode", 3, 0, 3), KAM_INTO(struct kam_tm_settings, failure_reply_mode)},
    {KAM_INT("faked_reply_prio", 0, -100000, 100000), KAM_INTO(struct kam_tm_settings, faked_reply_prio)},
    {KAM_FLAG("pass_provisional_replies", 0), KAM_NO_EFFECT},
    {KAM_INT("unix_tx_timeout", 500, 0, MS_MAX), KAM_NO_EFFECT},
    {KAM_FLAG("callid_matching", 0), KAM_INTO(struct kam_tm_settings, callid_matching)},
    {KAM_FLAG("callid_cseq_matching", 0), KAM_INTO(struct kam_tm_settings, callid_cseq_matching)},
    {KAM_FLAG("reparse_invite", 1), KAM_INTO(struct kam_tm_settings, reparse_invite)},
    {KAM_TEXT("ac_extra_hdrs", ""), KAM_INTO(struct kam_tm_settings, ac_extra_hdrs)},
    {KAM_INT("default_code", 500, INT32_MIN, INT32_MAX), KAM_INTO(struct kam_tm_settings, default_code)},
    {KAM_TEXT("default_reason", "Server Internal Error"), KAM_INTO(struct kam_tm_settings, default_reason)},
    {KAM_FLAG("disable_6xx_block", 0), KAM_INTO(struct kam_tm_settings, disable_6xx_block)},
    {KAM_AVP("fr_timer_avp"), KAM_INTO(struct kam_tm_settings, fr_timer_avp)},
    {KAM_AVP("fr_inv_timer_avp"), KAM_INTO(struct kam_tm_settings, fr_inv_timer_avp)},
    {KAM_TEXT("contacts_avp", ""), KAM_INTO(struct kam_tm_settings, contacts_avp)},
    {KAM_TEXT("contact_flows_avp", ""), KAM_NO_EFFECT},
    {KAM_TEXT("xavp_contact", ""), KAM_STOPS},
    {KAM_TEXT("tw_append", ""), KAM_NO_EFFECT},
    {KAM_TEXT("on_sl_reply", ""), KAM_INTO(struct kam_tm_settings, on_sl_reply)},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {KAM_TEXT("event_callback_lres_sent", ""), KAM_NO_EFFECT},
    {KAM_FLAG("blst_503", 0), KAM_NO_EFFECT},
    {KAM_INT("blst_503_def_timeout", 0, 0, MS_MAX), KAM_NO_EFFECT},
    {KAM_INT("blst_503_min_timeout", 0, 0, MS_MAX), KAM_NO_EFFECT},
    {KAM_INT("blst_503_max_timeout", 3600, 0, MS_MAX), KAM_NO_EFFECT},
    {KAM_INT("blst_methods_add", 1, 0, MS_MAX), KAM_NO_EFFECT},
    {KAM_INT("blst_methods_lookup", -9, -MS_MAX, MS_MAX), KAM_NO_EFFECT},
    {KAM_FLAG("reparse_on_dns_failover", 1), KAM_NO_EFFECT},
    {KAM_FLAG("dns_reuse_rcv_socket", 0), KAM_NO_EFFECT},
    {KAM_INT("local_ack_mode", 0, 0, 2), KAM_INTO(struct kam_tm_settings, local_ack_mode)},
    {KAM_FLAG("failure_exec_mode", 0), KAM_INTO(struct kam_tm_settings, failure_exec_mode)},
    {KAM_FLAG("relay_100", 0), KAM_INTO(struct kam_tm_settings, relay_100)},
    {KAM_INT("rich_redirect", 0, 0, 3), KAM_INTO(struct kam_tm_settings, rich_redirect)},
    {KAM_INT("exec_time_check", 5000, 0, MS_MAX), KAM_NO_EFFECT},
    {KAM_FLAG("reply_relay_mode", 1), KAM_NO_EFFECT}, /* of a 200 that is suspended */
    {KAM_FLAG("enable_uac_fr", 0), KAM_NOT_SIMULATED},
    {0},
};

static size_t pending(const void *data) { return ((const struct kam_tm *)data)->count; }

static const char *const events[] = {"tm:branch-failure", "tm:local-request", "tm:local-response", NULL};

const struct kam_module kam_tm_module = {.name = "tm",
                                         .functions = functions,
                                         .params = params,
                                         .events = events,
                                         .data_size = sizeof(struct kam_tm),
                                         .settings = offsetof(struct kam_tm, set),
                                         .init = kam_tm_init,
                                         .free = kam_tm_free,
                                         .request_ended = kam_tm_script_ended,
                                         .reply_came = kam_tm_reply_came,
                                         .pending = pending};
