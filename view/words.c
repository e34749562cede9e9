/* SPDX-License-Identifier: MIT */
#include "view/words.h"

#include "base/table.h"

#include <stdlib.h>

struct word {
    struct span text;
    uint32_t number;
    UT_hash_handle hh;
};

static struct word *find(const struct words *w, struct span text) {
    struct word *found = NULL;
    HASH_FIND(hh, w->table, text.len ? text.p : "", text.len, found);
    return found;
}

uint32_t words_number(struct words *w, struct span text) {
    struct word *word = find(w, text);
    if (word) return word->number;
    word = arena_new(&w->memory, sizeof *word);
    word->text = arena_text(&w->memory, text);
    word->number = (uint32_t)w->count;
    w->words = mem_room(w->words, w->count, &w->cap, sizeof *w->words);
    w->words[w->count++] = word;
    HASH_ADD_KEYPTR(hh, w->table, word->text.p, word->text.len, word);
    return word->number;
}

size_t words_find(const struct words *w, struct span text) {
    struct word *word = find(w, text);
    return word ? word->number : w->count;
}

struct span words_at(const struct words *w, size_t number) {
    return w->words[number]->text;
}

void words_free(struct words *w) {
    HASH_CLEAR(hh, w->table);
    free(w->words);
    arena_free(&w->memory);
    *w = (struct words){0};
}
