/* SPDX-License-Identifier: MIT */
/* {s.*}: parts of texts. (facts: Kamailio 18.2) */
#include "model/kamailio/script/transform.h"

#include <string.h>

static bool s_len(const struct transform_call *c, struct kam_value *v) {
    return transform_is_number(c, v, (int64_t)transform_text(c, *v).len);
}

/* All of it must be a number. */
static bool s_int(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    uint64_t n;
    bool negative = s.len && s.p[0] == '-';
    struct span digits = span_skip(s, negative || (s.len && s.p[0] == '+'));
    if (v->counts) { /* it is a number as it is, and stays a text */
        v->type = KAM_INT;
        v->s = s;
        return true;
    }
    if (s.len == 0)
        n = 0;
    else if (!span_to_u64(digits, INT32_MAX, &n))
        return false;
    v->type = KAM_INT;
    v->n = negative ? -(int64_t)n : (int64_t)n;
    v->s = s;
    return true;
}

/* A part of the text, which must fit into Kamailio's buffer. */
static bool is_part(struct kam_value *v, struct span part) {
    return part.len < TRANSFORM_BUFFER && transform_is_text(v, part);
}

/* From an offset, a negative one from the end; length 0: all that follows, and what is too long is cut. */
static bool s_substr(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    int64_t from = c->n[0] < 0 ? (int64_t)s.len + c->n[0] : c->n[0];
    if (from < 0 || from >= (int64_t)s.len) return false;
    s = span_skip(s, (size_t)from);
    if (c->n[1] > 0 && c->n[1] < (int64_t)s.len) s = span_head(s, (size_t)c->n[1]);
    return is_part(v, s);
}

/* The nth piece between separators; from -1 on down from the end. One that is not there is empty. */
static bool s_select(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v), left = s;
    int64_t index = c->n[0], count = 1;
    if (c->s[1].len == 0) return false;
    for (size_t i = 0; i < s.len; i++)
        count += s.p[i] == c->s[1].p[0];
    if (index < 0) index += count;
    if (index < 0 || index >= count) return transform_is_text(v, SPAN(""));
    struct span piece = {0};
    for (int64_t i = 0; i <= index; i++)
        piece = span_cut(&left, c->s[1].p[0]);
    return transform_is_text(v, piece);
}

static bool cased(const struct transform_call *c, struct kam_value *v, bool upper) {
    struct span s = arena_text(c->arena, transform_text(c, *v));
    for (size_t i = 0; i < s.len; i++) {
        char *p = (char *)s.p + i;
        *p = upper ? (char)(*p >= 'a' && *p <= 'z' ? *p - ('a' - 'A') : *p) : (char)ascii_lower(*p);
    }
    return transform_is_text(v, s);
}

static bool s_tolower(const struct transform_call *c, struct kam_value *v) { return cased(c, v, false); }
static bool s_toupper(const struct transform_call *c, struct kam_value *v) { return cased(c, v, true); }

static bool s_strip(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    if (c->n[0] < 0) return is_part(v, s);
    return is_part(v, span_skip(s, c->n[0] < (int64_t)s.len ? (size_t)c->n[0] : s.len));
}

static bool s_striptail(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    if (c->n[0] < 0) return is_part(v, s);
    return is_part(v, span_head(s, c->n[0] < (int64_t)s.len ? s.len - (size_t)c->n[0] : 0));
}

/* All before the character goes; without it, everything. */
static bool s_stripto(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    ptrdiff_t i = c->s[0].len ? span_find(s, c->s[0].p[0]) : -1;
    return is_part(v, span_skip(s, i < 0 ? s.len : (size_t)i));
}

/* abc: a,ab,abc */
static bool prefixes(const struct transform_call *c, struct kam_value *v, const char *quote) {
    struct span s = transform_text(c, *v);
    size_t max = c->count && c->n[0] > 0 && c->n[0] < (int64_t)s.len ? (size_t)c->n[0] : s.len;
    struct buf b = {0};
    if (max * max / 2 > TRANSFORM_BUFFER) return false;
    for (size_t len = 1; len <= max; len++) {
        if (len > 1) buf_add_char(&b, ',');
        buf_add_text(&b, quote);
        buf_add(&b, span_head(s, len));
        buf_add_text(&b, quote);
    }
    return transform_is_built(c, v, &b);
}

