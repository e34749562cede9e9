/* SPDX-License-Identifier: MIT */
/* Pseudo-variables that are parts of URIs: the Request-URI, the next hop, From and To. (facts:
 * Kamailio 11.6, 18.1) */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/pv/pv.h"

#include <stdio.h>

const struct kam_pv *const kam_pv_tables[] = {kam_pv_uris,    kam_pv_messages, kam_pv_headers,
                                              kam_pv_network, kam_pv_branches, kam_pv_times,
                                              kam_pv_stores,  kam_pv_selects,  NULL};

struct kam_value pv_built(struct kam_run *run, struct buf *b) {
    struct kam_value v = pv_text(arena_text(&run->scratch, buf_span(b)));
    buf_free(b);
    return v;
}

/* The text before the first c, or all of it. */
static struct span up_to(struct span s, char c) {
    ptrdiff_t end = s.p ? span_find(s, c) : -1;
    return end < 0 ? s : span_head(s, (size_t)end);
}

/* Always in lower case; as a number what Kamailio counts schemes by. */
static struct kam_value scheme(enum uri_kind kind) {
    static const struct {
        struct span name;
        int64_t n;
    } schemes[] = {[URI_SIP] = {{"sip", 3}, 1},
                   [URI_SIPS] = {{"sips", 4}, 2},
                   [URI_TEL] = {{"tel", 3}, 3},
                   [URI_URN] = {{"urn", 3}, 5}};
    return pv_text_number(schemes[kind].name, schemes[kind].n);
}

/* As written, or what the transport has. */
static struct kam_value port_of(const struct uri *u) {
    uint64_t port = 0;
    if (u->port.p) return pv_text_number(u->port, span_to_u64(u->port, 65535, &port) ? (int64_t)port : 0);
    bool tls = span_is_nocase(uri_param(u, "transport"), "tls");
    return tls ? pv_text_number(SPAN("5061"), 5061) : pv_text_number(SPAN("5060"), 5060);
}

struct kam_value pv_part(struct span uri, enum pv_part part) {
    struct uri u;
    if (!uri.p) return pv_nothing();
    if (!uri_parse(&u, uri)) return pv_nothing();
    bool phone = kam_uri_is_phone(&u);
    struct span user = phone && u.kind != URI_TEL ? up_to(u.user, ';') : u.user;
    struct span transport = uri_param(&u, "transport");
    switch (part) {
    case PV_WHOLE: return pv_text(uri);
    case PV_USER: return pv_text(user);
    case PV_USER_LEN: return pv_number((int64_t)user.len);
    case PV_HOST: return pv_text(u.host);
    case PV_SCHEME: return scheme(phone ? URI_TEL : u.kind);
    case PV_PROTO: return pv_text(transport.len ? transport : SPAN("UDP"));
    default: return port_of(&u);
    }
}

/* Unlike $rp, of "sip:h:" it is 5060. */
static struct kam_value next_hop_port(const struct kam_run *run) {
    struct kam_value port = pv_part(run->next_hop, PV_PORT);
    return port.s.p && port.s.len == 0 ? pv_text(SPAN("5060")) : port;
}

struct kam_value pv_request_part(const struct kam_run *run, enum pv_part part) {
    return run->msg.is_request ? pv_part(kam_run_uri(run), part) : pv_nothing();
}

static struct kam_value original_part(const struct kam_run *run, enum pv_part part) {
    return run->msg.is_request ? pv_part(kam_run_original_uri(run), part) : pv_nothing();
}

PV_GETTER(get_ru, pv_request_part(run, PV_WHOLE))
PV_GETTER(get_rU, pv_request_part(run, PV_USER))
PV_GETTER(get_rUl, pv_request_part(run, PV_USER_LEN))
PV_GETTER(get_rd, pv_request_part(run, PV_HOST))
PV_GETTER(get_rp, pv_request_part(run, PV_PORT))
PV_GETTER(get_rP, pv_request_part(run, PV_PROTO))
PV_GETTER(get_rz, pv_request_part(run, PV_SCHEME))
PV_GETTER(get_ou, original_part(run, PV_WHOLE))
PV_GETTER(get_oU, original_part(run, PV_USER))
PV_GETTER(get_oUl, original_part(run, PV_USER_LEN))
PV_GETTER(get_od, original_part(run, PV_HOST))
PV_GETTER(get_op, original_part(run, PV_PORT))
PV_GETTER(get_oP, original_part(run, PV_PROTO))
PV_GETTER(get_du, pv_text(run->next_hop))
PV_GETTER(get_dd, pv_part(run->next_hop, PV_HOST))
PV_GETTER(get_dp, next_hop_port(run))
PV_GETTER(get_dP, pv_part(run->next_hop, PV_PROTO))
PV_GETTER(get_fu, pv_text(kam_run_from(run)->uri))
PV_GETTER(get_fU, pv_part(kam_run_from(run)->uri, PV_USER))
PV_GETTER(get_fUl, pv_part(kam_run_from(run)->uri, PV_USER_LEN))
PV_GETTER(get_fd, pv_part(kam_run_from(run)->uri, PV_HOST))
PV_GETTER(get_ft, pv_text(kam_run_from(run)->tag))
PV_GETTER(get_tu, pv_text(run->to_uri))
PV_GETTER(get_tU, pv_part(run->to_uri, PV_USER))
PV_GETTER(get_tUl, pv_part(run->to_uri, PV_USER_LEN))
PV_GETTER(get_td, pv_part(run->to_uri, PV_HOST))
PV_GETTER(get_tt, pv_text(run->to_tag))

