/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/parse.h"

#include "model/kamailio/cfg/globals.h"
#include "model/kamailio/cfg/reserved.h"
#include "model/kamailio/cfg/words.h"
#include "model/kamailio/script/missing.h"

#include <stdio.h>
#include <stdlib.h>

/* What all parts use. */

bool cfg_next_is(const struct cfg_parse *p, const char *text) { return cfg_token_is(p->t, text); }

const struct cfg_token *cfg_get(struct cfg_parse *p) { return p->t->kind == CFG_TOKEN_END ? p->t : p->t++; }

bool cfg_take(struct cfg_parse *p, const char *text) {
    if (!cfg_next_is(p, text)) return false;
    cfg_get(p);
    return true;
}

bool cfg_expected(struct cfg_parse *p, const char *what) {
    char name[CFG_TOKEN_NAME_MAX];
    diag_error(p->diag, p->t->at, "expected %s, found %s", what, cfg_token_name(p->t, name));
    return false;
}

bool cfg_expect(struct cfg_parse *p, const char *text) {
    char quoted[32];
    if (cfg_take(p, text)) return true;
    snprintf(quoted, sizeof quoted, "'%s'", text);
    return cfg_expected(p, quoted);
}

bool cfg_enter(struct cfg_parse *p) {
    if (p->depth >= CFG_DEPTH_MAX) {
        diag_error(p->diag, p->t->at, "nested too deep");
        return false;
    }
    p->depth++;
    return true;
}

void cfg_leave(struct cfg_parse *p) { p->depth--; }

void *cfg_new(struct cfg_parse *p, size_t size) { return arena_new(&p->program->arena, size); }

const char *cfg_hint(struct span word, const char *const *names, char hint[CFG_HINT_MAX]) {
    const char *meant = diag_suggest(word, names);
    hint[0] = '\0';
    if (meant) snprintf(hint, CFG_HINT_MAX, "; did you mean %s?", meant);
    return hint;
}

void cfg_regex_error(struct span pattern, const char *why, struct source_pos at, struct diag *diag) {
    struct span shown = span_head(pattern, 60);
    diag_error(diag, at, "invalid regular expression \"" SPAN_FMT "%s\": %s", SPAN_ARG(shown),
               shown.len < pattern.len ? "..." : "", why);
}

struct regex *cfg_regex(struct kam_program *program, struct span pattern, bool icase, struct source_pos at,
                        struct diag *diag) {
    const char *why;
    struct regex *regex = program_regex(program, pattern, icase, &why);
    if (!regex) cfg_regex_error(pattern, why, at, diag);
    return regex;
}

/* Route blocks. */

static const struct block {
    const char *word;
    enum kam_route_kind kind, nameless_kind;
    bool may_have_name, needs_name;
} blocks[] = {
    {"request_route", KAM_REQUEST_ROUTE, KAM_REQUEST_ROUTE, false, false},
    {"route", KAM_REQUEST_ROUTE, KAM_REQUEST_ROUTE, true, false},
    {"failure_route", KAM_FAILURE_ROUTE, KAM_FAILURE_ROUTE, true, false},
    {"branch_route", KAM_BRANCH_ROUTE, KAM_BRANCH_ROUTE, true, false},
    {"onreply_route", KAM_TM_ONREPLY_ROUTE, KAM_CORE_ONREPLY_ROUTE, true, false},
    {"reply_route", KAM_TM_ONREPLY_ROUTE, KAM_CORE_ONREPLY_ROUTE, false, false},
    {"onsend_route", KAM_ONSEND_ROUTE, KAM_ONSEND_ROUTE, false, false},
};

static const struct block *find_block(const struct cfg_token *t) {
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (t->kind == CFG_TOKEN_RESERVED && span_is(t->text, blocks[i].word)) return &blocks[i];
    return NULL;
}

void cfg_refer(struct cfg_parse *p, const struct kam_route **out, const char *word, struct span name,
               struct source_pos at, bool must_exist) {
    struct cfg_route_ref *ref = cfg_new(p, sizeof *ref);
    *ref = (struct cfg_route_ref){.out = out,
                                  .must_exist = must_exist,
                                  .word = word,
                                  .name = name,
                                  .at = at,
                                  .kind = strcmp(word, "event_route") ? KAM_REQUEST_ROUTE : KAM_EVENT_ROUTE};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (strcmp(blocks[i].word, word) == 0) ref->kind = blocks[i].kind;
    if (span_is(name, "0")) ref->name = (struct span){0};
    *p->refs_end = ref;
    p->refs_end = &ref->next;
}

