/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/xavp.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

static bool is_named(const struct kam_xavp *x, struct span name, enum xavp_kind kind) {
    return kind == XAVP_NOCASE ? span_eq_nocase(x->name, name) : span_eq(x->name, name);
}

struct kam_xavp *xavp_find(struct kam_xavp *list, struct span name, enum xavp_kind kind, int64_t n) {
    for (struct kam_xavp *x = list; x && n >= 0; x = x->next)
        if (is_named(x, name, kind) && n-- == 0) return x;
    return NULL;
}

int64_t xavp_count(struct kam_xavp *list, struct span name, enum xavp_kind kind) {
    int64_t n = 0;
    for (struct kam_xavp *x = list; x; x = x->next)
        n += is_named(x, name, kind);
    return n;
}

struct kam_xavp *xavp_add(struct kam_xavp **list, struct span name) {
    struct kam_xavp *x = mem_new(sizeof *x);
    *x = (struct kam_xavp){.next = *list, .name = {mem_text(name), name.len}};
    return *list = x;
}

/* What it holds goes; its name stays. */
static void empty(struct kam_xavp *x) {
    if (x->value.type == KAM_STR) free((char *)x->value.s.p);
    x->value = (struct kam_value){0};
    xavp_free(&x->list);
}

void xavp_assign(struct kam_xavp *x, struct kam_value value) {
    struct kam_value own = {.type = value.type, .n = value.n}; /* the text may be the old one's */
    if (value.type == KAM_STR)
        own = (struct kam_value){.type = KAM_STR, .s = {mem_text(value.s), value.s.len}};
    empty(x);
    x->value = own;
}

static void drop(struct kam_xavp *x) {
    empty(x);
    free((char *)x->name.p);
    free(x);
}

void xavp_remove(struct kam_xavp **list, struct kam_xavp *x) {
    while (*list && *list != x)
        list = &(*list)->next;
    if (!*list) return;
    *list = x->next;
    drop(x);
}

void xavp_free(struct kam_xavp **list) {
    while (*list) {
        struct kam_xavp *next = (*list)->next;
        drop(*list);
        *list = next;
    }
}

struct kam_xavp *xavp_append(struct kam_xavp **list, struct span name) {
    struct kam_xavp *x = NULL;
    while (*list)
        list = &(*list)->next;
    *list = xavp_add(&x, name);
    return x;
}

void xavp_copy_to(struct kam_xavp *to, const struct kam_xavp *from) {
    struct kam_xavp *list = NULL;
    for (const struct kam_xavp *x = from->list; x; x = x->next)
        xavp_assign(xavp_append(&list, x->name), x->value);
    xavp_assign(to, from->value);
    to->list = list;
}

/* name[n], and anything behind the ] */
static bool part_parse(struct span text, struct span *name, int64_t *n) {
    uint64_t index = 0;
    text = span_trim(text);
    ptrdiff_t open = span_find(text, '['), close = span_find(text, ']');
    *n = XAVP_NONE;
    *name = span_trim(open < 0 ? text : span_head(text, (size_t)open));
    if (open < 0) return name->len > 0;
    if (close <= open) return false;
    struct span inside = span_between(text.p + open + 1, text.p + close);
    bool negative = inside.len > 0 && inside.p[0] == '-';
    if (span_is(inside, "*"))
        *n = XAVP_EVERY;
    else if (span_is(inside, "+"))
        *n = XAVP_NONE;
    else if (span_to_u64(span_skip(inside, negative), INT32_MAX, &index))
        *n = negative ? -(int64_t)index : (int64_t)index;
    else if (!span_starts(inside, "$"))
        return false;
    return name->len > 0;
}

bool xavp_path_parse(struct xavp_path *path, struct span text) {
    *path = (struct xavp_path){.root_n = XAVP_NONE, .key_n = XAVP_NONE};
    ptrdiff_t arrow = span_search(text, SPAN("=>"));
    if (!part_parse(arrow < 0 ? text : span_head(text, (size_t)arrow), &path->root, &path->root_n))
        return false;
    return arrow < 0 || part_parse(span_skip(text, (size_t)arrow + 2), &path->key, &path->key_n);
}

bool xavp_is_path(struct span text) {
    struct xavp_path path;
    return xavp_path_parse(&path, text) && span_find(path.root, '=') < 0;
}

