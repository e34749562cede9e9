/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/pv.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/message/ruri.h"

static struct kam_value nothing(void) { return (struct kam_value){.type = KAM_NULL}; }

static struct kam_value number(int64_t n) { return (struct kam_value){.type = KAM_INT, .n = n}; }

/* A text that is there; one that is absent (p NULL) is null. */
static struct kam_value text(struct span s) {
    return s.p ? (struct kam_value){.type = KAM_STR, .s = s} : nothing();
}

/* The text before the first c, or all of it. */
static struct span up_to(struct span s, char c) {
    ptrdiff_t end = s.p ? span_find(s, c) : -1;
    return end < 0 ? s : span_head(s, (size_t)end);
}

/* The parts of a URI that have a variable of their own. */
enum part { WHOLE, USER, HOST, PORT, SCHEME };

/* A text that also is a number to Kamailio, for those who want one: 1 + $rp adds, $rp + 1 joins. */
static struct kam_value text_number(struct span s, int64_t n) {
    return (struct kam_value){.type = KAM_STR, .s = s, .n = n};
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
    return text_number(schemes[kind].name, schemes[kind].n);
}

/* As written, or what the transport has. */
static struct kam_value port_of(const struct uri *u) {
    uint64_t port = 0;
    if (u->port.p) return text_number(u->port, span_to_u64(u->port, 65535, &port) ? (int64_t)port : 0);
    bool tls = span_is_nocase(uri_param(u, "transport"), "tls");
    return tls ? text_number(SPAN("5061"), 5061) : text_number(SPAN("5060"), 5060);
}

static struct kam_value part_of(struct span uri, enum part part) {
    struct uri u;
    if (!uri.p) return nothing();
    if (!uri_parse(&u, uri)) return nothing();
    bool phone = kam_uri_is_phone(&u);
    switch (part) {
    case WHOLE: return text(uri);
    case USER: return text(phone && u.kind != URI_TEL ? up_to(u.user, ';') : u.user);
    case HOST: return text(u.host);
    case SCHEME: return scheme(phone ? URI_TEL : u.kind);
    default: return port_of(&u);
    }
}

/* Unlike $rp, of "sip:h:" it is 5060. */
static struct kam_value next_hop_port(const struct kam_run *run) {
    struct kam_value port = part_of(run->next_hop, PORT);
    return port.s.p && port.s.len == 0 ? text(SPAN("5060")) : port;
}

/* The Request-URI: of requests only. */
static struct kam_value request_part(const struct kam_run *run, enum part part) {
    return run->msg.is_request ? part_of(kam_run_uri(run), part) : nothing();
}

#define GETTER(name, expression)                                                                             \
    static struct kam_value name(struct kam_run *run, struct span argument) {                                \
        (void)run, (void)argument;                                                                           \
        return expression;                                                                                   \
    }

GETTER(get_ru, request_part(run, WHOLE))
GETTER(get_rU, request_part(run, USER))
GETTER(get_rd, request_part(run, HOST))
GETTER(get_rp, request_part(run, PORT))
GETTER(get_rz, request_part(run, SCHEME))
GETTER(get_ou, run->msg.is_request ? part_of(run->msg.uri, WHOLE) : nothing())
GETTER(get_oU, run->msg.is_request ? part_of(run->msg.uri, USER) : nothing())
GETTER(get_od, run->msg.is_request ? part_of(run->msg.uri, HOST) : nothing())
GETTER(get_op, run->msg.is_request ? part_of(run->msg.uri, PORT) : nothing())
GETTER(get_du, text(run->next_hop))
GETTER(get_dd, part_of(run->next_hop, HOST))
GETTER(get_dp, next_hop_port(run))
GETTER(get_fu, text(run->from_uri))
GETTER(get_fU, part_of(run->from_uri, USER))
GETTER(get_fd, part_of(run->from_uri, HOST))
GETTER(get_ft, text(run->from_tag))
GETTER(get_tu, text(run->to_uri))
GETTER(get_tU, part_of(run->to_uri, USER))
GETTER(get_td, part_of(run->to_uri, HOST))
GETTER(get_tt, text(run->to_tag))
GETTER(get_ci, text(run->call_id->value))
GETTER(get_cs, text(run->cseq_number))

/* A method is a text that also is a number to Kamailio: if ($rm) is true, 1 == $rm asks for INVITE. */
static struct kam_value method(struct span name) {
    static const char *const known[] = {"INVITE",   "CANCEL",    "ACK",    "BYE",     "INFO",
                                        "REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "OPTIONS",
                                        "PRACK",    "UPDATE",    "REFER",  "PUBLISH"};
    struct kam_value v = text(name);
    v.n = 1 << 19;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is(name, known[i])) v.n = 1 << i;
    return v;
}

