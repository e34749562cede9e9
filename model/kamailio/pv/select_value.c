/* SPDX-License-Identifier: MIT */
/* Selects of headers by their name: @msg.header.x_a, @hf_value.x_a[2].uri. (facts: Kamailio 18.4) */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/pv/select.h"

static bool gives(struct kam_value *out, struct kam_value v) {
    *out = v;
    return true;
}

/*
 * A header's name in front of *path, which goes on behind it: x_a or ["X-A"]; in the first one, and of
 * hf_value in both, _ stands for - too. False: there is none.
 */
static bool cut_name(struct span *path, bool exact, struct buf *name) {
    bool bracket = span_starts(*path, "[");
    struct span text = span_skip(*path, bracket || span_starts(*path, "."));
    size_t n = 0;
    while (n < text.len && (bracket ? text.p[n] != ']' : text.p[n] != '.' && text.p[n] != '['))
        n++;
    for (size_t i = 0; i < n; i++)
        if (text.p[i] != '"') buf_add_char(name, !(bracket && exact) && text.p[i] == '_' ? '-' : text.p[i]);
    *path = span_skip(text, n + bracket);
    return name->len > 0;
}

/* [n] in front of *path; *all: there is none. The words go on behind it. */
static bool cut_index(struct span *path, int64_t *n, bool *all) {
    struct span word = span_cut(path, '.');
    *all = word.len == 0;
    return select_index(&word, n) && word.len == 0;
}

/* The nth one of a number of things, counted from 0; -1: there is none. */
static int64_t place(int64_t n, int64_t count) {
    int64_t at = n < 0 ? count + n : n - 1;
    return at < count ? at : -1;
}

/* Addresses of headers that nobody has to read. */

static struct span params_of(struct span value) {
    ptrdiff_t open = span_find_unquoted(value, '<'), close = open < 0 ? -1 : span_find(value, '>');
    if (close >= 0) value = span_skip(value, (size_t)close + 1);
    ptrdiff_t semicolon = span_starts(value, "\"") ? -1 : span_find(value, ';');
    return semicolon < 0 ? close < 0 ? value : SPAN("") : span_skip(value, (size_t)semicolon + 1);
}

/* The last parameter of that name, up to a comma; behind a display name and a blank there are none. */
static struct kam_value last_param(struct span value, struct span name) {
    ptrdiff_t open = span_find_unquoted(value, '<');
    if (open < 0 ? span_starts(value, "\"") : open > 0 && ascii_space((unsigned char)value.p[open - 1]))
        return pv_nothing();
    struct span params = params_of(value);
    ptrdiff_t comma = span_find_unquoted(params, ',');
    return select_last_param(comma < 0 ? params : span_head(params, (size_t)comma), name);
}

static bool header_part(struct kam_run *run, struct span value, struct span path, struct kam_value *out) {
    struct span left = path, word = span_cut(&left, '.');
    const struct sip_header h = {.value = value};
    if (!path.len) return gives(out, pv_text(value));
    if (span_is(word, "params"))
        return left.len && gives(out, value.p ? last_param(value, left) : pv_nothing());
    struct span part = span_cut(&left, '.');
    if (!span_is(word, "nameaddr")) return false;
    struct span uri = value.p ? name_addr_uri(value) : value;
    if (span_is(part, "uri")) return left.len ? select_uri(run, uri, left, out) : gives(out, pv_text(uri));
    if (left.len) return false;
    if (span_is(part, "params")) return gives(out, value.p ? pv_text(params_of(value)) : pv_nothing());
    struct span name = value.p ? kam_display_name(&h) : value;
    return span_is(part, "name") && gives(out, value.p && !name.p ? pv_text(SPAN("")) : pv_text(name));
}

static struct span nth_header(struct kam_run *run, struct span name, int64_t n) {
    int64_t count = 0;
    run->all_read = true;
    for (size_t i = 0; i < run->msg.header_count; i++)
        count += kam_header_is(&run->msg.headers[i], name);
    int64_t at = place(n, count);
    for (size_t i = 0; i < run->msg.header_count && at >= 0; i++)
        if (kam_header_is(&run->msg.headers[i], name) && at-- == 0) return run->msg.headers[i].value;
    return (struct span){0};
}

bool select_header(struct kam_run *run, struct span path, struct kam_value *out) {
    struct buf name = {0};
    int64_t n;
    bool all;
    if (!path.len) { /* all of them */
        size_t from = run ? (size_t)(run->msg.headers[0].line.p - run->msg.bytes.p) : 0;
        return gives(out, run ? pv_text(span_skip(run->msg.bytes, from)) : pv_nothing());
    }
    bool known = cut_name(&path, true, &name) && cut_index(&path, &n, &all);
    struct span value = known && run ? nth_header(run, buf_span(&name), n) : (struct span){0};
    buf_free(&name);
    return known && header_part(run, value, path, out);
}

