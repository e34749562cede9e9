/* SPDX-License-Identifier: MIT */
/* {param.*}, {nameaddr.*}, {tobody.*}, {line.*}, {re.subst}: lists, addresses, lines. (facts: Kamailio 18.2)
 */
#include "model/kamailio/script/subst.h"
#include "model/kamailio/script/transform.h"
#include "model/sip/uri.h"

/* Parameters: name=value between separators; a quoted value may have the separator inside. */

struct param {
    struct span name, value;
};

static size_t param_end(struct span s, char separator) {
    bool quoted = false;
    size_t i = 0;
    for (; i < s.len && (quoted || s.p[i] != separator); i++)
        if (s.p[i] == '"') quoted = !quoted;
    return i;
}

static bool next_param(struct span *left, char separator, struct param *out) {
    while (left->len && (ascii_space((unsigned char)left->p[0]) || left->p[0] == separator))
        *left = span_skip(*left, 1);
    if (left->len == 0) return false;
    size_t end = param_end(*left, separator);
    struct span value = span_head(*left, end);
    *left = span_skip(*left, end < left->len ? end + 1 : end);
    out->name = span_trim(span_cut(&value, '='));
    out->value = span_trim(value);
    if (out->value.len > 1 && out->value.p[0] == '"' && out->value.p[out->value.len - 1] == '"')
        out->value = (struct span){out->value.p + 1, out->value.len - 2};
    return true;
}

/* The separator that the parameter with that number says; ; without. */
static char separator(const struct transform_call *c, size_t i) {
    return c->count > i && c->s[i].len ? c->s[i].p[0] : ';';
}

static bool param_value(const struct transform_call *c, struct kam_value *v) {
    struct span left = transform_text(c, *v);
    struct param p;
    while (next_param(&left, separator(c, 1), &p))
        if (span_eq_nocase(p.name, c->s[0])) return transform_is_text(v, p.value);
    return transform_is_text(v, SPAN(""));
}

static int64_t count_of(struct span left, char separator) {
    int64_t n = 0;
    for (struct param p; next_param(&left, separator, &p);)
        n++;
    return n;
}

static bool param_at(const struct transform_call *c, struct kam_value *v, bool name) {
    struct span left = transform_text(c, *v);
    int64_t index = c->n[0] < 0 ? count_of(left, separator(c, 1)) + c->n[0] : c->n[0];
    struct param p;
    for (int64_t i = 0; next_param(&left, separator(c, 1), &p); i++)
        if (i == index) return transform_is_text(v, name ? p.name : p.value);
    return transform_is_text(v, SPAN(""));
}

static bool param_name(const struct transform_call *c, struct kam_value *v) { return param_at(c, v, true); }
static bool param_valueat(const struct transform_call *c, struct kam_value *v) {
    return param_at(c, v, false);
}

static bool param_in(const struct transform_call *c, struct kam_value *v) {
    struct span left = transform_text(c, *v);
    struct param p;
    while (next_param(&left, separator(c, 1), &p))
        if (span_eq_nocase(p.name, c->s[0])) return transform_is_number(c, v, 1);
    return transform_is_number(c, v, 0);
}

static bool param_count(const struct transform_call *c, struct kam_value *v) {
    struct span text = transform_text(c, *v);
    if (text.len == 0) return false;
    return transform_is_number(c, v, count_of(text, separator(c, 0)));
}

/* Addresses: name <uri>;parameters */

struct address {
    struct span whole, name, uri, params; /* whole: to the >; name: with the blanks before the < */
};

static bool read_address(struct address *a, struct span s) {
    *a = (struct address){0};
    s = span_trim(s);
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
        size_t end = 0;
        while (end < s.len && s.p[end] != ',' && !ascii_space((unsigned char)s.p[end]))
            end++;
        a->whole = a->uri = span_head(s, end);
        return true;
    }
    ptrdiff_t close = span_find(span_skip(s, open), '>');
    if (close < 0) return false;
    a->name = span_head(s, open);
    a->uri = (struct span){s.p + open + 1, (size_t)close - 1};
    a->whole = span_head(s, open + (size_t)close + 1);
    struct span rest = span_trim(span_skip(s, open + (size_t)close + 1));
    if (rest.len && rest.p[0] == ';') a->params = span_trim(span_skip(rest, 1));
    return true;
}

static bool nameaddr_name(const struct transform_call *c, struct kam_value *v) {
    struct address a;
    return read_address(&a, transform_text(c, *v)) && transform_is_text(v, a.name);
}

static bool nameaddr_uri(const struct transform_call *c, struct kam_value *v) {
    struct address a;
    return read_address(&a, transform_text(c, *v)) && transform_is_text(v, a.uri);
}

static bool nameaddr_len(const struct transform_call *c, struct kam_value *v) {
    struct address a;
    return read_address(&a, transform_text(c, *v)) && transform_is_number(c, v, (int64_t)a.whole.len);
}

