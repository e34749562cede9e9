/* SPDX-License-Identifier: MIT */
/* Selects: what their two files share. (facts: Kamailio 18.4) */
#ifndef MODEL_KAMAILIO_PV_SELECT_H
#define MODEL_KAMAILIO_PV_SELECT_H

#include "model/kamailio/run.h"
#include "model/kamailio/script/pv.h"

/* What is there without a text: null, but `defined @...` is true. */
static inline struct kam_value select_blank(void) {
    return (struct kam_value){.type = KAM_NULL, .s = SPAN("")};
}

/* A text, or such a blank one where there is none (p NULL). */
static inline struct kam_value select_text(struct span s) {
    return s.p ? (struct kam_value){.type = KAM_STR, .s = s} : select_blank();
}

/*
 * Each takes the rest of a path, and says whether Kamailio has such a select; *out is what it finds, null
 * where it is not there. run NULL: nothing is read, only the path is looked at.
 */

/* user, port, params.lr ... of a URI; p NULL: there is none. */
bool select_uri(struct kam_run *run, struct span uri, struct span path, struct kam_value *out);

/* .x_a, ["X-A"], .x_a[2].nameaddr.uri: headers by their name, behind msg.header */
bool select_header(struct kam_run *run, struct span path, struct kam_value *out);

/* x_a[2].uri.user: the values of all headers of a name, cut at their commas, behind hf_value */
bool select_values(struct kam_run *run, struct span path, struct kam_value *out);

/* supported.path: is that one of them? "1" or "0", behind hf_value_exists */
bool select_value_exists(struct kam_run *run, struct span path, struct kam_value *out);

/* The first parameter of that name in a list with semicolons, without its quotes; blank without a value. */
struct kam_value select_param(struct span params, struct span name);

/* The last one of them. */
struct kam_value select_last_param(struct span params, struct span name);

/* Takes an index off the word, counted from 1, below 0 from the end; 1 without one. False: it is none. */
bool select_index(struct span *word, int64_t *n);

#endif