/* [NAME]; the name 0 is no name at all. */
static bool parse_name(struct cfg_parse *p, struct span *name) {
    if (!cfg_expect(p, "[")) return false;
    char number[24];
    if (p->t->kind == CFG_TOKEN_WORD || p->t->kind == CFG_TOKEN_STRING) {
        *name = cfg_get(p)->text;
    } else if (p->t->kind == CFG_TOKEN_NUMBER) {
        int len = snprintf(number, sizeof number, "%lld", (long long)cfg_get(p)->n);
        *name = arena_text(&p->program->arena, (struct span){number, (size_t)len});
    } else {
        return cfg_expected(p, "the name of the block");
    }
    return cfg_expect(p, "]");
}

/* The block that the statements go to: several blocks without a name are one, and one without statements may
 * come again; NULL after an error. */
static struct kam_route *add_route(struct cfg_parse *p, enum kam_route_kind kind, struct span name,
                                   bool named, const struct cfg_token *word) {
    struct kam_route *known = program_find_route(p->program, kind, name);
    if (known && named && known->body) {
        diag_error(p->diag, word->at, "duplicate " SPAN_FMT "[" SPAN_FMT "]", SPAN_ARG(word->text),
                   SPAN_ARG(name.len ? name : SPAN("0")));
        return NULL;
    }
    if (known) return known;
    return program_add_route(p->program, kind, name, word->at);
}

static void append(struct kam_route *route, const struct cfg_stmt *more) {
    if (!more) return;
    if (route->last)
        ((struct cfg_stmt *)route->last)->next = (struct cfg_stmt *)more;
    else
        route->body = more;
    while (more->next)
        more = more->next;
    route->last = more;
}

static bool parse_block(struct cfg_parse *p, const struct block *b) {
    const struct cfg_token *word = cfg_get(p);
    struct span name = {0};
    bool named = b->may_have_name && cfg_next_is(p, "[");
    if (named && !parse_name(p, &name)) return false;
    if (span_is(name, "0")) name = (struct span){0};
    p->kind = name.len ? b->kind : b->nameless_kind;
    struct kam_route *route = add_route(p, p->kind, name, named, word);
    const struct cfg_stmt *body;
    if (!cfg_block_parse(p, &body)) return false;
    if (route) append(route, body);
    return true;
}

/* Does a module that is simulated let it happen? GROUP:EVENT counts, and not what may follow it. */
static bool happens(struct span event) {
    for (size_t i = 0; kam_modules[i]; i++)
        for (const char *const *e = kam_modules[i]->events; e && *e; e++) {
            struct span left = event, known = span_of(*e);
            if (span_eq(span_cut(&left, ':'), span_cut(&known, ':')) &&
                span_eq(span_cut(&left, ':'), span_cut(&known, ':')))
                return true;
        }
    return false;
}

/* Events that would happen here, too. */
static const char *const would_run[] = {"core:receive-parse-error", "corex:reply-out", "network:msg",
                                        "topoh:msg-sending", "topos:"};

/* event_route[NAME]. Events that never happen here are no matter. */
static bool parse_event_route(struct cfg_parse *p) {
    const struct cfg_token *word = cfg_get(p);
    struct source_pos behind = {p->t->at.source, p->t->at.offset + 1};
    if (!cfg_expect(p, "[")) return false;
    if (p->t->kind != CFG_TOKEN_WORD) {
        diag_error(p->diag, behind, "expected an event's name, GROUP:EVENT");
        return false;
    }
    struct span name = cfg_get(p)->text;
    if (!cfg_expect(p, "]")) return false;
    for (size_t i = 0; i < sizeof would_run / sizeof *would_run; i++)
        if (span_starts(name, would_run[i]))
            diag_warning(p->diag, word->at, "event_route[" SPAN_FMT "] is not simulated: it never runs",
                         SPAN_ARG(name));
    p->kind = KAM_REQUEST_ROUTE;
    struct kam_route *route = add_route(p, KAM_EVENT_ROUTE, name, true, word);
    const struct cfg_stmt *body;
    p->program->never_runs = !happens(name);
    bool parsed = cfg_block_parse(p, &body);
    p->program->never_runs = false;
    if (parsed && route) append(route, body);
    return parsed;
}

/* The file. */

static bool next_is_modparam(const struct cfg_parse *p) {
    return cfg_next_is(p, "modparam") || cfg_next_is(p, "modparamx");
}

/* After an error: to a word that may begin something, outside of all braces. */
static void recover(struct cfg_parse *p) {
    unsigned depth = 0;
    for (; p->t->kind != CFG_TOKEN_END; cfg_get(p)) {
        if (cfg_next_is(p, "{")) depth++;
        if (cfg_next_is(p, "}") && depth > 0) depth--;
        if (depth > 0 || p->t->kind != CFG_TOKEN_RESERVED) continue;
        bool call = cfg_token_is(p->t + 1, "(") && !next_is_modparam(p);
        bool setting = cfg_global_known(p->t->text) && cfg_token_is(p->t + 1, "=");
        if (setting || (find_block(p->t) && !call)) return;
        if (next_is_modparam(p) || cfg_next_is(p, "loadmodule")) return;
    }
}

