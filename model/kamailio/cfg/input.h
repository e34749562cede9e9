/* SPDX-License-Identifier: MIT */
/*
 * The characters that the lexer reads: a file, the files it includes, and the values of defines, which
 * are read as if they stood in place of the name. (facts: Kamailio 11.1)
 */
#ifndef MODEL_KAMAILIO_CFG_INPUT_H
#define MODEL_KAMAILIO_CFG_INPUT_H

#include "base/diag.h"

#define CFG_INCLUDE_MAX 10
#define CFG_INPUT_MAX   64

/* How many files a configuration may be made of, and how many bytes in all. */
enum { CFG_FILES_MAX = 1000, CFG_BYTES_MAX = 4 << 20 }; /* besides the first one */

struct cfg_input_frame {
    const struct source *source; /* NULL: the value of a define */
    struct span text;
    size_t next;
    struct source_pos used; /* of a define: where its name stands */
};

struct cfg_input {
    struct cfg_input_frame frames[CFG_INPUT_MAX];
    size_t depth, files;
    unsigned expansions; /* since a character of a file was read: finds a define that names itself */
};

/* A file on top; false if too many are nested. */
bool cfg_input_file(struct cfg_input *in, const struct source *source);

/* A define's value on top; false if defines name each other without end. */
bool cfg_input_define(struct cfg_input *in, struct span value, struct source_pos used);

/* The character k places ahead, -1 behind the end of the file. */
int cfg_input_peek(const struct cfg_input *in, size_t k);

/* Does this text come next? */
bool cfg_input_starts(const struct cfg_input *in, const char *text);

/* The next character, consumed; -1 at the end of the file. */
int cfg_input_get(struct cfg_input *in);
void cfg_input_skip(struct cfg_input *in, size_t n);

/* Where the next character stands. */
struct source_pos cfg_input_at(const struct cfg_input *in);

/* The file that is read. */
const struct source *cfg_input_source(const struct cfg_input *in);

/* Ends the file on top; false if it was the last. */
bool cfg_input_leave(struct cfg_input *in);

#endif
