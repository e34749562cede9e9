/* SPDX-License-Identifier: MIT */
/*
 * Parameters as {param.*} and xavp_params_explode() read them: name=value between separators, up to a comma.
 * (facts: Kamailio 18.2)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_PARAM_LIST_H
#define MODEL_KAMAILIO_SCRIPT_PARAM_LIST_H

#include "base/span.h"

#include <stdbool.h>

struct script_param {
    struct span name, value; /* without quotes; value.p NULL: no = */
};

/* The list that a text is: a separator may end it, but not two. */
struct span script_params(struct span text, char separator);

/* Cuts the next one off. 1: it is there; 0: none is left; -1: it cannot be read, and then none of them can.
 */
int script_param_next(struct span *left, char separator, struct script_param *out);

/*
 * A value as a number from 0 to 2^32-1, with or without a +; nothing behind the = is 0. False: it is none, or
 * there is no =.
 */
bool script_param_unsigned(struct span value, int64_t *n);

/* The same with - and from -2^31 to 2^31-1. When it is none, *n is what its first digits say, or 0. */
bool script_param_signed(struct span value, int64_t *n);

#endif
