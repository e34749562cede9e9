/* SPDX-License-Identifier: MIT */
/* corex: where a message has come to and from, and where it leaves (facts: Kamailio 74). */
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/corex/corex.h"

COREX_FUNCTION(corex_is_socket_name) {
    (void)count;
    return kam_socket_named(run->k, args[0].s) ? 1 : -1;
}

/* They are true also where there is no such socket, and nothing changes. */
COREX_FUNCTION(corex_set_send_socket) {
    (void)count;
    kam_run_force_socket(run, args[0].s);
    return 1;
}

COREX_FUNCTION(corex_set_send_socket_name) {
    struct kam_socket *socket = kam_socket_named(run->k, args[0].s);
    (void)count;
    if (socket) run->forced = socket;
    return 1;
}

COREX_FUNCTION(corex_set_recv_socket) {
    struct kam_socket *socket = kam_socket_parse(run->k, args[0].s);
    (void)count;
    if (socket) run->socket = socket;
    return 1;
}

COREX_FUNCTION(corex_set_recv_socket_name) {
    struct kam_socket *socket = kam_socket_named(run->k, args[0].s);
    (void)count;
    if (socket) run->socket = socket;
    return 1;
}

/* set_source_address("[udp:]ADDRESS[:PORT]"): without a port it is 0. */
COREX_FUNCTION(corex_set_source_address) {
    struct udp_address source = {0};
    uint64_t port = 0;
    struct span left = args[0].s, host = span_cut(&left, ':');
    (void)count;
    if (span_is_nocase(host, "udp") || span_is_nocase(host, "tcp") || span_is_nocase(host, "tls"))
        host = span_cut(&left, ':');
    if (!kam_ipv4_parse(host, &source.ip) || (left.len && !span_to_u64(left, UINT32_MAX, &port))) return -1;
    source.port = (uint16_t)port;
    kam_run_set_source(run, source);
    return 1;
}
