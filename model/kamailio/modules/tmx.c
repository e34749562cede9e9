/* SPDX-License-Identifier: MIT */
/* tmx: more questions to tm (facts: Kamailio 33, 59, 64). */
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/pv_name.h"

/*
 * Is another worker process at work on the same request? Here a worker's decisions take no time, so two
 * copies of a request are never in the making at once; what differs from the real program is a retransmission
 * within the microseconds that it needs. -2: it is not asked for ACK and CANCEL,
 * nor where the transaction is in hand.
 */
static int t_precheck_trans(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    bool hop = run->method == KAM_ACK || run->method == KAM_CANCEL;
    bool unknown = run->method == KAM_INVITE && !kam_run_from(run)->readable;
    return run->state.kind == KAM_FAILURE_ROUTE || hop || unknown ? -2 : -1;
}

/* The branch that has failed becomes the one that t_relay() makes next: its URI, and the flags, which the
 * block has already. */
static int t_reuse_branch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct span line = run->failure_request, uri;
    if (run->state.kind != KAM_BRANCH_FAILURE_ROUTE || !line.p) return -1;
    if (run->transaction->clients[run->branch]->has_path)
        return kam_run_stop(
            run, "t_reuse_branch() of a branch with a path is not simulated, and the run has reached it");
    span_cut(&line, ' ');
    uri = span_cut(&line, ' ');
    kam_run_set_uri(run, uri);
    return 1;
}

/* In which block does it stand? */
static int is_route(struct kam_run *run, unsigned kinds) { return run->state.kind & kinds ? 1 : -1; }

static int t_is_request_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return is_route(run, KAM_REQUEST_ROUTE);
}

static int t_is_failure_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return is_route(run, KAM_FAILURE_ROUTE);
}

static int t_is_branch_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return is_route(run, KAM_BRANCH_ROUTE);
}

static int t_is_reply_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return is_route(run, KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE);
}

/* The flags of setflag() become the transaction's now. */
static int t_flush_flags(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct kam_transaction *t = kam_tm_check(run);
    if (!t) return -1;
    t->flags = run->flags;
    return 1;
}

/* Are they those of the extended kind? There are none that go with a message. */
static int t_flush_xflags(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return kam_tm_check(run) ? 1 : -1;
}

/*
 * In onreply_route: "all" branches but one that has its final reply in hand, or the "others" than that of
 * this reply; "this" is the same as "all" in 5.6.3, and nothing where the reply is final.
 */
static int t_cancel_branches(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_transaction *t = run->transaction;
    bool final = run->msg.status >= 200, others = ascii_lower((unsigned char)args[0].s.p[0]) == 'o';
    if (!t || t->method != KAM_INVITE || run->state.kind != KAM_TM_ONREPLY_ROUTE) return -1;
    if (final && ascii_lower((unsigned char)args[0].s.p[0]) == 't') return -1;
    kam_branch_set branches = kam_tm_pick_canceled(t, final || others ? (int)run->branch : KAM_NO_BRANCH);
    if (!branches) return -1;
    kam_tm_cancel_branches(t, branches, 0, 0);
    return 1;
}

static const char *check_which(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    if (span_is_nocase(text, "all") || span_is_nocase(text, "others") || span_is_nocase(text, "this"))
        return NULL;
    return "must be \"all\", \"others\" or \"this\"";
}

/* t_cancel_callid(Call-ID, CSeq, flag[, status]): the flag is set in the INVITE, the status stands in Reason.
 */
static int t_cancel_callid(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_transaction *t = kam_tm_find_callid(kam_tm_of(run->k), args[0].s, args[1].s);
    int64_t status = count > 3 ? args[3].n : 0;
    if (!t) return -1;
    if (args[2].n > 0) t->flags |= kam_flag_bit(args[2].n);
    if (status < 100 || status > 699) status = 0;
    kam_tm_cancel_branches(t, kam_tm_pick_canceled(t, KAM_NO_BRANCH), (unsigned)status, 0);
    return 1;
}

/* t_reply_callid(Call-ID, CSeq, status, reason): from then on the script is at work on that INVITE's
 * transaction. */
static int t_reply_callid(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_transaction *t = kam_tm_find_callid(kam_tm_of(run->k), args[0].s, args[1].s);
    if (!t) return -1;
    run->transaction = t;
    run->looked_up = run->hashed = run->digested = true;
    run->hash = t->hash;
    memcpy(run->md5, t->md5, sizeof run->md5);
    return kam_tm_reply_by_script(run, kam_tm_request(t), (unsigned)args[2].n, args[3].s) ? 1 : -1;
}

/* The script ends, and the transaction, as if it had been answered: no reply goes upstream any more. */
static int t_drop(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (!run->transaction) return -1;
    run->done |= KAM_RELEASED;
    if (run->transaction->status < 200) kam_tm_enter(run->transaction, 500);
    kam_tm_let_go(run->transaction);
    return 0;
}

