/* SPDX-License-Identifier: MIT */
#include "model/kamailio/receive.h"

#include "model/kamailio/event.h"
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/via_edit.h"

/* Between two sends of one run, in nanoseconds (facts: Kamailio 4, 6.4, 6.7). */
static const int64_t gap_after_ns[] = {
    [KAM_SEND_AUTO_100] = 50 * NS_PER_US, [KAM_SEND_ACK] = 50 * NS_PER_US,
    [KAM_SEND_CANCEL] = 80 * NS_PER_US,   [KAM_SEND_TIMEOUT] = 50 * NS_PER_US,
    [KAM_SEND_OTHER] = 50 * NS_PER_US,    [KAM_SEND_AS_IT_IS] = 50 * NS_PER_US,
};

/* Datagrams below this are no SIP to Kamailio: keepalives. */
enum { SHORTEST = 20 };

static enum kam_cost cost_of_request(const struct kam_run *run) {
    switch (run->method) {
    case KAM_INVITE: return run->stateful ? KAM_COST_INVITE : KAM_COST_SL_INVITE;
    case KAM_ACK: return run->stateful ? KAM_COST_ACK : KAM_COST_SL_ACK;
    default: return run->stateful ? KAM_COST_REQUEST : KAM_COST_SL_REQUEST;
    }
}

static enum kam_cost cost_of_reply(const struct kam_run *run) {
    if (run->method != KAM_INVITE) return run->stateful ? KAM_COST_REPLY : KAM_COST_SL_REPLY;
    if (run->msg.status < 200) return run->stateful ? KAM_COST_PROVISIONAL : KAM_COST_SL_PROVISIONAL;
    return run->stateful ? KAM_COST_FINAL : KAM_COST_SL_FINAL;
}

/* Gives each collected send its time; returns when the last one leaves, from now. */
static int64_t let_leave(struct kamailio *k, enum kam_cost cost) {
    const int64_t *cost_ns = k->config.cost_ns;
    int64_t now_ns = k->queue->now_ns, after_ns = 0;
    bool was_100 = false;
    for (bool first = true; k->outbox.first; first = false) {
        enum kam_send_kind kind = k->outbox.first->kind;
        int64_t own_ns = kind == KAM_SEND_AUTO_100 ? cost_ns[KAM_COST_INVITE_100] : cost_ns[cost];
        if (first || (was_100 && own_ns > after_ns)) after_ns = own_ns;
        was_100 = kind == KAM_SEND_AUTO_100;
        kam_send_leave(k, now_ns + after_ns + k->outbox.first->slept_ns);
        const struct kam_send *next = k->outbox.first;
        if (next) after_ns += next->kind == KAM_SEND_AS_IT_IS ? KAM_COPY_GAP_NS : gap_after_ns[kind];
    }
    if (after_ns == 0) after_ns = cost_ns[cost];
    return after_ns + k->run.slept_ns;
}

/* Runs a block of the configuration; that one was given up is worth a note. */
static struct kam_outcome run_block(struct kamailio *k, struct kam_run *run, enum kam_route_kind kind,
                                    const struct kam_route *route) {
    run->state.kind = kind;
    struct kam_outcome outcome = kam_route_run(route, run);
    if (outcome.endless) {
        struct cause cause = kam_cause(run, "script given up after a million statements", NULL);
        kam_note(k, run->about, &cause);
    }
    return outcome;
}

/* The modules are asked in their order; true: one of them says that it is done with the message. */
static bool request_came(struct kamailio *k, struct kam_run *run) {
    for (const struct kam_module **m = k->having[KAM_HOOK_REQUEST_CAME]; *m; m++)
        if ((*m)->request_came(run)) return true;
    return false;
}

static void request_ended(struct kamailio *k, struct kam_run *run) {
    for (const struct kam_module **m = k->having[KAM_HOOK_REQUEST_ENDED]; *m; m++)
        (*m)->request_ended(run);
}

static bool reply_came(struct kamailio *k, struct kam_run *run) {
    for (const struct kam_module **m = k->having[KAM_HOOK_REPLY_CAME]; *m; m++)
        if ((*m)->reply_came(run)) return true;
    return false;
}

/* Is that beyond what is simulated? */
static bool stops(struct kam_run *run) {
    static const enum sip_header_id asking[] = {SIP_CONTACT, SIP_ROUTE};
    if (kam_program_stops_message(&run->state)) return true;
    if (!kam_program_asks_values(run->state.program)) return false;
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        for (const struct sip_header *h = sip_msg_first(&run->msg, asking[i]); h;
             h = sip_msg_next(&run->msg, h))
            if (kam_program_stops_value(&run->state, h->value)) return true;
    return false;
}

