/* SPDX-License-Identifier: MIT */
/* Pseudo-variables that scripts keep things in, and constants. (facts: Kamailio 18.1) */
#include "model/kamailio/instance.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/program.h"
#include "model/kamailio/script/pv_name.h"
#include "model/kamailio/script/vars.h"

static struct kam_value get_from(struct kam_xavp *list, const struct kam_pv_at *at, enum xavp_kind kind,
                                 struct arena *scratch) {
    struct xavp_path path;
    return xavp_path_parse(&path, at->argument) ? xavp_get(list, &path, kind, scratch) : pv_nothing();
}

static bool set_in(struct kam_xavp **list, const struct kam_pv_at *at, enum xavp_kind kind,
                   struct kam_value value) {
    struct xavp_path path;
    return xavp_path_parse(&path, at->argument) && xavp_set(list, &path, kind, value);
}

#define XAVP(name, which, kind)                                                                              \
    PV_GETTER(get_##name, get_from(run->state.avps->lists[which], at, kind, run->state.scratch))             \
    static bool set_##name(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {        \
        return set_in(&run->state.avps->lists[which], at, kind, value);                                      \
    }

XAVP(xavp, KAM_LIST_XAVP, XAVP_PLAIN)
XAVP(xavi, KAM_LIST_XAVI, XAVP_NOCASE)
XAVP(xavu, KAM_LIST_XAVU, XAVP_UNIQUE)

/* $shv(x): one value for all processes; one that was never set is 0. */
static struct kam_value get_shv(struct kam_run *run, const struct kam_pv_at *at) {
    struct kam_xavp *x = xavp_find(run->k->shared, at->argument, XAVP_PLAIN, 0);
    return x && x->value.type != KAM_NULL ? x->value : pv_number(0);
}

static bool set_shv(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct kam_xavp *x = xavp_find(run->k->shared, at->argument, XAVP_PLAIN, 0);
    if (!x) x = xavp_add(&run->k->shared, at->argument);
    xavp_assign(x, value.type == KAM_NULL ? pv_text(SPAN("")) : value);
    return true;
}

/* Kamailio counts the values of these. */
static bool is_counted(struct span argument) {
    static const char *const names[] = {"avp", "xavp", "xavu", "xavi"};
    struct script_pv_parts parts;
    bool found = false;
    if (!argument.len || argument.p[0] != '$' || !script_pv_cut(argument, &parts)) return false;
    for (size_t i = 0; parts.argument.p && i < sizeof names / sizeof *names; i++)
        found = found || span_is(parts.name, names[i]);
    return found;
}

/* $cnt($avp(x)), $cnt($xavp(a)): how many values there are. */
static struct kam_value get_cnt(struct kam_run *run, const struct kam_pv_at *at) {
    struct script_pv_parts parts;
    struct xavp_path path;
    int64_t n = 0;
    if (!script_pv_cut(at->argument, &parts) || !parts.argument.p) return pv_nothing();
    if (span_is(parts.name, "avp")) {
        script_avp_name(&parts.argument, run->state.scratch);
        ptrdiff_t number = program_find_number(run->state.program->avps, parts.argument);
        if (number >= 0) n = (int64_t)script_vars_count(run->state.avps, (size_t)number);
        event_spend(run->state.queue, (uint64_t)n / 16);
        return pv_number(n);
    }
    if (!span_is(parts.name, "xavp") || !xavp_path_parse(&path, parts.argument)) return pv_nothing();
    struct kam_xavp *list = run->state.avps->lists[KAM_LIST_XAVP];
    if (!path.key.p) return pv_number(xavp_count(list, path.root, XAVP_PLAIN));
    struct kam_xavp *x = xavp_find(list, path.root, XAVP_PLAIN, path.root_n > 0 ? path.root_n : 0);
    return pv_number(x ? xavp_count(x->list, path.key, XAVP_PLAIN) : 0);
}

