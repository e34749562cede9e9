/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/xavp.h"

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

/* name[n] */
static bool part_parse(struct span text, struct span *name, int64_t *n) {
    uint64_t index;
    text = span_trim(text);
    ptrdiff_t open = span_find(text, '[');
    *n = -1;
    *name = span_trim(open < 0 ? text : span_head(text, (size_t)open));
    if (open < 0) return name->len > 0;
    struct span rest = span_skip(text, (size_t)open + 1);
    if (rest.len < 2 || rest.p[rest.len - 1] != ']') return false;
    if (!span_to_u64(span_trim(span_head(rest, rest.len - 1)), INT32_MAX, &index)) return false;
    *n = (int64_t)index;
    return name->len > 0;
}

bool xavp_path_parse(struct xavp_path *path, struct span text) {
    *path = (struct xavp_path){.root_n = -1, .key_n = -1};
    ptrdiff_t arrow = span_search(text, SPAN("=>"));
    if (!part_parse(arrow < 0 ? text : span_head(text, (size_t)arrow), &path->root, &path->root_n))
        return false;
    return arrow < 0 || part_parse(span_skip(text, (size_t)arrow + 2), &path->key, &path->key_n);
}

static int64_t first(int64_t n) { return n < 0 ? 0 : n; }

struct kam_value xavp_get(struct kam_xavp *list, const struct xavp_path *path, enum xavp_kind kind) {
    struct kam_xavp *x = xavp_find(list, path->root, kind, first(path->root_n));
    if (x && path->key.p) x = xavp_find(x->list, path->key, kind, first(path->key_n));
    if (!x) return (struct kam_value){0};
    return x->list ? (struct kam_value){.type = KAM_STR, .s = SPAN("<<xavp:0x7f0000000000>>")} : x->value;
}

/* One value of a list: without an index a new one in front, with one that in place; null takes it away. */
static bool set_in(struct kam_xavp **list, struct span name, int64_t n, enum xavp_kind kind,
                   struct kam_value value) {
    struct kam_xavp *x = xavp_find(*list, name, kind, first(n));
    if (value.type == KAM_NULL) {
        if (x) xavp_remove(list, x);
        return true;
    }
    if (n > 0 && !x) return false;
    if (!x || (n < 0 && kind != XAVP_UNIQUE)) x = xavp_add(list, name);
    xavp_assign(x, value);
    return true;
}

bool xavp_set(struct kam_xavp **list, const struct xavp_path *path, enum xavp_kind kind,
              struct kam_value value) {
    if (!path->key.p) return set_in(list, path->root, path->root_n, kind, value);
    struct kam_xavp *x = xavp_find(*list, path->root, kind, first(path->root_n));
    if (value.type == KAM_NULL) return !x || set_in(&x->list, path->key, path->key_n, kind, value);
    if (path->root_n > 0 && !x) return false;
    if (!x || (path->root_n < 0 && kind != XAVP_UNIQUE)) x = xavp_add(list, path->root);
    if (x->value.type != KAM_NULL) {
        if (kind != XAVP_UNIQUE) return false; /* a value is no list */
        empty(x);
    }
    return set_in(&x->list, path->key, path->key_n, kind, value);
}