/* event_route[core:pre-routing], before all else; the blocks that it arms are forgotten. False: it has
 * dropped the message. */
static bool before_routing(struct kam_run *run) {
    if (!run->k->pre_routing) return true;
    struct kam_outcome outcome = kam_route_within(run, run->k->pre_routing, KAM_REQUEST_ROUTE);
    run->on_failure = run->on_reply = run->on_branch = run->on_branch_failure = NULL;
    return !outcome.dropped;
}

/* event_route[core:msg-received]: of the bytes, before they are read. False: it has dropped them. */
static bool before_reading(struct kamailio *k, const struct kam_socket *socket, struct kam_process *process,
                           const struct datagram *d, struct kam_vars *avps) {
    if (!k->globals->tells_of_bytes) return true;
    struct kam_passage arriving = {payload_span(d->payload), socket, d->from};
    struct kam_made_up about = {.process = process, .avps = avps, .arriving = &arriving};
    return !kam_event_alone(k, "core:msg-received", &about).dropped;
}

static void receive_request(struct kamailio *k, struct kam_run *run) {
    if (stops(run) || request_came(k, run)) return;
    /* Without a request_route, requests are read and that is all. */
    if (k->request_route) run_block(k, run, KAM_REQUEST_ROUTE, k->request_route);
    request_ended(k, run);
}

/* A reply that belongs to no transaction is relayed by its second Via (facts: Kamailio 8.2). */
static void receive_reply(struct kamailio *k, struct kam_run *run) {
    if (kam_program_stops_message(&run->state)) return;
    if (k->reply_route) {
        struct kam_outcome outcome = run_block(k, run, KAM_CORE_ONREPLY_ROUTE, k->reply_route);
        if (outcome.dropped || outcome.value <= 0) {
            struct cause cause = kam_cause(run, "reply dropped by onreply_route", NULL);
            kam_note(k, run->about, &cause);
            return;
        }
    }
    if (k->globals->check_via && !kam_via_is_ours(k, &run->via)) {
        struct cause cause =
            kam_cause(run, "reply dropped: its topmost Via is not ours", "core parameter check_via");
        kam_note(k, run->about, &cause);
        return;
    }
    if (!reply_came(k, run)) kam_forward_reply(run);
}

/* Begins with what modules make of it. */
static bool begin(struct kam_run *run, const struct datagram *d, struct kam_socket *socket) {
    const struct kam_module **m = run->k->having[KAM_HOOK_BYTES_COME];
    if (!*m) return kam_run_begin(run, d->payload, socket, d->from);
    struct payload *payload = payload_hold(d->payload);
    for (; *m; m++) {
        struct payload *made = (*m)->bytes_come(run->k, payload);
        if (!made) continue;
        payload_drop(payload);
        payload = made;
    }
    bool readable = kam_run_begin(run, payload, socket, d->from);
    payload_drop(payload);
    return readable;
}

int64_t kam_receive(struct kamailio *k, struct kam_socket *socket, struct kam_process *process,
                    struct datagram *d) {
    struct kam_run *run = &k->run;
    enum kam_cost cost = KAM_COST_SL_ACK;
    k->at_work = process;
    for (const struct kam_module **m = k->having[KAM_HOOK_CAME]; *m; m++)
        (*m)->came(k, socket, d);
    if (d->payload->len >= SHORTEST && !before_reading(k, socket, process, d, &run->message_avps)) {
        struct cause cause = {.why = "dropped by event_route[core:msg-received]"};
        kam_note(k, d->number, &cause);
    } else if (d->payload->len >= SHORTEST && begin(run, d, socket)) {
        run->state.process = process;
        run->number = ++process->messages;
        run->about = d->number;
        run->retransmission = d->cause.retransmission;
        if (!before_routing(run)) {
            struct cause cause = kam_cause(run, "dropped by event_route[core:pre-routing]", NULL);
            kam_note(k, run->about, &cause);
        } else if (run->msg.is_request)
            receive_request(k, run);
        else
            receive_reply(k, run);
        cost = run->msg.is_request ? cost_of_request(run) : cost_of_reply(run);
    } else {
        struct cause cause = {.why = "dropped: Kamailio reads no SIP message in it"};
        kam_note(k, d->number, &cause);
    }
    kam_run_end(run);
    int64_t busy_ns = let_leave(k, cost);
    k->at_work = &k->timer;
    run->slept_ns = 0; /* what timers send has nothing to do with it */
    return busy_ns;
}
