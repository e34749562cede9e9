/* SPDX-License-Identifier: MIT */
/* Words numbered in the order of their first appearance: to tell by number whether two are equal. */
#ifndef VIEW_WORDS_H
#define VIEW_WORDS_H

#include "base/arena.h"

struct word;

/* All-zero is an empty set; words_free makes it one again. */
struct words {
    struct word *words; /* by number */
    size_t count, cap;
    uint32_t *slots; /* a hash table of 1 + number; 0: free */
    size_t slot_count;
    struct arena memory;
};

/* The number of a word, which is copied if it is new. At most 2^32 - 1 words. */
uint32_t words_number(struct words *w, struct span text);

/* The number of a word, or w->count if it is not there. */
size_t words_find(const struct words *w, struct span text);

/* The word of that number, which is less than w->count. */
struct span words_at(const struct words *w, size_t number);

void words_free(struct words *w);

#endif
