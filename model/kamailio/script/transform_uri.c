/* SPDX-License-Identifier: MIT */
/* {uri.*}: what a URI is made of. (facts: Kamailio 18.2) */
#include "model/kamailio/script/param_list.h"
#include "model/kamailio/script/transform.h"
#include "model/kamailio/script/transport.h"
#include "model/sip/uri.h"

static bool is_phone(const struct uri *u) {
    return u->kind == URI_TEL || (u->kind != URI_URN && span_is(uri_param(u, "user"), "phone"));
}

/* A semicolon at the end of the text does not count. */
static bool parse(struct uri *u, const struct transform_call *c, const struct kam_value *v) {
    return uri_parse(u, script_params(transform_text(c, *v), ';'));
}

/* A part of it; empty where there is none. A text that is no URI has no value at all. */
static bool part(const struct transform_call *c, struct kam_value *v,
                 struct span (*of)(const struct uri *u)) {
    struct uri u;
    return parse(&u, c, v) && transform_is_text(v, of(&u));
}

static struct span user_of(const struct uri *u) {
    ptrdiff_t end = is_phone(u) && u->kind != URI_TEL && u->user.p ? span_find(u->user, ';') : -1;
    return end < 0 ? u->user : span_head(u->user, (size_t)end);
}
static struct span password_of(const struct uri *u) { return u->password; }
static struct span host_of(const struct uri *u) { return u->host; }
static struct span port_of(const struct uri *u) { return u->port; }
static struct span headers_of(const struct uri *u) { return span_skip(u->headers, u->headers.len > 0); }
/* Those of tel: are the number's, and none here. */
static struct span params_of(const struct uri *u) {
    return u->kind == URI_TEL ? SPAN("") : span_skip(u->params, u->params.len > 0);
}
static struct span transport_of(const struct uri *u) { return uri_param(u, "transport"); }
static struct span ttl_of(const struct uri *u) { return uri_param(u, "ttl"); }
static struct span uparam_of(const struct uri *u) { return uri_param(u, "user"); }
static struct span maddr_of(const struct uri *u) { return uri_param(u, "maddr"); }
static struct span method_of(const struct uri *u) { return uri_param(u, "method"); }
static struct span lr_of(const struct uri *u) { return uri_param(u, "lr"); }
static struct span r2_of(const struct uri *u) { return uri_param(u, "r2"); }
static struct span scheme_of(const struct uri *u) { return u->scheme; }

#define PART(name, of)                                                                                       \
    static bool name(const struct transform_call *c, struct kam_value *v) { return part(c, v, of); }

PART(uri_user, user_of)
PART(uri_passwd, password_of)
PART(uri_host, host_of)
PART(uri_headers, headers_of)
PART(uri_params, params_of)
PART(uri_transport, transport_of)
PART(uri_ttl, ttl_of)
PART(uri_uparam, uparam_of)
PART(uri_maddr, maddr_of)
PART(uri_method, method_of)
PART(uri_lr, lr_of)
PART(uri_r2, r2_of)
PART(uri_scheme, scheme_of)

/* It is a number, 0 where there is none, that shows as it is written. */
static bool uri_port(const struct transform_call *c, struct kam_value *v) {
    uint64_t n = 0;
    if (!part(c, v, port_of)) return false;
    if (!v->s.len || !span_to_u64(v->s, 65535, &n)) n = 0;
    *v = (struct kam_value){.type = KAM_INT, .n = (int64_t)n, .s = v->s};
    return true;
}

/* The last one of that name; if one of them cannot be read, this fails. */
static bool uri_param_named(const struct transform_call *c, struct kam_value *v) {
    struct uri u;
    struct script_param p;
    int got;
    if (!parse(&u, c, v)) return false;
    struct span left = params_of(&u), value = SPAN("");
    while ((got = script_param_next(&left, ';', &p)) > 0)
        if (span_eq_nocase(p.name, c->s[0])) value = p.value.p ? p.value : SPAN("");
    return got == 0 && transform_is_text(v, value);
}

/* udp:host:port; without a transport that is known, nothing */
static bool uri_tosocket(const struct transform_call *c, struct kam_value *v) {
    struct uri u;
    if (!parse(&u, c, v)) return false;
    struct span transport = uri_param(&u, "transport");
    if (!kam_transport_of(transport)) return transform_is_text(v, SPAN(""));
    struct span port = u.port.len ? u.port : span_is_nocase(transport, "tls") ? SPAN("5061") : SPAN("5060");
    struct buf b = {0};
    buf_add_lower(&b, transport);
    buf_addf(&b, ":" SPAN_FMT ":" SPAN_FMT, SPAN_ARG(u.host), SPAN_ARG(port));
    return transform_is_built(c, v, &b);
}

/* What an alias parameter says: host~port~protocol. (facts: Kamailio 18.2) */

static bool alias_encode(const struct transform_call *c, struct kam_value *v) {
    struct uri u;
    if (!uri_parse(&u, transform_text(c, *v))) return false;
    unsigned proto = kam_transport_of(uri_param(&u, "transport"));
    if (proto == KAM_NO_TRANSPORT || proto == KAM_WSS) proto = KAM_UDP; /* wss is not known here */
    struct span port = u.port.len ? u.port : proto == KAM_TLS ? SPAN("5061") : SPAN("5060");
    struct buf b = {0};
    buf_addf(&b, SPAN_FMT "~" SPAN_FMT "~%u", SPAN_ARG(u.host), SPAN_ARG(port), proto);
    return transform_is_built(c, v, &b);
}