/* The value of a From or To; only with a URI that can be read. */
static bool read_body(const struct transform_call *c, struct kam_value v, struct address *a, struct uri *u) {
    return read_address(a, transform_text(c, v)) && uri_parse(u, a->uri);
}

/* Without brackets, a semicolon begins the header's parameters. */
static void split_bare(struct address *a) {
    ptrdiff_t semicolon = a->whole.p == a->uri.p ? span_find(a->uri, ';') : -1;
    if (semicolon < 0) return;
    a->params = span_skip(a->uri, (size_t)semicolon + 1);
    a->uri = span_head(a->uri, (size_t)semicolon);
}

/* A second = in a parameter makes the whole value unreadable. */
static bool are_params(struct span params) {
    struct param p;
    while (next_param(&params, ';', &p))
        if (span_find_unquoted(p.value, '=') >= 0) return false;
    return true;
}

enum body_part { BODY_URI, BODY_TAG, BODY_DISPLAY, BODY_PARAMS, BODY_USER, BODY_HOST };

static bool body(const struct transform_call *c, struct kam_value *v, enum body_part which) {
    struct address a;
    struct uri u;
    if (!read_body(c, *v, &a, &u)) return false;
    split_bare(&a);
    if (!are_params(a.params)) return false;
    uri_parse(&u, a.uri);
    switch (which) {
    case BODY_URI: return transform_is_text(v, a.uri);
    case BODY_DISPLAY: return transform_is_text(v, span_trim(a.name));
    case BODY_PARAMS: return transform_is_text(v, a.params);
    case BODY_USER: return transform_is_text(v, u.user);
    case BODY_HOST: return transform_is_text(v, u.host);
    default: break;
    }
    struct param p;
    while (next_param(&a.params, ';', &p))
        if (span_is_nocase(p.name, "tag")) return transform_is_text(v, p.value);
    return transform_is_text(v, SPAN(""));
}

#define BODY(name, part)                                                                                     \
    static bool name(const struct transform_call *c, struct kam_value *v) { return body(c, v, part); }

BODY(tobody_uri, BODY_URI)
BODY(tobody_tag, BODY_TAG)
BODY(tobody_display, BODY_DISPLAY)
BODY(tobody_params, BODY_PARAMS)
BODY(tobody_user, BODY_USER)
BODY(tobody_host, BODY_HOST)

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
    return transform_is_number(c, v, lines_of(transform_text(c, *v)));
}

static bool line_at(const struct transform_call *c, struct kam_value *v) {
    struct span left = transform_text(c, *v), line;
    int64_t index = c->n[0] < 0 ? lines_of(left) + c->n[0] : c->n[0];
    for (int64_t i = 0; next_line(&left, &line); i++)
        if (i == index) return transform_is_text(v, line);
    return transform_is_text(v, SPAN(""));
}

/* The first line that starts with the text. */
static bool line_sw(const struct transform_call *c, struct kam_value *v) {
    struct span left = transform_text(c, *v), line;
    while (next_line(&left, &line))
        if (span_eq(span_head(line, c->s[0].len), c->s[0])) return transform_is_text(v, line);
    return transform_is_text(v, SPAN(""));
}

static bool re_subst(const struct transform_call *c, struct kam_value *v) {
    unsigned count;
    struct span text = script_subst_apply(c->script, c->subst, transform_text(c, *v), &count);
    return transform_is_text(v, text.p ? text : SPAN(""));
}

const struct transform_row script_transform_texts[] = {
    {"param.value", "s?c", param_value},
    {"param.valueat", "n?c", param_valueat},
    {"param.name", "n?c", param_name},
    {"param.in", "s?c", param_in},
    {"param.count", "?c", param_count},
    {"nameaddr.name", "", nameaddr_name},
    {"nameaddr.uri", "", nameaddr_uri},
    {"nameaddr.len", "", nameaddr_len},
    {"tobody.uri", "", tobody_uri},
    {"tobody.tag", "", tobody_tag},
    {"tobody.display", "", tobody_display},
    {"tobody.params", "", tobody_params},
    {"tobody.user", "", tobody_user},
    {"tobody.host", "", tobody_host},
    {"line.count", "", line_count},
    {"line.at", "n", line_at},
    {"line.sw", "s", line_sw},
    {"re.subst", "r", re_subst},
    {"urialias.encode", "", NULL},
    {"urialias.decode", "", NULL},
    {"msrpuri.user", "", NULL},
    {"msrpuri.host", "", NULL},
    {"msrpuri.port", "", NULL},
    {"msrpuri.session", "", NULL},
    {"msrpuri.proto", "", NULL},
    {"msrpuri.params", "", NULL},
    {"msrpuri.userinfo", "", NULL},
    {NULL, NULL, NULL},
};
