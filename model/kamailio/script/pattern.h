/* SPDX-License-Identifier: MIT */
/* Looking for a pattern that a function was given, once or several times along a text. */
#ifndef MODEL_KAMAILIO_SCRIPT_PATTERN_H
#define MODEL_KAMAILIO_SCRIPT_PATTERN_H

#include "model/kamailio/script/script.h"

struct script_pattern {
    struct kam_script_state *state;
    struct regex *regex;
    bool own; /* compiled for this time only */
};

/* Makes ready an argument's expression; one that the file does not give is compiled now, with flags of
 * base/regex.h. False: it is none. */
bool script_pattern_begin(struct script_pattern *p, struct kam_run *run, const struct kam_arg *arg,
                          unsigned flags);

/* The first match. not_start: ^ does not match at the text's beginning. */
bool script_pattern_find(struct script_pattern *p, struct span text, bool not_start,
                         struct regex_match *match);
void script_pattern_end(struct script_pattern *p);

#endif
