/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/pattern.h"

#include "model/kamailio/script/eval.h"

bool script_pattern_begin(struct script_pattern *p, struct kam_run *run, const struct kam_arg *arg,
                          unsigned flags) {
    *p = (struct script_pattern){(struct kam_script_state *)run, arg->regex, false};
    if (p->regex) return true;
    p->regex = script_regex(p->state, arg->s, flags);
    p->own = true;
    return p->regex != NULL;
}

bool script_pattern_find(struct script_pattern *p, struct span text, bool not_start,
                         struct regex_match *match) {
    uint64_t steps = 0;
    enum regex_answer answer = regex_find(p->regex, text, not_start, match, 1, &steps);
    event_spend_match(p->state->queue, kam_script_at(p->state), answer, steps);
    return answer == REGEX_YES;
}

void script_pattern_end(struct script_pattern *p) {
    if (p->own) regex_free(p->regex);
}
