/* SPDX-License-Identifier: MIT */
#include "view/words.h"

#include "base/mem.h"

#include <stdlib.h>

/* A word takes its bytes and 24 bytes more: captures have as many Call-IDs as calls. */
struct word {
    const char *p;
    uint32_t len, hash;
};

enum { SLOTS_MIN = 16 };

static struct span text_of(const struct word *word) { return (struct span){word->p, word->len}; }

static uint32_t hash_of(struct span text) {
    uint64_t hash = span_hash(text);
    return (uint32_t)(hash ^ hash >> 32);
}

/* Where the word is in the table, or is to go. */
static size_t find(const struct words *w, struct span text, uint32_t hash) {
    size_t at = hash & (w->slot_count - 1);
    for (; w->slots[at]; at = (at + 1) & (w->slot_count - 1)) {
        const struct word *word = &w->words[w->slots[at] - 1];
        if (word->hash == hash && span_eq(text_of(word), text)) break;
    }
    return at;
}

/* Room for one more: a quarter of the slots stays free at least. */
static void make_room(struct words *w) {
    if (w->count + 1 <= w->slot_count / 4 * 3) return;
    w->slot_count = w->slot_count ? w->slot_count * 2 : SLOTS_MIN;
    free(w->slots);
    w->slots = mem_new(w->slot_count * sizeof *w->slots);
    for (size_t i = 0; i < w->count; i++)
        w->slots[find(w, text_of(&w->words[i]), w->words[i].hash)] = (uint32_t)i + 1;
}

uint32_t words_number(struct words *w, struct span text) {
    make_room(w);
    uint32_t hash = hash_of(text);
    size_t at = find(w, text, hash);
    if (w->slots[at]) return w->slots[at] - 1;
    w->words = mem_room(w->words, w->count, &w->cap, sizeof *w->words);
    w->words[w->count++] = (struct word){arena_text(&w->memory, text).p, (uint32_t)text.len, hash};
    return (w->slots[at] = (uint32_t)w->count) - 1;
}

size_t words_find(const struct words *w, struct span text) {
    if (!w->count) return 0;
    uint32_t number = w->slots[find(w, text, hash_of(text))];
    return number ? number - 1 : w->count;
}

struct span words_at(const struct words *w, size_t number) {
    return text_of(&w->words[number]);
}

void words_free(struct words *w) {
    free(w->slots);
    free(w->words);
    arena_free(&w->memory);
    *w = (struct words){0};
}