static bool s_prefixes(const struct transform_call *c, struct kam_value *v) { return prefixes(c, v, ""); }
static bool s_quoted(const struct transform_call *c, struct kam_value *v) { return prefixes(c, v, "'"); }

/* A parameter as it is now: of one that stands where the result is written to, the beginning is that. */
static struct span param_now(const struct transform_call *c, size_t i, const struct buf *out) {
    if (c->shared != i + 1) return c->s[i];
    struct span text = arena_text(c->arena, c->s[i]);
    size_t changed = out->len < text.len ? out->len : text.len;
    if (changed) memcpy((char *)text.p, out->p, changed);
    return text;
}

/* An empty text is nowhere. with: the number of the parameter that replaces it; count: nothing does. */
static bool replaced(const struct transform_call *c, struct kam_value *v, size_t with) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    if (c->s[0].len == 0) return transform_is_text(v, s);
    if (s.len > TRANSFORM_BUFFER) return false;
    while (s.len && b.len < TRANSFORM_BUFFER) { /* what is left then is lost */
        struct span what = param_now(c, 0, &b);
        if (span_eq(span_head(s, what.len), what)) {
            if (with < c->count) buf_add(&b, param_now(c, with, &b));
            s = span_skip(s, what.len);
        } else {
            buf_add_char(&b, s.p[0]);
            s = span_skip(s, 1);
        }
    }
    return transform_is_built(c, v, &b);
}

static bool s_replace(const struct transform_call *c, struct kam_value *v) { return replaced(c, v, 1); }
static bool s_rm(const struct transform_call *c, struct kam_value *v) { return replaced(c, v, c->count); }

static bool trimmed(const struct transform_call *c, struct kam_value *v, bool left, bool right) {
    struct span s = transform_text(c, *v);
    if (left) s = span_skip_space(s);
    while (right && s.len && ascii_space((unsigned char)s.p[s.len - 1]))
        s.len--;
    return transform_is_text(v, s);
}

static bool s_trim(const struct transform_call *c, struct kam_value *v) { return trimmed(c, v, true, true); }
static bool s_ltrim(const struct transform_call *c, struct kam_value *v) {
    return trimmed(c, v, true, false);
}
static bool s_rtrim(const struct transform_call *c, struct kam_value *v) {
    return trimmed(c, v, false, true);
}

static bool only(const struct transform_call *c, struct kam_value *v, bool (*keep)(char c)) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    for (size_t i = 0; i < s.len; i++)
        if (keep(s.p[i])) buf_add_char(&b, s.p[i]);
    return transform_is_built(c, v, &b);
}

static bool is_digit(char c) { return ascii_digit((unsigned char)c); }
static bool no_space(char c) { return !ascii_space((unsigned char)c); }

static bool s_numeric(const struct transform_call *c, struct kam_value *v) { return only(c, v, is_digit); }
static bool s_rmws(const struct transform_call *c, struct kam_value *v) { return only(c, v, no_space); }

static bool s_count(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    int64_t n = 0;
    for (size_t i = 0; i < s.len && c->s[0].len; i++)
        n += s.p[i] == c->s[0].p[0];
    return transform_is_number(c, v, n);
}

static bool s_before(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    ptrdiff_t i = span_find(s, c->s[0].len ? c->s[0].p[0] : '\0');
    return transform_is_text(v, i < 0 ? s : span_head(s, (size_t)i));
}

static bool s_after(const struct transform_call *c, struct kam_value *v) {
    struct span s = transform_text(c, *v);
    ptrdiff_t i = span_find(s, c->s[0].len ? c->s[0].p[0] : '\0');
    return transform_is_text(v, i < 0 ? SPAN("") : span_skip(s, (size_t)i + 1));
}

