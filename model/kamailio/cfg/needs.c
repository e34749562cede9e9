/* SPDX-License-Identifier: MIT */
/* Modules without which others do not start, and those that have to come first. (facts: Kamailio 11.2) */
#include "model/kamailio/cfg/needs.h"

#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/module.h"

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

/* Their db_url is one of MySQL where none is given, and they bind to its module while they start. */
static const char *const databases[] = {"alias_db", "auth_db",   "dialplan",     "domain",
                                        "drouting", "group",     "lcr",          "mtree",
                                        "pdt",      "secfilter", "userblocklist"};

void cfg_needs_databases(const struct kam_program *program, struct diag *diag) {
    struct kam_value url;
    if (program_loads_name(program, SPAN("db_mysql"))) return;
    for (const struct program_load *l = program->loads; l; l = l->next)
        for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
            const struct kam_module *m = kam_modules[program_module(l->name)];
            if (!span_is(l->name, databases[i]) || kam_program_value(program, m, "db_url", 0, &url)) continue;
            diag_error(diag, l->at,
                       "%s.db_url is one of MySQL unless it is set: it needs module \"db_mysql\"",
                       databases[i]);
        }
}
