/* SPDX-License-Identifier: MIT */
#include "model/kamailio/resolve.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/script/error.h"

enum { SIP_PORT = 5060 };

bool kam_ipv4_parse(struct span text, uint32_t *ip) {
    uint8_t part = 0;
    unsigned dots = 0;
    *ip = 0;
    for (; text.len; text = span_skip(text, 1)) {
        if (*text.p == '.') {
            *ip = *ip << 8 | part;
            part = 0;
            if (++dots > 3) return false;
        } else if (ascii_digit(*text.p)) {
            part = (uint8_t)(part * 10 + (*text.p - '0'));
        } else {
            return false;
        }
    }
    *ip = *ip << 8 | part;
    return dots == 3;
}

/* "[::1]": at most eight groups of at most four hexadecimal digits, "::" once for those that are missing. */
static bool is_ipv6_reference(struct span text) {
    unsigned groups = 0, digits = 0, gaps = 0;
    if (text.len < 4 || text.p[0] != '[') return false;
    text = (struct span){text.p + 1, text.len - 2};
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == ':') {
            gaps += i > 0 && text.p[i - 1] == ':';
            digits = 0;
        } else {
            if (ascii_hex(text.p[i]) < 0 || ++digits > 4) return false;
            groups += digits == 1;
        }
    }
    return gaps ? gaps == 1 && groups < 8 : groups == 8;
}

/* A transport that Kamailio does not know counts as none. */
static bool is_other_transport(struct span name) {
    static const char *const others[] = {"tcp", "tls", "sctp", "ws"};
    for (size_t i = 0; name.len && i < sizeof others / sizeof *others; i++)
        if (span_is_nocase(name, others[i])) return true;
    return false;
}

bool kam_host_parse(const struct kamailio *k, struct span text, uint32_t *ip) {
    return kam_ipv4_parse(text, ip) || kam_program_address(k->program, text, ip);
}

static int resolve(const struct kamailio *k, struct span uri, struct udp_address *to) {
    struct uri u;
    uint64_t port = SIP_PORT;
    if (!uri_parse(&u, uri)) return KAM_E_BAD_URI;
    bool secure = u.kind == URI_SIPS && !kam_uri_is_phone(&u);
    struct span transport = uri_param(&u, "transport");
    if (secure && span_is_nocase(transport, "udp")) return KAM_E_BAD_ADDRESS;
    bool is_ipv6 = !u.port.len && is_ipv6_reference(u.host);
    if (!is_ipv6 && !kam_host_parse(k, u.host, &to->ip)) return KAM_E_BAD_ADDRESS;
    if (is_ipv6 || secure || is_other_transport(transport)) return KAM_E_NO_SOCKET;
    if (u.port.len && !span_to_u64(u.port, 65535, &port)) return KAM_E_BAD_ADDRESS;
    to->port = port ? (uint16_t)port : SIP_PORT;
    return KAM_E_OK;
}

/* Any place will do, so long as URIs that differ in their user, or in their length, have different ones. */
static struct kam_resolved *place_of(struct kamailio *k, struct span uri) {
    unsigned sum = (unsigned)uri.len;
    if (uri.len) sum += (unsigned char)uri.p[uri.len / 2] + 7u * (unsigned char)uri.p[uri.len - 1];
    return &k->resolved[sum % KAM_RESOLVED];
}

int kam_resolve(struct kamailio *k, struct span uri, struct udp_address *to) {
    struct kam_resolved *r = place_of(k, uri);
    if (!r->uri.cap || !span_eq(uri, buf_span(&r->uri))) {
        buf_reset(&r->uri);
        buf_add(&r->uri, uri);
        r->to = (struct udp_address){0};
        r->error = resolve(k, uri, &r->to);
    }
    *to = r->to;
    return r->error;
}

void kam_resolved_free(struct kamailio *k) {
    for (size_t i = 0; i < KAM_RESOLVED; i++)
        buf_free(&k->resolved[i].uri);
}