GETTER(get_rm, method(run->msg.is_request ? run->msg.method : run->cseq_method))
GETTER(get_rs, run->msg.is_request ? nothing() : number(run->msg.status))
/* Without the blanks before it. */
static struct span reason(const struct kam_run *run) {
    struct span s = run->msg.reason;
    while (s.len && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = span_skip(s, 1);
    return s;
}

GETTER(get_rr, run->msg.is_request ? nothing() : text(reason(run)))
GETTER(get_si, text(buf_span(&run->source_text)))
GETTER(get_sp, number(run->source.port))
GETTER(get_Ri, text(run->socket->address))
GETTER(get_Rp, number(run->socket->port))
GETTER(get_proto, text_number(SPAN("udp"), 1))
GETTER(get_mb, text(run->msg.bytes))
GETTER(get_ml, number((int64_t)run->msg.bytes.len))
GETTER(get_rb, text(run->msg.body))
GETTER(get_br, run->added_count ? text(run->added[0].uri) : nothing())

/* tmx's: the branch that is at work. */
GETTER(get_branch_index, run->transaction ? number(run->branch) : nothing())
GETTER(get_mf, number(run->flags))
GETTER(get_bf, number(run->branch_flags))

/* The value of the first header of that name. */
static struct kam_value header(const struct kam_run *run, struct span name) {
    const struct sip_header *h = kam_header_find(&run->msg, name);
    if (!h) return nothing();
    return text(h->id == SIP_MAX_FORWARDS ? kam_run_max_forwards(run, h) : h->value);
}

GETTER(get_hdr, run->damaged ? nothing() : header(run, argument)) /* it reads all headers first */
GETTER(get_ct, header(run, SPAN("Contact")))
GETTER(get_cT, header(run, SPAN("Content-Type")))
GETTER(get_ua, header(run, SPAN("User-Agent")))

static struct kam_value get_cl(struct kam_run *run, struct span argument) {
    (void)argument;
    uint64_t n;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    if (!h) return nothing();
    int64_t length = span_to_u64(h->value, UINT32_MAX, &n) ? (int64_t)n : 0;
    return (struct kam_value){.type = KAM_INT, .n = length, .s = h->value};
}

/* What conditions on `myself` ask: 1 or 0. */
static struct kam_value get_myself(struct kam_run *run, struct span argument) {
    struct uri u;
    struct span uri = {0};
    if (span_is(argument, "si") || span_is(argument, "Ri")) {
        uint32_t ip = span_is(argument, "si") ? run->source.ip : run->socket->ip;
        for (size_t i = 0; i < run->k->socket_count; i++)
            if (run->k->sockets[i].ip == ip) return number(1);
        return number(0);
    }
    if (span_is(argument, "ru")) uri = kam_run_uri(run);
    if (span_is(argument, "fu")) uri = run->from_uri;
    if (span_is(argument, "tu")) uri = run->to_uri;
    return number(uri.p && uri_parse(&u, uri) && kam_is_own(run->k, &u));
}

/* null takes the user or the port away. */
static bool replace_part(struct kam_run *run, enum kam_uri_part part, struct kam_value value) {
    return kam_run_replace_part(run, part, kam_value_text(value, &run->scratch));
}

static bool set_ru(struct kam_run *run, struct span argument, struct kam_value value) {
    (void)argument;
    return value.type == KAM_STR && kam_run_replace_uri(run, value.s);
}

static bool set_rU(struct kam_run *run, struct span argument, struct kam_value value) {
    (void)argument;
    return replace_part(run, KAM_URI_USER, value);
}

static bool set_rd(struct kam_run *run, struct span argument, struct kam_value value) {
    (void)argument;
    return value.type == KAM_STR && replace_part(run, KAM_URI_HOST, value);
}

static bool set_rp(struct kam_run *run, struct span argument, struct kam_value value) {
    (void)argument;
    return replace_part(run, KAM_URI_PORT, value);
}

/* null, or an empty text, takes the next hop away. */
static bool set_du(struct kam_run *run, struct span argument, struct kam_value value) {
    (void)argument;
    if (!run->msg.is_request || value.type == KAM_INT) return false;
    if (value.type == KAM_STR && value.s.len)
        kam_run_set_next_hop(run, value.s);
    else
        run->next_hop = (struct span){0};
    return true;
}

const struct kam_pv kam_pvs[] = {
    {"ru", false, get_ru, set_ru},
    {"rU", false, get_rU, set_rU},
    {"rd", false, get_rd, set_rd},
    {"rp", false, get_rp, set_rp},
    {"rz", false, get_rz, NULL},
    {"ou", false, get_ou, NULL},
    {"oU", false, get_oU, NULL},
    {"od", false, get_od, NULL},
    {"op", false, get_op, NULL},
    {"du", false, get_du, set_du},
    {"dd", false, get_dd, NULL},
    {"dp", false, get_dp, NULL},
    {"fu", false, get_fu, NULL},
    {"fU", false, get_fU, NULL},
    {"fd", false, get_fd, NULL},
    {"ft", false, get_ft, NULL},
    {"tu", false, get_tu, NULL},
    {"tU", false, get_tU, NULL},
    {"td", false, get_td, NULL},
    {"tt", false, get_tt, NULL},
    {"ci", false, get_ci, NULL},
    {"cs", false, get_cs, NULL},
    {"rm", false, get_rm, NULL},
    {"rs", false, get_rs, NULL},
    {"rr", false, get_rr, NULL},
    {"si", false, get_si, NULL},
    {"sp", false, get_sp, NULL},
    {"Ri", false, get_Ri, NULL},
    {"Rp", false, get_Rp, NULL},
    {"proto", false, get_proto, NULL},
    {"pr", false, get_proto, NULL},
    {"mb", false, get_mb, NULL},
    {"ml", false, get_ml, NULL},
    {"rb", false, get_rb, NULL},
    {"cl", false, get_cl, NULL},
    {"ct", false, get_ct, NULL},
    {"cT", false, get_cT, NULL},
    {"ua", false, get_ua, NULL},
    {"hdr", true, get_hdr, NULL},
    {"br", false, get_br, NULL},
    {"T_branch_idx", false, get_branch_index, NULL, "tmx"},
    {"mf", false, get_mf, NULL},
    {"bf", false, get_bf, NULL},
    {"_myself", true, get_myself, NULL},
    {NULL, false, NULL, NULL},
};
