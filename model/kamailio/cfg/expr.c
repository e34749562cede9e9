/* SPDX-License-Identifier: MIT */
/* Expressions, with the precedence and the types of Kamailio's grammar. (facts: Kamailio 11.4) */
#include "model/kamailio/cfg/parse.h"
#include "model/kamailio/script/eval.h"
#include "model/kamailio/script/missing.h"

/* What types an operator takes. */
enum operands {
    OPERANDS_ANY,
    OPERANDS_INT,   /* no string on either side */
    OPERANDS_SAME,  /* both alike; a string on the left also takes a number */
    OPERANDS_STRING /* the same, and no number on the left */
};

/* Two-sided operators; a higher level binds tighter, all group from the left. */
static const struct binary {
    const char *text;
    enum cfg_op op;
    int level;
    enum operands operands;
} binaries[] = {
    {"||", CFG_OR, 1, OPERANDS_INT},
    {"&&", CFG_AND, 2, OPERANDS_INT},
    {"|", CFG_BIT_OR, 3, OPERANDS_INT},
    {"&", CFG_BIT_AND, 4, OPERANDS_INT},
    {"^", CFG_BIT_XOR, 5, OPERANDS_INT},
    {"<<", CFG_SHIFT_LEFT, 6, OPERANDS_INT},
    {">>", CFG_SHIFT_RIGHT, 7, OPERANDS_INT},
    {"==", CFG_EQUAL, 8, OPERANDS_SAME},
    {"!=", CFG_DIFFERENT, 8, OPERANDS_SAME},
    {"=~", CFG_MATCH, 8, OPERANDS_STRING},
    {"ieq", CFG_INT_EQUAL, 8, OPERANDS_INT},
    {"ine", CFG_INT_DIFFERENT, 8, OPERANDS_INT},
    {"eq", CFG_STR_EQUAL, 8, OPERANDS_STRING},
    {"ne", CFG_STR_DIFFERENT, 8, OPERANDS_STRING},
    {">", CFG_GREATER, 9, OPERANDS_INT},
    {"<", CFG_LESS, 9, OPERANDS_INT},
    {">=", CFG_GREATER_EQUAL, 9, OPERANDS_INT},
    {"<=", CFG_LESS_EQUAL, 9, OPERANDS_INT},
    {"+", CFG_PLUS, 10, OPERANDS_SAME},
    {"-", CFG_SUBTRACT, 10, OPERANDS_INT},
    {"*", CFG_MULTIPLY, 11, OPERANDS_INT},
    {"/", CFG_DIVIDE, 11, OPERANDS_INT},
    {"mod", CFG_MODULO, 11, OPERANDS_INT},
};

enum { LEVEL_UNARY = 12, LEVEL_DEFINED = 13, LEVEL_CAST = 14 };

static const struct unary {
    const char *text;
    enum cfg_op op;
    int level; /* of its operand */
    bool refuses_string;
} unaries[] = {
    {"!", CFG_NOT, LEVEL_UNARY, true},
    {"~", CFG_INVERT, LEVEL_UNARY, true},
    {"-", CFG_MINUS, LEVEL_UNARY, true},
    {"defined", CFG_DEFINED, LEVEL_DEFINED, false},
};

enum kam_value_type cfg_expr_type(const struct cfg_expr *e) {
    switch (e->op) {
    case CFG_TEXT:
    case CFG_TO_STR: return KAM_STR;
    case CFG_PV: return KAM_NULL;
    case CFG_PLUS: return cfg_expr_type(e->left);
    default: return KAM_INT;
    }
}

bool cfg_expr_constant(struct cfg_parse *p, const struct cfg_expr *e, struct kam_value *out) {
    return script_constant(p->program, e, out);
}

static const char *type_name(enum kam_value_type type) { return type == KAM_INT ? "a number" : "a string"; }

/* Kamailio refuses what can be seen to be of the wrong type. */
static bool types_fit(struct cfg_parse *p, const struct binary *b, const struct cfg_expr *left,
                      const struct cfg_expr *right) {
    enum kam_value_type l = cfg_expr_type(left), r = cfg_expr_type(right);
    const struct cfg_expr *bad = NULL;
    enum kam_value_type wanted = KAM_INT;
    if (b->operands == OPERANDS_INT) {
        if (l == KAM_STR)
            bad = left;
        else if (r == KAM_STR)
            bad = right;
    } else if (b->operands == OPERANDS_STRING && l == KAM_INT) {
        bad = left;
        wanted = KAM_STR;
    } else if (l == KAM_INT && r == KAM_STR) {
        bad = right;
    }
    if (!bad) return true;
    diag_error(p->diag, bad->at, "type mismatch at %s: %s where %s is needed", b->text,
               type_name(cfg_expr_type(bad)), type_name(wanted));
    return false;
}

