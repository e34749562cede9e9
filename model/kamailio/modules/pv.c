/* SPDX-License-Identifier: MIT */
/* pv: the functions and parameters of the module that has the pseudo-variables (facts: Kamailio 18.4). */
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/eval.h"
#include "model/kamailio/script/param_list.h"
#include "model/kamailio/script/vars.h"

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

/* Of several that name one variable the last one counts. */
static bool load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag) {
    struct kam_value text, value;
    struct span name;
    (void)cfg, (void)set, (void)diag;
    for (size_t i = 0; kam_program_value(program, &kam_pv_module, "varset", i, &text); i++) {
        ptrdiff_t number = read_start(text.s, &name, &value) ? program_find_number(program->vars, name) : -1;
        if (number >= 0) script_vars_set(&program->start_vars, (size_t)number, value);
    }
    return true;
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

/* What can only be read is unset, too. */
static int pv_unset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct cfg_pv *pv = args[0].pv;
    (void)count;
    if (pv->kind == CFG_PV_TABLE && !pv->pv->set) return 1;
    return kam_pv_assign(run, pv, (struct kam_value){0}) ? 1 : -1;
}

/* The text, expanded once more. */
static int pv_evalx(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf b = {0};
    (void)count;
    bool good = kam_format(&b, run, args[1].s);
    struct kam_value v = {.type = KAM_STR, .s = arena_text(run->state.scratch, buf_span(&b))};
    buf_free(&b);
    return good && kam_pv_assign(run, args[0].pv, v) ? 1 : -1;
}

static struct kam_xavp **list_of(struct kam_run *run, enum kam_list which) {
    return &run->state.avps->lists[which];
}

static struct kam_value text_value(struct span s) {
    return (struct kam_value){.type = KAM_STR, .s = s.p ? s : SPAN("")};
}

/* Parameters that cannot be read, or have no name, give nothing at all. */
static bool readable(struct span left) {
    struct script_param p;
    int got, n = 0;
    left = script_params(left, ';');
    while ((got = script_param_next(&left, ';', &p)) > 0 && p.name.len)
        n++;
    return got == 0 && n > 0;
}

/* "a=1;b=2" into $xavp(name=>a) and $xavp(name=>b) of a new list */
static int params_explode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct script_param p;
    (void)count;
    if (!readable(args[0].s) || !args[1].s.len) return -1;
    struct kam_xavp *x = xavp_add(list_of(run, KAM_LIST_XAVP), args[1].s);
    for (struct span left = script_params(args[0].s, ';'); script_param_next(&left, ';', &p) > 0;)
        xavp_assign(xavp_append(&x->list, p.name), text_value(p.value));
    return 1;
}

/* Of $xavu there is one of each name. 5.6.3 empties the list, and the values become lists of their own: where
 * an empty one is asked for them, they are found. */
static int xavu_params_explode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct script_param p;
    (void)count;
    struct kam_xavp **list = list_of(run, KAM_LIST_XAVU), *made = NULL;
    if (!readable(args[0].s) || !args[1].s.len) return -1;
    struct kam_xavp *old = xavp_find(*list, args[1].s, XAVP_UNIQUE, 0);
    if (old) xavp_remove(list, old);
    xavp_add(list, args[1].s);
    for (struct span left = script_params(args[0].s, ';'); script_param_next(&left, ';', &p) > 0;)
        xavp_assign(xavp_add(&made, p.name), text_value(p.value));
    for (struct kam_xavp *x = made; x; x = x->next) { /* from the last one on */
        struct xavp_path path = {.root = x->name, .root_n = XAVP_NONE, .key_n = XAVP_NONE};
        xavp_set(list, &path, XAVP_UNIQUE, x->value);
    }
    xavp_free(&made);
    return 1;
}

/* "a=1;b=2;": without a value, the name; numbers without a sign */
static int implode(struct kam_run *run, const struct kam_arg *args, enum kam_list which) {
    struct kam_xavp *root = xavp_find(*list_of(run, which), args[0].s, XAVP_PLAIN, 0);
    struct buf b = {0};
    for (const struct kam_xavp *x = root ? root->list : NULL; x; x = x->next) {
        if (x->value.type == KAM_NULL) continue; /* a list */
        buf_add(&b, x->name);
        if (x->value.type == KAM_INT) buf_addf(&b, "=%u", (unsigned)x->value.n);
        if (x->value.type == KAM_STR && x->value.s.len) buf_addf(&b, "=" SPAN_FMT, SPAN_ARG(x->value.s));
        buf_add_char(&b, ';');
    }
    struct kam_value v = text_value(arena_text(run->state.scratch, buf_span(&b)));
    buf_free(&b);
    return root && root->list && kam_pv_assign(run, args[1].pv, v) ? 1 : -1;
}

static int params_implode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return implode(run, args, KAM_LIST_XAVP);
}

static int xavu_params_implode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return implode(run, args, KAM_LIST_XAVU);
}

