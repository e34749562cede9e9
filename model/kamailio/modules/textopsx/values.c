/* SPDX-License-Identifier: MIT */
/* textopsx: the values of headers that hold lists, and their parameters (facts: Kamailio 50.4). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/textopsx/textopsx.h"

/* NAME[INDEX].PARAM: from 1 on, below 0 from the end; 0 and none mean different things to different
 * functions. */
struct target {
    struct span name, param;
    int64_t index;
    bool indexed, all;
};

static bool read_index(struct target *t, struct span index) {
    bool minus = index.len && index.p[0] == '-';
    uint64_t number = 0;
    t->all = span_is(index, "*");
    t->indexed = !t->all;
    if (t->indexed && !span_to_u64(minus ? span_skip(index, 1) : index, INT32_MAX, &number)) return false;
    t->index = minus ? -(int64_t)number : (int64_t)number;
    return true;
}

/* False: it is none. */
static bool target_read(struct target *t, struct span text) {
    size_t n = 0;
    *t = (struct target){0};
    while (n < text.len && text.p[n] != '[' && text.p[n] != '.')
        n++;
    t->name = span_head(text, n);
    text = span_skip(text, n);
    for (size_t i = 0; i < n; i++)
        if (!ascii_alnum((unsigned char)t->name.p[i]) && !strchr("-_", t->name.p[i])) return false;
    if (text.len && text.p[0] == '[') {
        ptrdiff_t close = span_find(text, ']');
        if (close < 0 || !read_index(t, span_head(span_skip(text, 1), (size_t)close - 1))) return false;
        text = span_skip(text, (size_t)close + 1);
    }
    if (text.len && text.p[0] == '.') {
        t->param = span_skip(text, 1);
        return n > 0 && t->param.len > 0;
    }
    return n > 0 && text.len == 0;
}

static struct target target_of(struct span text) {
    struct target t;
    target_read(&t, text);
    return t;
}

/* What each kind of function takes. */
static const char *check(bool good, size_t index) { return index == 0 && !good ? "has another form" : NULL; }

const char *textopsx_check_name(const struct kam_program *program, size_t index, struct span text) {
    struct target t;
    (void)program;
    return check(target_read(&t, text) && !t.all && !t.indexed && !t.param.p, index);
}

const char *textopsx_check_value(const struct kam_program *program, size_t index, struct span text) {
    struct target t;
    (void)program;
    return check(target_read(&t, text) && !t.all && !t.param.p, index);
}

const char *textopsx_check_part(const struct kam_program *program, size_t index, struct span text) {
    struct target t;
    (void)program;
    return check(target_read(&t, text), index);
}

const char *textopsx_check_assigned(const struct kam_program *program, size_t index, struct span text) {
    struct target t;
    (void)program;
    return check(target_read(&t, text) && (!t.all || t.param.p), index);
}

/* One value: the text between its commas, and itself, without the blanks around it. A comma at the very end
 * of a header belongs to the value before it. */
struct value {
    const struct sip_header *header;
    struct span part, text;
    bool first, last; /* in its header */
};

static const char *end_of(struct span s) { return s.p + s.len; }

/* What stands in the header; an empty value stands at the end of its line. */
static struct span whole_value(const struct sip_header *h) {
    struct span empty = {h->line.p + h->line.len, 0};
    if (h->value.len) return kam_header_body(h);
    while (empty.p > h->line.p && (empty.p[-1] == '\r' || empty.p[-1] == '\n'))
        empty.p--;
    return empty;
}

/* The value behind the one at *v, in the same header or the next one of that name; false: there are no more.
 */
static bool next_value(const struct kam_run *run, struct span name, struct value *v) {
    const struct sip_header *end = run->msg.headers + run->msg.header_count, *h = v->header;
    struct span rest;
    if (h && !v->last) {
        rest = span_between(end_of(v->part) + 1, end_of(whole_value(h)));
        v->first = false;
    } else {
        for (h = h ? h + 1 : run->msg.headers; h < end && !kam_header_is(h, name);)
            h++;
        if (h == end) return false;
        rest = whole_value(h);
        v->first = true;
    }
    ptrdiff_t comma = span_find_unquoted(rest, ',');
    v->header = h;
    v->last = comma < 0 || (size_t)comma + 1 == rest.len;
    v->part = v->last ? rest : span_head(rest, (size_t)comma);
    v->text = span_trim(comma < 0 ? rest : span_head(rest, (size_t)comma));
    return true;
}

