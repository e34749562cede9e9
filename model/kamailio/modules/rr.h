/* SPDX-License-Identifier: MIT */
/* rr, for modules that keep something in the Record-Route of a dialog (facts: Kamailio 7, 30.3). */
#ifndef MODEL_KAMAILIO_MODULES_RR_H
#define MODEL_KAMAILIO_MODULES_RR_H

#include "model/kamailio/run.h"

/* Adds parameters, ";a=b", to the Record-Route that record_route() has made or will make. */
void kam_rr_add_params(struct kam_run *run, struct span params);

/* The parameters of the first Route entry of the request, if it is one of ours; p NULL: it is not. */
struct span kam_rr_params(const struct kam_run *run);

/* The value of one of them, by its name as written, the first of several; p NULL: it has none. */
struct span kam_rr_param(const struct kam_run *run, struct span name);

/* Does the callee of the dialog send the request? Says the ftag among them. */
bool kam_rr_upstream(struct kam_run *run);

/* Is append_fromtag set? */
bool kam_rr_appends_tag(const struct kam_program *program);

#endif
