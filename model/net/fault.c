/* SPDX-License-Identifier: MIT */
#include "model/net/fault.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

struct fault {
    uint32_t nth;
    int64_t hold_ns;
};

struct fault_counter {
    struct fault_counter *next;
    fault_match_fn *match;
    void *arg;
    uint32_t seen;
    struct fault *list;
    size_t count, cap;
    size_t met;    /* so many, the first of the list, are of numbers that have gone by */
    bool shuffled; /* the list is not in the order of nth */
};

static struct fault_counter *counter_of(struct faults *f, fault_match_fn *match, void *arg) {
    struct fault_counter *c = f->counters;
    while (c && (c->match != match || c->arg != arg))
        c = c->next;
    if (c) return c;
    c = mem_new(sizeof *c);
    *c = (struct fault_counter){.next = f->counters, .match = match, .arg = arg};
    return f->counters = c;
}

void faults_add(struct faults *f, uint32_t nth, int64_t hold_ns, fault_match_fn *match, void *arg) {
    struct fault_counter *c = counter_of(f, match, match ? arg : NULL);
    assert(nth > c->seen);
    c->shuffled = c->shuffled || (c->count && nth < c->list[c->count - 1].nth);
    c->list = mem_room(c->list, c->count, &c->cap, sizeof *c->list);
    c->list[c->count++] = (struct fault){nth, hold_ns};
}

static int by_nth(const void *a, const void *b) {
    uint32_t na = ((const struct fault *)a)->nth, nb = ((const struct fault *)b)->nth;
    return (na > nb) - (na < nb); /* of the same number each adds to the others, in any order */
}

int64_t faults_apply(struct faults *f, struct span payload) {
    int64_t held_ns = 0;
    bool lost = false;
    for (struct fault_counter *c = f->counters; c; c = c->next) {
        if (c->match && !c->match(c->arg, payload)) continue;
        if (c->shuffled) qsort(c->list + c->met, c->count - c->met, sizeof *c->list, by_nth);
        c->shuffled = false;
        c->seen++;
        for (; c->met < c->count && c->list[c->met].nth == c->seen; c->met++) {
            int64_t hold_ns = c->list[c->met].hold_ns;
            lost = lost || hold_ns == FAULT_LOST;
            held_ns += hold_ns;
        }
    }
    return lost ? FAULT_LOST : held_ns;
}

void faults_free(struct faults *f) {
    for (struct fault_counter *c = f->counters, *next; c; c = next) {
        next = c->next;
        free(c->list);
        free(c);
    }
    *f = (struct faults){0};
}
