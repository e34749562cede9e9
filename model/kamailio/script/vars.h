/* SPDX-License-Identifier: MIT */
/* Reading and writing what struct kam_vars holds. */
#ifndef MODEL_KAMAILIO_SCRIPT_VARS_H
#define MODEL_KAMAILIO_SCRIPT_VARS_H

#include "model/kamailio/script/script.h"

/* The newest value of that number; null if there is none. Valid until it changes. */
struct kam_value script_vars_get(const struct kam_vars *vars, size_t number);

/* The nth value, the newest is 0. Of the negative ones Kamailio 5.6.3 only finds the newest, by minus the
 * number of them all. *steps: how many values were looked at. */
struct kam_value script_vars_nth(const struct kam_vars *vars, size_t number, int64_t n, uint64_t *steps);

/* How many values the number has. */
size_t script_vars_count(const struct kam_vars *vars, size_t number);

/* Replaces the newest value, or adds the first. */
void script_vars_set(struct kam_vars *vars, size_t number, struct kam_value value);

/* Adds a value that hides the earlier ones of the number; pop takes the newest away again. */
void script_vars_push(struct kam_vars *vars, size_t number, struct kam_value value);
void script_vars_pop(struct kam_vars *vars, size_t number);

#endif
