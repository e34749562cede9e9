/* SPDX-License-Identifier: MIT */
/* Pseudo-variables of addresses: where the message came from, where it came in, where it will leave. (facts:
 * Kamailio 11.6, 18.1) */
#include "model/kamailio/instance.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/transport.h"

static struct span source(const struct kam_run *run) { return buf_span(&run->source_text); }

struct kam_value pv_joined(struct kam_run *run, const char *before, struct span ip, unsigned port,
                           const char *behind) {
    struct buf b = {0};
    buf_addf(&b, "%s" SPAN_FMT ":%u%s", before, SPAN_ARG(ip), port, behind);
    return pv_built(run, &b);
}

PV_GETTER(get_si, pv_text(source(run)))
PV_GETTER(get_sid, pv_number(run->k->globals->server_id))
PV_GETTER(get_sp, pv_number(run->source.port))
PV_GETTER(get_su, pv_joined(run, "sip:", source(run), run->source.port, ""))
PV_GETTER(get_sut, pv_joined(run, "sip:", source(run), run->source.port, ";transport=udp"))
PV_GETTER(get_sas, pv_joined(run, "udp:", source(run), run->source.port, ""))

/* What no socket has received has none of these. */
#define RECEIVED(value) run->origin == KAM_RECEIVED ? (value) : pv_nothing()

PV_GETTER(get_Ri, RECEIVED(pv_text(run->socket->address)))
PV_GETTER(get_Rp, RECEIVED(pv_number(run->socket->port)))
PV_GETTER(get_Ru, RECEIVED(pv_joined(run, "sip:", run->socket->address, run->socket->port, "")))
PV_GETTER(get_Rut,
          RECEIVED(pv_joined(run, "sip:", run->socket->address, run->socket->port, ";transport=udp")))
PV_GETTER(get_Ras, RECEIVED(pv_joined(run, "udp:", run->socket->address, run->socket->port, "")))
PV_GETTER(get_Rn, RECEIVED(run->socket->name.len ? pv_text(run->socket->name) : pv_nothing()))
PV_GETTER(get_proto, run->origin == KAM_SENT_BY_US ? pv_text(SPAN("none")) : pv_text_number(SPAN("udp"), 1))
PV_GETTER(get_protid, pv_number(run->origin == KAM_SENT_BY_US ? 0 : 1))
static struct kam_value get_af(struct kam_run *run, const struct kam_pv_at *at) {
    (void)run;
    return span_is(at->argument, "id") ? pv_number(2) : pv_text(SPAN("IPv4"));
}

/* With what listen= advertises, if it does. */
static struct span advertised(const struct kam_run *run) {
    return run->socket->advertised.p ? run->socket->advertised : run->socket->address;
}
/* 0 where only an address is. */
static unsigned advertised_port(const struct kam_run *run) {
    return run->socket->advertised.p ? run->socket->advertised_port : run->socket->port;
}

PV_GETTER(get_RAi, RECEIVED(pv_text(advertised(run))))
PV_GETTER(get_RAp, RECEIVED(pv_number(advertised_port(run))))
PV_GETTER(get_RAu, RECEIVED(pv_joined(run, "sip:", advertised(run), advertised_port(run), "")))
PV_GETTER(get_RAut, RECEIVED(pv_joined(run, "sip:", advertised(run), advertised_port(run), ";transport=udp")))

/* $fs: the socket that a function or an assignment has forced. */
static struct kam_value get_fs(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    if (!run->forced) return pv_nothing();
    return pv_joined(run, "udp:", run->forced->address, run->forced->port, "");
}

PV_GETTER(get_fsp, pv_number(run->forced ? run->forced->port : 0))
PV_GETTER(get_conid, pv_nothing()) /* of TCP */
PV_GETTER(get_fsn, run->forced && run->forced->name.len ? pv_text(run->forced->name) : pv_nothing())

/* [udp:]host[:port]: one that nobody listens at is passed over. */
static bool is_socket_text(struct span text) {
    struct span left = text, host = span_cut(&left, ':');
    uint64_t port;
    if (left.p && kam_transport_of(host)) host = span_cut(&left, ':');
    return host.len && (!left.p || span_to_u64(left, 65535, &port));
}