static struct cfg_expr *node(struct cfg_parse *p, enum cfg_op op, struct source_pos at,
                             const struct cfg_expr *left, const struct cfg_expr *right) {
    struct cfg_expr *e = cfg_new(p, sizeof *e);
    e->op = op;
    e->at = at;
    e->left = left;
    e->right = right;
    e->depth = 1 + (left ? left->depth : 0);
    if (right && right->depth >= e->depth) e->depth = right->depth + 1;
    return e;
}

/* A pattern that is known now is compiled now. */
static bool compile_match(struct cfg_parse *p, struct cfg_expr *e) {
    struct kam_value pattern;
    if (!script_is_constant(e->right) || !cfg_expr_constant(p, e->right, &pattern)) return true;
    if (pattern.type != KAM_STR) {
        diag_error(p->diag, e->right->at, "the right side of =~ must be a string");
        return false;
    }
    e->regex = cfg_regex(p->program, pattern.s, true, e->right->at, p->diag);
    return e->regex != NULL;
}

static struct cfg_expr *int_node(struct cfg_parse *p, struct source_pos at, int64_t n) {
    struct cfg_expr *e = node(p, CFG_INT, at, NULL, NULL);
    e->constant = (struct kam_value){.type = KAM_INT, .n = n};
    return e;
}

/*
 * Kamailio rewrites what has a constant on one side, and that shows: in `f() && 0` f is never called, `$x &&
 * 1` is $x as it is (so -1 is false to an if), and `$x == ""` asks for the empty text ("0" is not) even of a
 * number.
 */
static const struct cfg_expr *simplify(struct cfg_parse *p, struct cfg_expr *e) {
    bool right = script_is_constant(e->right);
    if (right == script_is_constant(e->left)) return e;
    const struct cfg_expr *other = right ? e->left : e->right;
    struct kam_value v;
    if (!cfg_expr_constant(p, right ? e->right : e->left, &v)) return e;
    if (v.type == KAM_STR)
        return v.s.len == 0 && (e->op == CFG_EQUAL || e->op == CFG_STR_EQUAL)
                   ? node(p, CFG_STREMPTY, e->at, other, NULL)
                   : e;
    bool zero = (v.n == 0 && (e->op == CFG_AND || e->op == CFG_MULTIPLY || e->op == CFG_BIT_AND)) ||
                (v.n == 0 && !right && (e->op == CFG_DIVIDE || e->op == CFG_MODULO));
    bool same = (v.n == 1 && e->op == CFG_AND) || (v.n == 0 && e->op == CFG_OR);
    if (zero) return int_node(p, e->at, 0);
    if (v.n == 1 && e->op == CFG_OR) return int_node(p, e->at, 1);
    if (same) return cfg_expr_type(other) == KAM_INT ? other : node(p, CFG_TO_INT, e->at, other, NULL);
    return e;
}

static bool is_null(const struct cfg_expr *e) { return e->op == CFG_PV && e->pv->kind == CFG_PV_NULL; }

static const struct cfg_expr *combine(struct cfg_parse *p, const struct binary *b, struct source_pos at,
                                      const struct cfg_expr *left, const struct cfg_expr *right) {
    if (b->level == 8 && is_null(right)) {
        /* any comparison with $null asks whether there is a value */
        bool different = b->op == CFG_DIFFERENT || b->op == CFG_INT_DIFFERENT || b->op == CFG_STR_DIFFERENT;
        if (cfg_expr_type(left) != KAM_INT)
            return node(p, different ? CFG_DEFINED : CFG_NOT_DEFINED, at, left, NULL);
        diag_error(p->diag, left->at, "type mismatch at %s: a number where a string is needed", b->text);
        return NULL;
    }
    if (!types_fit(p, b, left, right)) return NULL;
    struct cfg_expr *e = node(p, b->op, at, left, right);
    if (e->op == CFG_MATCH) return compile_match(p, e) ? e : NULL;
    return simplify(p, e);
}

/* strlen(...) and strempty(...) */
static const struct cfg_expr *parse_length(struct cfg_parse *p, enum cfg_op op) {
    struct source_pos at = cfg_get(p)->at;
    if (!cfg_expect(p, "(")) return NULL;
    const struct cfg_expr *e = cfg_expr_parse_level(p, 1);
    if (!e || !cfg_expect(p, ")")) return NULL;
    if (cfg_expr_type(e) != KAM_INT) return node(p, op, at, e, NULL);
    diag_error(p->diag, e->at, "type mismatch: a number where a string is needed");
    return NULL;
}

