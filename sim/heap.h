/* SPDX-License-Identifier: MIT */
/*
 * What is due when: things ordered by a time, at equal times by when they were put in. A node is a member of
 * what it orders, so putting it in allocates nothing of its own.
 *
 * The order is total: (time, sequence number), and the sequence number counts puttings-in. heap_before() is
 * the only place that knows this rule for ties.
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    int64_t at; /* in whatever unit the owner counts */
    uint64_t sequence;
    uint32_t slot; /* 1 + place in the heap; 0: in none */
    bool mark;     /* the owner's: there is room for it */
};

/* All-zero is an empty heap. */
struct heap {
    struct heap_node **nodes;
    size_t count, cap;
    uint64_t sequence; /* the next one to give */
};

/* Frees the heap's memory; nodes that are still in are in none from then on. */
void heap_free(struct heap *h);

/* Would a come out before b? Both are in. */
static inline bool heap_before(const struct heap_node *a, const struct heap_node *b) {
    return a->at != b->at ? a->at < b->at : a->sequence < b->sequence;
}

/* Puts a node in; one that is in already is moved (with a new sequence number). */
void heap_put(struct heap *h, struct heap_node *node, int64_t at);

/* Puts in a node that is in none and that has its time and its sequence number already. */
void heap_add(struct heap *h, struct heap_node *node);

/* Takes a node out; does nothing if it is in none. */
void heap_remove(struct heap *h, struct heap_node *node);

/* The one that comes out first; NULL if the heap is empty. */
static inline struct heap_node *heap_first(const struct heap *h) { return h->count ? h->nodes[0] : NULL; }

#endif