/* $stat(name): by the name without its group. What Kamailio counts by itself is not simulated. */
static struct kam_value get_stat(struct kam_run *run, const struct kam_pv_at *at) {
    for (struct kam_xavp *x = run->k->statistics; x; x = x->next) {
        struct span name = x->name;
        span_cut(&name, '.');
        if (span_eq(name, at->argument)) return x->value;
    }
    return pv_nothing();
}

static bool is_of_scripts(struct span name) {
    static const char *const words[] = {"_requests", "_replies", "_transactions", "_size",
                                        "_rcvd",     "_methods", "_hdr",          "_regs",
                                        "_users",    "_dialogs", "fragments",     "_contacts"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_search(name, span_of(words[i])) >= 0) return false;
    return true;
}

/* $K(IPv4): the numbers that $af, $pr and others are compared with. */
static struct kam_value get_K(struct kam_run *run, const struct kam_pv_at *at) {
    static const struct {
        const char *word;
        int64_t n;
    } numbers[] = {{"IPv4", 2}, {"INET", 2}, {"IPv6", 10}, {"INET6", 10}, {"UDP", 1},
                   {"TCP", 2},  {"TLS", 3},  {"SCTP", 4},  {"WS", 5},     {"WSS", 6}};
    (void)run;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (span_is(at->argument, numbers[i].word)) return pv_number(numbers[i].n);
    return pv_nothing();
}

/* $def(NAME): the text of a #!define. */
static struct kam_value get_def(struct kam_run *run, const struct kam_pv_at *at) {
    for (const struct program_define *d = run->k->program->defines; d; d = d->next)
        if (span_eq(d->name, at->argument)) return pv_text(d->value.p ? d->value : SPAN(""));
    return pv_nothing();
}

/* $env(NAME): a variable of the environment. */
static struct kam_value get_env(struct kam_run *run, const struct kam_pv_at *at) {
    struct span value;
    return kam_program_environment(run->k->program, at->argument, &value) ? pv_text(value) : pv_nothing();
}

PV_GETTER(get_true, pv_number(1))
PV_GETTER(get_version,
          pv_text(span_is(at->argument, "num") ? SPAN("5.6.3") : SPAN("kamailio 5.6.3 (x86_64/linux) ")))
PV_GETTER(get_s, pv_text(at->argument))

#define NAMED(name, get, set, arguments)                                                                     \
    { name, KAM_PV_NAMED, get, set, arguments }
#define PLAIN(name, get)                                                                                     \
    { name, KAM_PV_PLAIN, get, NULL, NULL }

const struct kam_pv kam_pv_stores[] = {
    {"xavp", KAM_PV_PATH, get_xavp, set_xavp, .takes = xavp_is_path},
    {"xavi", KAM_PV_PATH, get_xavi, set_xavi, .takes = xavp_is_path},
    {"xavu", KAM_PV_PATH, get_xavu, set_xavu, .takes = xavp_is_path},
    {"shv", KAM_PV_RAW, get_shv, set_shv},
    {"cnt", KAM_PV_RAW, get_cnt, .takes = is_counted},
    NAMED("K", get_K, NULL, "IPv4|INET|IPv6|INET6|UDP|TCP|TLS|SCTP|WS|WSS"),
    PLAIN("true", get_true),
    NAMED("version", get_version, NULL, "num|full"),
    NAMED("_s", get_s, NULL, NULL),
    NAMED("def", get_def, NULL, NULL),
    {"env", KAM_PV_RAW, get_env},
    {"stat", KAM_PV_RAW, get_stat, NULL, NULL, is_of_scripts},
    NAMED("ksr", NULL, NULL, NULL),
    NAMED("rpl", NULL, NULL, NULL),
    NAMED("ccp", NULL, NULL, NULL),
    PLAIN("pp", NULL),
    PLAIN("err.class", NULL),
    PLAIN("err.level", NULL),
    PLAIN("err.info", NULL),
    PLAIN("err.rcode", NULL),
    PLAIN("err.rreason", NULL),
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
