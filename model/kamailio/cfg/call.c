/* SPDX-License-Identifier: MIT */
/* Calls of functions and routes: NAME(arguments). (facts: Kamailio 11.3, 11.7) */
#include "model/kamailio/cfg/pv.h"
#include "model/kamailio/cfg/reserved.h"
#include "model/kamailio/cfg/words.h"
#include "model/kamailio/script/missing.h"

#include <stdio.h>

/* Other names of the core's functions. */
static const char *const synonyms[][2] = {
    {"add_rport", "force_rport"},
    {"add_tcp_alias", "force_tcp_alias"},
    {"rewritehost", "sethost"},
    {"seth", "sethost"},
    {"rewritehostport", "sethostport"},
    {"sethp", "sethostport"},
    {"rewritehostporttrans", "sethostporttrans"},
    {"sethpt", "sethostporttrans"},
    {"rewriteuser", "setuser"},
    {"setu", "setuser"},
    {"rewriteuserpass", "setuserpass"},
    {"setup", "setuserpass"},
    {"rewriteport", "setport"},
    {"setp", "setport"},
    {"rewriteuri", "seturi"},
};

/* The core's functions; the starred ones may be called without parentheses. */
static const char *const core_names[] = {"forward",
                                         "forward_udp",
                                         "forward_tcp",
                                         "forward_tls",
                                         "forward_sctp",
                                         "log",
                                         "error",
                                         "exec",
                                         "*force_rport",
                                         "*add_rport",
                                         "*add_local_rport",
                                         "*force_tcp_alias",
                                         "*add_tcp_alias",
                                         "setflag",
                                         "resetflag",
                                         "isflagset",
                                         "setavpflag",
                                         "resetavpflag",
                                         "isavpflagset",
                                         "rewritehost",
                                         "sethost",
                                         "seth",
                                         "rewritehostport",
                                         "sethostport",
                                         "sethp",
                                         "rewritehostporttrans",
                                         "sethostporttrans",
                                         "sethpt",
                                         "rewriteuser",
                                         "setuser",
                                         "setu",
                                         "rewriteuserpass",
                                         "setuserpass",
                                         "setup",
                                         "rewriteport",
                                         "setport",
                                         "setp",
                                         "rewriteuri",
                                         "seturi",
                                         "*revert_uri",
                                         "prefix",
                                         "strip",
                                         "strip_tail",
                                         "userphone",
                                         "remove_branch",
                                         "clear_branches",
                                         "set_advertised_address",
                                         "set_advertised_port",
                                         "force_send_socket",
                                         "*set_forward_no_connect",
                                         "*set_reply_no_connect",
                                         "*set_forward_close",
                                         "*set_reply_close",
                                         "udp_mtu_try_proto",
                                         "cfg_select",
                                         "cfg_reset"};

static bool is_core_name(const struct cfg_token *t, bool *bare) {
    for (size_t i = 0; i < sizeof core_names / sizeof *core_names; i++) {
        bool starred = core_names[i][0] == '*';
        if (t->kind != CFG_TOKEN_RESERVED || !span_is(t->text, core_names[i] + starred)) continue;
        *bare = starred;
        return true;
    }
    return false;
}

bool cfg_call_starts(const struct cfg_parse *p) {
    bool bare;
    return p->t->kind == CFG_TOKEN_WORD || cfg_next_is(p, "route") || is_core_name(p->t, &bare);
}

struct span cfg_literal_text(struct cfg_parse *p, struct kam_value v) {
    return kam_value_text(v, &p->program->arena);
}

/* route(NAME), route("NAME"), route($var(x)): a name that is known is looked up when the file has been read.
 */
