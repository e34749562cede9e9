/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/transform.h"

#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/pv_name.h"
#include "model/kamailio/script/subst.h"

#include <stdio.h>
#include <string.h>

const struct transform_row *const script_transform_tables[] = {
    script_transform_strings, script_transform_codes, script_transform_uris,
    script_transform_texts,   kam_transform_core,     NULL};

/* What may stand between the parts of one: not a CR. */
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static struct span skip_blanks(struct span s) {
    while (s.len && is_blank(s.p[0]))
        s = span_skip(s, 1);
    return s;
}

static struct span trim_blanks(struct span s) {
    while (s.len && is_blank(s.p[s.len - 1]))
        s.len--;
    return skip_blanks(s);
}

/* "s." as it stands, blanks, and the rest in any case. */
static const struct transform_row *find(struct span name) {
    size_t family = (size_t)(span_find(name, '.') + 1);
    struct span rest = trim_blanks(span_skip(name, family));
    for (size_t t = 0; family && script_transform_tables[t]; t++)
        for (const struct transform_row *row = script_transform_tables[t]; row->name; row++)
            if (strncmp(name.p, row->name, family) == 0 && span_is_nocase(rest, row->name + family))
                return row;
    return NULL;
}

/* Why not. Always false. */
static bool wrong(struct script_pv_maker *m, struct span text, const char *what) {
    buf_reset(&m->why);
    buf_addf(&m->why, "the transformation " SPAN_FMT " %s", SPAN_ARG(text), what);
    return false;
}

/* The } that ends the { that text begins with, or -1. */
static ptrdiff_t closing(struct span text) {
    unsigned depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '{') depth++;
        if (text.p[i] == '}' && --depth == 0) return (ptrdiff_t)i;
    }
    return -1;
}

/* Of what is too large, the last 32 bits. */
static bool read_number(struct span s, int64_t *n) {
    bool negative = s.len && s.p[0] == '-';
    struct span digits = span_skip(s, negative || (s.len && s.p[0] == '+'));
    uint32_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!ascii_digit((unsigned char)digits.p[i])) return false;
        value = value * 10 + (uint32_t)(digits.p[i] - '0');
    }
    *n = (int32_t)(negative ? 0 - value : value);
    return digits.len > 0;
}

static bool is_character(char letter) { return letter == 'c' || letter == 'p'; }

/* The next parameter: to the comma; an expression has them inside. left->p NULL: no comma follows. */
static struct span cut_param(struct span *left, char letter) {
    size_t from = (is_character(letter) || letter == 'v') && left->len ? 1 : 0, end;
    struct span text = *left;
    if (text.len > 1 && text.p[0] == '$') from = script_pv_len(text);
    for (end = from; end < text.len && (letter == 'r' || letter == 'C' || text.p[end] != ',');)
        end++;
    *left = end < text.len ? span_skip(text, end + 1) : (struct span){0};
    return span_head(text, end);
}

/* A variable. */
static bool make_variable(struct script_pv_maker *m, struct script_transform *t, size_t i, struct span text,
                          struct span whole) {
    struct cfg_pv *pv = arena_new(m->arena, sizeof *pv);
    size_t len = script_pv_len(text);
    if (len == 0 || trim_blanks(span_skip(text, len)).len)
        return wrong(m, whole, "needs a variable and no more behind the $");
    t->pv[i] = pv;
    return script_pv_make(m, span_head(text, len), pv);
}

static bool make_param(struct script_pv_maker *m, struct script_transform *t, char letter, struct span param,
                       struct span whole) {
    size_t i = t->count++;
    bool number = letter == 'n' || letter == 'N';
    if (letter == 'r' && !(param.len && param.p[0] == '$'))
        return (t->subst = script_subst_make(m, param)) != NULL;
    bool variable = !is_character(letter) && param.len > 1 && param.p[0] == '$';
    if ((is_character(letter) || (letter == 'v' && !variable)) && param.len != 1)
        return wrong(m, whole, "needs one character");
    if (letter == 'p' && param.p[0] == ',') return wrong(m, whole, "cannot have a comma as separator");
    if (letter == 'C' && span_find(span_head(param, param.len - (param.len > 0)), ',') > 0)
        return wrong(m, whole, "has too many parameters");
    if (!is_character(letter) && letter != 'v') param = skip_blanks(param);
    if (number) param = trim_blanks(param);
    if (!is_character(letter) && letter != 'v' && param.len) variable = param.p[0] == '$';
    if (variable) {
        size_t len = letter == 'C' ? script_pv_len(param) : param.len; /* of a C, the rest does not count */
        return make_variable(m, t, i, span_head(param, len), whole);
    }
    if (number && (!read_number(param, &t->n[i]) || (letter == 'N' && t->n[i] < 0)))
        return wrong(m, whole, letter == 'N' ? "needs a number that is not negative" : "needs a number");
    if (letter == 'C') param = param.len ? span_head(param, 1) : SPAN("}"); /* the one that ends it */
    t->s[i] = arena_text(m->arena, param);
    return true;
}

