/* SPDX-License-Identifier: MIT */
/* nat_traversal keeps the way to senders open whose requests have been answered well. */
#ifndef MODEL_KAMAILIO_MODULES_NAT_TRAVERSAL_H
#define MODEL_KAMAILIO_MODULES_NAT_TRAVERSAL_H

#include "model/kamailio/run.h"

/* A stateless reply has been sent to the request at hand; without the module that is nothing. */
void kam_nat_answered(struct kam_run *run, unsigned status, const struct payload *reply);

#endif