static bool in_failure(const struct kam_run *run) { return run->state.kind == KAM_FAILURE_ROUTE; }

/* Blocks that belong to no part of a transaction. */
enum { APART = KAM_LOCAL_ROUTE | KAM_ONSEND_ROUTE };

/* The same, or told of one branch. */
static bool after_failure(const struct kam_run *run) {
    return run->state.kind & (KAM_FAILURE_ROUTE | KAM_BRANCH_FAILURE_ROUTE);
}

static bool in_reply(const struct kam_run *run) { return run->state.kind == KAM_TM_ONREPLY_ROUTE; }

/* The branch that is at work; in request_route and failure_route, the number that the next one would have. */
static struct kam_value get_branch_index(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    if (run->state.kind & APART) return pv_number((int)run->branch);
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) return pv_number(-1);
    int64_t added = (int64_t)run->added_count;
    if (run->state.kind == KAM_REQUEST_ROUTE) return pv_number(added);
    return pv_number(in_failure(run) ? run->transaction->client_count + added : run->branch);
}

/* A request's is looked for: t_relay() of one that is repeated adds a branch then. */
static void look_up(struct kam_run *run) {
    if (run->msg.is_request && !run->transaction) kam_tm_check(run);
}

static struct kam_value get_reply_code(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    if (after_failure(run)) return pv_number(run->failure_status);
    if (run->state.kind & APART) return pv_number(0);
    if (!run->msg.is_request) return pv_number(run->msg.status);
    look_up(run);
    if (!run->transaction && !run->looked_up) return pv_failed();
    return pv_number(run->transaction ? run->transaction->status : 0);
}

/* Its own value of a variable, of the request or the reply that the transaction keeps. */
static struct kam_value value_in(struct kam_run *run, struct kam_run *of, struct span name) {
    struct script_pv_maker maker = {.program = run->state.program, .arena = &run->scratch};
    struct cfg_pv pv;
    struct kam_value v = pv_nothing();
    of->state.process = run->state.process;
    if (script_pv_make(&maker, name, &pv)) v = kam_pv_value(of, &pv);
    if (v.type == KAM_STR) v.s = arena_text(&run->scratch, v.s);
    buf_free(&maker.why);
    return v;
}

/* $T_rpl(name): in failure_route, of the reply that led there. */
static struct kam_value get_rpl(struct kam_run *run, const struct kam_pv_at *at) {
    struct kam_run *of = &kam_tm_of(run->k)->request_run;
    if (!after_failure(run) || !run->failure_reply.p) return pv_nothing();
    struct payload *p = payload_of(run->k->pool, run->failure_reply);
    kam_run_end(of);
    bool readable = kam_run_begin(of, p, run->socket, run->source);
    of->number = run->state.process->messages;
    payload_drop(p);
    return readable ? value_in(run, of, at->argument) : pv_nothing();
}

static struct kam_value get_reason(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    const struct kam_pv_at reason = {.argument = SPAN("$rr")};
    if (run->state.kind == KAM_BRANCH_FAILURE_ROUTE) return pv_failed();
    if (!run->msg.is_request) return pv_text(run->msg.reason);
    if (in_failure(run) && run->failure_status && !run->failure_reply.p)
        return pv_text(SPAN("Request Timeout"));
    look_up(run);
    struct kam_value v = get_rpl(run, &reason);
    return v.type == KAM_NULL ? pv_failed() : v;
}

/* The last status of the branch whose reply is in hand. */
static struct kam_value get_last(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    return in_reply(run) ? pv_number(run->msg.status) : pv_failed();
}

/* $T_req(name): in onreply_route, of the request as it came in. */
static struct kam_value get_req(struct kam_run *run, const struct kam_pv_at *at) {
    unsigned branch;
    struct kam_transaction *t = in_reply(run) ? run->transaction : NULL;
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) t = kam_tm_find_reply(run, &branch);
    return t ? value_in(run, kam_tm_request(t), at->argument) : pv_nothing();
}

/* $T_inv(name): in a CANCEL, of the request that it cancels. */
static struct kam_value get_inv(struct kam_run *run, const struct kam_pv_at *at) {
    struct kam_transaction *t =
        run->method == KAM_CANCEL && run->msg.is_request ? kam_tm_find_canceled(run) : NULL;
    return t ? value_in(run, kam_tm_request(t), at->argument) : pv_nothing();
}