static bool alias_decode(const struct transform_call *c, struct kam_value *v) {
    struct span host, port, transport;
    if (!kam_alias_cut(transform_text(c, *v), &host, &port, &transport)) {
        script_missing(c->script, "{urialias.decode} of a text without two ~ gives 65536 bytes of memory");
        return false;
    }
    unsigned proto = transport.len ? (unsigned)(transport.p[0] - '0') : KAM_WSS + 1;
    if (proto > KAM_WSS) return transform_is_text(v, SPAN(""));
    struct buf b = {0};
    buf_addf(&b, "sip:" SPAN_FMT ":" SPAN_FMT, SPAN_ARG(host), SPAN_ARG(port));
    if (proto > KAM_UDP) buf_addf(&b, ";transport=%s", kam_transport_in_uri(proto));
    return transform_is_built(c, v, &b);
}

enum socket_part { SOCKET_HOST, SOCKET_PORT, SOCKET_PROTO, SOCKET_URI };

/* Its parts between colons, but not those in brackets, which need not close; 0: there are more than three, or
 * brackets open in brackets or close too often. */
static size_t cut_socket(struct span text, struct span parts[3]) {
    bool inside = false;
    size_t count = 0, from = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (inside ? c == '[' : c == ']') return 0;
        if (c == '[' || c == ']') inside = c == '[';
        if (c != ':' || inside) continue;
        if (count == 2) return 0;
        parts[count++] = span_between(text.p + from, text.p + i);
        from = i + 1;
    }
    parts[count++] = span_skip(text, from);
    return count;
}

/* A number of 32 bits, which may have a plus, and be nothing else. */
static bool is_port(struct span text) {
    uint64_t n;
    return span_is(text, "+") || span_to_u64(span_skip(text, span_starts(text, "+")), UINT32_MAX, &n);
}

/* [udp:]host[:port]; tcp: is the only other one that this Kamailio has. */
static bool socket_part(const struct transform_call *c, struct kam_value *v, enum socket_part which) {
    struct span parts[3], proto = {0}, host, port = {0};
    size_t count = cut_socket(transform_text(c, *v), parts);
    if (count == 0) return false;
    host = parts[0];
    if (count == 2 && is_port(parts[1])) {
        port = parts[1];
    } else if (count > 1) {
        proto = parts[0];
        host = parts[1];
        if (!span_is_nocase(proto, "udp") && !span_is_nocase(proto, "tcp")) return false;
        if (count == 2 && host.len == 0) return false;
        if (count == 3) port = parts[2];
        if (count == 3 && !is_port(port)) return false;
    }
    if (which == SOCKET_URI && host.len == 0) return false;
    struct buf b = {0};
    switch (which) {
    case SOCKET_HOST: return transform_is_text(v, host);
    case SOCKET_PORT: return transform_is_text(v, port);
    case SOCKET_PROTO: return transform_is_text(v, proto);
    default: break;
    }
    buf_addf(&b, "sip:" SPAN_FMT, SPAN_ARG(host));
    if (port.p) buf_addf(&b, ":" SPAN_FMT, SPAN_ARG(port));
    if (proto.p) buf_addf(&b, ";transport=" SPAN_FMT, SPAN_ARG(proto));
    return transform_is_built(c, v, &b);
}

#define SOCKET(name, part)                                                                                   \
    static bool name(const struct transform_call *c, struct kam_value *v) { return socket_part(c, v, part); }

SOCKET(sock_host, SOCKET_HOST)
SOCKET(sock_port, SOCKET_PORT)
SOCKET(sock_proto, SOCKET_PROTO)
SOCKET(sock_touri, SOCKET_URI)

const struct transform_row script_transform_uris[] = {
    {"uri.user", "", uri_user},
    {"uri.passwd", "", uri_passwd},
    {"uri.host", "", uri_host},
    {"uri.port", "", uri_port},
    {"uri.params", "", uri_params},
    {"uri.param", "s", uri_param_named},
    {"uri.headers", "", uri_headers},
    {"uri.transport", "", uri_transport},
    {"uri.ttl", "", uri_ttl},
    {"uri.uparam", "", uri_uparam},
    {"uri.maddr", "", uri_maddr},
    {"uri.method", "", uri_method},
    {"uri.lr", "", uri_lr},
    {"uri.r2", "", uri_r2},
    {"uri.scheme", "", uri_scheme},
    {"uri.tosocket", "", uri_tosocket},
    {"sock.host", "", sock_host},
    {"sock.port", "", sock_port},
    {"sock.proto", "", sock_proto},
    {"sock.touri", "", sock_touri},
    {"urialias.encode", "", alias_encode},
    {"urialias.decode", "", alias_decode},
    {"uri.duri", "", NULL}, /* 5.6.3 writes a NUL or what was there into it */
    {"uri.saor", "", NULL},
    {"uri.suri", "", NULL},
    {NULL, NULL, NULL},
};
