/* SPDX-License-Identifier: MIT */
/* The ladders that a command was asked for: files in some format, opened before the work, written after it.
 */
#ifndef CLI_LADDER_FILE_H
#define CLI_LADDER_FILE_H

#include "cli/cli.h"
#include "view/ladder.h"

struct outfile;

struct ladder_file {
    const char *path; /* "-": standard output */
    enum ladder_format format;
    struct outfile *file; /* open from before the work on, so that a bad path costs nothing */
};

/* All-zero: none. */
struct ladder_files {
    struct ladder_file *list;
    size_t count, cap;
};

void ladder_files_add(struct ladder_files *files, const char *path);

/*
 * Settles the formats: format (NULL: each file's extension says it; for standard output fallback, NULL: it
 * has to be given). EXIT_GOOD, or EXIT_BAD_INPUT after a message that names the command's option for such a
 * file.
 */
int ladder_files_settle(struct ladder_files *files, const struct command *self, const char *option,
                        const char *format, const char *fallback);

/* How many go to standard output. */
unsigned ladder_files_to_stdout(const struct ladder_files *files);

/* Opens them; EXIT_GOOD, or EXIT_BAD_INPUT after a message. */
int ladder_files_open(struct ladder_files *files);

/* Writes and closes them; colour, and the terminal's width, are for standard output. */
int ladder_files_write(struct ladder_files *files, struct ladder *ladder, bool colour);

/* Forgets them; those that are open are not written. */
void ladder_files_free(struct ladder_files *files);

#endif