static bool set_fs(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    if (value.type == KAM_NULL) return run->forced = NULL, true;
    if (!kam_value_has_text(value)) return false;
    return kam_run_force_socket(run, value.s) || is_socket_text(value.s);
}

static bool set_fsn(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    if (value.type == KAM_NULL) return run->forced = NULL, true;
    struct kam_socket *socket = kam_value_has_text(value) ? kam_socket_named(run->k, value.s) : NULL;
    if (socket) run->forced = socket;
    return kam_value_has_text(value) && value.s.len;
}

/* A part of a datagram on its way: its bytes, or the address of one end. */
static struct kam_value passage_part(struct kam_run *run, const struct kam_passage *p, struct span part,
                                     struct span ip, unsigned port) {
    (void)run;
    if (!p) return pv_nothing();
    if (span_is(part, "buf")) return pv_text(p->bytes);
    if (span_is(part, "len")) return pv_number((int64_t)p->bytes.len);
    if (span_is(part, "proto")) return pv_number(1);
    if (span_is(part, "sproto")) return pv_text(SPAN("udp"));
    if (span_is(part, "af")) return pv_number(2);
    return span_search(part, SPAN("port")) >= 0 ? pv_number(port) : pv_text(ip);
}

static struct kam_value other_end(struct kam_run *run, const struct kam_passage *p, struct span part) {
    struct buf b = {0};
    if (!p) return pv_nothing();
    ipv4_write(&b, p->other.ip);
    struct span ip = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return passage_part(run, p, part, ip, p->other.port);
}

static struct kam_value own_end(struct kam_run *run, const struct kam_passage *p, struct span part) {
    return p ? passage_part(run, p, part, p->socket->address, p->socket->port) : pv_nothing();
}

PV_GETTER(get_rcv, span_starts(at->argument, "rcv") ? own_end(run, run->arriving, at->argument)
                                                    : other_end(run, run->arriving, at->argument))
PV_GETTER(get_sndto, other_end(run, run->leaving, at->argument))
PV_GETTER(get_sndfrom, own_end(run, run->leaving, at->argument))

#define SND_PARTS "ip|port|proto|sproto|af|buf|len"

#define PLAIN(name, get)                                                                                     \
    { name, KAM_PV_PLAIN, get, NULL, NULL }

const struct kam_pv kam_pv_network[] = {
    PLAIN("si", get_si),
    PLAIN("siz", get_si),
    PLAIN("src_ip", get_si),
    PLAIN("sp", get_sp),
    PLAIN("su", get_su),
    PLAIN("sut", get_sut),
    PLAIN("sas", get_sas),
    PLAIN("Ri", get_Ri),
    PLAIN("Rp", get_Rp),
    PLAIN("Ru", get_Ru),
    PLAIN("Rut", get_Rut),
    PLAIN("Ras", get_Ras),
    PLAIN("Rn", get_Rn),
    PLAIN("RAi", get_RAi),
    PLAIN("RAp", get_RAp),
    PLAIN("RAu", get_RAu),
    PLAIN("RAut", get_RAut),
    PLAIN("pr", get_proto),
    PLAIN("proto", get_proto),
    PLAIN("prid", get_protid),
    {"af", KAM_PV_NAMED, get_af, NULL, "name|id"},
    {"fs", KAM_PV_PLAIN, get_fs, set_fs, NULL},
    {"fsn", KAM_PV_PLAIN, get_fsn, set_fsn, NULL},
    PLAIN("fsp", get_fsp),
    PLAIN("conid", get_conid),
    PLAIN("sid", get_sid),
    {"rcv", KAM_PV_NAMED, get_rcv, NULL, "buf|len|proto|sproto|srcip|rcvip|srcport|rcvport|af"},
    {"snd", KAM_PV_NAMED, get_sndto, NULL, SND_PARTS},
    {"sndto", KAM_PV_NAMED, get_sndto, NULL, SND_PARTS},
    {"sndfrom", KAM_PV_NAMED, get_sndfrom, NULL, SND_PARTS},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
