/* SPDX-License-Identifier: MIT */
/* t_relay() and its kin: a request goes on, with a transaction (facts: Kamailio 6, 33, 62). */
#include "model/kamailio/forward.h"
#include "model/kamailio/modules/tm/tm.h"

#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/error.h"
#include "model/kamailio/script/pv_name.h"

/* Where the script wants all branches to go; NULL: by their URIs. */
static const struct udp_address *given(const struct kam_run *run) {
    return run->proxy.ip ? &run->proxy : NULL;
}

/* Without a transaction: 1, or the error. */
static int relay_stateless(struct kam_run *run, const char *why) {
    if (kam_forward_request(run, given(run), why)) return 1;
    int error = run->state.process->error;
    return error == KAM_E_BAD_URI ? KAM_E_BAD_ADDRESS : error;
}

/* A CANCEL goes to its INVITE's branches; without an INVITE it is a request like others. */
int kam_tm_relay_cancel(struct kam_run *run) {
    struct kam_transaction *invite = kam_tm_find_canceled(run);
    enum { STATELESS = 1, DROP = 2 };
    if (!invite && kam_tm_of(run->k)->set.unmatched_cancel == DROP) return 1;
    if (!invite && kam_tm_of(run->k)->set.unmatched_cancel == STATELESS)
        return relay_stateless(run, "CANCEL without an INVITE relayed without a transaction");
    enum kam_newtran made = kam_tm_newtran(run);
    if (made == KAM_NEWTRAN_RETRANSMISSION) return 1;
    if (made == KAM_NEWTRAN_UNREADABLE) return KAM_TM_BAD_REQUEST;
    if (made == KAM_NEWTRAN_FAILED) return -1;
    if (!invite) return 0;
    kam_tm_cancel_received(run->transaction, run, invite);
    return 1;
}

/* A failed relay: the error reply comes when the script has ended (facts: Kamailio 5.3), unless the script
 * wants to see to it itself. */
static int relayed(struct kam_run *run, int result) {
    enum { FOR_THE_SCRIPT = -4 };
    if (result > 0 || run->replicates) return result;
    if (run->transaction->switches & KAM_TM_NO_INTERNAL_REPLY) return FOR_THE_SCRIPT;
    run->done |= KAM_ERROR_DELAYED;
    return result;
}

static int relay_request(struct kam_run *run) {
    if (run->method == KAM_CANCEL) {
        int done = kam_tm_relay_cancel(run);
        if (done != 0) return done;
        return relayed(run, kam_tm_forward(run->transaction, run));
    }
    switch (kam_tm_newtran(run)) {
    case KAM_NEWTRAN_RETRANSMISSION: return 1;
    case KAM_NEWTRAN_ACK:
        if (run->other_transport) return KAM_E_NO_SOCKET;
        return relay_stateless(run, "ACK to a 2xx relayed: it has no transaction");
    case KAM_NEWTRAN_EXISTS:
        if (run->method != KAM_ACK) break;
        /* t_lookup_request() has found it: its final reply is acknowledged */
        run->done |= KAM_RELEASED;
        kam_tm_let_go(run->transaction);
        return 1;
    case KAM_NEWTRAN_UNREADABLE: return KAM_TM_BAD_REQUEST;
    case KAM_NEWTRAN_FAILED: return -1;
    case KAM_NEWTRAN_NEW: break;
    }
    struct kam_transaction *t = run->transaction;
    if (run->replicates) t->replicated = true;
    if (t->method == KAM_INVITE && t->switches & KAM_TM_AUTO_100 && !run->no_auto_100 && t->status < 100) {
        struct cause cause = kam_cause(run, "automatic 100, before the INVITE is relayed",
                                       "RFC 3261 17.2.1; modparam tm auto_inv_100");
        kam_tm_reply(t, run, 100, kam_tm_of(run->k)->set.auto_inv_100_reason, KAM_SEND_AUTO_100, &cause);
    }
    return relayed(run, kam_tm_forward(t, run));
}

/* Forgets how it was asked to relay. */
static int done_relaying(struct kam_run *run, int result) {
    run->proxy = (struct udp_address){0};
    run->no_auto_100 = run->other_transport = run->replicates = false;
    return result;
}

int kam_tm_relay(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    bool in_failure = run->state.kind & (KAM_FAILURE_ROUTE | KAM_BRANCH_FAILURE_ROUTE);
    bool in_reply = run->state.kind & (KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE);
    if (in_reply || run->state.kind & (KAM_LOCAL_ROUTE | KAM_BRANCH_ROUTE)) return done_relaying(run, 0);
    return done_relaying(run, in_failure ? kam_tm_forward(run->transaction, run) > 0 ? 1 : -1
                                         : relay_request(run));
}

static void give(struct kam_run *run, int64_t ip, int64_t port) {
    enum { SIP_PORT = 5060 };
    run->proxy = (struct udp_address){(uint32_t)ip, (uint16_t)(port ? port : SIP_PORT)};
}

int kam_tm_relay_there(struct kam_run *run, const struct kam_arg *args, size_t count) {
    give(run, args[0].n, args[1].n);
    return kam_tm_relay(run, args, count);
}