static struct cfg_stmt *parse_route(struct cfg_parse *p) {
    struct cfg_stmt *s = cfg_stmt_new(p, CFG_STMT_ROUTE, cfg_get(p)->at);
    if (p->kind == KAM_ONSEND_ROUTE) diag_error(p->diag, s->at, "route() cannot be used in onsend_route");
    if (!cfg_expect(p, "(")) return NULL;
    struct kam_value name;
    if (p->t->kind == CFG_TOKEN_WORD && cfg_token_is(p->t + 1, ")")) {
        s->route_name = cfg_get(p)->text;
    } else {
        s->expr = cfg_expr_parse(p);
        if (!s->expr) return NULL;
        if (script_is_constant(s->expr) && cfg_expr_constant(p, s->expr, &name))
            s->route_name = cfg_literal_text(p, name);
    }
    if (!cfg_expect(p, ")")) return NULL;
    bool nameless = s->route_name.p && s->route_name.len == 0;
    if (nameless) diag_error(p->diag, s->at, "route(\"\"): a route is called by its name");
    if (s->route_name.p && !nameless) cfg_refer(p, &s->route, "route", s->route_name, s->at, true);
    return s;
}

/* What the core's functions take without quotes. */
enum plain {
    PLAIN_NONE,
    PLAIN_FLAG,    /* a name that is declared */
    PLAIN_HOST,    /* no numbers in its name, or an expression */
    PLAIN_ADDRESS, /* a host */
    PLAIN_SOCKET,
    PLAIN_PROTO
};

