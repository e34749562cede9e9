/* SPDX-License-Identifier: MIT */
/* Modules without which others do not start, and those that have to come first. (facts: Kamailio 11.2) */
#include "model/kamailio/cfg/needs.h"

#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/module.h"
#include "model/sip/uri.h"

/* Modules start in the order of their loadmodule lines: one that binds to another while it starts comes
 * behind it. */
static const struct need {
    const char *module, *other;
    bool first; /* the other one has to be loaded first */
} needs[] = {
    {"acc", "tm", true},
    {"acc_diameter", "acc", false},
    {"async", "tm", true},
    {"auth", "sl", false},
    {"auth_db", "auth", false},
    {"auth_diameter", "sl", false},
    {"dialog", "tm", true},
    {"dialog", "rr", false},
    {"dmq", "sl", false},
    {"dmq", "tm", true},
    {"keepalive", "tm", true},
    {"msilo", "tm", true},
    {"nat_traversal", "sl", false},
    {"nat_traversal", "tm", true},
    {"pipelimit", "sl", false},
    {"qos", "dialog", false},
    {"registrar", "usrloc", true},
    {"registrar", "sl", false},
    {"sanity", "sl", false},
    {"seas", "tm", true},
    {"siputils", "sl", false},
    {"sst", "sl", false},
    {"sst", "dialog", false},
    {"tmx", "tm", true},
    {"tsilo", "tm", true},
    {"tsilo", "registrar", false},
    {"uac", "tm", true},
    {"uac_redirect", "tm", true},
    {"uac_redirect", "acc", false},
    {"uid_auth_db", "auth", false},
    {"xhttp_prom", "xhttp", false},
    {"xhttp_rpc", "xhttp", false},
};

void cfg_needs_check(const struct kam_program *program, struct diag *diag) {
    for (const struct program_load *l = program->loads; l; l = l->next)
        for (const struct need *n = needs; n < needs + sizeof needs / sizeof *needs; n++) {
            bool loaded = false, behind = false;
            if (!span_is(l->name, n->module)) continue;
            for (const struct program_load *o = program->loads; o && !loaded; o = o->next) {
                if (o == l) behind = true;
                loaded = span_is(o->name, n->other);
            }
            if (!loaded)
                diag_error(diag, l->at, "module \"%s\" needs module \"%s\", which is not loaded", n->module,
                           n->other);
            else if (behind && n->first)
                diag_error(diag, l->at, "module \"%s\" needs module \"%s\" to be loaded before it", n->module,
                           n->other);
        }
}

static const struct program_set *find_set(const struct program_load *l, const char *name) {
    const struct program_set *set = l->sets;
    while (set && !span_is(set->name, name))
        set = set->next;
    return set;
}

/* Parameters without which a module does not start. */
static const struct required {
    const char *module, *parameter;
} required[] = {{"call_obj", "start"}, {"call_obj", "end"}, {"dmq", "server_address"}, {"mohqueue", "mohdir"},
                {"pdb", "server"},     {"qos", "qos_flag"}, {"sst", "sst_flag"}};

static void check_required(const struct program_load *l, struct diag *diag) {
    for (const struct required *r = required; r < required + sizeof required / sizeof *required; r++)
        if (span_is(l->name, r->module) && !find_set(l, r->parameter))
            diag_error(diag, l->at, "module \"%s\" needs its parameter %s", r->module, r->parameter);
}

/* They bind to a database while they start; their db_url is one of MySQL where none is given. */
static const char *const databases[] = {"alias_db",  "auth_db",   "dialplan",      "domain", "domainpolicy",
                                        "drouting",  "group",     "imc",           "lcr",    "matrix",
                                        "mohqueue",  "msilo",     "mtree",         "pdt",    "sca",
                                        "secfilter", "speeddial", "userblocklist", "uri_db"};

static void check_database(const struct kam_program *program, const struct program_load *l,
                           struct diag *diag) {
    const struct program_set *set = find_set(l, "db_url");
    struct span url = set ? set->value.s : SPAN("mysql:"), scheme = span_cut(&url, ':');
    if (!scheme.len && !span_is(l->name, "uri_db"))
        diag_error(diag, set->at, SPAN_FMT ".db_url must not be empty", SPAN_ARG(l->name));
    if (!scheme.len) return;
    struct buf module = {0};
    buf_addf(&module, "%s" SPAN_FMT, span_starts(scheme, "db_") ? "" : "db_", SPAN_ARG(scheme));
    bool loaded = program_loads_name(program, buf_span(&module));
    if (!loaded && set)
        diag_error(diag, set->at, SPAN_FMT ".db_url needs module \"%s\", which is not loaded",
                   SPAN_ARG(l->name), buf_text(&module));
    if (!loaded && !set)
        diag_error(diag, l->at, SPAN_FMT ".db_url is one of MySQL unless it is set: it needs module \"%s\"",
                   SPAN_ARG(l->name), buf_text(&module));
    buf_free(&module);
}

static int64_t number_of(const struct program_load *l, const char *name, int64_t otherwise) {
    const struct program_set *set = find_set(l, name);
    return set ? set->value.n : otherwise;
}

/* Parameters of siptrace that fit each other (facts: Kamailio 73). */
static void check_siptrace(const struct kam_program *program, const struct program_load *l,
                           struct diag *diag) {
    enum { HEP = 1, DATABASE = 2, URI = 4, CORE = 1 };
    int64_t mode = number_of(l, "trace_mode", 0);
    const struct program_set *init = find_set(l, "trace_init_mode"), *to = find_set(l, "duplicate_uri"),
                             *user = find_set(l, "traced_user_avp");
    struct uri uri;
    if (init && init->value.n == CORE && !(mode & (HEP | URI)))
        diag_error(diag, init->at, "siptrace.trace_init_mode=1 needs a trace_mode with 1 or 4");
    if (to && !uri_parse(&uri, to->value.s)) diag_error(diag, to->at, "siptrace.duplicate_uri is no URI");
    if (user && user->value.s.len && !span_starts(user->value.s, "$"))
        diag_error(diag, user->at, "siptrace.traced_user_avp is no variable");
    if (mode & DATABASE || number_of(l, "trace_to_database", 1)) check_database(program, l, diag);
}

void cfg_needs_parameters(const struct kam_program *program, struct diag *diag) {
    for (const struct program_load *l = program->loads; l; l = l->next) {
        if (span_is(l->name, "siptrace")) check_siptrace(program, l, diag);
        check_required(l, diag);
        for (size_t i = 0; i < sizeof databases / sizeof *databases; i++)
            if (span_is(l->name, databases[i])) check_database(program, l, diag);
    }
}
