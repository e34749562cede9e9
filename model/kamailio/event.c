/* SPDX-License-Identifier: MIT */
#include "model/kamailio/event.h"

#include "model/kamailio/instance.h"

static const struct kam_route *find(const struct kamailio *k, const char *name) {
    return kam_program_route(k->program, KAM_EVENT_ROUTE, span_of(name));
}

bool kam_event_wanted(const struct kamailio *k, const char *name) { return find(k, name) != NULL; }

struct kam_outcome kam_route_within(struct kam_run *run, const struct kam_route *route,
                                    enum kam_route_kind kind) {
    struct kam_script_state before = run->state;
    run->state.kind = kind;
    struct kam_outcome outcome = kam_route_run(route, run);
    run->state.kind = before.kind;
    run->state.stmt = before.stmt;
    run->state.retcode = before.retcode;
    return outcome;
}

struct kam_outcome kam_event_as(struct kam_run *run, const char *name, enum kam_route_kind kind) {
    const struct kam_route *route = find(run->k, name);
    return route ? kam_route_within(run, route, kind) : (struct kam_outcome){.value = 1};
}

void kam_event(struct kam_run *run, const char *name) { kam_event_as(run, name, run->state.kind); }

/* It shows as 1.0.0.127. */
static const struct udp_address made_up_source = {UINT32_C(0x0100007f), 5060};

/* The request that Kamailio makes up. */
static struct payload *made_up(struct kamailio *k, struct span uri) {
    struct buf text = {0};
    buf_add_text(&text, "OPTIONS ");
    buf_add(&text, uri.len ? uri : SPAN("sip:you@kamailio.org"));
    buf_add_text(&text, " SIP/2.0\r\n"
                        "Via: SIP/2.0/UDP 127.0.0.1\r\n"
                        "From: <sip:you@kamailio.org>;tag=123\r\n"
                        "To: <sip:you@kamailio.org>;tag=123\r\n"
                        "Call-ID: 123\r\n"
                        "CSeq: 1 OPTIONS\r\n"
                        "Content-Length: 0\r\n\r\n");
    struct payload *payload = payload_of(k->pool, buf_span(&text));
    buf_free(&text);
    return payload;
}

struct kam_outcome kam_route_alone(struct kamailio *k, const struct kam_route *route,
                                   const struct kam_made_up *m) {
    struct kam_outcome outcome = {.value = 1};
    struct kam_run run;
    struct payload *payload = made_up(k, m->uri);
    event_spend(k->queue, 20); /* as much as a message takes that comes from outside */
    kam_run_init(&run, k);
    if (kam_run_begin(&run, payload, &k->sockets[0], made_up_source)) {
        run.origin = KAM_MADE_UP;
        run.arriving = m->arriving;
        run.leaving = m->leaving;
        run.state.process = m->process ? m->process : &k->timer;
        run.number = ++run.state.process->made_up;
        run.state.kind = m->kind ? m->kind : KAM_REQUEST_ROUTE;
        if (m->avps) run.state.avps = m->avps;
        outcome = kam_route_run(route, &run);
    }
    kam_run_free(&run);
    payload_drop(payload);
    return outcome;
}

struct kam_outcome kam_event_alone(struct kamailio *k, const char *name, const struct kam_made_up *m) {
    const struct kam_route *route = find(k, name);
    return route ? kam_route_alone(k, route, m) : (struct kam_outcome){.value = 1};
}

void kam_event_sent(struct kamailio *k, const char *name, struct payload *reply,
                    const struct kam_destination *to, struct kam_vars *avps, int branch) {
    const struct kam_route *route = find(k, name);
    struct kam_passage leaving = {payload_span(reply), to->socket, to->to};
    struct kam_run run;
    if (!route) return;
    kam_run_init(&run, k);
    if (kam_run_begin(&run, reply, &k->sockets[0], (struct udp_address){0})) {
        run.origin = KAM_SENT_BY_US;
        run.leaving = &leaving;
        buf_reset(&run.source_text);
        run.state.process = k->at_work;
        run.number = ++k->at_work->messages;
        run.state.avps = avps;
        run.branch = (unsigned)branch;
        run.state.kind = KAM_LOCAL_ROUTE;
        kam_route_run(route, &run);
    }
    kam_run_free(&run);
}
