/* SPDX-License-Identifier: MIT */
/*
 * failure_route, when all branches have failed, and event_route[tm:branch-failure:...], for each that has:
 * the script gets the request once more (facts: Kamailio 6.8, 50).
 */
#include "model/kamailio/modules/tm/tm.h"

/* The transaction's request, as the script had left it when it was relayed. */
static void restore(struct kam_run *run, struct kam_transaction *t) {
    run->came_to = t->came_to;
    run->transaction = t;
    run->looked_up = run->all_read = true;
    run->about = t->about;
    run->number = t->number - 1; /* so Kamailio counts what it makes of a transaction's request */
    run->force_rport = t->force_rport;
    run->local_rport = t->local_rport;
    run->flags = t->flags;
    run->advertised = t->advertised;
    run->forced = t->forced;
    run->marks = t->head.marks;
    if (t->saved) {
        edit_list_copy(&run->edits, &t->saved->edits);
        buf_add(&run->reply_lines, buf_span(&t->saved->reply_lines));
        buf_add(&run->reply_body, buf_span(&t->saved->reply_body));
    }
    if (t->new_uri.len) kam_run_set_uri(run, buf_span(&t->new_uri));
    if (t->next_hop.len) kam_run_set_next_hop(run, buf_span(&t->next_hop));
    run->path = buf_span(&t->path);
    run->uri_is_new = false; /* only a URI that is set from now on makes a branch */
    run->state.avps = &t->avps;
}

/* The request for a block that is told of that branch. */
static struct kam_run *begin(struct kam_transaction *t, unsigned branch, const struct kam_failure *failure,
                             enum kam_route_kind kind) {
    struct kam_run *run = &t->tm->failure_run;
    kam_run_begin(run, t->request, t->socket, t->source);
    restore(run, t);
    run->state.kind = kind;
    run->branch = branch;
    run->branch_flags = t->clients[branch]->flags;
    run->leaves = t->clients[0]->request.destination.socket;
    run->failure_status = failure->status;
    run->failure_reply = failure->reply;
    const struct payload *sent = t->clients[branch]->request.payload;
    if (sent) run->failure_request = payload_span(sent);
    run->state.process = failure->process;
    return run;
}

struct kam_run *kam_tm_resume(struct kam_transaction *t, struct kam_process *process) {
    struct kam_run *run = &t->tm->failure_run;
    kam_run_begin(run, t->request, t->socket, t->source);
    restore(run, t);
    run->uri_is_new = t->uri_is_new || process->uri_is_new;
    run->state.kind = KAM_FAILURE_ROUTE;
    run->state.process = process;
    return run;
}

bool kam_tm_run_failure_route(struct kam_transaction *t, unsigned branch, const struct kam_failure *failure,
                              int64_t *failure_reply_mode) {
    const struct kam_route *route = t->clients[branch]->on_failure;
    if (!route) return false;
    /* The routes must be armed anew for what it does. */
    t->on_failure = NULL;
    struct kam_run *run = begin(t, branch, failure, KAM_FAILURE_ROUTE);
    run->failure_reply_mode = *failure_reply_mode;
    kam_route_run(route, run);
    t->flags = run->flags;
    *failure_reply_mode = run->failure_reply_mode;
    kam_run_end(run);
    return true;
}

void kam_tm_run_branch_failure(struct kam_transaction *t, unsigned branch,
                               const struct kam_failure *failure) {
    const struct kam_route *route = t->clients[branch]->on_branch_failure;
    if (!route) return;
    t->on_branch_failure = NULL;
    struct kam_run *run = begin(t, branch, failure, KAM_BRANCH_FAILURE_ROUTE);
    kam_route_run(route, run);
    t->flags = run->flags;
    kam_run_end(run);
}

struct span kam_tm_branch_reply(const struct kam_transaction *t, unsigned branch, unsigned *status) {
    const struct kam_client *c = t->clients[branch];
    const struct kam_run *in_hand = t->tm->in_hand;
    *status = c->last_status;
    for (unsigned i = branch + 1; i < t->client_count; i++)
        if (t->clients[i]->first_of_step) return (struct span){0};
    if (in_hand && in_hand->transaction == t && in_hand->branch == branch) return in_hand->msg.bytes;
    return c->received ? payload_span(c->received) : (struct span){0};
}
