/* SPDX-License-Identifier: MIT */
/*
 * Parameters as {param.*} and xavp_params_explode() read them: name=value between separators, up to a comma.
 * (facts: Kamailio 18.2)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_PARAM_LIST_H
#define MODEL_KAMAILIO_SCRIPT_PARAM_LIST_H

#include "base/span.h"

struct script_param {
    struct span name, value; /* without quotes */
};

/* The list that a text is: a separator may end it, but not two. */
struct span script_params(struct span text, char separator);

/* Cuts the next one off. 1: it is there; 0: none is left; -1: it cannot be read, and then none of them can.
 */
int script_param_next(struct span *left, char separator, struct script_param *out);

#endif