/* hf_value: values between commas */

enum { VALUES_MAX = 64 };

/* A header without a value has an empty one; nothing stands behind a comma at its end. Module textopsx reads
 * them; without it there are none. */
static size_t values_of(struct kam_run *run, struct span name, struct span out[VALUES_MAX]) {
    size_t count = 0;
    if (!kam_program_has_module(run->k->program, "textopsx")) return 0;
    run->all_read = true;
    for (size_t i = 0; i < run->msg.header_count && count < VALUES_MAX; i++) {
        if (!kam_header_is(&run->msg.headers[i], name)) continue;
        struct span left = run->msg.headers[i].value;
        if (span_trim(left).len == 0) out[count++] = SPAN("");
        while (count < VALUES_MAX && name_addr_next(&left, &out[count]))
            count++;
    }
    return count;
}

/* The name without its quotes: of several words the first one. */
static struct span name_of(struct span value) {
    const struct sip_header h = {.value = value};
    struct span name = kam_display_name(&h);
    if (span_starts(name, "\"")) return span_head(span_skip(name, 1), name.len - 2);
    size_t n = 0;
    while (n < name.len && !ascii_space((unsigned char)name.p[n]))
        n++;
    return name.len ? span_head(name, n) : SPAN("");
}

static struct kam_value blank_without(struct kam_value v) { return v.type == KAM_NULL ? select_blank() : v; }

enum value_part { WHOLE, URI, NAME, PARAM };

/* A bracket that does not end has nothing in it. */
static struct kam_value uri_of(struct span value) {
    bool open = span_find_unquoted(value, '<') >= 0 && span_find(value, '>') < 0;
    return value.len == 0 ? select_blank() : pv_text(open ? SPAN("") : name_addr_uri(value));
}

/* A parameter of one value; of all of them this is the value itself. */
static struct kam_value value_part(struct span value, enum value_part part, struct span param, bool all) {
    switch (part) {
    case URI: return uri_of(value);
    case NAME: return pv_text(name_of(value));
    case PARAM: return all ? pv_text(value) : blank_without(select_param(params_of(value), param));
    default: return pv_text(value);
    }
}

static struct kam_value joined(struct kam_run *run, const struct span *values, size_t count,
                               enum value_part part) {
    struct buf b = {0};
    bool any = false;
    for (size_t i = 0; i < (part == NAME && count ? 1 : count); i++) {
        struct kam_value v = value_part(values[i], part, SPAN(""), true);
        if (b.len) buf_add_char(&b, ',');
        buf_add(&b, v.s);
        any = any || v.type != KAM_NULL;
    }
    if (any) return pv_built(run, &b);
    buf_free(&b);
    return select_blank();
}

bool select_values(struct kam_run *run, struct span path, struct kam_value *out) {
    struct buf name = {0};
    struct span values[VALUES_MAX];
    int64_t n;
    bool all, known = cut_name(&path, false, &name) && cut_index(&path, &n, &all);
    size_t count = known && run ? values_of(run, buf_span(&name), values) : 0;
    buf_free(&name);
    struct span word = span_cut(&path, '.');
    enum value_part part = span_is(word, "uri")    ? URI
                           : span_is(word, "name") ? NAME
                           : word.len              ? PARAM
                                                   : WHOLE;
    if (part == PARAM) {
        bool known_word = span_is(word, "p") || span_is(word, "param") || span_is(word, "params");
        known = known && path.len && known_word;
    } else if (part != URI && path.len) {
        known = false;
    }
    int64_t at = known ? place(n, (int64_t)count) : -1;
    if (!known) return false;
    if (!run)
        *out = pv_nothing();
    else if (all)
        *out = joined(run, values, count, part);
    else
        *out = at < 0 ? select_blank() : value_part(values[at], part, path, false);
    return part != URI || !path.len || select_uri(run, out->s, path, out);
}

bool select_value_exists(struct kam_run *run, struct span path, struct kam_value *out) {
    struct buf name = {0};
    struct span values[VALUES_MAX];
    bool known = cut_name(&path, false, &name) && span_starts(path, ".") && path.len > 1, found = false;
    size_t count = known && run ? values_of(run, buf_span(&name), values) : 0;
    buf_free(&name);
    for (size_t i = 0; i < count; i++)
        found = found || span_eq_nocase(values[i], span_skip(path, 1));
    return known && gives(out, run ? pv_text(found ? SPAN("1") : SPAN("0")) : pv_nothing());
}