/* What the file's variables are: a route may read one that is set below it. */
static void find_variables(struct cfg_parse *p) {
    unsigned depth = 0;
    for (const struct cfg_token *t = p->t; t->kind != CFG_TOKEN_END; t++) {
        if (cfg_token_is(t, "{")) depth++;
        if (cfg_token_is(t, "}") && depth > 0) depth--;
        bool named =
            depth == 0 && t->kind == CFG_TOKEN_WORD && cfg_token_is(t + 1, ".") && cfg_token_is(t + 3, "=");
        if (named && program_find_setting(p->program, t->text, t[2].text))
            continue; /* told when it is parsed */
        if (!named || (t[4].kind != CFG_TOKEN_NUMBER && t[4].kind != CFG_TOKEN_STRING)) continue;
        struct program_setting *s = cfg_new(p, sizeof *s);
        *s = (struct program_setting){p->program->settings, t->text, t[2].text, t[4].text, t->at};
        if (t[4].kind == CFG_TOKEN_NUMBER) {
            struct buf digits = {0};
            buf_add_i64(&digits, t[4].n);
            s->text = arena_text(&p->program->arena, buf_span(&digits));
            buf_free(&digits);
        }
        p->program->settings = s;
    }
}

/* GROUP.NAME = VALUE [desc "..."]: variables that only selects and RPC read. */
static bool parse_variable(struct cfg_parse *p) {
    const struct cfg_token *group = cfg_get(p);
    for (size_t i = 0; kam_modules[i]; i++) {
        if (!span_is(group->text, kam_modules[i]->name)) continue;
        diag_error(p->diag, group->at, "setting a variable of module \"%s\" is not simulated: use modparam",
                   kam_modules[i]->name);
        return false;
    }
    if (cfg_take(p, "[")) {
        if (p->t->kind != CFG_TOKEN_NUMBER) return cfg_expected(p, "the number of an instance");
        diag_error(p->diag, group->at, "instances of a group of variables are not simulated");
        return false;
    }
    if (!cfg_expect(p, ".")) return false;
    const struct program_setting *s = program_find_setting(p->program, group->text, p->t->text);
    if (s && (s->at.source != group->at.source || s->at.offset != group->at.offset)) {
        diag_error(p->diag, group->at, SPAN_FMT "." SPAN_FMT " is set already", SPAN_ARG(s->group),
                   SPAN_ARG(s->name));
        return false;
    }
    if (p->t->kind != CFG_TOKEN_WORD && !cfg_next_is(p, "default")) return cfg_expected(p, "a name");
    cfg_get(p);
    if (!cfg_expect(p, "=")) return false;
    if (p->t->kind != CFG_TOKEN_NUMBER && p->t->kind != CFG_TOKEN_STRING)
        return cfg_expected(p, "a number or string");
    cfg_get(p);
    if (!cfg_take(p, "description") && !cfg_take(p, "descr") && !cfg_take(p, "desc")) return true;
    if (p->t->kind != CFG_TOKEN_STRING) return cfg_expected(p, "a string");
    cfg_get(p);
    return true;
}

/* cfgengine "native": the routes of this file, as ever. Another one has them elsewhere, for every message. */
static bool parse_engine(struct cfg_parse *p) {
    const struct cfg_token *word = cfg_get(p);
    cfg_take(p, "=");
    if (p->t->kind != CFG_TOKEN_STRING) return cfg_expected(p, "a string");
    struct span engine = cfg_get(p)->text;
    if (span_is_nocase(engine, "native") || span_is_nocase(engine, "default")) return true;
    p->program->on_message =
        (struct program_stop){program_missing_reached(p->program, SPAN(""), word->at,
                                                      "cfgengine \"" SPAN_FMT "\"", SPAN_ARG(engine)),
                              word->at};
    return true;
}

/* kemi.NAME = "FUNCTION": what an engine that is not the native one would call. */
static bool parse_kemi(struct cfg_parse *p) {
    static const char *const names[] = {"onsend_route_callback", "received_route_callback",
                                        "reply_route_callback", "event_route_callback",
                                        "pre_routing_callback"};
    cfg_get(p);
    if (!cfg_expect(p, ".")) return false;
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        known = known || span_is(p->t->text, names[i]);
    if (!known) return cfg_expected(p, "the name of a callback");
    cfg_get(p);
    if (!cfg_expect(p, "=")) return false;
    if (p->t->kind != CFG_TOKEN_STRING) return cfg_expected(p, "a string");
    cfg_get(p);
    return true;
}

