/* SPDX-License-Identifier: MIT */
/*
 * An injection file of SIPp (-inf; facts: SIPp 11): a line of fields for each call. Actions may add and
 * replace lines, so each process has its own.
 */
#ifndef MODEL_SIPP_SCENARIO_INJECT_H
#define MODEL_SIPP_SCENARIO_INJECT_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/source.h"

enum inject_order { INJECT_SEQUENTIAL, INJECT_RANDOM, INJECT_USER };

struct inject_key; /* of the index: what stands in the indexed field, and in which line */

/* All-zero: there is no file. */
struct inject {
    const struct source *source;
    enum inject_order order;
    struct buf *lines; /* without their LF */
    size_t count, cap;
    size_t next;              /* of a sequential file */
    int64_t printf_lines;     /* PRINTF=: how many lines are made of the ones there are; 0: no such file */
    int64_t offset, multiple; /* what %d stands for: offset + line * multiple */
    int64_t index_field;      /* -infindex; -1: none */
    struct inject_key *keys;
};

/* Reads the lines; errors go to diag. index_field as in the struct. */
bool inject_load(struct inject *in, const struct source *source, int64_t index_field, struct diag *diag);
void inject_free(struct inject *in);

/* Is this what a keyword calls the file: its name without the path? */
bool inject_is(const struct inject *in, struct span name);

/* How many lines there are to choose from. */
size_t inject_size(const struct inject *in);

/*
 * Adds the nth field (from 0) of a line (from 0) to out; nothing if the line has not so many, or there is no
 * such line. An error that ends SIPp is returned as a text, else NULL.
 */
const char *inject_field(const struct inject *in, size_t line, int64_t field, struct buf *out);

/* The line that has key in the indexed field, the newest of several; -1: none. The file must have an index.
 */
int64_t inject_lookup(const struct inject *in, struct span key);

/* Puts a line at the end. */
void inject_add(struct inject *in, struct span line);

/* Puts another line in the place of one that is there. */
void inject_replace(struct inject *in, size_t line, struct span text);

#endif