/* The value of that number, from 1 on, below 0 from the end; false: there are not so many. */
static bool nth_value(const struct kam_run *run, struct span name, int64_t n, struct value *v) {
    struct value each = {0};
    if (n < 0) {
        while (next_value(run, name, &each))
            n++;
        if (n++ < 0) return false;
    }
    *v = (struct value){0};
    for (int64_t i = 0; i < n; i++)
        if (!next_value(run, name, v)) return false;
    return n > 0;
}

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

static void put(struct kam_run *run, const char *at, const char *before, struct span text,
                const char *after) {
    struct buf b = {0};
    buf_addf(&b, "%s" SPAN_FMT "%s", before, SPAN_ARG(text), after);
    kam_lump_insert(run->target, offset_of(run, at), buf_span(&b));
    buf_free(&b);
}

static void replace(struct kam_run *run, struct span old, struct span text) {
    kam_lump_replace(run->target, offset_of(run, old.p), old.len, text);
}

static void take_out(struct kam_run *run, const char *from, const char *to) {
    kam_lump_remove(run->target, offset_of(run, from), (size_t)(to - from));
}

static void remove_line(struct kam_run *run, const struct sip_header *h) {
    take_out(run, h->line.p, end_of(h->line));
}

/* With the comma behind it; the last one with the comma before it, an only one with its header. */
static void remove_value(struct kam_run *run, const struct value *v) {
    if (v->first && v->last)
        remove_line(run, v->header);
    else if (v->last)
        take_out(run, v->part.p - 1, end_of(v->part));
    else
        take_out(run, v->part.p, end_of(v->part) + 1);
}

/* A header of its own, before that one or, NULL, behind all. */
static int add_header(struct kam_run *run, struct span name, struct span value, const struct sip_header *h) {
    struct buf b = {0};
    buf_addf(&b, SPAN_FMT ": " SPAN_FMT "\r\n", SPAN_ARG(name), SPAN_ARG(value));
    kam_lump_insert(run->target, h ? offset_of(run, h->line.p) : run->msg.header_end, buf_span(&b));
    buf_free(&b);
    return 1;
}

/* A parameter of a value or a pair of a header: whole with what stands before it, and value; p NULL: none. */
struct param {
    struct span whole, name, value;
};

/* ;NAME=VALUE in a value. */
static bool find_param(struct span text, struct span name, struct param *p) {
    for (ptrdiff_t at; (at = span_find_unquoted(text, ';')) >= 0;) {
        text = span_skip(text, (size_t)at);
        ptrdiff_t end = span_find_unquoted(span_skip(text, 1), ';');
        p->whole = end < 0 ? text : span_head(text, (size_t)end + 1);
        struct span value = span_skip(p->whole, 1);
        p->name = span_trim(span_cut(&value, '='));
        p->value = value.p ? span_trim(value) : value;
        if (span_eq_nocase(p->name, name)) return true;
        text = span_skip(text, p->whole.len);
    }
    return false;
}

static int assign_param(struct kam_run *run, const struct value *v, struct span name, struct span text) {
    struct param p;
    struct buf b = {0};
    bool found = find_param(v->text, name, &p);
    struct span old = {end_of(v->text), 0};
    if (found && p.value.p)
        old = span_between(end_of(p.name), end_of(p.value));
    else if (found)
        old.p = end_of(p.whole);
    if (!found) buf_addf(&b, ";" SPAN_FMT, SPAN_ARG(name));
    if (text.len) buf_addf(&b, "=" SPAN_FMT, SPAN_ARG(text));
    replace(run, old, buf_span(&b));
    buf_free(&b);
    return 1;
}

static int remove_param(struct kam_run *run, const struct value *v, struct span name) {
    struct param p;
    if (!find_param(v->text, name, &p)) return -1;
    take_out(run, p.whole.p, end_of(p.whole));
    return 1;
}

static bool begin(struct kam_run *run) {
    run->all_read = true;
    return !run->damaged;
}

static bool find_equal(const struct kam_run *run, struct span name, struct span text) {
    struct value v = {0};
    while (next_value(run, name, &v))
        if (span_eq_nocase(v.text, text)) return true;
    return false;
}

int textopsx_value_exists(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    return begin(run) && args[1].s.len && find_equal(run, t.name, args[1].s) ? 1 : -1;
}

/* At the end of the first header of that name, unless a header of it has the value. */
int textopsx_include_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    if (!begin(run) || args[1].s.len == 0) return -1;
    const struct sip_header *h = kam_header_find(&run->msg, t.name);
    if (!h) return add_header(run, t.name, args[1].s, NULL);
    if (!find_equal(run, t.name, args[1].s)) put(run, end_of(whole_value(h)), ",", args[1].s, "");
    return 1;
}

