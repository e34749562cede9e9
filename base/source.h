/* SPDX-License-Identifier: MIT */
/*
 * A source is an input file that the user wrote, held in memory for the whole run, so that
 * everything made from it can point back into it. Parsers keep byte offsets; line and column
 * are computed only when something is printed.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include "base/buf.h"

struct diag;

/* The largest input file that is read, in bytes. */
#define SOURCE_MAX (16u << 20)

struct source {
    struct source *next;
    char *name; /* as messages show it */
    char *text; /* NUL-terminated after len bytes */
    size_t len;
    uint64_t device, inode; /* of the file; inode 0: there is none */
};

/* All sources of a run, newest first; all-zero is an empty set. */
struct source_set {
    struct source *first;
};

/* A place in a source; source NULL means: no place (a built-in, the command line). */
struct source_pos {
    const struct source *source;
    uint32_t offset;
};

/*
 * Reads the file at path, a regular one, into the set; name is what messages call it. Returns NULL after a
 * message `error: NAME: REASON` at `asked`, the place that named the file.
 */
struct source *source_load(struct source_set *set, const char *path, const char *name,
                           struct source_pos asked, struct diag *diag);

/*
 * Reads all regular files of a folder whose names begin and end so, in the order of their names; first is a
 * path. What cannot be read is passed over.
 */
void source_load_like(struct source_set *set, const char *first, struct span end);

/* The source of the set that has this name, or NULL. */
const struct source *source_find(const struct source_set *set, const char *name);

/* Takes a copy of a text that is in no file (a built-in scenario, a command-line value) into the set. */
struct source *source_text(struct source_set *set, const char *name, struct span text);

/* Writes the path of a file that a source names: beside the source, unless it begins with a slash. */
void source_beside(struct buf *path, const struct source *source, struct span name);

/* The last part of a path. */
const char *source_base_name(const char *path);

void source_set_free(struct source_set *set);

/* The line and column, both from 1, in bytes, of a place. An offset past the end is the end. */
void source_locate(struct source_pos pos, unsigned *line, unsigned *column);

/* The position of a span that lies inside the source's text. */
static inline struct source_pos source_at(const struct source *source, const char *p) {
    return (struct source_pos){source, (uint32_t)(p - source->text)};
}

#endif
