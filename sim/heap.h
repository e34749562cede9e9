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

struct heap_key {
    int64_t at; /* in whatever unit the owner counts */
    uint64_t sequence;
};

struct heap_node {
    struct heap_key key;
    uint32_t slot; /* 1 + place in the heap; 0: in none */
    bool mark;     /* the owner's: there is room for it */
};

/* All-zero is an empty heap. Keys stand beside the nodes' addresses: to compare those of the nodes, which are
 * anywhere in memory, took 3 % of the time of a run. */
struct heap {
    struct heap_place {
        struct heap_key key;
        struct heap_node *node;
    } * places;
    size_t count, cap;
    uint64_t sequence; /* the next one to give */
};

/* Frees the heap's memory; nodes that are still in are in none from then on. */
void heap_free(struct heap *h);

/* Does what has the key a come out before what has b? */
static inline bool heap_before(struct heap_key a, struct heap_key b) {
    return a.at != b.at ? a.at < b.at : a.sequence < b.sequence;
}

/* Puts a node in; one that is in already is moved (with a new sequence number). */
void heap_put(struct heap *h, struct heap_node *node, int64_t at);

/* Puts in a node that is in none and that has its key already. */
void heap_add(struct heap *h, struct heap_node *node);

/* Takes a node out; does nothing if it is in none. */
void heap_remove(struct heap *h, struct heap_node *node);

/* The one that comes out first, with its key; NULL if the heap is empty. */
static inline const struct heap_place *heap_first(const struct heap *h) {
    return h->count ? h->places : NULL;
}

#endif