/* $nh(u): the next hop, or the Request-URI where none is set. */
static struct kam_value get_nh(struct kam_run *run, const struct kam_pv_at *at) {
    static const struct {
        const char *word;
        enum pv_part part;
    } parts[] = {{"u", PV_WHOLE}, {"U", PV_USER}, {"d", PV_HOST}, {"p", PV_PORT}, {"P", PV_PROTO}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!span_is(at->argument, parts[i].word)) continue;
        bool whole = parts[i].part == PV_WHOLE && run->msg.is_request; /* even of what is no URI */
        if (run->next_hop.len) return pv_part(run->next_hop, parts[i].part);
        return whole ? pv_text(kam_run_uri(run)) : pv_request_part(run, parts[i].part);
    }
    return pv_nothing();
}

/* What conditions on `myself` ask: 1 or 0. */
static struct kam_value get_myself(struct kam_run *run, const struct kam_pv_at *at) {
    struct uri u;
    struct span uri = {0}, of = at->argument;
    if (span_is(of, "si") || span_is(of, "Ri")) {
        uint32_t ip = span_is(of, "si") ? run->source.ip : run->socket->ip;
        for (size_t i = 0; i < run->k->socket_count; i++)
            if (run->k->sockets[i].ip == ip) return pv_number(1);
        return pv_number(0);
    }
    if (span_is(of, "ru")) uri = kam_run_uri(run);
    if (span_is(of, "fu")) uri = kam_run_from(run)->uri;
    if (span_is(of, "tu")) uri = run->to_uri;
    return pv_number(uri.p && uri_parse(&u, uri) && kam_is_own(run->k, &u));
}

const struct kam_pv kam_pv_myself = {"myself", KAM_PV_NAMED, get_myself, NULL, NULL};

/* null takes the user or the port away. */
static bool replace_part(struct kam_run *run, enum kam_uri_part part, struct kam_value value) {
    return kam_run_replace_part(run, part, kam_value_text(value, &run->scratch));
}

static bool set_ru(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    if (kam_value_has_text(value) && run->msg.is_request) kam_run_set_uri(run, value.s);
    return kam_value_has_text(value); /* of a reply, too */
}

static bool set_rU(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    bool fits = value.type == KAM_NULL || kam_value_has_text(value);
    return fits && replace_part(run, KAM_URI_USER, value);
}

static bool set_rd(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    return kam_value_has_text(value) && replace_part(run, KAM_URI_HOST, value);
}

static bool set_rp(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    char digits[24];
    (void)at;
    if (value.type == KAM_INT && !value.s.p && value.n < 0) { /* as an unsigned number */
        int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value.n);
        value.s = arena_text(&run->scratch, (struct span){digits, (size_t)len});
    }
    return replace_part(run, KAM_URI_PORT, value);
}

/* null, or an empty text, takes the next hop away. */
static bool set_du(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    if (value.type != KAM_NULL && !kam_value_has_text(value)) return false;
    if (value.type != KAM_NULL && value.s.len)
        kam_run_set_next_hop(run, value.s);
    else
        run->next_hop = (struct span){0};
    return true;
}

PV_PARTY_SETTER(set_fu, from, kam_run_from(run)->uri, PV_WHOLE)
PV_PARTY_SETTER(set_fU, from, kam_run_from(run)->uri, PV_USER)
PV_PARTY_SETTER(set_fd, from, kam_run_from(run)->uri, PV_HOST)
PV_PARTY_SETTER(set_tu, to, run->to_uri, PV_WHOLE)
PV_PARTY_SETTER(set_tU, to, run->to_uri, PV_USER)
PV_PARTY_SETTER(set_td, to, run->to_uri, PV_HOST)

#define PLAIN(name, get, set)                                                                                \
    { name, KAM_PV_PLAIN, get, set, NULL }

const struct kam_pv kam_pv_uris[] = {
    PLAIN("ru", get_ru, set_ru),
    PLAIN("ruri", get_ru, set_ru),
    PLAIN("rU", get_rU, set_rU),
    PLAIN("ruri.user", get_rU, set_rU),
    PLAIN("rUl", get_rUl, NULL),
    PLAIN("rd", get_rd, set_rd),
    PLAIN("ruri.domain", get_rd, set_rd),
    PLAIN("rp", get_rp, set_rp),
    PLAIN("rP", get_rP, NULL),
    PLAIN("rz", get_rz, NULL),
    PLAIN("ou", get_ou, NULL),
    PLAIN("ouri", get_ou, NULL),
    PLAIN("oU", get_oU, NULL),
    PLAIN("oUl", get_oUl, NULL),
    PLAIN("od", get_od, NULL),
    PLAIN("op", get_op, NULL),
    PLAIN("oP", get_oP, NULL),
    PLAIN("du", get_du, set_du),
    PLAIN("duri", get_du, set_du),
    PLAIN("dd", get_dd, NULL),
    PLAIN("dp", get_dp, NULL),
    PLAIN("dP", get_dP, NULL),
    PLAIN("fu", get_fu, set_fu),
    PLAIN("from", get_fu, set_fu),
    PLAIN("fU", get_fU, set_fU),
    PLAIN("from.user", get_fU, NULL),
    PLAIN("fUl", get_fUl, NULL),
    PLAIN("fd", get_fd, set_fd),
    PLAIN("from.domain", get_fd, NULL),
    PLAIN("ft", get_ft, NULL),
    PLAIN("tu", get_tu, set_tu),
    PLAIN("to", get_tu, set_tu),
    PLAIN("tU", get_tU, set_tU),
    PLAIN("to.user", get_tU, NULL),
    PLAIN("tUl", get_tUl, NULL),
    PLAIN("td", get_td, set_td),
    PLAIN("to.domain", get_td, NULL),
    PLAIN("tt", get_tt, NULL),
    {"nh", KAM_PV_NAMED, get_nh, NULL, "u|U|d|p|P"},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
