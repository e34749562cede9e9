/* SPDX-License-Identifier: MIT */
#include "model/kamailio/onsend.h"

#include "model/kamailio/event.h"
#include "model/kamailio/instance.h"

bool kam_onsend(struct kam_run *run, const struct kam_destination *d, const struct payload *payload,
                int branch) {
    const struct kamailio *k = run->k;
    const struct kam_route *route = k->onsend_route;
    if (!route || !payload || (!run->msg.is_request && !k->globals->onsend_replies)) return true;
    struct kam_passage leaving = {payload_span(payload), d->socket, d->to};
    unsigned own_branch = run->branch;
    run->leaving = &leaving;
    run->branch = (unsigned)branch;
    struct kam_outcome outcome = kam_route_within(run, route, KAM_ONSEND_ROUTE);
    run->leaving = NULL;
    run->branch = own_branch;
    return !outcome.dropped;
}
