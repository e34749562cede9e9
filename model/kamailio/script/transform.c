/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/transform.h"

#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/pv_name.h"
#include "model/kamailio/script/subst.h"

const struct transform_row *const script_transform_tables[] = {
    script_transform_strings, script_transform_codes, script_transform_uris,
    script_transform_texts,   kam_transform_core,     NULL};

static const struct transform_row *find(struct span name) {
    for (size_t t = 0; script_transform_tables[t]; t++)
        for (const struct transform_row *row = script_transform_tables[t]; row->name; row++)
            if (span_is_nocase(name, row->name)) return row;
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

static bool read_number(struct span s, int64_t *n) {
    uint64_t digits;
    bool negative = s.len && s.p[0] == '-';
    if (!span_to_u64(span_skip(s, negative || (s.len && s.p[0] == '+')), INT32_MAX, &digits)) return false;
    *n = negative ? -(int64_t)digits : (int64_t)digits;
    return true;
}

/* The next parameter: to the comma; one character may be a comma itself, and an expression has them inside.
 */
static struct span cut_param(struct span *left, char letter) {
    if (letter == 'r') {
        struct span all = *left;
        *left = (struct span){left->p + left->len, 0};
        return all;
    }
    size_t from = letter == 'c' && left->len ? 1 : 0, end;
    if (left->len > 1 && left->p[0] == '$') from = script_pv_len(*left);
    for (end = from; end < left->len && left->p[end] != ',';)
        end++;
    struct span param = span_head(*left, end);
    *left = span_skip(*left, end < left->len ? end + 1 : end);
    return param;
}

static bool make_param(struct script_pv_maker *m, struct script_transform *t, char letter, struct span param,
                       struct span whole) {
    size_t i = t->count++;
    bool number = letter == 'n' || letter == 'N';
    if (letter == 'r') return (t->subst = script_subst_make(m, param)) != NULL;
    struct span trimmed = number ? span_trim(param) : param;
    if (trimmed.len > 1 && trimmed.p[0] == '$' && script_pv_len(trimmed) == trimmed.len) {
        struct cfg_pv *pv = arena_new(m->arena, sizeof *pv);
        t->pv[i] = pv;
        return script_pv_make(m, trimmed, pv);
    }
    if (number && (!read_number(trimmed, &t->n[i]) || (letter == 'N' && t->n[i] < 0)))
        return wrong(m, whole, letter == 'N' ? "needs a number that is not negative" : "needs a number");
    if (letter == 'c' && param.len != 1) return wrong(m, whole, "needs one character");
    t->s[i] = arena_text(m->arena, param);
    return true;
}

static bool make_one(struct script_pv_maker *m, struct span whole, struct script_transform *t) {
    struct span left = {whole.p + 1, whole.len - 2}, name = left;
    ptrdiff_t comma = span_find(left, ',');
    if (comma >= 0) name = span_head(left, (size_t)comma);
    left = comma >= 0 ? span_skip(left, (size_t)comma + 1) : (struct span){0};
    t->row = find(name);
    if (!t->row) return wrong(m, whole, "is unknown");
    if (!t->row->apply)
        t->missing = m->names ? program_missing_reached(m->names, SPAN("pv"), m->at, "{%s}", t->row->name)
                              : program_missing_now(m->arena, SPAN("pv"), t->row->name);
    bool optional = false;
    for (const char *letter = t->row->params; *letter; letter++) {
        if (*letter == '?')
            optional = true;
        else if (left.len || (left.p && *letter == 's' && !optional)) { /* a text may be empty */
            if (!make_param(m, t, *letter, cut_param(&left, *letter), whole)) return false;
        } else if (!optional)
            return wrong(m, whole, "needs more parameters");
    }
    return left.len == 0 || wrong(m, whole, "has too many parameters");
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
        text = span_skip(text, (size_t)end + 1);
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
    *v = (struct kam_value){.type = KAM_INT, .n = n};
    v->s = kam_value_text(*v, c->arena);
    return true;
}

/* The parameters of this moment; false: a variable among them has no value. */
static bool params(struct script *h, const struct script_transform *t, struct transform_call *c) {
    c->count = t->count;
    for (size_t i = 0; i < t->count && i < TRANSFORM_ARGS_MAX; i++) {
        c->n[i] = t->n[i];
        c->s[i] = t->s[i];
        if (!t->pv[i]) continue;
        struct kam_value v = script_pv(h, t->pv[i]);
        if (v.type == KAM_NULL) return false;
        c->n[i] = script_int(v);
        c->s[i] = script_text(h, v);
    }
    return true;
}

struct kam_value script_transform(struct script *h, const struct script_transform *t, struct kam_value v) {
    for (; t && v.type != KAM_NULL; t = t->next) {
        struct transform_call c = {.script = h, .arena = h->arena, .subst = t->subst};
        if (t->missing) script_missing(h, t->missing);
        if (t->missing || !params(h, t, &c) || !t->row->apply(&c, &v))
            v = (struct kam_value){.type = KAM_NULL};
    }
    if (v.type == KAM_NULL) v.failed = true;
    return v;
}
