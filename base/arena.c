/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include "base/mem.h"

#include <stdalign.h>
#include <stdlib.h>

enum { CHUNK_SIZE = 4096 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    alignas(max_align_t) char bytes[];
};

void *arena_room(struct arena *a, size_t size) {
    size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    while (!a->now || a->now->size - a->now->used < size) {
        struct arena_chunk **link = a->now ? &a->now->next : &a->first;
        if (*link && (*link)->size >= size) {
            a->now = *link;
            a->now->used = 0;
            continue;
        }
        size_t chunk_size = a->chunk ? a->chunk : CHUNK_SIZE, room = size > chunk_size ? size : chunk_size;
        struct arena_chunk *chunk = mem_resize(NULL, sizeof *chunk + room);
        *chunk = (struct arena_chunk){*link, 0, room};
        *link = a->now = chunk;
    }
    char *p = a->now->bytes + a->now->used;
    a->now->used += size;
    return p;
}

void *arena_new(struct arena *a, size_t size) {
    void *p = arena_room(a, size);
    return size ? memset(p, 0, size) : p;
}

struct span arena_text(struct arena *a, struct span text) {
    char *p = arena_room(a, text.len + 1);
    if (text.len) memcpy(p, text.p, text.len);
    p[text.len] = '\0';
    return (struct span){p, text.len};
}

void arena_reset(struct arena *a) {
    a->now = a->first;
    if (a->now) a->now->used = 0;
}

void arena_free(struct arena *a) {
    for (struct arena_chunk *c = a->first, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    *a = (struct arena){.chunk = a->chunk};
}
