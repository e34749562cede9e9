/* SPDX-License-Identifier: MIT */
/* tm's branches: a request goes out to one or several destinations (facts: Kamailio 6.3, 6.8). */
#include "model/kamailio/forward.h"
#include "model/kamailio/message/via_edit.h"
#include "model/kamailio/modules/siptrace/siptrace.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/onsend.h"
#include "model/kamailio/script/error.h"

/*
 * failure_route sees the edits of the request as the script had left them when it was relayed first, or
 * t_save_lumps() was called; the URI and the next hop as they were when the transaction was made.
 */
void kam_tm_save_edits(struct kam_transaction *t, const struct kam_run *run) {
    if (t->was_saved || run->state.kind != KAM_REQUEST_ROUTE) return;
    bool may_fail = kam_program_has_kinds(run->state.program, KAM_FAILURE_ROUTE | KAM_EVENT_ROUTE);
    if (may_fail || run->reply_lines.len || run->reply_body.len)
        kam_tm_keep_edits(t, run);
    else
        t->was_saved = true; /* nobody will ask */
}

void kam_tm_keep_edits(struct kam_transaction *t, const struct kam_run *run) {
    t->was_saved = true;
    struct kam_saved *saved = kam_tm_save(t);
    edit_list_copy(&saved->edits, &run->edits);
    buf_add(&saved->reply_lines, buf_span(&run->reply_lines));
    buf_add(&saved->reply_body, buf_span(&run->reply_body));
}

/*
 * Runs the branch_route over the branch's own copy of the edits. It may change the branch's URI and next
 * hop. False: it dropped the branch.
 */
static bool run_branch_route(struct kam_run *run, const struct kam_route *route, unsigned branch,
                             struct kam_added_branch *b) {
    struct span whole_uri = run->new_uri, whole_next_hop = run->next_hop;
    uint32_t whole_flags = run->branch_flags;
    struct kam_socket *whole_forced = run->forced;
    enum kam_route_kind kind = run->state.kind;
    bool is_new = run->uri_is_new;
    run->new_uri = b->uri;
    run->next_hop = b->next_hop.len ? b->next_hop : (struct span){0};
    run->branch_flags = b->flags;
    run->forced = b->forced;
    run->target = &run->branch_edits;
    run->state.kind = KAM_BRANCH_ROUTE;
    run->branch = branch;
    struct kam_outcome outcome = kam_route_run(route, run);
    b->uri = kam_run_uri(run);
    b->next_hop = run->next_hop;
    b->flags = run->branch_flags;
    b->forced = run->forced;
    run->new_uri = whole_uri;
    run->next_hop = whole_next_hop;
    run->branch_flags = whole_flags;
    run->forced = whole_forced;
    run->uri_is_new = is_new;
    run->target = &run->edits;
    run->state.kind = kind;
    run->branch = 0;
    return !outcome.dropped;
}

/* Makes the request of a branch; it is sent when all branches are there. 0, or a negative error number. */
static int make_branch(struct kam_transaction *t, struct kam_run *run, const struct kam_added_branch *b,
                       struct span where) {
    struct kam_destination d = {.socket = b->forced};
    int error = run->proxy.ip ? KAM_E_OK : kam_resolve(run->k, where, &d.to);
    if (run->other_transport) error = KAM_E_NO_SOCKET;
    if (run->proxy.ip) d.to = run->proxy;
    if (error) return error == KAM_E_NO_SOCKET ? error : KAM_E_BAD_ADDRESS;
    if (!b->forced) d.socket = kam_run_socket_to(run, d.to.ip);
    if (!d.socket) return KAM_E_NO_SOCKET;
    for (const struct kam_module **m = run->k->having[KAM_HOOK_BRANCH_LEAVES]; *m; m++)
        (*m)->branch_leaves(run, t->client_count);
    kam_via_add_own(&run->branch_edits, run, d.socket, t->client_count);
    kam_double_routes(run, &run->branch_edits, d.socket);
    kam_put_socket(run, &run->branch_edits, d.socket);
    kam_add_path(run, &run->branch_edits, b->path);
    kam_via_mark_incoming(&run->branch_edits, run);
    struct payload *p = kam_render_request(run, &run->branch_edits, b->uri);
    if (!p) return KAM_E_SEND;
    struct kam_client *c = kam_tm_add_client(t);
    c->request.destination = d;
    c->request.payload = p;
    c->is_sent = true;
    c->flags = b->flags;
    c->has_path = b->path.len > 0;
    c->on_reply = t->on_reply;
    c->on_failure = t->on_failure;
    c->on_branch_failure = t->on_branch_failure;
    return 0;
}

