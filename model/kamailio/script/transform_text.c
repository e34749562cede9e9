/* SPDX-License-Identifier: MIT */
/* {param.*}, {nameaddr.*}, {line.*}, {re.subst}: lists, addresses, lines. (facts: Kamailio 18.2)
 */
#include "model/kamailio/script/param_list.h"
#include "model/kamailio/script/subst.h"
#include "model/kamailio/script/transform.h"

/* Parameters. */

/* The separator that the parameter with that number says; ; without. A comma separates nothing: it is the
 * end. */
static char separator(const struct transform_call *c, size_t i) {
    char said = c->count > i && c->s[i].len ? c->s[i].p[0] : ';';
    return said == ',' ? '\0' : said;
}

/* How many there are; -1: they cannot be read. */
static int64_t count_of(struct span left, char separator) {
    int64_t n = 0;
    struct script_param p;
    int got;
    while ((got = script_param_next(&left, separator, &p)) > 0)
        n++;
    return got < 0 || n == 0 ? -1 : n;
}

/* The last one of that name. */
static bool find_param(struct span left, char separator, struct span name, struct script_param *out) {
    bool found = false;
    for (struct script_param p; script_param_next(&left, separator, &p) > 0;) {
        if (!span_eq_nocase(p.name, name)) continue;
        *out = p;
        found = true;
    }
    return found;
}

static bool param_value(const struct transform_call *c, struct kam_value *v) {
    struct span text = script_params(transform_text(c, *v), separator(c, 1));
    struct script_param p = {0};
    if (count_of(text, separator(c, 1)) < 0) return false;
    find_param(text, separator(c, 1), c->s[0], &p);
    return transform_is_text(v, p.value);
}

static bool param_at(const struct transform_call *c, struct kam_value *v, bool name) {
    struct span left = script_params(transform_text(c, *v), separator(c, 1));
    int64_t count = count_of(left, separator(c, 1)), index = c->n[0] < 0 ? count + c->n[0] : c->n[0];
    struct script_param p;
    if (count < 0) return false;
    for (int64_t i = 0; script_param_next(&left, separator(c, 1), &p) > 0; i++)
        if (i == index) return transform_is_text(v, name ? p.name : p.value);
    return transform_is_text(v, SPAN(""));
}

static bool param_name(const struct transform_call *c, struct kam_value *v) { return param_at(c, v, true); }
static bool param_valueat(const struct transform_call *c, struct kam_value *v) {
    return param_at(c, v, false);
}

static bool param_in(const struct transform_call *c, struct kam_value *v) {
    struct span text = script_params(transform_text(c, *v), separator(c, 1));
    struct script_param p;
    if (count_of(text, separator(c, 1)) < 0) return false;
    return transform_is_number(c, v, find_param(text, separator(c, 1), c->s[0], &p));
}

static bool param_count(const struct transform_call *c, struct kam_value *v) {
    int64_t n = count_of(script_params(transform_text(c, *v), separator(c, 0)), separator(c, 0));
    return n >= 0 && transform_is_number(c, v, n);
}

/* Addresses: name <uri>;parameters */

struct address {
    struct span whole, name,
        uri; /* whole: to the >, p NULL: there is none; name: with the blanks around it */
};

/* Without a < outside of quotes, all of it is the URI. */
static bool read_address(struct address *a, struct span s) {
    *a = (struct address){0};
    if (s.len == 0) return false;
    bool quoted = false;
    size_t open = 0;
    for (; open < s.len && (quoted || s.p[open] != '<'); open++) {
        if (s.p[open] == '\\' && quoted)
            open++;
        else if (s.p[open] == '"')
            quoted = !quoted;
    }
    if (open >= s.len) {
        a->whole = a->uri = s;
        return true;
    }
    struct span inside = span_skip(s, open + 1);
    ptrdiff_t close = span_find_unquoted(inside, '>');
    a->name = span_head(s, open);
    a->uri = close < 0 ? inside : span_head(inside, (size_t)close);
    if (close >= 0) a->whole = span_head(s, open + (size_t)close + 2);
    return close >= 0;
}

/*
 * The process keeps the text that it has read last: one whose < nothing ends is nothing for who asks first,
 * and what it is up to there for who asks again. Empty ones are not read.
 */
