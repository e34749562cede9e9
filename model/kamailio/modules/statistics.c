/* SPDX-License-Identifier: MIT */
/* statistics and counters: numbers that scripts declare and count, for $stat(name) (facts: Kamailio 30.9). */
#include "model/kamailio/modules/module.h"

/* What counters keeps. */
struct counters {
    struct span group; /* of names without one */
};

/* modparam variable: NAME or NAME/no_reset */
static struct span variable_name(struct span text, bool *no_reset) {
    struct span name = span_trim(span_cut(&text, '/'));
    *no_reset = span_is_nocase(span_trim(text), "no_reset");
    return name;
}

/* modparam script_counter: [GROUP.]NAME [DESCRIPTION] */
static struct span counter_name(struct span text) { return span_cut(&text, ' '); }

/* The nth name that modparams declare; false: there are no more. */
static bool declared(const struct kam_program *p, bool statistics, size_t n, struct span *name,
                     bool *no_reset) {
    struct kam_value text;
    const struct kam_module *m = statistics ? &kam_statistics_module : &kam_counters_module;
    *no_reset = false;
    if (!kam_program_value(p, m, statistics ? "variable" : "script_counter", n, &text)) return false;
    *name = statistics ? variable_name(text.s, no_reset) : counter_name(text.s);
    return true;
}

static struct span group_of(const struct kam_program *p) {
    struct counters c;
    kam_program_settings(p, &kam_counters_module, &c);
    return c.group;
}

/* "name" as "group.name", in the buffer. */
static struct span whole_name(struct buf *b, struct span name, struct span group) {
    buf_reset(b);
    if (span_find(name, '.') < 0) buf_addf(b, SPAN_FMT ".", SPAN_ARG(group));
    buf_add(b, name);
    return buf_span(b);
}

static void declare_all(struct kamailio *k, bool statistics) {
    struct span name, group = statistics ? SPAN("script") : group_of(k->program);
    bool no_reset;
    struct buf b = {0};
    for (size_t i = 0; declared(k->program, statistics, i, &name, &no_reset); i++) {
        name = whole_name(&b, name, group);
        if (!xavp_find(k->statistics, name, XAVP_PLAIN, 0))
            xavp_assign(xavp_add(&k->statistics, name), (struct kam_value){.type = KAM_INT});
    }
    buf_free(&b);
}

static void init_statistics(struct kamailio *k, void *data) {
    (void)data;
    declare_all(k, true);
}

static void init_counters(struct kamailio *k, void *data) {
    (void)data;
    declare_all(k, false);
}

static struct kam_xavp *find(struct kam_run *run, struct span name, struct span group) {
    struct buf b = {0};
    struct kam_xavp *x = xavp_find(run->k->statistics, whole_name(&b, name, group), XAVP_PLAIN, 0);
    buf_free(&b);
    return x;
}

static struct kam_xavp *find_variable(struct kam_run *run, struct span name) {
    return span_find(name, '.') < 0 ? find(run, name, SPAN("script")) : NULL;
}

static struct kam_xavp *find_counter(struct kam_run *run, struct span name) {
    return find(run, name, ((struct counters *)kam_module_data(run->k, KAM_MODULE_COUNTERS))->group);
}

static int change(struct kam_xavp *x, int64_t by, bool reset) {
    if (!x) return -1;
    xavp_assign(x, (struct kam_value){.type = KAM_INT, .n = reset ? 0 : x->value.n + by});
    return 1;
}

static int update_stat(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return change(find_variable(run, args[0].s), args[1].n, false);
}

static int reset_stat(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_xavp *x = find_variable(run, args[0].s);
    struct span name;
    bool no_reset;
    (void)count;
    for (size_t i = 0; x && declared(run->k->program, true, i, &name, &no_reset); i++)
        if (no_reset && span_eq(name, args[0].s)) return 1;
    return change(x, 0, true);
}

static int cnt_inc(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return change(find_counter(run, args[0].s), 1, false);
}

static int cnt_add(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return change(find_counter(run, args[0].s), args[1].n, false);
}

static int cnt_reset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return change(find_counter(run, args[0].s), 0, true);
}

/* What Kamailio does not start with: a name that is not declared, and numbers that do nothing. */
static const char *check_variable(const struct kam_program *program, size_t index, struct span text) {
    struct span name;
    bool no_reset;
    uint64_t n;
    if (index == 1)
        return text.len == 0 || (span_to_u64(span_skip(text, *text.p == '+'), UINT32_MAX, &n) && n == 0)
                   ? "must not be 0"
                   : NULL;
    for (size_t i = 0; declared(program, true, i, &name, &no_reset); i++)
        if (span_eq(name, text)) return NULL;
    return "must be a variable that modparam(\"statistics\", \"variable\", ...) declares before";
}

static const char *check_counter(const struct kam_program *program, size_t index, struct span text) {
    struct span name, group = group_of(program);
    struct buf a = {0}, b = {0};
    bool no_reset, found = false;
    for (size_t i = 0; index == 0 && !found && declared(program, false, i, &name, &no_reset); i++)
        found = span_eq(whole_name(&a, name, group), whole_name(&b, text, group));
    buf_free(&a);
    buf_free(&b);
    return index == 0 && !found
               ? "must be a counter that modparam(\"counters\", \"script_counter\", ...) declares before"
               : NULL;
}

static const struct kam_function statistics_functions[] = {
    {"update_stat",
     2,
     2,
     KAM_ANY_ROUTE,
     update_stat,
     {ARG_VARIABLE_OR_TEXT, ARG_NUMERAL},
     .check = check_variable},
    {"reset_stat", 1, 1, KAM_USUAL_ROUTE, reset_stat, {ARG_VARIABLE_OR_TEXT}, .check = check_variable},
    {0},
};

static const struct kam_function counters_functions[] = {
    {"cnt_inc", 1, 1, KAM_USUAL_ROUTE, cnt_inc, {ARG_TEXT}, .check = check_counter},
    {"cnt_add", 2, 2, KAM_USUAL_ROUTE, cnt_add, {ARG_TEXT, ARG_NUMBER}, .check = check_counter},
    {"cnt_reset", 1, 1, KAM_USUAL_ROUTE, cnt_reset, {ARG_TEXT}, .check = check_counter},
    {0},
};

static const struct kam_param statistics_params[] = {{KAM_TEXT("variable", ""), KAM_EACH}, {0}};

static const struct kam_param counters_params[] = {
    {KAM_TEXT("script_counter", ""), KAM_EACH},
    {KAM_TEXT("script_cnt_grp_name", "script"), KAM_INTO(struct counters, group)},
    {0},
};

const struct kam_module kam_statistics_module = {.name = "statistics",
                                                 .functions = statistics_functions,
                                                 .params = statistics_params,
                                                 .init = init_statistics};

const struct kam_module kam_counters_module = {.name = "counters",
                                               .functions = counters_functions,
                                               .params = counters_params,
                                               .init = init_counters,
                                               .data_size = sizeof(struct counters)};