/* A list of texts, all called v. Empty ones are left out; mode t takes the blanks around them away. */
static int slist_explode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_xavp *x = NULL;
    (void)count;
    if (!args[1].s.len) return -1;
    for (struct span left = args[0].s; left.len;) {
        size_t n = 0;
        while (n < left.len && span_find(args[1].s, left.p[n]) < 0)
            n++;
        struct span piece = span_head(left, n);
        left = span_skip(left, n + (n < left.len));
        if (span_find(args[2].s, 't') >= 0 || span_find(args[2].s, 'T') >= 0) piece = span_trim(piece);
        if (!piece.len) continue;
        if (!x) x = xavp_add(list_of(run, KAM_LIST_XAVP), args[3].s);
        xavp_assign(xavp_append(&x->list, SPAN("v")), text_value(piece));
    }
    return x ? 1 : -1;
}

/* The copy comes last, or takes the place of what has that index. */
static int xavp_copy(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_xavp **list = list_of(run, KAM_LIST_XAVP);
    struct kam_xavp *from = xavp_find(*list, args[0].s, XAVP_PLAIN, args[1].n);
    if (!from || args[1].n < 0) return -1;
    struct kam_xavp *to = count > 3 ? xavp_find(*list, args[2].s, XAVP_PLAIN, args[3].n) : NULL;
    if (count > 3 && !to) return -1;
    xavp_copy_to(to ? to : xavp_append(list, args[2].s), from);
    return 1;
}

/* The first of that name goes. */
static int rm(struct kam_run *run, enum kam_list which, const struct kam_arg *args, enum xavp_kind kind) {
    struct kam_xavp **list = list_of(run, which), *x = xavp_find(*list, args[0].s, kind, 0);
    if (x) xavp_remove(list, x);
    return 1;
}

static int child_rm(struct kam_run *run, enum kam_list which, const struct kam_arg *args,
                    enum xavp_kind kind) {
    struct kam_xavp *root = xavp_find(*list_of(run, which), args[0].s, kind, 0);
    struct kam_xavp *x = root ? xavp_find(root->list, args[1].s, kind, 0) : NULL;
    if (x) xavp_remove(&root->list, x);
    return 1;
}

static int child_set(struct kam_run *run, enum kam_list which, const struct kam_arg *args,
                     enum xavp_kind kind, struct kam_value value) {
    if (!args[0].s.len || !args[1].s.len) return -1;
    xavp_set_child(list_of(run, which), args[0].s, args[1].s, kind, value);
    return 1;
}

#define FUNCTIONS(name, list, kind)                                                                          \
    static int name##_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {                    \
        (void)count;                                                                                         \
        return rm(run, list, args, kind);                                                                    \
    }                                                                                                        \
    static int name##_child_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {              \
        (void)count;                                                                                         \
        return child_rm(run, list, args, kind);                                                              \
    }                                                                                                        \
    static int name##_child_sets(struct kam_run *run, const struct kam_arg *args, size_t count) {            \
        (void)count;                                                                                         \
        return child_set(run, list, args, kind, text_value(args[2].s));                                      \
    }                                                                                                        \
    static int name##_child_seti(struct kam_run *run, const struct kam_arg *args, size_t count) {            \
        (void)count;                                                                                         \
        return child_set(run, list, args, kind, (struct kam_value){.type = KAM_INT, .n = args[2].n});        \
    }

FUNCTIONS(xavp, KAM_LIST_XAVP, XAVP_PLAIN)
FUNCTIONS(xavi, KAM_LIST_XAVI, XAVP_NOCASE)

static struct kam_value var_of(const struct kam_run *run, size_t number) {
    struct kam_value v = script_vars_get(&run->state.process->vars, number);
    if (v.type == KAM_NULL) v = script_vars_get(&run->state.program->start_vars, number);
    if (v.type == KAM_NULL) v.type = KAM_INT;
    return v;
}

/* $var(name), or with * all of them, into a list that takes the place of the first of that name. */
static int var_to_xavp(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct program_name *names = run->state.program->vars;
    struct kam_xavp **list = list_of(run, KAM_LIST_XAVP);
    bool all = span_is(args[0].s, "*");
    (void)count;
    if (!args[1].s.len || (!all && program_find_number(names, args[0].s) < 0)) return -1;
    struct kam_xavp *old = xavp_find(*list, args[1].s, XAVP_PLAIN, 0);
    if (old) xavp_remove(list, old);
    struct kam_xavp *x = xavp_add(list, args[1].s);
    for (; names; names = names->hh.next) {
        bool wanted = all ? names->name.p[0] != '(' : span_eq(names->name, args[0].s);
        if (wanted) xavp_assign(xavp_append(&x->list, names->name), var_of(run, names->number));
    }
    return 1;
}

static int xavp_to_var(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_xavp *x = xavp_find(*list_of(run, KAM_LIST_XAVP), args[0].s, XAVP_PLAIN, 0);
    (void)count;
    if (!x || !x->list) return -1;
    for (x = x->list; x; x = x->next) {
        ptrdiff_t number = program_find_number(run->state.program->vars, x->name);
        if (number >= 0 && x->value.type != KAM_NULL)
            script_vars_set(&run->state.process->vars, (size_t)number, x->value);
    }
    return 1;
}

