/* SPDX-License-Identifier: MIT */
#include "model/lab/tree.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

void tree_free(struct tree_node *node) {
    if (!node) return;
    HASH_CLEAR(hh, node->by_key);
    for (struct tree_node *n = node->first, *next; n; n = next) {
        next = n->next;
        tree_free(n);
    }
    free(node->key);
    free(node->text);
    free(node);
}

struct tree_node *tree_map(struct source_pos at) {
    struct tree_node *n = mem_new(sizeof *n);
    n->kind = TREE_MAP;
    n->at = at;
    return n;
}

void tree_append(struct tree_node *list, struct tree_node *value) {
    if (list->last)
        list->last->next = value;
    else
        list->first = value;
    list->last = value;
    list->count++;
}

/* Appends a value whose key is set already. */
static void append_keyed(struct tree_node *map, struct tree_node *value) {
    tree_append(map, value);
    HASH_ADD_KEYPTR(hh, map->by_key, value->key, strlen(value->key), value);
}

void tree_put(struct tree_node *map, struct span key, struct source_pos key_at, struct tree_node *value) {
    assert(map->kind == TREE_MAP && !value->key);
    value->key = mem_text(key);
    value->key_at = key_at;
    append_keyed(map, value);
}

struct tree_node *tree_get(const struct tree_node *map, const char *key) {
    struct tree_node *found = NULL;
    if (map && map->kind == TREE_MAP) HASH_FIND(hh, map->by_key, key, strlen(key), found);
    return found;
}

struct tree_node *tree_entry(const struct tree_node *list, struct span index) {
    uint64_t i;
    if (!list || list->kind != TREE_LIST || index.len < 3 || index.p[0] != '[' ||
        index.p[index.len - 1] != ']' ||
        !span_to_u64((struct span){index.p + 1, index.len - 2}, TREE_NODES_MAX, &i) || i >= list->count)
        return NULL;
    struct tree_node *entry = list->first;
    while (i-- > 0)
        entry = entry->next;
    return entry;
}

struct tree_node *tree_take(struct tree_node *map, const char *key) {
    struct tree_node *found = tree_get(map, key);
    if (!found) return NULL;
    HASH_DELETE(hh, map->by_key, found);
    struct tree_node *before = NULL;
    for (struct tree_node *n = map->first; n != found; n = n->next)
        before = n;
    if (before)
        before->next = found->next;
    else
        map->first = found->next;
    if (map->last == found) map->last = before;
    map->count--;
    found->next = NULL;
    return found;
}

struct source_pos tree_place(const struct tree_node *node) {
    return node->key_at.source ? node->key_at : node->at;
}

/* Exchanges what two nodes are; their keys and their places in a list or map stay. */
static void swap_values(struct tree_node *a, struct tree_node *b) {
    struct tree_node old = *a;
    a->kind = b->kind, a->plain = b->plain, a->text = b->text;
    a->first = b->first, a->last = b->last, a->by_key = b->by_key, a->count = b->count;
    b->kind = old.kind, b->plain = old.plain, b->text = old.text;
    b->first = old.first, b->last = old.last, b->by_key = old.by_key, b->count = old.count;
}

/* Is over a map of entries that base, a list, has? */
static bool names_entries(const struct tree_node *base, const struct tree_node *over) {
    if (over->kind != TREE_MAP || over->count == 0) return false;
    for (const struct tree_node *n = over->first; n; n = n->next)
        if (!tree_entry(base, span_of(n->key))) return false;
    return true;
}

struct tree_node *tree_merge(struct tree_node *base, struct tree_node *over) {
    if (!base || !over) return base ? base : over;
    if (names_entries(base, over)) {
        for (struct tree_node *n; (n = over->first);) {
            tree_take(over, n->key);
            tree_merge(tree_entry(base, span_of(n->key)), n);
        }
    } else if (base->kind != TREE_MAP || over->kind != TREE_MAP) {
        base->at = over->at;
        base->key_at = over->key_at;
        swap_values(base, over);
    } else {
        for (struct tree_node *n; (n = over->first);) {
            tree_take(over, n->key);
            struct tree_node *old = tree_get(base, n->key);
            if (old)
                tree_merge(old, n);
            else
                append_keyed(base, n);
        }
    }
    tree_free(over);
    return base;
}

struct tree_node *tree_copy(const struct tree_node *node) {
    struct tree_node *n = mem_new(sizeof *n);
    *n = (struct tree_node){.kind = node->kind, .plain = node->plain, .at = node->at};
    if (node->text) n->text = mem_text(span_of(node->text));
    for (const struct tree_node *e = node->first; e; e = e->next) {
        if (node->kind == TREE_MAP)
            tree_put(n, span_of(e->key), e->key_at, tree_copy(e));
        else
            tree_append(n, tree_copy(e));
    }
    return n;
}

struct tree_node *tree_text(struct span text, bool plain, struct source_pos at) {
    struct tree_node *n = mem_new(sizeof *n);
    n->at = at;
    n->kind = text.len || !plain ? TREE_SCALAR : TREE_NULL;
    n->plain = plain;
    n->text = mem_text(text);
    return n;
}

struct tree_node *tree_scalar(const struct source *source, size_t from) {
    struct span text = {source->text + from, source->len - from};
    return tree_text(text, true, (struct source_pos){source, (uint32_t)from});
}