static bool read_again(struct address *a, const struct transform_call *c, struct span s) {
    struct kam_process *process = c->script->state->process;
    bool again = s.len && span_eq(buf_span(&process->unended), s), ended = read_address(a, s);
    if (again || ended || !s.len) {
        if (ended) buf_reset(&process->unended);
        return s.len > 0;
    }
    buf_reset(&process->unended);
    buf_add(&process->unended, s);
    return false;
}

static bool nameaddr_name(const struct transform_call *c, struct kam_value *v) {
    struct address a;
    return read_again(&a, c, transform_text(c, *v)) && transform_is_text(v, a.name);
}

static bool nameaddr_uri(const struct transform_call *c, struct kam_value *v) {
    struct address a;
    return read_again(&a, c, transform_text(c, *v)) && transform_is_text(v, a.uri);
}

static bool nameaddr_len(const struct transform_call *c, struct kam_value *v) {
    struct address a;
    return read_again(&a, c, transform_text(c, *v)) && transform_is_number(c, v, (int64_t)a.whole.len);
}

/* Lines: without their ends. */

static bool next_line(struct span *left, struct span *line) {
    if (left->len == 0) return false;
    *line = span_cut(left, '\n');
    if (line->len && line->p[line->len - 1] == '\r') line->len--;
    return true;
}

static int64_t lines_of(struct span left) {
    int64_t n = 0;
    for (struct span line; next_line(&left, &line);)
        n++;
    return n;
}

static bool line_count(const struct transform_call *c, struct kam_value *v) {
    struct span text = transform_text(c, *v);
    if (!text.len || !transform_is_number(c, v, lines_of(text))) return false;
    return transform_is_text(v, transform_text(c, *v)); /* + joins it */
}

static bool line_at(const struct transform_call *c, struct kam_value *v) {
    struct span left = transform_text(c, *v), line;
    if (left.len == 0) return false;
    int64_t index = c->n[0] < 0 ? lines_of(left) + c->n[0] : c->n[0];
    for (int64_t i = 0; next_line(&left, &line); i++)
        if (i == index) return transform_is_text(v, line);
    return transform_is_text(v, SPAN(""));
}

/* The first line that starts with the text. */
static bool line_sw(const struct transform_call *c, struct kam_value *v) {
    struct span left = transform_text(c, *v), line;
    if (left.len == 0) return false;
    while (next_line(&left, &line))
        if (span_eq(span_head(line, c->s[0].len), c->s[0])) return transform_is_text(v, line);
    return transform_is_text(v, SPAN(""));
}

static bool re_subst(const struct transform_call *c, struct kam_value *v) {
    unsigned count;
    struct span given = transform_text(c, *v);
    enum { RESULT_MAX = 8192 };
    const struct script_subst *made = c->subst ? NULL : kam_subst_new(c->script->run, c->s[0]);
    if (!c->subst && !made) return false;
    struct span text = script_subst_apply(c->script, made ? made : c->subst, given, &count);
    if (made) kam_subst_drop(made);
    if (given.len >= RESULT_MAX || text.len >= RESULT_MAX) return false;
    return transform_is_text(v, text.p ? text : SPAN(""));
}

const struct transform_row script_transform_texts[] = {
    {"param.value", "s?p", param_value}, {"param.valueat", "n?p", param_valueat},
    {"param.name", "n?p", param_name},   {"param.in", "s?p", param_in},
    {"param.count", "?v", param_count},  {"nameaddr.name", "", nameaddr_name},
    {"nameaddr.uri", "", nameaddr_uri},  {"nameaddr.len", "", nameaddr_len},
    {"line.count", "", line_count},      {"line.at", "n", line_at},
    {"line.sw", "s", line_sw},           {"re.subst", "r", re_subst},
    {"msrpuri.user", "", NULL},          {"msrpuri.host", "", NULL},
    {"msrpuri.port", "", NULL},          {"msrpuri.session", "", NULL},
    {"msrpuri.proto", "", NULL},         {"msrpuri.params", "", NULL},
    {"msrpuri.userinfo", "", NULL},      {NULL, NULL, NULL},
};
