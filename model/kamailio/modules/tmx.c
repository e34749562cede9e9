/* SPDX-License-Identifier: MIT */
/* tmx: more questions to tm. */
#include "model/kamailio/modules/module.h"
#include "model/kamailio/pv/pv.h"

/*
 * Is another worker process at work on the same request? Here a worker's decisions take no time, so two
 * copies of a request are never in the making at once; what differs from the real program is a retransmission
 * within the microseconds that it needs.
 */
static int t_precheck_trans(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

/* The branch that is at work; 0 outside of all. */
static struct kam_value get_branch_index(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    return pv_number(run->branch);
}

static const struct kam_pv pvs[] = {
    {"T_branch_idx", KAM_PV_PLAIN, get_branch_index, NULL, NULL},
    {"T_reply_code", KAM_PV_PLAIN, NULL, NULL, NULL},
    {"T_reply_reason", KAM_PV_PLAIN, NULL, NULL, NULL},
    {"T_reply_last", KAM_PV_PLAIN, NULL, NULL, NULL},
    {"T_reply_ruid", KAM_PV_PLAIN, NULL, NULL, NULL},
    {"T_inv", KAM_PV_NAMED, NULL, NULL, NULL},
    {"T_req", KAM_PV_NAMED, NULL, NULL, NULL},
    {"T_rpl", KAM_PV_NAMED, NULL, NULL, NULL},
    {"T", KAM_PV_NAMED, NULL, NULL, NULL},
    {"T_branch", KAM_PV_NAMED, NULL, NULL, NULL},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};

/* What kind of block is at work? */
static int t_is_request_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->state.kind == KAM_REQUEST_ROUTE ? 1 : -1;
}

static int t_is_failure_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->state.kind == KAM_FAILURE_ROUTE ? 1 : -1;
}

static int t_is_branch_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->state.kind == KAM_BRANCH_ROUTE ? 1 : -1;
}

static int t_is_reply_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->state.kind == KAM_TM_ONREPLY_ROUTE || run->state.kind == KAM_CORE_ONREPLY_ROUTE ? 1 : -1;
}

static const struct kam_function functions[] = {
    {"t_is_request_route", 0, 0, KAM_ANY_ROUTE, t_is_request_route},
    {"t_is_failure_route", 0, 0, KAM_ANY_ROUTE, t_is_failure_route},
    {"t_is_branch_route", 0, 0, KAM_ANY_ROUTE, t_is_branch_route},
    {"t_is_reply_route", 0, 0, KAM_ANY_ROUTE, t_is_reply_route},
    {"t_precheck_trans", 0, 0, KAM_REQUEST_ROUTE, t_precheck_trans},
    {0},
};

const struct kam_module kam_tmx_module = {.name = "tmx", .needs = {"tm"}, .functions = functions, .pvs = pvs};
