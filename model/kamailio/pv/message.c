/* SPDX-License-Identifier: MIT */
/* Pseudo-variables of the message as a whole, and of its Vias. (facts: Kamailio 11.6, 18.1) */
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/pv/pv.h"

/* A method is a text that also is a number to Kamailio: if ($rm) is true, 1 == $rm asks for INVITE. */
PV_GETTER(get_rm, pv_text_number(kam_run_method(run), kam_method_bit(run->method)))
PV_GETTER(get_rmid, pv_number(kam_method_bit(run->method)))
PV_GETTER(get_rs, run->msg.is_request ? pv_nothing() : pv_number(run->msg.status))
PV_GETTER(get_rsi, pv_number(run->msg.is_request ? 0 : run->msg.status))
PV_GETTER(get_rr, run->msg.is_request ? pv_nothing() : pv_text(span_skip_blanks(run->msg.reason)))
PV_GETTER(get_rv, pv_text(run->msg.is_request ? run->msg.version
                                              : span_head(run->msg.first_line, SPAN("SIP/2.0").len)))
PV_GETTER(get_mb, pv_text(run->msg.bytes))
PV_GETTER(get_ml, pv_number((int64_t)run->msg.bytes.len))
PV_GETTER(get_mi, pv_number((int64_t)run->number))
PV_GETTER(get_mt, pv_number(run->msg.is_request ? 1 : 2))
PV_GETTER(get_mts, pv_text(run->msg.is_request ? SPAN("rq") : SPAN("rp")))
static struct kam_value get_rb(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    run->all_read = true;
    return run->damaged ? pv_nothing() : pv_text(run->msg.body);
}

/* As it would be sent now, without Vias of ours; the edits of its first line and Content-Length stay. */
static struct kam_value get_mbu(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    if (run->record_routed) {
        kam_run_stop(run, "$mbu after record_route() is not simulated, and the run has reached it");
        return pv_nothing();
    }
    struct payload *p = run->msg.is_request ? kam_render_request(run, run->target, kam_run_uri(run))
                                            : kam_lump_apply(run, run->target);
    struct span text = p ? arena_text(&run->scratch, payload_span(p)) : (struct span){0};
    payload_drop(p);
    return pv_text(text);
}

PV_GETTER(get_bs, pv_number(run->damaged ? 0 : (int64_t)run->msg.body.len))
PV_GETTER(get_ci, pv_text(kam_header_body(run->call_id)))
PV_GETTER(get_cs, pv_text(run->cseq_number))
PV_GETTER(get_csb, pv_text(run->cseq->value))

/* $msg(len) ... */
static struct kam_value get_msg(struct kam_run *run, const struct kam_pv_at *at) {
    const struct sip_msg *m = &run->msg;
    size_t first = m->header_count ? (size_t)(m->headers[0].line.p - m->bytes.p) : m->header_end;
    struct span head = span_head(m->bytes, m->header_end);
    if (span_is(at->argument, "len")) return pv_number((int64_t)m->bytes.len);
    if (span_is(at->argument, "buf")) return pv_text(m->bytes);
    if (span_is(at->argument, "fline")) return pv_text(m->first_line);
    if (run->damaged) return pv_nothing();
    if (span_is(at->argument, "body")) return pv_text(m->body);
    if (span_is(at->argument, "hdrs")) { /* without the end of the last one */
        size_t end = head.len;
        for (; end > first && (head.p[end - 1] == '\n' || head.p[end - 1] == '\r'); end--) {
        }
        return pv_text(span_skip(span_head(head, end), first));
    }
    return pv_nothing();
}

/* Vias: the first, the second and the last of the message. */

static bool via_at(const struct kam_run *run, int64_t n, struct via *out) {
    int64_t i = 0;
    bool found = false;
    for (const struct sip_header *h = sip_msg_first(&run->msg, SIP_VIA); h; h = sip_msg_next(&run->msg, h)) {
        struct span left = h->value;
        while (left.p && via_parse(out, left)) {
            found = true;
            if (i++ == n) return true;
            left = out->rest;
        }
    }
    return n < 0 && found;
}

/* What the transport counts as; one that Kamailio does not know is 7. */
static int64_t protocol_id(struct span transport) {
    static const char *const known[] = {"UDP", "TCP", "TLS", "SCTP", "WS", "WSS"};
    int64_t i = 0;
    while (i < (int64_t)(sizeof known / sizeof *known) && !span_is_nocase(transport, known[i]))
        i++;
    return i + 1;
}

/* A parameter's value, which is null where it is empty, except a branch. */
static struct kam_value via_value(struct span value) { return value.len ? pv_text(value) : pv_nothing(); }

static struct kam_value via_part(const struct kam_run *run, int64_t n, struct span part) {
    struct via via;
    uint64_t port = 0;
    if (!via_at(run, n, &via)) return pv_nothing();
    if (span_is(part, "host")) return pv_text(via.host);
    if (span_is(part, "port"))
        return pv_number(span_to_u64(via.port, 65535, &port) && port ? (int64_t)port : 5060);
    if (span_is(part, "proto")) return pv_text(via.transport);
    if (span_is(part, "protoid")) return pv_number(protocol_id(via.transport));
    if (span_is(part, "branch")) return pv_text(via.branch.value);
    return via_value(span_is(part, "rport") ? via.rport.value : via.received.value);
}

PV_GETTER(get_via0, via_part(run, 0, at->argument))
PV_GETTER(get_via1, via_part(run, 1, at->argument))
PV_GETTER(get_viaZ, via_part(run, -1, at->argument))

#define PLAIN(name, get)                                                                                     \
    { name, KAM_PV_PLAIN, get, NULL, NULL }
#define VIA_PARTS "host|port|proto|protoid|branch|rport|received"

const struct kam_pv kam_pv_messages[] = {
    PLAIN("rm", get_rm),
    PLAIN("rmid", get_rmid),
    PLAIN("rs", get_rs),
    PLAIN("rsi", get_rsi),
    PLAIN("rr", get_rr),
    PLAIN("rv", get_rv),
    PLAIN("mb", get_mb),
    PLAIN("mbu", get_mbu),
    PLAIN("ml", get_ml),
    PLAIN("mi", get_mi),
    PLAIN("mt", get_mt),
    PLAIN("mts", get_mts),
    PLAIN("rb", get_rb),
    PLAIN("bs", get_bs),
    PLAIN("ci", get_ci),
    PLAIN("cs", get_cs),
    PLAIN("csb", get_csb),
    {"msg", KAM_PV_NAMED, get_msg, NULL, "len|buf|body|fline|hdrs"},
    {"msgbuf", KAM_PV_NAMED, NULL, NULL, NULL},
    {"via0", KAM_PV_NAMED, get_via0, NULL, VIA_PARTS},
    {"via1", KAM_PV_NAMED, get_via1, NULL, VIA_PARTS},
    {"viaZ", KAM_PV_NAMED, get_viaZ, NULL, VIA_PARTS},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
