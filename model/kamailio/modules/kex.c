/* SPDX-License-Identifier: MIT */
/* kex: flags of branches, and the next hop as a thing to ask for (facts: Kamailio 11.9). */
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"

/* The flags that a function speaks of: those of the branch that its second argument names, else of the
 * current one. */
static uint32_t *branch_flags(struct kam_run *run, const struct kam_arg *args, size_t count) {
    int64_t branch = count > 1 ? args[1].n : 0;
    if (branch == 0) return &run->branch_flags;
    bool known = branch > 0 && (size_t)branch <= run->added_count;
    return known ? &run->added[branch - 1].flags : NULL;
}

static int setbflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t *flags = branch_flags(run, args, count), bit = kam_flag_bit(args[0].n);
    if (!flags || !bit) return -1;
    *flags |= bit;
    return 1;
}

static int resetbflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t *flags = branch_flags(run, args, count), bit = kam_flag_bit(args[0].n);
    if (!flags || !bit) return -1;
    *flags &= ~bit;
    return 1;
}

static int isbflagset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const uint32_t *flags = branch_flags(run, args, count);
    return flags && *flags & kam_flag_bit(args[0].n) ? 1 : -1;
}

/* Flags of the script: one set for all messages. */
static int setsflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->k->script_flags |= kam_flag_bit(args[0].n);
    return 1;
}

static int resetsflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->k->script_flags &= ~kam_flag_bit(args[0].n);
    return 1;
}

static int issflagset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return run->k->script_flags & kam_flag_bit(args[0].n) ? 1 : -1;
}

static int isdsturiset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->next_hop.len ? 1 : -1;
}

static int resetdsturi(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    run->next_hop = (struct span){0};
    return 1;
}

static int setdsturi(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    kam_run_set_next_hop(run, args[0].s);
    return 1;
}

/* A SIP URI, or a host without anything else. */
static int is_myself(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri uri;
    struct span text = args[0].s;
    uint64_t port = 0; /* without one, any will do */
    (void)count;
    if (!span_starts(text, "sip:") && !span_starts(text, "sips:")) /* it is the host */
        return kam_is_own_host(run->k, text, 0, (struct span){0}) ? 1 : -1;
    if (!uri_parse(&uri, text) || (uri.port.len && !span_to_u64(uri.port, 65535, &port))) return -1;
    return kam_is_own_host(run->k, uri.host, port, uri_param(&uri, "transport")) ? 1 : -1;
}

static int pv_printf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_pv_assign(run, args[0].pv, (struct kam_value){.type = KAM_STR, .s = args[1].s}) ? 1 : -1;
}

/* setdebug() and resetdebug() are for the log alone. */
static int nothing(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

static const struct kam_function functions[] = {
    {"setdebug", 1, 1, KAM_ANY_ROUTE, nothing, {ARG_NUMBER}, .expressions = true},
    {"resetdebug", 0, 0, KAM_ANY_ROUTE, nothing},
    {"setbflag", 1, 2, KAM_ANY_ROUTE, setbflag, {ARG_NUMBER, ARG_NUMBER}, .expressions = true},
    {"resetbflag", 1, 2, KAM_ANY_ROUTE, resetbflag, {ARG_NUMBER, ARG_NUMBER}, .expressions = true},
    {"isbflagset", 1, 2, KAM_ANY_ROUTE, isbflagset, {ARG_NUMBER, ARG_NUMBER}, .expressions = true},
    {"setsflag", 1, 1, KAM_ANY_ROUTE, setsflag, {ARG_NUMBER}, .expressions = true},
    {"resetsflag", 1, 1, KAM_ANY_ROUTE, resetsflag, {ARG_NUMBER}, .expressions = true},
    {"issflagset", 1, 1, KAM_ANY_ROUTE, issflagset, {ARG_NUMBER}, .expressions = true},
    {"isdsturiset", 0, 0, KAM_ANY_ROUTE, isdsturiset},
    {"resetdsturi", 0, 0, KAM_ANY_ROUTE, resetdsturi},
    {"setdsturi", 1, 1, KAM_ANY_ROUTE, setdsturi, {ARG_TEXT}, .expressions = true},
    {"pv_printf", 2, 2, KAM_ANY_ROUTE, pv_printf, {ARG_RESULT, ARG_FORMAT}},
    {"avp_printf", 2, 2, KAM_ANY_ROUTE, pv_printf, {ARG_RESULT, ARG_FORMAT}},
    {"is_myself", 1, 1, KAM_ANY_ROUTE, is_myself, {ARG_FORMAT}, .expressions = true},
    {0},
};

const struct kam_module kam_kex_module = {.name = "kex", .functions = functions};