static bool without(const struct transform_call *c, struct kam_value *v, const char *pairs) {
    struct span s = transform_text(c, *v);
    for (; *pairs; pairs += 2)
        if (s.len > 1 && s.p[0] == pairs[0] && s.p[s.len - 1] == pairs[1])
            return transform_is_text(v, (struct span){s.p + 1, s.len - 2});
    return transform_is_text(v, s);
}

static bool s_unquote(const struct transform_call *c, struct kam_value *v) { return without(c, v, "\"\"''"); }
static bool s_unbracket(const struct transform_call *c, struct kam_value *v) {
    return without(c, v, "<>()[]{}");
}

/* n lines of one character each, then the rest; in front of each but the first, end of line and blanks. A
 * text that is no longer than these is overwritten with what is made of it meanwhile. In 5.6.3. */
static bool lines(const struct transform_call *c, struct kam_value *v, char blank) {
    struct span s = transform_text(c, *v);
    struct buf b = {0};
    if (c->n[0] <= 0 || c->n[1] * c->n[0] > TRANSFORM_BUFFER || s.len > TRANSFORM_BUFFER) return false;
    for (size_t i = 0; i < s.len; i++) {
        bool breaks = i > 0 && (int64_t)i < c->n[0];
        if (breaks) buf_add_text(&b, "\r\n");
        for (int64_t k = 0; breaks && k < c->n[1]; k++)
            buf_add_char(&b, blank);
        bool overwritten = (int64_t)s.len <= c->n[1] && i < b.len;
        buf_add_char(&b, overwritten ? b.p[i] : s.p[i]);
    }
    return transform_is_built(c, v, &b);
}

static bool s_fmtlines(const struct transform_call *c, struct kam_value *v) { return lines(c, v, ' '); }
static bool s_fmtlinet(const struct transform_call *c, struct kam_value *v) { return lines(c, v, '\t'); }

/* In 5.6.3, nothing. */
static bool s_rafter(const struct transform_call *c, struct kam_value *v) {
    (void)c;
    return transform_is_text(v, SPAN(""));
}

const struct transform_row script_transform_strings[] = {
    {"s.len", "", s_len},
    {"s.int", "", s_int},
    {"s.substr", "nN", s_substr},
    {"s.select", "nc", s_select},
    {"s.tolower", "", s_tolower, .longest = TRANSFORM_BUFFER - 1},
    {"s.toupper", "", s_toupper, .longest = TRANSFORM_BUFFER - 1},
    {"s.strip", "n", s_strip},
    {"s.striptail", "n", s_striptail},
    {"s.stripto", "s", s_stripto},
    {"s.prefixes", "?n", s_prefixes},
    {"s.prefixes.quoted", "?n", s_quoted},
    {"s.replace", "ss", s_replace},
    {"s.rm", "s", s_rm, .longest = TRANSFORM_BUFFER - 2},
    {"s.rmws", "", s_rmws, .longest = TRANSFORM_BUFFER - 2},
    {"s.trim", "", s_trim, .longest = TRANSFORM_BUFFER - 2},
    {"s.ltrim", "", s_ltrim, .longest = TRANSFORM_BUFFER - 2},
    {"s.rtrim", "", s_rtrim, .longest = TRANSFORM_BUFFER - 2},
    {"s.numeric", "", s_numeric, .longest = TRANSFORM_BUFFER},
    {"s.count", "C", s_count},
    {"s.before", "C", s_before, .longest = TRANSFORM_BUFFER - 2},
    {"s.after", "C", s_after, .longest = TRANSFORM_BUFFER - 2},
    {"s.unquote", "", s_unquote, .longest = TRANSFORM_BUFFER - 2},
    {"s.unbracket", "", s_unbracket, .longest = TRANSFORM_BUFFER - 2},
    {"s.rbefore", "C", NULL}, /* 5.6.3 reads past the value */
    {"s.rafter", "C", s_rafter, .longest = TRANSFORM_BUFFER - 2},
    {"s.fmtlines", "NN", s_fmtlines},
    {"s.fmtlinet", "NN", s_fmtlinet},
    {NULL, NULL, NULL},
};