/* $T(name) */
static struct kam_value get_t(struct kam_run *run, const struct kam_pv_at *at) {
    struct span name = at->argument;
    if (span_is(name, "reply_code")) return get_reply_code(run, at);
    if (span_is(name, "branch_index")) return get_branch_index(run, at);
    bool makes_one = span_is(name, "id_index_n") || span_is(name, "id_label_n");
    if (!run->transaction && makes_one && run->msg.is_request) kam_tm_newtran(run);
    if (!run->transaction) return pv_nothing();
    if (span_starts(name, "id_index")) return pv_number(run->transaction->hash);
    if (span_is(name, "reply_type")) return pv_number(in_failure(run) && !run->failure_reply.p);
    return pv_number((int64_t)run->transaction->head.number); /* Kamailio draws it */
}

/* The Request-URI of a branch as it was sent. */
static struct span sent_uri(const struct kam_client *c) {
    struct span line = c->request.payload ? payload_span(c->request.payload) : (struct span){0};
    span_cut(&line, ' ');
    return span_cut(&line, ' ');
}

/* $T_branch(flags): in failure_route, of the branch that has failed; (uri): in onreply_route, of the reply's.
 */
static struct kam_value get_branch(struct kam_run *run, const struct kam_pv_at *at) {
    const struct kam_transaction *t = run->transaction;
    if (!t || run->branch >= t->client_count) return pv_nothing();
    const struct kam_client *c = t->clients[run->branch];
    if (span_is(at->argument, "flags"))
        return after_failure(run) || in_reply(run) ? pv_number(c->flags) : pv_nothing();
    return in_reply(run) ? pv_text(sent_uri(c)) : pv_nothing();
}

static bool is_variable(struct span argument) {
    return argument.len && script_pv_len(argument) == argument.len;
}

static const struct kam_pv pvs[] = {
    {"T_branch_idx", KAM_PV_PLAIN, get_branch_index, NULL, NULL},
    {"T_reply_code", KAM_PV_PLAIN, get_reply_code, NULL, NULL},
    {"T_reply_reason", KAM_PV_PLAIN, get_reason, NULL, NULL},
    {"T_reply_last", KAM_PV_PLAIN, get_last, NULL, NULL},
    {"T_reply_ruid", KAM_PV_PLAIN, NULL, NULL, NULL},
    {"T_inv", KAM_PV_RAW, get_inv, NULL, NULL, is_variable},
    {"T_req", KAM_PV_RAW, get_req, NULL, NULL, is_variable},
    {"T_rpl", KAM_PV_RAW, get_rpl, NULL, NULL, is_variable},
    {"T", KAM_PV_NAMED, get_t, NULL,
     "id_label|id_index|id_label_n|id_index_n|reply_code|reply_type|branch_index"},
    {"T_branch", KAM_PV_NAMED, get_branch, NULL, "uri|flags"},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};

enum { REPLIES = KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE };

static const struct kam_function functions[] = {
    {"t_precheck_trans", 0, 0, KAM_REQUEST_ROUTE, t_precheck_trans},
    {"t_reuse_branch", 0, 0, KAM_REQUEST_ROUTE, t_reuse_branch},
    {"t_is_request_route", 0, 0, KAM_ANY_ROUTE, t_is_request_route},
    {"t_is_failure_route", 0, 0, KAM_ANY_ROUTE, t_is_failure_route},
    {"t_is_branch_route", 0, 0, KAM_ANY_ROUTE, t_is_branch_route},
    {"t_is_reply_route", 0, 0, KAM_ANY_ROUTE, t_is_reply_route},
    {"t_flush_flags", 0, 0, KAM_ANY_ROUTE, t_flush_flags},
    {"t_flush_xflags", 0, 0, KAM_ANY_ROUTE, t_flush_xflags},
    {"t_suspend", 0, 0, KAM_ANY_ROUTE, kam_tm_suspend_call},
    {"t_continue", 3, 3, KAM_ANY_ROUTE, kam_tm_continue_call, {ARG_NUMERAL, ARG_NUMERAL, ARG_FORMAT}},
    {"t_cancel_branches", 1, 1, REPLIES, t_cancel_branches, {ARG_TEXT}, .check = check_which},
    {"t_cancel_callid",
     3,
     4,
     KAM_ANY_ROUTE,
     t_cancel_callid,
     {ARG_FORMAT, ARG_FORMAT, ARG_NUMBER, ARG_NUMBER}},
    {"t_reply_callid", 4, 4, KAM_ANY_ROUTE, t_reply_callid, {ARG_FORMAT, ARG_FORMAT, ARG_NUMBER, ARG_FORMAT}},
    {"t_drop", 0, 1, KAM_ANY_ROUTE, t_drop, {ARG_NUMBER}, .expressions = true},
    {0},
};

/* Workers decide at once here: there is never another one at work on the same request. */
static const struct kam_param params[] = {{KAM_FLAG("precheck_trans", 0), KAM_NO_EFFECT}, {0}};

const struct kam_module kam_tmx_module = {
    .name = "tmx", .functions = functions, .params = params, .pvs = pvs};
