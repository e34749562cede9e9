/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/transport.h"

static const char *const names[] = {[KAM_UDP] = "udp",   [KAM_TCP] = "tcp", [KAM_TLS] = "tls",
                                    [KAM_SCTP] = "sctp", [KAM_WS] = "ws",   [KAM_WSS] = "wss"};

enum kam_transport kam_transport_of(struct span name) {
    for (enum kam_transport t = KAM_UDP; t <= KAM_WSS; t++)
        if (span_is_nocase(name, names[t])) return t;
    return KAM_NO_TRANSPORT;
}

enum kam_transport kam_transport_of_socket(struct span name) {
    enum kam_transport transport = kam_transport_of(name);
    return transport < KAM_WS ? transport : KAM_NO_TRANSPORT;
}

const char *kam_transport_in_uri(unsigned number) {
    return number == KAM_WSS ? names[KAM_WS] : number && number < KAM_WSS ? names[number] : NULL;
}

bool kam_alias_cut(struct span value, struct span *ip, struct span *port, struct span *transport) {
    *ip = span_cut(&value, '~');
    *port = span_cut(&value, '~');
    *transport = value;
    return value.p != NULL;
}
