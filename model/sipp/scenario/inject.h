/* SPDX-License-Identifier: MIT */
/* An injection file of SIPp (-inf; facts: SIPp 11): a line of fields for each call. */
#ifndef MODEL_SIPP_SCENARIO_INJECT_H
#define MODEL_SIPP_SCENARIO_INJECT_H

#include "base/diag.h"
#include "base/source.h"

enum inject_order { INJECT_SEQUENTIAL, INJECT_RANDOM };

/* All-zero: there is no file. */
struct inject {
    const struct source *source;
    enum inject_order order;
    struct span *lines; /* views into the source, without their LF */
    size_t count, cap;
    size_t next; /* of a sequential file */
};

/* Reads the lines; errors go to diag. */
bool inject_load(struct inject *in, const struct source *source, struct diag *diag);
void inject_free(struct inject *in);

/* Is this what a keyword calls the file: its name without the path? */
bool inject_is(const struct inject *in, struct span name);

/* The nth field (from 0) of a line (from 0); false if the line has not so many, or there is no such line. */
bool inject_field(const struct inject *in, size_t line, int64_t field, struct span *out);

#endif
