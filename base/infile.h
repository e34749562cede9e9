/* SPDX-License-Identifier: MIT */
/*
 * A file that is read. Only a regular one is opened: a pipe that nobody writes to, or a device without an
 * end, would hold the program up for ever.
 */
#ifndef BASE_INFILE_H
#define BASE_INFILE_H

#include "base/buf.h"

#include <stdio.h>

/* Opens a file for reading; NULL: *why says why not. */
FILE *infile_open(const char *path, const char **why);

/*
 * The same for what is read once, from front to end: it may be a pipe, too, if it is open for writing
 * somewhere (as a shell's <(command) is).
 */
FILE *infile_open_stream(const char *path, const char **why);

/* What an open file is that is no stream with an end: "is a directory"; NULL: it is one. */
const char *infile_no_stream(FILE *file);

/* Adds all of a file to out, which may have max bytes more then; false: *why says why not. */
bool infile_read(struct buf *out, const char *path, size_t max, const char **why);

#endif