static bool make_one(struct script_pv_maker *m, struct span whole, struct script_transform *t) {
    struct span left = {whole.p + 1, whole.len - 2}, name = span_cut(&left, ',');
    t->row = find(name);
    if (!t->row) return wrong(m, whole, "is unknown");
    if (!t->row->apply)
        t->missing = m->names ? program_missing_reached(m->names, SPAN("pv"), m->at, "{%s}", t->row->name)
                              : program_missing_now(m->arena, SPAN("pv"), t->row->name);
    bool optional = false;
    for (const char *letter = t->row->params; *letter; letter++) {
        if (*letter == '?')
            optional = true;
        else if (left.p) {
            if (!make_param(m, t, *letter, cut_param(&left, *letter), whole)) return false;
        } else if (!optional)
            return wrong(m, whole, "needs more parameters");
    }
    return !left.p || wrong(m, whole, "has too many parameters");
}

bool script_transform_make(struct script_pv_maker *m, struct span text, const struct script_transform **out) {
    while (text.len) {
        ptrdiff_t end = text.p[0] == '{' ? closing(text) : -1;
        if (end < 0) return wrong(m, text, "is not complete");
        struct script_transform *t = arena_new(m->arena, sizeof *t);
        *t = (struct script_transform){0};
        if (!make_one(m, span_head(text, (size_t)end + 1), t)) return false;
        *out = t;
        out = (const struct script_transform **)&t->next;
        text = skip_blanks(span_skip(text, (size_t)end + 1));
    }
    *out = NULL;
    return true;
}

struct span transform_text(const struct transform_call *c, struct kam_value v) {
    return kam_value_text(v, c->arena);
}

bool transform_is_text(struct kam_value *v, struct span s) {
    *v = (struct kam_value){.type = KAM_STR, .s = s.p ? s : SPAN("")};
    return true;
}

bool transform_is_built(const struct transform_call *c, struct kam_value *v, struct buf *b) {
    struct span text = arena_text(c->arena, buf_span(b));
    buf_free(b);
    return transform_is_text(v, text);
}

bool transform_is_number(const struct transform_call *c, struct kam_value *v, int64_t n) {
    (void)c;
    *v = (struct kam_value){.type = KAM_INT, .n = n};
    return true;
}

/* A number as a text in the one place that all of them share; its other texts change. */
static struct span write_number(struct script *h, int64_t n) {
    char text[sizeof h->state->number], *end = h->state->number + sizeof text;
    int len = snprintf(text, sizeof text, "%lld", (long long)n);
    memcpy(end - len, text, (size_t)len);
    return (struct span){end - len, (size_t)len};
}

static bool is_shared(const struct script *h, struct span s) {
    return s.p >= h->state->number && s.p < h->state->number + sizeof h->state->number;
}

/* The text that a {s.*} in it has built? */
static bool is_built(const struct cfg_pv *pv, struct kam_value v) {
    const struct script_transform *t = pv->transforms;
    while (t && t->next)
        t = t->next;
    return t && v.type == KAM_STR && strncmp(t->row->name, "s.", 2) == 0;
}

/* The parameters of this moment; false: a variable among them has no value, or none of that kind. */
static bool params(struct script *h, const struct script_transform *t, struct transform_call *c) {
    const char *letters = t->row->params;
    c->count = t->count;
    for (size_t i = 0; i < t->count && i < TRANSFORM_ARGS_MAX; i++, letters++) {
        letters += *letters == '?';
        c->n[i] = t->n[i];
        c->s[i] = t->s[i];
        if (!t->pv[i]) continue;
        struct kam_value v = script_pv(h, t->pv[i]);
        bool number = *letters == 'n' || *letters == 'N';
        if (v.type == KAM_INT && !v.s.p) v.s = write_number(h, v.n);
        if (number ? v.type == KAM_NULL || (v.type == KAM_STR && !v.n && !v.counts) : v.s.len == 0)
            return false;
        c->n[i] = script_int(v);
        c->s[i] = v.s;
        if (is_built(t->pv[i], v)) c->shared = i + 1;
        if (*letters == 'N' && c->n[i] < 0) return false;
    }
    return true;
}

/* Those that give a part of the text itself; the others copy it. */
static bool leaves_text(const struct transform_row *row) {
    return strncmp(row->name, "line.", 5) == 0 || strcmp(row->name, "s.int") == 0;
}

static bool fits(const struct transform_row *row, struct span text) {
    return !row->longest || text.len <= row->longest;
}

static uint64_t cost(const struct transform_row *row, struct span text) {
    enum { BYTES = 16, DEAR_BYTES = 4, PAIRS = 16, DEAR = 5 };
    if (row->cost == TRANSFORM_SQUARE && text.len <= UINT16_MAX) return 1 + text.len * text.len / PAIRS;
    return row->cost == TRANSFORM_DEAR ? DEAR + text.len / DEAR_BYTES : 1 + text.len / BYTES;
}

struct kam_value script_transform(struct script *h, const struct script_transform *t, struct kam_value v) {
    for (; t && v.type != KAM_NULL; t = t->next) {
        struct transform_call c = {.script = h, .arena = h->arena, .subst = t->subst};
        if (t->missing) script_missing(h, t->missing);
        if (v.type == KAM_INT && !v.s.p) v.s = write_number(h, v.n);
        struct span text = v.type == KAM_STR ? v.s : (struct span){0};
        event_spend(h->state->queue, cost(t->row, text));
        if (t->missing || !fits(t->row, text) || !params(h, t, &c) || !t->row->apply(&c, &v))
            v = (struct kam_value){.type = KAM_NULL};
        if (is_shared(h, v.s) && !leaves_text(t->row)) v.s = arena_text(h->arena, v.s);
    }
    if (is_shared(h, v.s)) v.s = arena_text(h->arena, v.s);
    if (v.type == KAM_NULL) v.failed = true;
    return v;
}
