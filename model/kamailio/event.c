/* SPDX-License-Identifier: MIT */
#include "model/kamailio/event.h"

#include "model/kamailio/instance.h"

static const struct kam_route *find(const struct kamailio *k, const char *name) {
    return kam_program_route(k->program, KAM_EVENT_ROUTE, span_of(name));
}

void kam_event(struct kam_run *run, const char *name) {
    const struct kam_route *route = find(run->k, name);
    if (!route) return;
    struct kam_script_state before = run->state;
    kam_route_run(route, run);
    run->state.kind = before.kind;
    run->state.at = before.at;
    run->state.retcode = before.retcode;
}

/* It shows as 1.0.0.127. */
static const struct udp_address made_up_source = {UINT32_C(0x0100007f), 5060};

void kam_event_alone(struct kamailio *k, const char *name, struct span uri) {
    const struct kam_route *route = find(k, name);
    if (!route) return;
    struct buf text = {0};
    struct kam_run run;
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
    kam_run_init(&run, k);
    if (kam_run_begin(&run, payload, &k->sockets[0], made_up_source)) {
        run.state.process = &k->timer;
        run.state.kind = KAM_REQUEST_ROUTE;
        kam_route_run(route, &run);
    }
    kam_run_free(&run);
    payload_drop(payload);
    buf_free(&text);
}
