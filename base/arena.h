/* SPDX-License-Identifier: MIT */
/*
 * An arena: memory for many small things that end together. What it hands out never moves, unlike the
 * content of a buf, and is given back all at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"

struct arena_chunk;

/* All-zero is a valid empty arena; arena_free makes it one again. */
struct arena {
    struct arena_chunk *first, *now;
    size_t chunk; /* how many bytes are asked for at once; 0: 4 KiB */
};

/* size bytes of zeros, aligned for any type; they stay until the arena is reset or freed. */
void *arena_new(struct arena *a, size_t size);

/* The same with anything in them, for who fills them all. */
void *arena_room(struct arena *a, size_t size);

/* A copy of text, with a NUL behind it that is not counted. */
struct span arena_text(struct arena *a, struct span text);

/* Forgets the content, keeps the memory. */
void arena_reset(struct arena *a);

void arena_free(struct arena *a);

#endif
