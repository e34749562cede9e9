/* SPDX-License-Identifier: MIT */
/* rrs="true": the route set and the remote target, for [routes] and [next_url] (facts: SIPp 3.5). */
#ifndef MODEL_SIPP_PROCESS_ROUTE_H
#define MODEL_SIPP_PROCESS_ROUTE_H

#include "model/sipp/process/call.h"

/* Stores what a message's Record-Route and Contact say; SIPp calls it only while no route set is stored. */
void route_store(struct call *call, const struct header_lines *lines, bool is_request);

#endif
