/* SPDX-License-Identifier: MIT */
/*
 * A run as JSON, an object a line, for programs: the run, each datagram, perhaps each decision that sent
 * nothing, and what came of it. docs/json.md says what the members mean; they rise in version with it.
 */
#ifndef VIEW_JSON_LINES_H
#define VIEW_JSON_LINES_H

#include "model/lab/lab.h"
#include "model/sip/msg.h"
#include "view/flow.h"
#include "view/words.h"

#include <stdio.h>

struct json_lines {
    FILE *out;
    bool notes;
    struct buf line, text;
    struct words calls; /* Call-IDs, in the order of their first datagrams */
    struct sip_msg msg;
};

/* Prepares; with notes also decisions are told. out stays the caller's. */
void json_lines_init(struct json_lines *j, FILE *out, bool notes);

/* Writes the line of a run that begins. */
void json_lines_begin(struct json_lines *j, const struct lab_config *config, const char *version);

struct flow_sink json_lines_sink(struct json_lines *j);

/* Writes the line of what came of it; origin_ns is when the first captured datagram was. */
void json_lines_end(struct json_lines *j, const struct lab_result *result, uint64_t datagrams,
                    int64_t origin_ns);

void json_lines_free(struct json_lines *j);

#endif
