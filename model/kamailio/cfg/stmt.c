/* SPDX-License-Identifier: MIT */
/* Statements. (facts: Kamailio 11.3) */
#include "base/mem.h"
#include "model/kamailio/cfg/parse.h"

#include <stdlib.h>

struct cfg_stmt *cfg_stmt_new(struct cfg_parse *p, enum cfg_stmt_kind kind, struct source_pos at) {
    struct cfg_stmt *s = cfg_new(p, sizeof *s);
    s->kind = kind;
    s->at = s->closes_at = at;
    return s;
}

/* After an error inside a block: past the } that ends it. */
static void skip_block(struct cfg_parse *p) {
    for (unsigned depth = 1; depth > 0 && p->t->kind != CFG_TOKEN_END; cfg_get(p)) {
        if (cfg_next_is(p, "{")) depth++;
        if (cfg_next_is(p, "}")) depth--;
    }
}

/* After an error: to the end of the statement, so that the next one can be looked at. */
static void recover(struct cfg_parse *p) {
    while (p->t->kind != CFG_TOKEN_END && !cfg_next_is(p, "}")) {
        if (cfg_take(p, ";") && !cfg_next_is(p, "else")) return;
        if (!cfg_take(p, "{")) {
            cfg_get(p);
            continue;
        }
        skip_block(p);
        if (!cfg_next_is(p, "else")) return;
    }
}

static bool parse_stmt(struct cfg_parse *p, const struct cfg_stmt **out);
static bool parse_list(struct cfg_parse *p, const struct cfg_stmt ***end, bool in_switch);

/* The body of if and while: a block, or one statement. */
static bool parse_body(struct cfg_parse *p, const struct cfg_stmt **out) {
    return cfg_next_is(p, "{") ? cfg_block_parse(p, out) : parse_stmt(p, out);
}

struct cfg_stmt *cfg_assign_parse(struct cfg_parse *p) {
    const struct cfg_token *name = cfg_get(p);
    struct cfg_stmt *s = cfg_stmt_new(p, CFG_STMT_ASSIGN, name->at);
    s->target = cfg_pv_target(p, name);
    if (!s->target) return NULL;
    if (!cfg_expect(p, "=")) return NULL;
    s->expr = cfg_expr_parse(p);
    return s->expr ? s : NULL;
}

/* else if chains may be long: they are followed here without going deeper. */
static bool parse_if(struct cfg_parse *p, struct cfg_stmt **out) {
    struct cfg_stmt *s = *out = cfg_stmt_new(p, CFG_STMT_IF, cfg_get(p)->at);
    for (;;) {
        s->expr = cfg_expr_parse(p);
        if (!s->expr || !parse_body(p, &s->then)) return false;
        if (!cfg_take(p, "else")) return true;
        if (!cfg_next_is(p, "if")) return parse_body(p, &s->otherwise);
        struct cfg_stmt *next = cfg_stmt_new(p, CFG_STMT_IF, cfg_get(p)->at);
        s->otherwise = next;
        s = next;
    }
}

static bool check_number(struct cfg_parse *p, const struct cfg_expr *e, const char *word) {
    if (cfg_expr_type(e) != KAM_STR) return true;
    diag_error(p->diag, e->at, "%s wants a number, not a string", word);
    return false;
}

static bool parse_while(struct cfg_parse *p, struct cfg_stmt **out) {
    struct cfg_stmt *s = *out = cfg_stmt_new(p, CFG_STMT_WHILE, cfg_get(p)->at);
    s->expr = cfg_expr_parse(p);
    return s->expr && check_number(p, s->expr, "while") && parse_body(p, &s->then);
}

/* case VALUE:, case /REGEX: or default: */
static bool parse_label(struct cfg_parse *p, struct cfg_case *c) {
    if (cfg_take(p, "default")) {
        c->is_default = true;
        return cfg_expect(p, ":");
    }
    if (!cfg_expect(p, "case")) return false;
    bool is_regex = cfg_take(p, "/");
    const struct cfg_expr *e = cfg_expr_parse(p);
    if (!e) return false;
    if (!script_is_constant(e) || !cfg_expr_constant(p, e, &c->label)) {
        diag_error(p->diag, e->at, "a case must be a constant");
        return false;
    }
    if (is_regex) {
        c->label = (struct kam_value){.type = KAM_STR, .s = cfg_literal_text(p, c->label)};
        c->regex = cfg_regex(p->program, c->label.s, false, e->at, p->diag);
        if (!c->regex) return false;
    }
    return cfg_expect(p, ":");
}

