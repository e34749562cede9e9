/* SPDX-License-Identifier: MIT */
/* Transports by name and by the number that Kamailio has for them, as in $pr and in aliases. */
#ifndef MODEL_KAMAILIO_SCRIPT_TRANSPORT_H
#define MODEL_KAMAILIO_SCRIPT_TRANSPORT_H

#include "base/span.h"

#include <stdbool.h>

enum kam_transport { KAM_NO_TRANSPORT, KAM_UDP, KAM_TCP, KAM_TLS, KAM_SCTP, KAM_WS, KAM_WSS };

/* That of the name, in any case. */
enum kam_transport kam_transport_of(struct span name);

/* The same of a socket that a configuration names, which is of no websocket. */
enum kam_transport kam_transport_of_socket(struct span name);

/* As ;transport= names it, both of websockets ws; NULL: the number is none. */
const char *kam_transport_in_uri(unsigned number);

/* The parts of an alias, IP~PORT~TRANSPORT; false: there are not two ~. */
bool kam_alias_cut(struct span value, struct span *ip, struct span *port, struct span *transport);

#endif
