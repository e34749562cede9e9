/* SPDX-License-Identifier: MIT */
/* pv: the functions and parameters of the module that has the pseudo-variables (facts: Kamailio 18.4). */
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/eval.h"

/* "name=s:text" or "name=i:number" */
static bool read_start(struct span text, struct span *name, struct kam_value *value) {
    uint64_t n;
    *name = span_cut(&text, '=');
    bool number = span_starts(text, "i:");
    if (name->len == 0 || (!number && !span_starts(text, "s:"))) return false;
    struct span rest = span_skip(text, 2);
    bool negative = rest.len && rest.p[0] == '-';
    *value = (struct kam_value){.type = KAM_STR, .s = rest};
    if (!number) return true;
    if (!span_to_u64(span_skip(rest, negative), INT32_MAX, &n)) return false;
    *value = (struct kam_value){.type = KAM_INT, .n = negative ? -(int64_t)n : (int64_t)n};
    return true;
}

static void init(struct kamailio *k, void *data) {
    struct kam_value text, value;
    struct span name;
    (void)data;
    for (size_t i = 0; kam_program_value(k->program, &kam_pv_module, "shvset", i, &text); i++)
        if (read_start(text.s, &name, &value)) xavp_assign(xavp_add(&k->shared, name), value);
}

/* Questions about a variable. */
static int pv_isset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_pv_value(run, args[0].pv).type != KAM_NULL ? 1 : -1;
}

static int not_empty(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_value v = kam_pv_value(run, args[0].pv);
    return v.type == KAM_STR && v.s.len ? 1 : -1;
}

static int is_int(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_pv_value(run, args[0].pv).type == KAM_INT ? 1 : -1;
}

static int type_of(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const char *const names[] = {[KAM_NULL] = "null", [KAM_INT] = "int", [KAM_STR] = "str"};
    (void)count;
    return span_is(args[1].s, names[kam_pv_value(run, args[0].pv).type]) ? 1 : -1;
}

static int pv_unset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    kam_pv_assign(run, args[0].pv, (struct kam_value){0});
    return 1;
}

/* "a=1;b=2" into $xavp(name=>a) and $xavp(name=>b) of a new list */
static int params_explode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_xavp *x = NULL;
    for (struct span left = args[0].s; left.len;) {
        struct span value = span_cut(&left, ';'), name = span_trim(span_cut(&value, '='));
        value = span_trim(value);
        if (name.len == 0) continue;
        if (value.len > 1 && value.p[0] == '"') value = (struct span){value.p + 1, value.len - 2};
        if (!x) x = xavp_add(&run->state.avps->lists[KAM_LIST_XAVP], args[1].s);
        struct kam_xavp **end = &x->list, *new_one = NULL;
        while (*end)
            end = &(*end)->next;
        xavp_assign(xavp_add(&new_one, name), (struct kam_value){.type = KAM_STR, .s = value});
        *end = new_one;
    }
    return x ? 1 : -1;
}

static int xavp_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_xavp **list = &run->state.avps->lists[KAM_LIST_XAVP];
    (void)count;
    for (struct kam_xavp *x; (x = xavp_find(*list, args[0].s, XAVP_PLAIN, 0));)
        xavp_remove(list, x);
    return 1;
}

static int xavp_child_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_xavp *root = xavp_find(run->state.avps->lists[KAM_LIST_XAVP], args[0].s, XAVP_PLAIN, 0);
    (void)count;
    for (struct kam_xavp *x; root && (x = xavp_find(root->list, args[1].s, XAVP_PLAIN, 0));)
        xavp_remove(&root->list, x);
    return 1;
}

static const struct kam_function functions[] = {
    {"pv_isset", 1, 1, KAM_ANY_ROUTE, pv_isset, {ARG_PV}},
    {"pv_unset", 1, 1, KAM_ANY_ROUTE, pv_unset, {ARG_PV}},
    {"not_empty", 1, 1, KAM_ANY_ROUTE, not_empty, {ARG_PV}},
    {"is_int", 1, 1, KAM_ANY_ROUTE, is_int, {ARG_PV}},
    {"typeof", 2, 2, KAM_ANY_ROUTE, type_of, {ARG_PV, ARG_TEXT}},
    {"xavp_params_explode",
     2,
     2,
     KAM_ANY_ROUTE,
     params_explode,
     {ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {"xavp_rm", 1, 1, KAM_ANY_ROUTE, xavp_rm, {ARG_FORMAT}, .expressions = true},
    {"xavp_child_rm", 2, 2, KAM_ANY_ROUTE, xavp_child_rm, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("shvset", ""), KAM_EACH},
    {KAM_TEXT("varset", ""), KAM_NOT_SIMULATED},
    {KAM_TEXT("avp_aliases", ""), KAM_NOT_SIMULATED},
    {0},
};

const struct kam_module kam_pv_module = {
    .name = "pv", .functions = functions, .params = params, .init = init};