/* A statement, or several in braces, whose result counts. */
static const struct cfg_expr *action_node(struct cfg_parse *p, struct source_pos at,
                                          const struct cfg_stmt *actions) {
    if (!actions) return NULL;
    struct cfg_expr *e = node(p, CFG_CALL, at, NULL, NULL);
    e->actions = actions;
    return e;
}

const struct cfg_expr *cfg_expr_missing(struct cfg_parse *p, struct source_pos at, const char *what) {
    struct cfg_stmt *s = cfg_stmt_new(p, CFG_STMT_MISSING, at);
    s->missing = program_missing_reached(p->program, SPAN(""), at, "%s", what);
    return action_node(p, at, s);
}

static const struct cfg_expr *parse_braces(struct cfg_parse *p) {
    struct source_pos at = p->t->at;
    const struct cfg_stmt *body;
    if (!cfg_block_parse(p, &body)) return NULL;
    struct cfg_expr *e = node(p, CFG_CALL, at, NULL, NULL);
    e->actions = body;
    return e;
}

/* ( expression ), or ( $name = expression ). */
static const struct cfg_expr *parse_parentheses(struct cfg_parse *p) {
    struct source_pos at = cfg_get(p)->at;
    const struct cfg_expr *e = p->t->kind == CFG_TOKEN_PV && cfg_token_is(p->t + 1, "=")
                                   ? action_node(p, at, cfg_assign_parse(p))
                                   : cfg_expr_parse_level(p, 1);
    return e && cfg_expect(p, ")") ? e : NULL;
}

static const struct cfg_expr *parse_number(struct cfg_parse *p, bool negative) {
    const struct cfg_token *t = cfg_get(p);
    return int_node(p, t->at, script_narrow(negative ? -t->n : t->n));
}

static const struct cfg_expr *parse_text(struct cfg_parse *p) {
    const struct cfg_token *t = cfg_get(p);
    struct cfg_expr *e = node(p, CFG_TEXT, t->at, NULL, NULL);
    e->constant = (struct kam_value){.type = KAM_STR, .s = t->text};
    return e;
}

static const struct cfg_expr *parse_pv(struct cfg_parse *p) {
    const struct cfg_token *t = cfg_get(p);
    const struct cfg_pv *pv = cfg_pv_bare(p, t);
    if (!pv) return NULL;
    struct cfg_expr *e = node(p, CFG_PV, t->at, NULL, NULL);
    e->pv = pv;
    return e;
}

/* A word of a select; words of Kamailio's own only if they are glued to what stands before them. */
static bool parse_select_word(struct cfg_parse *p, bool glued, struct buf *text) {
    enum cfg_token_kind kind = p->t->kind;
    bool own = kind == CFG_TOKEN_RESERVED || kind == CFG_TOKEN_NUMBER;
    bool begins = p->t->text.len && !ascii_digit((unsigned char)p->t->text.p[0]);
    if (!begins || (kind != CFG_TOKEN_WORD && !(own && glued))) return cfg_expected(p, "a word of a select");
    buf_add(text, cfg_get(p)->text);
    return true;
}

/* Does the token at p->t begin where the one before it ends? */
static bool is_glued(const struct cfg_parse *p) {
    return p->t->at.offset == p->t[-1].at.offset + p->t[-1].text.len;
}

/* [1], [-1], ["x"], if there is one. */
static bool parse_select_index(struct cfg_parse *p, struct buf *text) {
    if (!cfg_take(p, "[")) return true;
    bool minus = cfg_take(p, "-"), quoted = p->t->kind == CFG_TOKEN_STRING && !minus;
    bool number = p->t->kind == CFG_TOKEN_NUMBER && ascii_digit((unsigned char)p->t->text.p[0]);
    if (!quoted && !number) return cfg_expected(p, "a number or a string");
    buf_addf(text,
             quoted  ? "[\"" SPAN_FMT "\"]"
             : minus ? "[-" SPAN_FMT "]"
                     : "[" SPAN_FMT "]",
             SPAN_ARG(p->t->text));
    cfg_get(p);
    return cfg_expect(p, "]");
}

static bool parse_select_path(struct cfg_parse *p, struct buf *text) {
    for (bool glued = true;;) {
        if (!parse_select_word(p, glued, text) || !parse_select_index(p, text)) return false;
        if (!cfg_next_is(p, ".")) return true;
        glued = is_glued(p);
        buf_add(text, cfg_get(p)->text);
        glued = glued && is_glued(p);
    }
}

