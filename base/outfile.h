/* SPDX-License-Identifier: MIT */
/*
 * A file that is written. It has a temporary name beside its final one until it is complete, so that no half
 * file ever has the final name. A device or a pipe is written in place; "-" is standard output.
 */
#ifndef BASE_OUTFILE_H
#define BASE_OUTFILE_H

#include <stdio.h>

struct outfile {
    FILE *file; /* to be written to */
    char *path, *temporary;
};

/* Begins a file; NULL with the reason in errno. */
struct outfile *outfile_open(const char *path);

/* Completes the file and gives it its name; frees o. Returns 0, or the errno of what failed: no file is left
 * then. */
int outfile_close(struct outfile *o);

/* Removes what was written; frees o. NULL is fine. */
void outfile_abandon(struct outfile *o);

#endif