static enum plain plain_of(struct span name) {
    static const struct {
        const char *name;
        enum plain plain;
    } rows[] = {
        {"forward", PLAIN_HOST},      {"forward_udp", PLAIN_HOST},
        {"forward_tcp", PLAIN_HOST},  {"forward_tls", PLAIN_HOST},
        {"forward_sctp", PLAIN_HOST}, {"set_advertised_address", PLAIN_ADDRESS},
        {"setflag", PLAIN_FLAG},      {"force_send_socket", PLAIN_SOCKET},
        {"resetflag", PLAIN_FLAG},    {"udp_mtu_try_proto", PLAIN_PROTO},
        {"isflagset", PLAIN_FLAG},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (span_is(name, rows[i].name)) return rows[i].plain;
    return PLAIN_NONE;
}

static const struct cfg_expr *text_expr(struct cfg_parse *p, struct source_pos at, struct span text) {
    struct cfg_expr *e = cfg_new(p, sizeof *e);
    e->op = CFG_TEXT;
    e->at = at;
    e->constant = (struct kam_value){.type = KAM_STR, .s = arena_text(&p->program->arena, text)};
    return e;
}

static const struct cfg_expr *uri_host(struct cfg_parse *p, struct source_pos at) {
    return text_expr(p, at, (struct span){KAM_NEXT_HOP_HOST, sizeof KAM_NEXT_HOP_HOST - 1});
}

/* 1.2.3.4:5060, as it is looked up. */
static bool parse_socket(struct cfg_parse *p, struct span *out) {
    struct cfg_socket socket;
    struct buf text = {0};
    if (!cfg_socket_parse(p, &socket)) return false;
    if (socket.transport > KAM_UDP) buf_addf(&text, "%s:", kam_transport_in_uri(socket.transport));
    buf_add(&text, socket.host);
    buf_addf(&text, ":%u", (unsigned)socket.port);
    if (span_find(socket.host, ':') >= 0)
        diag_error(p->diag, socket.at, "\"" SPAN_FMT "\" is no host", SPAN_ARG(socket.host));
    else
        program_force(p->program, buf_span(&text), socket.at);
    *out = arena_text(&p->program->arena, buf_span(&text));
    buf_free(&text);
    return true;
}

static bool parse_proto(struct cfg_parse *p, struct span *out) {
    if (!cfg_transport(p->t)) return cfg_expected(p, "UDP, TCP, TLS or SCTP");
    *out = cfg_get(p)->text;
    return true;
}

static bool parse_plain_arg(struct cfg_parse *p, enum plain plain, const struct cfg_expr **arg) {
    struct source_pos at = p->t->at;
    struct span text;
    bool word = p->t->kind == CFG_TOKEN_WORD && !cfg_token_is(p->t + 1, "(");
    bool address = p->t->kind == CFG_TOKEN_NUMBER && cfg_token_is(p->t + 1, ".");
    bool parsed;
    if (plain == PLAIN_SOCKET)
        parsed = parse_socket(p, &text);
    else if (plain == PLAIN_PROTO)
        parsed = parse_proto(p, &text);
    else if (plain == PLAIN_ADDRESS)
        parsed = cfg_host_parse(p, true, &text);
    else if (plain == PLAIN_HOST && (word || address))
        parsed = cfg_host_parse(p, false, &text);
    else if (plain == PLAIN_FLAG && word)
        parsed = true, text = cfg_get(p)->text;
    else
        return (*arg = cfg_expr_parse(p));
    if (parsed) *arg = text_expr(p, at, text);
    return parsed;
}

/* The arguments up to the ); more than KAM_ARGS_MAX are only counted. */
static bool parse_args(struct cfg_parse *p, struct cfg_stmt *s, const struct cfg_expr *args[KAM_ARGS_MAX],
                       bool core, enum plain plain) {
    if (!cfg_expect(p, "(")) return false;
    if (plain == PLAIN_HOST && cfg_next_is(p, "uri:host")) {
        args[0] = uri_host(p, cfg_get(p)->at);
        s->arg_count = 1;
        if (!cfg_take(p, ",") || cfg_take(p, "uri:port")) return cfg_expect(p, ")");
        s->arg_count = 2;
        return (args[1] = cfg_expr_parse(p)) != NULL && cfg_expect(p, ")");
    }
    if (cfg_take(p, ")")) return true;
    do {
        const struct cfg_expr *arg = NULL;
        if (core && cfg_next_is(p, "(")) return cfg_expected(p, "an argument");
        if (!parse_plain_arg(p, s->arg_count ? PLAIN_NONE : plain, &arg)) return false;
        if (s->arg_count < KAM_ARGS_MAX) args[s->arg_count] = arg;
        s->arg_count++;
    } while (cfg_take(p, ","));
    return cfg_expect(p, ")");
}

struct lookup {
    const struct kam_function *function; /* the best one, if any has the name */
    const struct kam_module *module;
    bool loaded, count_fits, kind_fits;
};

/* In onsend_route, of the core's functions only those of flags and the log. */
static bool may_stand(const struct cfg_parse *p, const struct kam_module *m, const struct kam_function *f) {
    bool harmless = strstr(f->name, "flag") || strcmp(f->name, "log") == 0;
    if (p->kind == KAM_ONSEND_ROUTE && m == kam_modules[0] && !harmless) return false;
    return f->routes & p->kind;
}

/* Of two modules that have a function of that name Kamailio takes the one that was loaded last. */
static bool is_loaded_behind(const struct cfg_parse *p, const struct kam_module *m,
                             const struct kam_module *other) {
    bool seen = false;
    for (const struct program_load *l = p->program->loads; l && m != other; l = l->next) {
        if (seen && span_is(l->name, m->name)) return true;
        seen = seen || span_is(l->name, other->name);
    }
    return false;
}

/* A function of the name that fits best: loaded, right number of arguments, allowed here. */
static struct lookup find(const struct cfg_parse *p, struct span name, size_t args) {
    struct lookup best = {0};
    for (size_t i = 0; kam_modules[i]; i++) {
        for (const struct kam_function *f = kam_modules[i]->functions; f && f->name; f++) {
            if (!span_is(name, f->name)) continue;
            struct lookup now = {f, kam_modules[i], p->program->loaded[i],
                                 args >= f->min_args && args <= f->max_args, may_stand(p, kam_modules[i], f)};
            int score = now.loaded * 4 + now.count_fits * 2 + now.kind_fits;
            int best_score = best.function ? best.loaded * 4 + best.count_fits * 2 + best.kind_fits : -1;
            bool tie = score == best_score && now.loaded;
            if (score > best_score || (tie && is_loaded_behind(p, now.module, best.module))) best = now;
        }
    }
    return best;
}

static const char *const kind_names[] = {"request_route", "failure_route", "onreply_route", "branch_route",
                                         "onreply_route"};

static const char *kind_name(enum kam_route_kind kind) {
    if (kind == KAM_ONSEND_ROUTE) return "onsend_route";
    for (unsigned i = 0; i < sizeof kind_names / sizeof *kind_names; i++)
        if (kind == 1u << i) return kind_names[i];
    return "this block";
}

static int skip(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return (int)args[0].n;
}

/* A function that scenario.yaml tells to pass over: it returns what stands there. */
static bool is_skipped(struct cfg_parse *p, struct span name, bool core, struct cfg_stmt *s) {
    static const struct kam_function skipped = {.name = "skip", .call = skip};
    static const char *const never;
    for (size_t i = 0; i < p->more->skip_count; i++) {
        if (!span_is(name, p->more->skips[i].name)) continue;
        struct span digits = span_of(p->more->skips[i].value);
        bool negative = span_starts(digits, "-");
        uint64_t n = 0;
        span_to_u64(span_skip(digits, negative), INT32_MAX, &n);
        struct kam_arg *result = cfg_new(p, sizeof *result);
        *result = (struct kam_arg){.n = negative ? -(int64_t)n : (int64_t)n};
        s->function = &skipped;
        s->known = result;
        s->stops = &never;
        s->in_core = core;
        return true;
    }
    return false;
}

/* No row of the tables fits. True: Kamailio has such a function, and s stops the run, or passes over it. */
static bool is_missing(struct cfg_parse *p, const struct cfg_token *name, const struct lookup *l, bool core,
                       struct cfg_stmt *s) {
    struct span owner = l->function || core ? span_of(core ? kam_modules[0]->name : l->module->name)
                                            : kam_names_owner(p->program, KAM_NAME_FUNCTION, name->text);
    if (core ? l->function != NULL : !owner.len || !program_loads_name(p->program, owner)) return false;
    if (!core && !kam_names_takes(owner, name->text, s->arg_count)) return false;
    if (is_skipped(p, name->text, core, s)) return true;
    struct buf called = {0};
    buf_addf(&called, SPAN_FMT "()", SPAN_ARG(name->text));
    if (l->function) buf_addf(&called, " with %zu argument%s", s->arg_count, s->arg_count == 1 ? "" : "s");
    s->kind = CFG_STMT_MISSING;
    s->missing = program_missing_reached(p->program, owner, name->at, "%s", buf_text(&called));
    buf_free(&called);
    return true;
}

static void unknown(struct cfg_parse *p, const struct cfg_token *name, size_t args) {
    struct span owner = kam_names_owner(p->program, KAM_NAME_FUNCTION, name->text);
    const char *names[512] = {0};
    size_t n = 0;
    for (size_t i = 0; kam_modules[i]; i++)
        for (const struct kam_function *f = kam_modules[i]->functions; f && f->name && n < 500; f++)
            names[n++] = f->name;
    for (size_t i = 0; cfg_statement_words[i]; i++)
        names[n++] = cfg_statement_words[i];
    char hint[CFG_HINT_MAX];
    if (owner.len && program_loads_name(p->program, owner))
        diag_error(p->diag, name->at, SPAN_FMT "() of module \"" SPAN_FMT "\" does not take %zu argument%s",
                   SPAN_ARG(name->text), SPAN_ARG(owner), args, args == 1 ? "" : "s");
    else if (owner.len)
        diag_error(p->diag, name->at, "unknown command " SPAN_FMT ": module \"" SPAN_FMT "\" is not loaded",
                   SPAN_ARG(name->text), SPAN_ARG(owner));
    else
        diag_error(p->diag, name->at, "unknown command " SPAN_FMT "%s", SPAN_ARG(name->text),
                   cfg_hint(name->text, names, hint));
}

/* The counts of all rows of that name in the module. */
static bool count_error(struct cfg_parse *p, const struct cfg_token *name, const struct lookup *l, size_t n) {
    char range[48];
    unsigned min = l->function->min_args, max = l->function->max_args;
    for (const struct kam_function *f = l->module->functions; f->name; f++) {
        if (strcmp(f->name, l->function->name) != 0) continue;
        if (f->min_args < min) min = f->min_args;
        if (f->max_args > max) max = f->max_args;
    }
    if (min == max)
        snprintf(range, sizeof range, "%u", min);
    else
        snprintf(range, sizeof range, "%u to %u", min, max);
    diag_error(p->diag, name->at, "%s() takes %s argument%s, not %zu", l->function->name, range,
               max == 1 ? "" : "s", n);
    return false;
}

/* Is the call one that Kamailio would accept here? */
static bool check(struct cfg_parse *p, const struct cfg_token *name, struct cfg_stmt *s,
                  const struct cfg_expr *const *args, bool core) {
    struct span called = name->text;
    for (size_t i = 0; core && i < sizeof synonyms / sizeof *synonyms; i++)
        if (span_is(called, synonyms[i][0]) && !find(p, called, s->arg_count).function)
            called = span_of(synonyms[i][1]);
    struct lookup l = find(p, called, s->arg_count);
    if (!l.count_fits && is_missing(p, name, &l, core, s)) return true;
    if (!l.function) {
        unknown(p, name, s->arg_count);
        return false;
    }
    if (!l.loaded) {
        diag_error(p->diag, name->at, "unknown command %s: module \"%s\" is not loaded", l.function->name,
                   l.module->name);
        return false;
    }
    if (!l.count_fits || s->arg_count > KAM_ARGS_MAX) return count_error(p, name, &l, s->arg_count);
    if (!l.kind_fits) {
        diag_error(p->diag, name->at, "%s() cannot be used in %s", l.function->name, kind_name(p->kind));
        return false;
    }
    const char *what =
        s->arg_count == 0 && l.function->check ? l.function->check(p->program, 0, (struct span){0}) : NULL;
    if (what) {
        diag_error(p->diag, name->at, "%s() %s", l.function->name, what);
        return false;
    }
    if (l.function->partly && is_skipped(p, name->text, core, s)) return true;
    s->function = l.function;
    s->stops = &p->program->stops[program_module(span_of(l.module->name))];
    s->in_core = l.module == kam_modules[0];
    return cfg_args_parse(p, s, args);
}

struct cfg_stmt *cfg_call_parse(struct cfg_parse *p) {
    if (cfg_next_is(p, "route")) return parse_route(p);
    const struct cfg_token *name = cfg_get(p);
    struct cfg_stmt *s = cfg_stmt_new(p, CFG_STMT_FUNCTION, name->at);
    bool bare = false, core = is_core_name(name, &bare);
    if (!cfg_next_is(p, "(") && !bare) {
        char hint[CFG_HINT_MAX];
        diag_error(p->diag, name->at, "expected '(' after " SPAN_FMT "%s", SPAN_ARG(name->text),
                   cfg_hint(name->text, cfg_statement_words, hint));
        return NULL;
    }
    const struct cfg_expr *args[KAM_ARGS_MAX] = {0};
    if (cfg_next_is(p, "(") && !parse_args(p, s, args, core, core ? plain_of(name->text) : PLAIN_NONE))
        return NULL;
    return check(p, name, s, args, core) ? s : NULL;
}

/* Is it a row of the core, by itself or by its other name? */
static bool in_core(struct span name) {
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (span_is(name, synonyms[i][0])) name = span_of(synonyms[i][1]);
    for (const struct kam_function *f = kam_modules[0]->functions; f->name; f++)
        if (span_is(name, f->name)) return true;
    return false;
}

void cfg_call_words(struct buf *out) {
    for (size_t i = 0; i < sizeof core_names / sizeof *core_names; i++) {
        const char *name = core_names[i] + (core_names[i][0] == '*');
        word_write(out, "core function", in_core(span_of(name)) ? WORD_SIMULATED : WORD_NOT_SIMULATED, "%s()",
                   name);
    }
}
