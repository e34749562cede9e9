/* SPDX-License-Identifier: MIT */
#include "sim/heap.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

void heap_free(struct heap *h) {
    for (size_t i = 0; i < h->count; i++)
        h->places[i].node->slot = 0;
    free(h->places);
    *h = (struct heap){0};
}

static void place(struct heap *h, size_t i, struct heap_place p) {
    h->places[i] = p;
    p.node->slot = (uint32_t)(i + 1);
}

static void sift_up(struct heap *h, size_t i, struct heap_place p) {
    for (size_t parent; i > 0 && heap_before(p.key, h->places[parent = (i - 1) / 2].key); i = parent)
        place(h, i, h->places[parent]);
    place(h, i, p);
}

/* Closes a hole: the earliest of what is below it moves up, and leaves the hole one level lower. Where it
 * ends. */
static size_t sink_hole(struct heap *h, size_t i) {
    for (size_t child; (child = 2 * i + 1) < h->count; i = child) {
        if (child + 1 < h->count && heap_before(h->places[child + 1].key, h->places[child].key)) child++;
        place(h, i, h->places[child]);
    }
    return i;
}

void heap_add(struct heap *h, struct heap_node *node) {
    assert(!node->slot && h->count < UINT32_MAX);
    h->places = mem_room(h->places, h->count, &h->cap, sizeof *h->places);
    sift_up(h, h->count++, (struct heap_place){node->key, node});
}

void heap_put(struct heap *h, struct heap_node *node, int64_t at) {
    heap_remove(h, node);
    node->key = (struct heap_key){at, h->sequence++};
    heap_add(h, node);
}

void heap_remove(struct heap *h, struct heap_node *node) {
    if (!node->slot) return;
    size_t hole = node->slot - 1;
    assert(hole < h->count && h->places[hole].node == node);
    node->slot = 0;
    struct heap_place last = h->places[--h->count];
    if (last.node == node) return;
    /* The last one belongs near the bottom nearly always: it is put there, and rises if it must. */
    sift_up(h, sink_hole(h, hole), last);
}