/* Any order in which equal labels are neighbours. */
static int compare_labels(const void *a, const void *b) {
    const struct kam_value *x = &(*(const struct cfg_case *const *)a)->label,
                           *y = &(*(const struct cfg_case *const *)b)->label;
    if (x->type != y->type) return x->type < y->type ? -1 : 1;
    if (x->n != y->n) return x->n < y->n ? -1 : 1;
    if (x->s.len != y->s.len) return x->s.len < y->s.len ? -1 : 1;
    return x->s.len ? memcmp(x->s.p, y->s.p, x->s.len) : 0;
}

/* Are two labels the same? Sorted, so that thirty thousand cases take no second. */
static bool has_doubles(const struct cfg_case *first) {
    const struct cfg_case **sorted = NULL;
    size_t count = 0, cap = 0;
    bool twice = false;
    for (const struct cfg_case *c = first; c; c = c->next) {
        if (c->is_default || c->regex) continue;
        sorted = mem_room(sorted, count, &cap, sizeof *sorted);
        sorted[count++] = c;
    }
    if (count) qsort(sorted, count, sizeof *sorted, compare_labels);
    for (size_t i = 1; i < count && !twice; i++)
        twice = compare_labels(&sorted[i - 1], &sorted[i]) == 0;
    free(sorted);
    return twice;
}

/* All cases number or all text, each once; at most one default. */
static bool check_cases(struct cfg_parse *p, struct cfg_stmt *s) {
    unsigned defaults = 0, texts = 0, numbers = 0;
    for (const struct cfg_case *c = s->cases; c; c = c->next) {
        if (c->is_default)
            defaults++;
        else if (c->label.type == KAM_STR)
            texts++;
        else
            numbers++;
    }
    if (defaults > 1)
        diag_error(p->diag, s->at, "more than one default in the switch");
    else if (has_doubles(s->cases))
        diag_error(p->diag, s->at, "a case stands twice in the switch");
    else if (texts && numbers)
        diag_error(p->diag, s->at, "number and string cases in one switch");
    else if (texts && s->cases->is_default)
        diag_error(p->diag, s->at,
                   "a switch on strings cannot begin with default: Kamailio does not start with it");
    else
        return true;
    return false;
}

static bool parse_cases(struct cfg_parse *p, struct cfg_stmt *s) {
    const struct cfg_case **next_case = &s->cases;
    const struct cfg_stmt *first = NULL, **end = &first;
    struct cfg_case *open = NULL; /* labels that wait for a statement to begin with */
    while (!cfg_next_is(p, "}")) {
        struct cfg_case *c = cfg_new(p, sizeof *c);
        if (!parse_label(p, c)) return false;
        *next_case = c;
        next_case = &c->next;
        if (!open) open = c;
        const struct cfg_stmt **here = end;
        if (!parse_list(p, &end, true)) return false;
        if (end == here) continue; /* nothing yet: falls through to the next label's statements */
        for (struct cfg_case *o = open; o; o = (struct cfg_case *)o->next)
            o->stmts = *here;
        open = NULL;
    }
    if (!check_cases(p, s)) return false;
    cfg_get(p);
    return true;
}

static bool parse_switch(struct cfg_parse *p, struct cfg_stmt **out) {
    struct cfg_stmt *s = *out = cfg_stmt_new(p, CFG_STMT_SWITCH, cfg_get(p)->at);
    if (!cfg_enter(p)) return false;
    s->expr = cfg_expr_parse(p);
    bool parsed = s->expr && cfg_expect(p, "{");
    if (parsed && !parse_cases(p, s)) skip_block(p); /* told; what follows is not affected */
    cfg_leave(p);
    return parsed;
}

