/* SPDX-License-Identifier: MIT */
#include "model/kamailio/onsend.h"

#include "model/kamailio/instance.h"

bool kam_onsend(struct kam_run *run, const struct kam_destination *d, const struct payload *payload,
                int branch) {
    const struct kamailio *k = run->k;
    const struct kam_route *route = kam_program_route(k->program, KAM_ONSEND_ROUTE, (struct span){0});
    if (!route || !payload || (!run->msg.is_request && !k->globals->onsend_replies)) return true;
    struct kam_passage leaving = {payload_span(payload), d->socket, d->to};
    struct kam_script_state before = run->state;
    unsigned own_branch = run->branch;
    run->leaving = &leaving;
    run->state.kind = KAM_ONSEND_ROUTE;
    run->branch = (unsigned)branch;
    struct kam_outcome outcome = kam_route_run(route, run);
    run->leaving = NULL;
    run->branch = own_branch;
    run->state.kind = before.kind;
    run->state.at = before.at;
    run->state.retcode = before.retcode;
    return !outcome.dropped;
}
