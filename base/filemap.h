/* SPDX-License-Identifier: MIT */
/*
 * A file's bytes as a span that takes no memory of ours: the kernel brings pages in when they are looked at.
 * Spans into it stay valid; what was looked at is let go again from time to time, so that a pass over a large
 * file does not add up.
 */
#ifndef BASE_FILEMAP_H
#define BASE_FILEMAP_H

#include "base/span.h"

#include <stdio.h>

/* All-zero: no file. */
struct filemap {
    struct span bytes;
    size_t looked_at; /* since pages were last let go */
};

/* Maps a file that is open for reading. Not all can be (a pipe): then the map is empty. */
void filemap_open(struct filemap *m, FILE *file);

/* Says that the part, which is in the map, is going to be looked at. */
void filemap_look(struct filemap *m, struct span part);

void filemap_close(struct filemap *m);

#endif