int textopsx_exclude_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v = {0};
    if (!begin(run) || args[1].s.len == 0) return -1;
    while (next_value(run, t.name, &v))
        if (span_eq_nocase(v.text, args[1].s)) remove_value(run, &v);
    return 1;
}

/* Behind the value of that number, 0: the last one; without a number, or such a value, in a header of its
 * own. */
int textopsx_append_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v;
    if (!begin(run)) return -1;
    if (!t.indexed || !nth_value(run, t.name, t.index ? t.index : -1, &v))
        return add_header(run, t.name, args[1].s, NULL);
    put(run, end_of(v.part), ",", args[1].s, "");
    return 1;
}

/* Before the value of that number; in a header of its own without a number, or where there is none yet. */
int textopsx_insert_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v;
    if (!begin(run)) return -1;
    const struct sip_header *h = kam_header_find(&run->msg, t.name);
    if (!t.indexed || !h) return add_header(run, t.name, args[1].s, h);
    if (!nth_value(run, t.name, t.index ? t.index : 1, &v)) return -1;
    put(run, v.part.p, "", args[1].s, ",");
    return 1;
}

static int remove_all(struct kam_run *run, const struct target *t) {
    struct value v = {0};
    int result = -1;
    while (next_value(run, t->name, &v)) {
        if (t->param.p && remove_param(run, &v, t->param) < 0) continue;
        if (!t->param.p && v.first) remove_line(run, v.header);
        result = 1;
    }
    return result;
}

int textopsx_remove_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v;
    if (!begin(run)) return -1;
    if (t.all) return remove_all(run, &t);
    if (!nth_value(run, t.name, t.index ? t.index : 1, &v)) return -1;
    if (t.param.p) return remove_param(run, &v, t.param);
    remove_value(run, &v);
    return 1;
}

int textopsx_assign_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v = {0};
    if (!begin(run)) return -1;
    if (t.all) {
        int result = -1;
        while (next_value(run, t.name, &v))
            result = assign_param(run, &v, t.param, args[1].s);
        return result;
    }
    if (!nth_value(run, t.name, t.index ? t.index : 1, &v)) return -1;
    if (t.param.p) return assign_param(run, &v, t.param, args[1].s);
    replace(run, v.text, args[1].s);
    return 1;
}

/* NAME=VALUE among those between commas, behind a word such as Digest; *any: there is one of any name. All of
 * them are read first. */
static bool find_pair(const struct kam_run *run, struct span header, struct span name, struct value *v,
                      struct param *p, bool *any) {
    struct value each = {0};
    bool found = false;
    *any = false;
    while (next_value(run, header, &each) && (!*any || !each.first)) {
        struct span value = each.text, left = span_trim(span_cut(&value, '='));
        size_t n = left.len;
        if (!value.p) continue;
        if (span_find(left, ';') >= 0)
            kam_run_stop(run, "Kamailio 5.6.3 crashes here: a semicolon in the name of a pair");
        while (n > 0 && !ascii_space((unsigned char)left.p[n - 1]))
            n--;
        *any = true;
        if (found || !span_eq_nocase(span_skip(left, n), name)) continue;
        *p = (struct param){.name = span_skip(left, n), .value = value};
        *v = each;
        found = true;
    }
    return found;
}

int textopsx_remove_value2(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v;
    struct param p;
    bool any;
    const struct sip_header *h = begin(run) ? kam_header_find(&run->msg, t.name) : NULL;
    if (!h || (t.param.p && !find_pair(run, t.name, t.param, &v, &p, &any))) return -1;
    if (!t.param.p)
        remove_line(run, h);
    else if (v.last && v.first)
        take_out(run, p.name.p, end_of(v.text)); /* the word before it stays, as the header does */
    else if (v.last)
        take_out(run, v.part.p - 1, end_of(v.text)); /* what is behind it stays */
    else
        take_out(run, v.first ? p.name.p : v.part.p, end_of(v.part) + 1);
    return 1;
}

int textopsx_assign_value2(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct target t = target_of(args[0].s);
    struct value v;
    struct param p;
    bool any;
    const struct sip_header *h = begin(run) ? kam_header_find(&run->msg, t.name) : NULL;
    if (!h) return -1;
    if (!t.param.p) {
        replace(run, whole_value(h), args[1].s);
    } else if (find_pair(run, t.name, t.param, &v, &p, &any)) {
        replace(run, p.value, args[1].s);
    } else {
        struct buf b = {0};
        buf_addf(&b, "%s" SPAN_FMT "=", any ? "," : " ", SPAN_ARG(t.param));
        put(run, end_of(whole_value(h)), buf_text(&b), args[1].s, "");
        buf_free(&b);
    }
    return 1;
}