/* What $sbranch(...) says becomes the request's, but for the path, or another branch. */
static int sbranch_set_ruri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_added_branch b;
    (void)args, (void)count;
    if (!pv_sbranch(run, &b)) return -1;
    kam_run_replace_uri(run, b.uri);
    if (b.next_hop.len)
        kam_run_set_next_hop(run, b.next_hop);
    else
        run->next_hop = (struct span){0};
    run->forced = b.forced;
    run->branch_flags = b.flags;
    return 1;
}

static int sbranch_append(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_added_branch b;
    (void)args, (void)count;
    if (!pv_sbranch(run, &b) || !kam_run_add_branch(run, b.uri, b.next_hop, b.flags)) return -1;
    run->added[run->added_count - 1].path = b.path;
    run->added[run->added_count - 1].forced = b.forced;
    run->added[run->added_count - 1].q = b.q;
    return 1;
}

static int sbranch_reset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    xavp_free(&run->state.process->sbranch);
    return 1;
}

/* pv_xavp_print() and its kin write into the log. */
static int print(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

static const struct kam_function functions[] = {
    {"pv_isset", 1, 1, KAM_ANY_ROUTE, pv_isset, {ARG_PV}},
    {"pv_unset", 1, 1, KAM_ANY_ROUTE, pv_unset, {ARG_PV}},
    {"not_empty", 1, 1, KAM_ANY_ROUTE, not_empty, {ARG_PV}},
    {"is_int", 1, 1, KAM_ANY_ROUTE, is_int, {ARG_PV}},
    {"typeof", 2, 2, KAM_ANY_ROUTE, type_of, {ARG_PV, ARG_TEXT}},
#define LISTS(name, max, call, ...)                                                                          \
    { name, max, max, KAM_ANY_ROUTE, call, {__VA_ARGS__}, .expressions = true }
    LISTS("xavp_params_explode", 2, params_explode, ARG_FORMAT, ARG_FORMAT),
    LISTS("xavu_params_explode", 2, xavu_params_explode, ARG_FORMAT, ARG_FORMAT),
    {"xavp_params_implode", 2, 2, KAM_ANY_ROUTE, params_implode, {ARG_FORMAT, ARG_PV}},
    {"xavu_params_implode", 2, 2, KAM_ANY_ROUTE, xavu_params_implode, {ARG_FORMAT, ARG_PV}},
    LISTS("xavp_slist_explode", 4, slist_explode, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    {"xavp_copy",
     3,
     4,
     KAM_ANY_ROUTE,
     xavp_copy,
     {ARG_FORMAT, ARG_NUMBER, ARG_FORMAT, ARG_NUMBER},
     .expressions = true},
    LISTS("xavp_rm", 1, xavp_rm, ARG_FORMAT),
    LISTS("xavi_rm", 1, xavi_rm, ARG_FORMAT),
    LISTS("xavp_child_rm", 2, xavp_child_rm, ARG_FORMAT, ARG_FORMAT),
    LISTS("xavi_child_rm", 2, xavi_child_rm, ARG_FORMAT, ARG_FORMAT),
    LISTS("xavp_child_sets", 3, xavp_child_sets, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    LISTS("xavi_child_sets", 3, xavi_child_sets, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    LISTS("xavp_child_seti", 3, xavp_child_seti, ARG_FORMAT, ARG_FORMAT, ARG_NUMBER),
    LISTS("xavi_child_seti", 3, xavi_child_seti, ARG_FORMAT, ARG_FORMAT, ARG_NUMBER),
    LISTS("pv_var_to_xavp", 2, var_to_xavp, ARG_FORMAT, ARG_FORMAT),
    LISTS("pv_xavp_to_var", 1, xavp_to_var, ARG_FORMAT),
    {"pv_evalx", 2, 2, KAM_ANY_ROUTE, pv_evalx, {ARG_RESULT, ARG_FORMAT}},
    {"sbranch_set_ruri", 0, 0, KAM_ANY_ROUTE, sbranch_set_ruri},
    {"sbranch_append", 0, 0, KAM_ANY_ROUTE, sbranch_append},
    {"sbranch_reset", 0, 0, KAM_ANY_ROUTE, sbranch_reset},
    {"pv_xavp_print", 0, 0, KAM_ANY_ROUTE, print},
    {"pv_xavu_print", 0, 0, KAM_ANY_ROUTE, print},
    {"pv_xavi_print", 0, 0, KAM_ANY_ROUTE, print},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("shvset", ""), KAM_EACH},
    {KAM_TEXT("varset", ""), KAM_EACH},
    {KAM_TEXT("avp_aliases", ""), KAM_NOT_SIMULATED},
    {0},
};

const struct kam_module kam_pv_module = {
    .name = "pv", .functions = functions, .params = params, .load = load, .init = init};
