/* SPDX-License-Identifier: MIT */
/* corex: what a script sends as it is (facts: Kamailio 74). */
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/corex/corex.h"
#include "model/kamailio/script/error.h"

enum { SIP_PORT = 5060 };

/* Modulo 65536; what is no number is 5060. */
static uint16_t read_port(struct span text) {
    uint64_t port;
    if (!span_to_u64(text, UINT32_MAX, &port)) return SIP_PORT;
    return (uint16_t)port ? (uint16_t)port : SIP_PORT;
}

/* HOST[:PORT], or where the request would go: by UDP, whatever its URI says. */
static bool find_udp(struct kam_run *run, struct span text, struct udp_address *to) {
    struct uri uri;
    if (text.len) {
        struct span host = span_cut(&text, ':');
        to->port = read_port(text);
        return kam_host_parse(run->k, host, &to->ip);
    }
    if (!uri_parse(&uri, run->next_hop.len ? run->next_hop : kam_run_uri(run))) return false;
    to->port = read_port(uri.port);
    return kam_host_parse(run->k, uri.host, &to->ip);
}

static int send_bytes(struct kam_run *run, const struct kam_destination *d, struct payload *p,
                      const char *why) {
    struct cause cause = kam_cause(run, why, NULL);
    bool sent = kam_send(run->k, KAM_SEND_AS_IT_IS, d, p, &cause);
    payload_drop(p);
    return sent ? 1 : -1;
}

COREX_FUNCTION(corex_send_udp) {
    struct kam_destination d = {0};
    if (!find_udp(run, count > 0 ? args[0].s : (struct span){0}, &d.to)) return -1;
    d.socket = kam_run_socket_to(run, d.to.ip);
    if (!d.socket) return -1;
    return send_bytes(run, &d, kam_render_received(run), "the message as it came in, by send_udp()");
}

/* Data go from the socket that the message has come to, unless another one is named. */
static int send_data(struct kam_run *run, struct span uri, struct kam_socket *socket, struct span data) {
    struct kam_destination d = {.socket = socket};
    if (!socket) d.socket = run->origin == KAM_RECEIVED ? run->came_to : &run->k->sockets[0];
    if (kam_resolve(run->k, uri, &d.to)) return -1;
    return send_bytes(run, &d, payload_of(run->k->pool, data), "data that the script sends");
}

COREX_FUNCTION(corex_send_data) {
    (void)count;
    return send_data(run, args[0].s, NULL, args[1].s);
}

COREX_FUNCTION(corex_sendx) {
    (void)count;
    return send_data(run, args[0].s, kam_socket_parse(run->k, args[1].s), args[2].s);
}

/* Relays the reply with what has been changed in it up to now; it will be relayed once more. */
COREX_FUNCTION(corex_forward_reply) {
    (void)args, (void)count;
    struct edit_list kept = {0};
    edit_list_copy(&kept, &run->edits);
    kam_forward_reply(run);
    edit_list_reset(&run->edits);
    edit_list_copy(&run->edits, &kept);
    edit_list_free(&kept);
    return 1;
}

COREX_FUNCTION(corex_is_faked_msg) {
    (void)args, (void)count;
    return run->origin == KAM_MADE_UP ? 1 : -1;
}

/* Only in an event that is not simulated does it tell more. */
COREX_FUNCTION(corex_is_incoming) {
    (void)run, (void)args, (void)count;
    return -1;
}
