/* SPDX-License-Identifier: MIT */
/* tm's states in words, and the only places where they change. */
#include "model/kamailio/modules/tm/tm.h"

#include <stdio.h>

const char *const kam_resend_state_names[] = {
    [KAM_RESEND_IDLE] = "idle",
    [KAM_RESEND_RUNNING] = "resending",
    [KAM_RESEND_WAITING] = "waiting",
    [KAM_RESEND_STOPPED] = "stopped",
};

const char *const kam_cancel_state_names[] = {
    [KAM_NOT_CANCELED] = "not cancelled",
    [KAM_CANCEL_PICKED] = "picked to be cancelled",
    [KAM_CANCEL_DUE] = "to be cancelled when it answers",
    [KAM_CANCEL_BEGUN] = "cancelled",
};

const char *const kam_tm_state_names[] = {
    [KAM_TM_NEW] = "new",
    [KAM_TM_PROCEEDING] = "proceeding",
    [KAM_TM_COMPLETED] = "completed",
};

/* branch -1: it is of the whole transaction. */
static void tell(const struct kam_transaction *t, const char *what, int branch, const char *state) {
    const struct kamailio *k = t->tm->k;
    char part[40];
    if (!k->trace || !k->trace->state) return;
    if (branch < 0)
        snprintf(part, sizeof part, "%s", what);
    else
        snprintf(part, sizeof part, "%s of branch %d", what, branch);
    trace_state(k->trace, k->queue->now_ns, host_name(k->host), t->head.number, part, state);
}

void kam_resend_enter(struct kam_resend *r, enum kam_resend_state state) {
    static const char *const parts[] = {
        [KAM_RESEND_REQUEST] = "request", [KAM_RESEND_CANCEL] = "CANCEL", [KAM_RESEND_RESPONSE] = "response"};
    if (r->state == state) return;
    r->state = state;
    if (!r->transaction) return;
    int branch = r->kind == KAM_RESEND_RESPONSE ? -1 : (int)r->branch;
    tell(r->transaction, parts[r->kind], branch, kam_resend_state_names[state]);
}

void kam_client_enter(struct kam_client *c, enum kam_cancel_state state) {
    if (c->cancel_state == state) return;
    c->cancel_state = state;
    tell(c->request.transaction, "giving up", (int)c->request.branch, kam_cancel_state_names[state]);
}

void kam_tm_enter(struct kam_transaction *t, unsigned status) {
    enum kam_tm_state state = status >= 200 ? KAM_TM_COMPLETED : KAM_TM_PROCEEDING;
    t->status = status;
    if (t->state == state) return;
    t->state = state;
    tell(t, "transaction", -1, kam_tm_state_names[state]);
}