/* drop, exit and return: alone, with (), or with a value. */
static const struct {
    const char *word;
    unsigned ends;
    int64_t value;
} ends[] = {{"drop", CFG_END_DROP | CFG_END_EXIT, 0},
            {"exit", CFG_END_EXIT, 1},
            {"return", CFG_END_RETURN, 1},
            {"break", CFG_END_BREAK, 0}};

static bool parse_end(struct cfg_parse *p, size_t which, struct cfg_stmt **out) {
    struct cfg_stmt *s = *out = cfg_stmt_new(p, CFG_STMT_END, cfg_get(p)->at);
    s->ends = ends[which].ends;
    bool empty = cfg_next_is(p, "(") && cfg_token_is(p->t + 1, ")") && s->ends != CFG_END_BREAK;
    if (empty) p->t += 2;
    bool alone = empty || cfg_next_is(p, ";") || cfg_next_is(p, "}") || s->ends == CFG_END_BREAK;
    if (!alone) {
        s->expr = cfg_expr_parse(p);
        if (!s->expr || !check_number(p, s->expr, ends[which].word)) return false;
    } else {
        struct cfg_expr *e = cfg_new(p, sizeof *e);
        e->op = CFG_INT;
        e->at = s->at;
        e->constant = (struct kam_value){.type = KAM_INT, .n = ends[which].value};
        s->expr = e;
    }
    return cfg_expect(p, ";");
}

/* One statement; *out is NULL for a lone semicolon. */
static bool parse_kind(struct cfg_parse *p, struct cfg_stmt **out) {
    *out = NULL;
    if (cfg_take(p, ";")) return true;
    if (cfg_next_is(p, "if")) return parse_if(p, out);
    if (cfg_next_is(p, "while")) return parse_while(p, out);
    if (cfg_next_is(p, "switch")) return parse_switch(p, out);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (cfg_next_is(p, ends[i].word)) return parse_end(p, i, out);
    if (p->t->kind == CFG_TOKEN_PV)
        *out = cfg_assign_parse(p);
    else if (cfg_call_starts(p))
        *out = cfg_call_parse(p);
    else
        return cfg_expected(p, "a statement");
    if (*out) (*out)->closes_at = p->t->at;
    return *out && cfg_expect(p, ";");
}

static bool parse_stmt(struct cfg_parse *p, const struct cfg_stmt **out) {
    struct cfg_stmt *s;
    if (!cfg_enter(p)) return false;
    bool parsed = parse_kind(p, &s);
    cfg_leave(p);
    *out = s;
    return parsed;
}

/* Statements up to a } or the next case, added at *end. An error in one is told and the rest still parsed. */
static bool parse_list(struct cfg_parse *p, const struct cfg_stmt ***end, bool in_switch) {
    while (!cfg_next_is(p, "}") && p->t->kind != CFG_TOKEN_END) {
        if (in_switch && (cfg_next_is(p, "case") || cfg_next_is(p, "default"))) break;
        const struct cfg_stmt *s;
        const struct cfg_token *before = p->t;
        if (!parse_stmt(p, &s)) {
            recover(p);
            while (p->diag->errors > DIAG_MAX && p->t->kind != CFG_TOKEN_END) /* no more are shown */
                cfg_get(p);
            if (p->t == before) cfg_get(p); /* always go on */
            continue;
        }
        if (!s) continue;
        **end = s;
        *end = (const struct cfg_stmt **)&((struct cfg_stmt *)s)->next;
    }
    return true;
}

bool cfg_block_parse(struct cfg_parse *p, const struct cfg_stmt **body) {
    *body = NULL;
    struct source_pos at = p->t->at;
    if (!cfg_expect(p, "{")) return false;
    if (!cfg_enter(p)) {
        skip_block(p);
        return false;
    }
    const struct cfg_stmt **end = body;
    bool parsed = true;
    if (cfg_next_is(p, "}")) {
        diag_error(p->diag, at, "an empty { } is not allowed: write { ; }");
        cfg_get(p);
    } else {
        parsed = parse_list(p, &end, false);
        if (p->t->kind == CFG_TOKEN_END) {
            diag_error(p->diag, at, "'{' without '}'");
            parsed = false;
        } else {
            cfg_get(p);
        }
    }
    cfg_leave(p);
    return parsed;
}