/* By an index: from -1 on down from the last one; the first one without. */
static struct kam_xavp *at(struct kam_xavp *list, struct span name, enum xavp_kind kind, int64_t n) {
    if (n == XAVP_NONE || n == XAVP_EVERY) n = 0;
    if (n < 0) n += xavp_count(list, name, kind);
    return xavp_find(list, name, kind, n);
}

/* All values of that name as one text. */
static struct kam_value join(struct kam_xavp *list, struct span name, enum xavp_kind kind,
                             struct arena *arena) {
    struct buf b = {0};
    for (struct kam_xavp *x = list; x; x = x->next) {
        if (!is_named(x, name, kind)) continue;
        if (b.len) buf_add_text(&b, ", ");
        buf_add(&b, kam_value_text(x->value, arena));
    }
    struct kam_value v = {.type = b.len ? KAM_STR : KAM_NULL, .s = arena_text(arena, buf_span(&b))};
    buf_free(&b);
    return v;
}

struct kam_value xavp_get(struct kam_xavp *list, const struct xavp_path *path, enum xavp_kind kind,
                          struct arena *arena) {
    struct kam_xavp *x = at(list, path->root, kind, path->root_n);
    if (x && path->key.p) {
        /* in a list that has become empty Kamailio goes on with all of them */
        struct kam_xavp *inside = x->list || x->value.type != KAM_NULL ? x->list : list;
        if (path->key_n == XAVP_EVERY) return join(inside, path->key, kind, arena);
        x = at(inside, path->key, kind, path->key_n);
    }
    if (!x) return (struct kam_value){0};
    if (x->value.type != KAM_NULL) return x->value;
    return (struct kam_value){.type = KAM_STR,
                              .s = x->list ? SPAN("<<xavp:0x7f0000000000>>") : SPAN("<<xavp:(nil)>>")};
}

/* null takes a value away, or all of them. */
static bool take_away(struct kam_xavp **list, struct span name, int64_t n, enum xavp_kind kind) {
    if (n < 0 && n != XAVP_NONE && n != XAVP_EVERY) return true;
    for (struct kam_xavp *x; (x = at(*list, name, kind, n));) {
        xavp_remove(list, x);
        if (n != XAVP_EVERY) break;
    }
    return true;
}

/* One value of a list: without an index a new one in front, of a list that has one of each name instead of
 * the old one; with an index that in place. */
static bool set_in(struct kam_xavp **list, struct span name, int64_t n, enum xavp_kind kind,
                   struct kam_value value) {
    if (value.type == KAM_NULL) return take_away(list, name, n, kind);
    struct kam_xavp *x = xavp_find(*list, name, kind, n == XAVP_NONE ? 0 : n);
    if (n != XAVP_NONE && kind == XAVP_UNIQUE) return true; /* nothing happens */
    if (n != XAVP_NONE && !x) return false;
    struct kam_xavp *old = kind == XAVP_UNIQUE ? x : NULL;
    if (n == XAVP_NONE) x = xavp_add(list, name);
    xavp_assign(x, value);
    if (old) xavp_remove(list, old);
    return true;
}

bool xavp_set(struct kam_xavp **list, const struct xavp_path *path, enum xavp_kind kind,
              struct kam_value value) {
    if (!path->key.p) return set_in(list, path->root, path->root_n, kind, value);
    struct kam_xavp *x = xavp_find(*list, path->root, kind, path->root_n == XAVP_NONE ? 0 : path->root_n);
    if (value.type == KAM_NULL) return !x || take_away(&x->list, path->key, path->key_n, kind);
    if (path->root_n != XAVP_NONE && (!x || kind == XAVP_UNIQUE)) return true; /* nothing happens */
    bool made = !x || (path->root_n == XAVP_NONE && kind != XAVP_UNIQUE);
    if (made) x = xavp_add(list, path->root);
    if (x->value.type != KAM_NULL) {
        if (kind != XAVP_UNIQUE) return false; /* a value is no list */
        empty(x);
    }
    bool set = set_in(&x->list, path->key, made ? XAVP_NONE : path->key_n, kind, value);
    return set || path->key_n == XAVP_EVERY || path->key_n >= 0;
}

void xavp_set_child(struct kam_xavp **list, struct span root, struct span name, enum xavp_kind kind,
                    struct kam_value value) {
    struct kam_xavp *x = xavp_find(*list, root, kind, 0);
    if (!x) x = xavp_add(list, root);
    if (x->value.type != KAM_NULL) empty(x);
    struct kam_xavp *old = xavp_find(x->list, name, kind, 0);
    if (old) xavp_remove(&x->list, old);
    xavp_assign(xavp_add(&x->list, name), value);
}