/* t_relay_to([PROXY][, FLAGS]): flags alone do nothing, nor does that of no error reply. */
int kam_tm_relay_to(struct kam_run *run, const struct kam_arg *args, size_t count) {
    enum { NO_AUTO_100 = 1, IP_SHIFT = 16 };
    int64_t flags = count > 1 ? args[1].n : 0;
    if (count > 0 && args[0].n) give(run, args[0].n >> IP_SHIFT, args[0].n & 0xffff);
    run->no_auto_100 = flags & NO_AUTO_100;
    return kam_tm_relay(run, args, count);
}

/* Only where there is a transaction; nothing is answered. */
int kam_tm_forward_nonack(struct kam_run *run, const struct kam_arg *args, size_t count) {
    bool in_reply = run->state.kind & (KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE);
    if (!run->transaction || in_reply) return done_relaying(run, -1);
    if (run->state.kind == KAM_BRANCH_ROUTE) /* Kamailio gives both branches the same number */
        return kam_run_stop(
            run, "t_forward_nonack() in a branch_route is not simulated, and the run has reached it");
    if (count > 0) give(run, args[0].n, args[1].n);
    return done_relaying(run, kam_tm_forward(run->transaction, run));
}

int kam_tm_relay_to_other(struct kam_run *run, const struct kam_arg *args, size_t count) {
    run->other_transport = true;
    return kam_tm_relay(run, args, count);
}

int kam_tm_forward_nonack_other(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->other_transport = true;
    return kam_tm_forward_nonack(run, args, 0);
}

/* A text, or $NAME: the newest value of that AVP; one that is not there is nothing. */
static struct span text_or_avp(struct kam_run *run, struct span text) {
    if (text.len == 0 || text.p[0] != '$') return text;
    struct script_pv_maker maker = {.program = run->state.program, .arena = &run->scratch};
    struct buf name = {0};
    struct cfg_pv pv;
    struct kam_value v = pv_nothing();
    buf_addf(&name, "$avp(" SPAN_FMT ")", SPAN_ARG(span_skip(text, 1)));
    if (span_find(text, '(') < 0 && script_pv_make(&maker, arena_text(&run->scratch, buf_span(&name)), &pv))
        v = kam_pv_value(run, &pv);
    buf_free(&name);
    buf_free(&maker.why);
    return v.type == KAM_STR ? v.s : (struct span){0};
}

/* (transport, host[:port]); an unknown transport is none in particular. False: there is no such host. */
static bool give_named(struct kam_run *run, const struct kam_arg *args) {
    static const char *const others[] = {"tcp", "tls", "sctp", "ws", "wss"};
    struct span transport = text_or_avp(run, args[0].s), port = text_or_avp(run, args[1].s);
    bool has_port = span_find(port, ':') >= 0;
    struct span host = span_cut(&port, ':');
    uint64_t number = 5060;
    uint32_t ip;
    if (has_port && port.len && !span_to_u64(port, 99999, &number)) return false;
    if (!kam_host_parse(run->k, host, &ip)) return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (span_is_nocase(transport, others[i])) run->other_transport = true;
    give(run, ip, (uint16_t)number);
    return true;
}

int kam_tm_relay_to_named(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return give_named(run, args) ? kam_tm_relay(run, args, count) : -1;
}

int kam_tm_forward_nonack_named(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return give_named(run, args) ? kam_tm_forward_nonack(run, args, 0) : -1;
}

/* False: in a reply there is nothing to replicate; but the transaction counts as replicated. */
static bool begin_replica(struct kam_run *run) {
    enum { FAILED = KAM_FAILURE_ROUTE | KAM_BRANCH_FAILURE_ROUTE };
    bool in_reply = run->state.kind == KAM_TM_ONREPLY_ROUTE;
    if (run->state.kind == KAM_CORE_ONREPLY_ROUTE) /* tm does not know the reply any more after that */
        kam_run_stop(
            run, "t_replicate() in the nameless onreply_route is not simulated, and the run has reached it");
    if (run->state.kind == KAM_BRANCH_ROUTE)
        kam_run_stop(run, "t_replicate() in a branch_route is not simulated, and the run has reached it");
    if (run->transaction && (in_reply || run->state.kind & FAILED)) run->transaction->replicated = true;
    run->replicates = true;
    return !in_reply;
}

/* The copy goes to the URI's host; without a URI to the next hop. sips: means nothing here. */
int kam_tm_replicate(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span uri = count > 0 ? args[0].s : (struct span){0};
    if (span_starts_nocase(uri, "sips:")) {
        struct buf plain = {0};
        buf_addf(&plain, "sip" SPAN_FMT, SPAN_ARG(span_skip(uri, 4)));
        uri = arena_text(&run->scratch, buf_span(&plain));
        buf_free(&plain);
    }
    if (uri.len) {
        int error = kam_resolve(run->k, uri, &run->proxy);
        run->other_transport = error == KAM_E_NO_SOCKET;
        if (error && !run->other_transport) return done_relaying(run, -1);
    }
    return begin_replica(run) ? kam_tm_relay(run, args, count) : done_relaying(run, KAM_TM_BAD_REQUEST);
}

int kam_tm_replicate_there(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return begin_replica(run) ? kam_tm_relay_there(run, args, count) : done_relaying(run, KAM_TM_BAD_REQUEST);
}

int kam_tm_replicate_other(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return begin_replica(run) ? kam_tm_relay_to_other(run, args, count)
                              : done_relaying(run, KAM_TM_BAD_REQUEST);
}

int kam_tm_replicate_named(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return done_relaying(run,
                         begin_replica(run) ? kam_tm_relay_to_named(run, args, count) : KAM_TM_BAD_REQUEST);
}