/*
 * Where a branch goes after its branch_route: by the next hop, if it has one. Else by the URI of before,
 * unless it is the one that the script has set for the request: of that, Kamailio sees the changes, and
 * nothing where it was taken back (facts: Kamailio 14).
 */
static struct span where_now(const struct kam_run *run, const struct kam_added_branch *before,
                             const struct kam_added_branch *now) {
    bool of_request = run->new_uri.p && before->uri.p == run->new_uri.p;
    if (now->next_hop.len) return now->next_hop;
    if (before->next_hop.len) return before->next_hop;
    if (of_request) return now->uri.p == run->msg.uri.p ? (struct span){0} : now->uri;
    return before->uri;
}

static int add_branch(struct kam_transaction *t, struct kam_run *run, const struct kam_route *branch_route,
                      struct kam_added_branch b) {
    if (t->client_count >= kam_run_max_branches(run)) return KAM_E_TOO_MANY_BRANCHES;
    struct kam_added_branch before = b;
    edit_list_copy(&run->branch_edits, &run->edits);
    if (branch_route && !run_branch_route(run, branch_route, t->client_count, &b)) return KAM_E_DROPPED;
    return make_branch(t, run, &b, where_now(run, &before, &b));
}

/* Sends the branches from `first` on; returns how many could be sent. */
static unsigned send_branches(struct kam_transaction *t, struct kam_run *run, unsigned first) {
    unsigned sent = 0;
    for (unsigned i = first; i < t->client_count; i++) {
        struct kam_client *c = t->clients[i];
        struct cause cause = kam_cause(run, "relayed by t_relay()", "RFC 3261 16.6, 17.1");
        if (t->client_count > 1) {
            cause.why = "relayed by t_relay(), branch %";
            cause.arg[0] = i;
        }
        const struct kam_destination *d = &c->request.destination;
        if (kam_onsend(run, d, c->request.payload, KAM_NO_BRANCH) &&
            kam_send(t->tm->k, KAM_SEND_OTHER, d, c->request.payload, &cause)) {
            kam_siptrace_sent(t, run, c->request.payload, d);
            kam_resend_start(&c->request, t->fr_ms);
            sent++;
        } else if (t->tm->set.failure_exec_mode) {
            kam_resend_start(&c->request, t->fr_ms); /* it ends when its time is over */
            sent++;
        } else {
            c->last_status = 408; /* as if it had ended, but never to be chosen */
        }
    }
    return sent;
}

static int fail(struct kam_run *run, int error, int result) {
    run->error = error;
    kam_run_fail(run, error);
    return result;
}

static int lower(int a, int b) { return a < b ? a : b; }

int kam_tm_forward(struct kam_transaction *t, struct kam_run *run) {
    if (t->canceled) {
        run->added_count = 0;
        return fail(run, KAM_E_CANCELED, -1);
    }
    const struct kam_route *branch_route = t->on_branch;
    t->on_branch = NULL;
    memcpy(run->md5, t->md5, sizeof run->md5); /* also where the request that is sent differs */
    run->digested = true;
    unsigned first = t->client_count, tried = 0;
    int error = KAM_E_UNSPEC;
    kam_tm_save_edits(t, run);
    if (run->state.kind == KAM_REQUEST_ROUTE && first == 0) t->flags = run->flags;
    if (run->uri_is_new) {
        tried++;
        run->uri_is_new = false;
        bool emptied = run->state.kind == KAM_FAILURE_ROUTE && run->new_uri.p && run->new_uri.len == 0;
        struct span uri = emptied ? run->msg.uri : kam_run_uri(run);
        struct kam_added_branch own = {uri, run->next_hop, run->path, run->forced, run->branch_flags, run->q};
        error = lower(error, add_branch(t, run, branch_route, own));
    }
    for (size_t i = 0; i < run->added_count; i++) {
        tried++;
        error = lower(error, add_branch(t, run, branch_route, run->added[i]));
    }
    run->added_count = 0;
    if (t->client_count == first)
        return tried ? fail(run, error, error) : fail(run, KAM_E_DROPPED, -1); /* the latter: nowhere to go */
    t->clients[first]->first_of_step = true;
    if (send_branches(t, run, first) == 0) return fail(run, KAM_E_SEND, -1);
    run->done |= KAM_FORWARDED;
    return fail(run, KAM_E_OK, 1);
}
