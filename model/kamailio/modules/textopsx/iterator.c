/* SPDX-License-Identifier: MIT */
/* textopsx: headers and lines of a body one by one, with iterators that have names (facts: Kamailio 50.4). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/textopsx/textopsx.h"
#include "model/kamailio/pv/pv.h"

static struct textopsx_iterator *table_of(const struct kam_run *run, bool lines) {
    struct textopsx *data = kam_module_data(run->k, KAM_MODULE_TEXTOPSX);
    return lines ? data->lines : data->headers;
}

/* The one that is called so; NULL: there is none. */
static struct textopsx_iterator *find(const struct kam_run *run, bool lines, struct span name) {
    struct textopsx_iterator *table = table_of(run, lines);
    for (size_t i = 0; i < TEXTOPSX_ITERATORS; i++)
        if (table[i].name[0] && span_is(name, table[i].name)) return &table[i];
    return NULL;
}

/* The same, with a new one where there is room: a name keeps its place for ever. */
static int start(struct kam_run *run, bool lines, struct span name) {
    struct textopsx_iterator *it = find(run, lines, name), *table = table_of(run, lines);
    run->all_read = true;
    if (run->damaged || name.len == 0 || name.len >= TEXTOPSX_NAME_LEN) return -1;
    for (size_t i = 0; i < TEXTOPSX_ITERATORS && !it; i++)
        if (!table[i].name[0]) it = &table[i];
    if (!it) return -1;
    *it = (struct textopsx_iterator){.started = true, .at = kam_body_at(run)};
    if (name.len) memcpy(it->name, name.p, name.len);
    return 1;
}

/* The header that it stands at; NULL: none. */
static const struct sip_header *header_at(const struct kam_run *run, const struct textopsx_iterator *it) {
    return it && it->count > 0 && it->count <= run->msg.header_count ? &run->msg.headers[it->count - 1]
                                                                     : NULL;
}

static bool next_header(const struct kam_run *run, struct textopsx_iterator *it) {
    it->ended = it->ended || it->count >= run->msg.header_count;
    it->count = it->ended ? 0 : it->count + 1;
    return !it->ended;
}

/* The line that it stands at, with its end. */
static struct span line_at(const struct kam_run *run, const struct textopsx_iterator *it) {
    bool any = it && it->at + it->len <= run->msg.bytes.len;
    return any ? span_head(span_skip(run->msg.bytes, it->at), it->len) : (struct span){0};
}

static bool next_line(const struct kam_run *run, struct textopsx_iterator *it) {
    size_t at = it->at + it->len, len = 0;
    if (!it->started || it->ended || at >= run->msg.bytes.len) {
        it->ended = true;
        it->len = 0;
        return false;
    }
    struct span left = span_skip(run->msg.bytes, at);
    ptrdiff_t end = span_find(left, '\n');
    len = end < 0 ? left.len : (size_t)end + 1;
    it->at = at;
    it->len = len;
    return true;
}

static int next(struct kam_run *run, bool lines, struct span name) {
    struct textopsx_iterator *it = find(run, lines, name);
    return it && (lines ? next_line(run, it) : next_header(run, it)) ? 1 : -1;
}

/* Where what it stands at begins and ends in the message; false: it stands nowhere. */
static bool place(const struct kam_run *run, bool lines, struct span name, size_t *at, size_t *len) {
    const struct textopsx_iterator *it = find(run, lines, name);
    const struct sip_header *h = lines ? NULL : header_at(run, it);
    struct span part = h ? h->line : lines ? line_at(run, it) : (struct span){0};
    if (part.len == 0) return false;
    *at = (size_t)(part.p - run->msg.bytes.p);
    *len = part.len;
    return true;
}

static int take_out(struct kam_run *run, bool lines, struct span name) {
    size_t at, len;
    if (!place(run, lines, name, &at, &len)) return -1;
    kam_lump_remove(run->target, at, len);
    return 1;
}

static int put_in(struct kam_run *run, bool lines, const struct kam_arg *args, bool behind) {
    size_t at, len;
    if (!place(run, lines, args[0].s, &at, &len)) return -1;
    kam_lump_insert(run->target, behind ? at + len : at, args[1].s);
    return 1;
}

/* Each function for headers and for lines. */
#define PAIR(name, expression)                                                                               \
    int textopsx_hf_##name(struct kam_run *run, const struct kam_arg *args, size_t count) {                  \
        (void)count;                                                                                         \
        const bool lines = false;                                                                            \
        return expression;                                                                                   \
    }                                                                                                        \
    int textopsx_bl_##name(struct kam_run *run, const struct kam_arg *args, size_t count) {                  \
        (void)count;                                                                                         \
        const bool lines = true;                                                                             \
        return expression;                                                                                   \
    }

PAIR(start, start(run, lines, args[0].s))
PAIR(next, next(run, lines, args[0].s))
PAIR(remove, take_out(run, lines, args[0].s))
PAIR(append, put_in(run, lines, args, true))
PAIR(insert, put_in(run, lines, args, false))

/* One of headers begins anew with the next step, one of lines has none left. */
int textopsx_iterator_end(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct textopsx_iterator *it = find(run, false, args[0].s);
    (void)count;
    if (!it) return -1;
    it->count = 0;
    it->ended = false;
    return 1;
}

int textopsx_lines_end(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct textopsx_iterator *it = find(run, true, args[0].s);
    (void)count;
    if (!it) return -1;
    it->started = false;
    it->len = 0;
    return 1;
}

/* Before the first one it stands nowhere, and that is no failure. */
int textopsx_iterator_prev(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct textopsx_iterator *it = find(run, false, args[0].s);
    (void)count;
    if (!it || it->ended) return -1;
    if (it->count > 0) it->count--;
    return 1;
}

static struct kam_value get_name(struct kam_run *run, const struct kam_pv_at *at) {
    const struct sip_header *h = header_at(run, find(run, false, at->argument));
    return h ? pv_text(h->name) : pv_nothing();
}

static struct kam_value get_body(struct kam_run *run, const struct kam_pv_at *at) {
    const struct sip_header *h = header_at(run, find(run, false, at->argument));
    return h ? pv_text(kam_header_body(h)) : pv_nothing();
}

static struct kam_value get_line(struct kam_run *run, const struct kam_pv_at *at) {
    const struct textopsx_iterator *it = find(run, true, at->argument);
    struct span line = line_at(run, it);
    return it ? pv_text(line.p ? line : SPAN("")) : pv_nothing();
}

const struct kam_pv textopsx_pvs[] = {{"hfitname", KAM_PV_NAMED, get_name, NULL, NULL},
                                      {"hfitbody", KAM_PV_NAMED, get_body, NULL, NULL},
                                      {"blitval", KAM_PV_NAMED, get_line, NULL, NULL},
                                      {NULL, KAM_PV_PLAIN, NULL, NULL, NULL}};
