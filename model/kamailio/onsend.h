/* SPDX-License-Identifier: MIT */
/* onsend_route, which is told of what is relayed before it leaves (facts: Kamailio 71). */
#ifndef MODEL_KAMAILIO_ONSEND_H
#define MODEL_KAMAILIO_ONSEND_H

#include "model/kamailio/run.h"

/*
 * Runs onsend_route, if there is one and it runs for the message: for each request, for replies only with
 * onsend_route_reply. branch: $T_branch_idx. False: it has dropped it.
 */
bool kam_onsend(struct kam_run *run, const struct kam_destination *d, const struct payload *payload,
                int branch);

#endif
