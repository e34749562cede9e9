/* SPDX-License-Identifier: MIT */
/*
 * A file that is written. It has a temporary name beside its final one until it is complete, so that no half
 * file ever has the final name; a link is followed. A device or a pipe is written in place; "-" is standard
 * output. No file is written twice, and none in the place of one that was read (outfile_protect).
 */
#ifndef BASE_OUTFILE_H
#define BASE_OUTFILE_H

#include "base/source.h"

#include <stdio.h>

struct outfile {
    FILE *file;
    int failed; /* errno of the first write that failed */
    char *path, *temporary;
    uint64_t len, room;   /* bytes added, and how far the disk has room for them */
    bool no_room;         /* it cannot be asked for */
    struct outfile *next; /* of those that are not complete */
};

/* Begins a file; NULL: *why says why not. */
struct outfile *outfile_open(const char *path, const char **why);

/* Why a path could not be begun now: it is taken already. NULL: it is not. */
const char *outfile_taken(const char *path);

/* Writes to it. Returns 0, or the errno of the first write that failed, which outfile_close returns, too. */
int outfile_add(struct outfile *o, struct span bytes);

/* What messages call an output: "standard output" for "-", else the path. */
const char *outfile_label(const char *path);

/* Completes the file and gives it its name; frees o. Returns 0, or the errno of what failed: no file is left
 * then. */
int outfile_close(struct outfile *o);

/* All is written, but the file does not get its name yet: outfile_close does that. */
void outfile_seal(struct outfile *o);

/* All of it at once: NULL, or why it could not be. */
const char *outfile_write(const char *path, struct span content);

/* Removes what was written; frees o. NULL is fine. */
void outfile_abandon(struct outfile *o);

/* From now on no output may replace one of these input files. */
void outfile_protect(const struct source_set *inputs);

/* Removes the temporary files that this process has begun. For its end only; may be called by a signal
 * handler. */
void outfile_remove_unfinished(void);

#endif