/* flags NAME[:NUMBER], ...: names for setflag(); `bool` is the same. */
static bool parse_flags(struct cfg_parse *p) {
    cfg_get(p);
    do {
        if (p->t->kind != CFG_TOKEN_WORD && p->t->kind != CFG_TOKEN_STRING)
            return cfg_expected(p, "the name of a flag");
        const struct cfg_token *name = cfg_get(p);
        int64_t number = -1;
        if (cfg_take(p, ":")) {
            if (p->t->kind != CFG_TOKEN_NUMBER) return cfg_expected(p, "the number of the flag");
            number = cfg_get(p)->n;
        }
        if (program_add_flag(p->program, name->text, number)) continue;
        diag_error(p->diag, name->at, "flag " SPAN_FMT " %s", SPAN_ARG(name->text),
                   program_find_number(p->program->flags, name->text) >= 0
                       ? "is declared twice"
                       : "needs a number from 0 to 31 that is free");
        return false;
    } while (cfg_take(p, ","));
    return true;
}

/* avpflags NAME, ...: names for setavpflag(). */
static bool parse_avpflags(struct cfg_parse *p) {
    cfg_get(p);
    do {
        if (p->t->kind != CFG_TOKEN_WORD && p->t->kind != CFG_TOKEN_STRING)
            return cfg_expected(p, "the name of a flag");
        cfg_get(p);
    } while (cfg_take(p, ","));
    return true;
}

static bool parse_unknown(struct cfg_parse *p) {
    const struct cfg_token *t = p->t;
    char hint[CFG_HINT_MAX];
    if (t->kind == CFG_TOKEN_WORD)
        diag_error(p->diag, t->at, "unknown %s " SPAN_FMT "%s", cfg_token_is(t + 1, "=") ? "setting" : "word",
                   SPAN_ARG(t->text), cfg_global_hint(t->text, hint));
    else
        cfg_expected(p, "a setting, loadmodule, modparam or a route block");
    cfg_get(p);
    return false;
}

static bool parse_top(struct cfg_parse *p) {
    const struct block *b = find_block(p->t);
    if (cfg_take(p, ";")) return true;
    if (b) return parse_block(p, b);
    if (cfg_next_is(p, "event_route")) return parse_event_route(p);
    if (cfg_next_is(p, "cfgengine")) return parse_engine(p);
    if (cfg_next_is(p, "kemi")) return parse_kemi(p);
    if (cfg_next_is(p, "loadmodule") || cfg_next_is(p, "loadmodulex")) return cfg_loadmodule_parse(p);
    if (cfg_next_is(p, "modparam") || cfg_next_is(p, "modparamx")) return cfg_modparam_parse(p);
    if (cfg_next_is(p, "flags") || cfg_next_is(p, "bool")) return parse_flags(p);
    if (cfg_next_is(p, "avpflags")) return parse_avpflags(p);
    if (p->t->kind == CFG_TOKEN_RESERVED && cfg_global_known(p->t->text)) return cfg_global_parse(p);
    if (p->t->kind == CFG_TOKEN_WORD && (cfg_token_is(p->t + 1, ".") || cfg_token_is(p->t + 1, "[")))
        return parse_variable(p);
    return parse_unknown(p);
}

struct cfg_route_ref *cfg_parse_file(struct kam_program *program, const struct source *cfg,
                                     struct source_set *set, const struct kam_additions *more,
                                     struct diag *diag) {
    struct cfg_tokens tokens = {0};
    unsigned errors = diag->errors;
    cfg_lex(&tokens, cfg, set, more, program, diag);
    struct cfg_parse p = {.program = program, .t = tokens.all, .diag = diag, .more = more};
    p.refs_end = &p.refs;
    program->defines = tokens.defines;
    if (diag->errors == errors) {
        /* what follows more errors than are shown is not looked at */
        find_variables(&p);
        while (p.t->kind != CFG_TOKEN_END && diag->errors <= DIAG_MAX)
            if (!parse_top(&p)) recover(&p);
        cfg_globals_finish(&p);
    }
    free(tokens.all);
    return p.refs;
}

void cfg_parse_words(struct buf *out) {
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        word_write(out, "block", WORD_SIMULATED, "%s", blocks[i].word);
    word_write(out, "declaration", WORD_SIMULATED, "flags");
    word_write(out, "declaration", WORD_SIMULATED, "bool");
    word_write(out, "declaration", WORD_SIMULATED, "avpflags");
    for (size_t i = 0; kam_modules[i]; i++)
        for (const char *const *e = kam_modules[i]->events; e && *e; e++)
            word_write(out, "event", WORD_SIMULATED, "event_route[%s]", *e);
    for (size_t i = 0; i < sizeof would_run / sizeof *would_run; i++)
        word_write(out, "event", WORD_NOT_SIMULATED, "event_route[%s]", would_run[i]);
}