/* @via[1].host is $sel(@via[1].host) */
static const struct cfg_expr *parse_select(struct cfg_parse *p) {
    struct source_pos at = cfg_get(p)->at;
    struct buf text = {0};
    buf_add_text(&text, "$sel(@");
    bool parsed = parse_select_path(p, &text);
    buf_add_char(&text, ')');
    const struct cfg_pv *pv =
        parsed ? cfg_pv_find(p, arena_text(&p->program->arena, buf_span(&text)), at) : NULL;
    buf_free(&text);
    if (!pv) return NULL;
    struct cfg_expr *e = node(p, CFG_PV, at, NULL, NULL);
    e->pv = pv;
    e = node(p, CFG_TO_STR, at, e, NULL); /* unlike $sel(), it can be seen to be a string */
    e->pv = pv;
    return e;
}

static const struct cfg_expr *parse_value(struct cfg_parse *p) {
    if (p->t->kind == CFG_TOKEN_NUMBER) return parse_number(p, false);
    if (p->t->kind == CFG_TOKEN_STRING) return parse_text(p);
    if (p->t->kind == CFG_TOKEN_PV) return parse_pv(p);
    if (cfg_next_is(p, "strlen")) return parse_length(p, CFG_STRLEN);
    if (cfg_next_is(p, "strempty")) return parse_length(p, CFG_STREMPTY);
    if (cfg_next_is(p, "(")) return parse_parentheses(p);
    if (cfg_next_is(p, "{")) return parse_braces(p);
    if (cfg_test_starts(p)) return cfg_test_parse(p);
    if (cfg_call_starts(p)) return action_node(p, p->t->at, cfg_call_parse(p));
    if (cfg_next_is(p, "@")) return parse_select(p);
    if (cfg_next_is(p, "%")) {
        diag_error(p->diag, p->t->at, "attributes (%%...) are not simulated");
        return NULL;
    }
    cfg_expected(p, "an expression");
    return NULL;
}

static const struct cfg_expr *parse_unary(struct cfg_parse *p) {
    struct source_pos at = p->t->at;
    /* (int) and (str) are one token each to Kamailio, without blanks */
    bool cast = cfg_next_is(p, "(") && p->t[1].kind == CFG_TOKEN_WORD && cfg_token_is(p->t + 2, ")");
    if (cast && p->t[2].at.offset - p->t[0].at.offset <= 1 + p->t[1].text.len) {
        bool to_int = span_is(p->t[1].text, "int");
        if (to_int || span_is(p->t[1].text, "str")) {
            p->t += 3;
            const struct cfg_expr *e = cfg_expr_parse_level(p, LEVEL_CAST);
            return e ? node(p, to_int ? CFG_TO_INT : CFG_TO_STR, at, e, NULL) : NULL;
        }
    }
    if (cfg_next_is(p, "-") && p->t[1].kind == CFG_TOKEN_NUMBER) {
        cfg_get(p);
        return parse_number(p, true);
    }
    for (size_t i = 0; i < sizeof unaries / sizeof *unaries; i++) {
        const struct unary *u = &unaries[i];
        if (!cfg_take(p, u->text)) continue;
        const struct cfg_expr *e = cfg_expr_parse_level(p, u->level);
        if (!e) return NULL;
        bool fits = u->refuses_string ? cfg_expr_type(e) != KAM_STR : cfg_expr_type(e) != KAM_INT;
        if (fits) return node(p, u->op, at, e, NULL);
        diag_error(p->diag, e->at, "type mismatch at %s: %s where %s is needed", u->text,
                   type_name(cfg_expr_type(e)), type_name(u->refuses_string ? KAM_INT : KAM_STR));
        return NULL;
    }
    return parse_value(p);
}

/* All that binds at least as tight as the level. */
const struct cfg_expr *cfg_expr_parse_level(struct cfg_parse *p, int level) {
    if (!cfg_enter(p)) return NULL;
    const struct cfg_expr *left = parse_unary(p);
    while (left) {
        if (left->depth > CFG_TREE_MAX) {
            diag_error(p->diag, left->at, "the expression is too long");
            left = NULL;
            break;
        }
        const struct binary *b = NULL;
        for (size_t i = 0; i < sizeof binaries / sizeof *binaries && !b; i++)
            if (binaries[i].level >= level && cfg_next_is(p, binaries[i].text)) b = &binaries[i];
        if (!b) break;
        struct source_pos at = cfg_get(p)->at;
        const struct cfg_expr *right = cfg_expr_parse_level(p, b->level + 1);
        left = right ? combine(p, b, at, left, right) : NULL;
    }
    cfg_leave(p);
    return left;
}

const struct cfg_expr *cfg_expr_parse(struct cfg_parse *p) { return cfg_expr_parse_level(p, 1); }
