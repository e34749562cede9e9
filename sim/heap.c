/* SPDX-License-Identifier: MIT */
#include "sim/heap.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

void heap_free(struct heap *h) {
    for (size_t i = 0; i < h->count; i++)
        h->nodes[i]->slot = 0;
    free(h->nodes);
    *h = (struct heap){0};
}

static void place(struct heap *h, size_t i, struct heap_node *node) {
    h->nodes[i] = node;
    node->slot = (uint32_t)(i + 1);
}

static void sift_up(struct heap *h, size_t i, struct heap_node *node) {
    for (size_t parent; i > 0 && heap_before(node, h->nodes[parent = (i - 1) / 2]); i = parent)
        place(h, i, h->nodes[parent]);
    place(h, i, node);
}

/* Closes a hole: the earliest of what is below it moves up, and leaves the hole one level lower. Where it
 * ends. */
static size_t sink_hole(struct heap *h, size_t i) {
    for (size_t child; (child = 2 * i + 1) < h->count; i = child) {
        if (child + 1 < h->count && heap_before(h->nodes[child + 1], h->nodes[child])) child++;
        place(h, i, h->nodes[child]);
    }
    return i;
}

void heap_add(struct heap *h, struct heap_node *node) {
    assert(!node->slot && h->count < UINT32_MAX);
    h->nodes = mem_room(h->nodes, h->count, &h->cap, sizeof(struct heap_node *));
    sift_up(h, h->count++, node);
}

void heap_put(struct heap *h, struct heap_node *node, int64_t at) {
    heap_remove(h, node);
    node->at = at;
    node->sequence = h->sequence++;
    heap_add(h, node);
}

void heap_remove(struct heap *h, struct heap_node *node) {
    if (!node->slot) return;
    size_t hole = node->slot - 1;
    assert(hole < h->count && h->nodes[hole] == node);
    node->slot = 0;
    struct heap_node *last = h->nodes[--h->count];
    if (last == node) return;
    /* The last one belongs near the bottom nearly always: it is put there, and rises if it must. */
    sift_up(h, sink_hole(h, hole), last);
}
