/* SPDX-License-Identifier: MIT */
/* Relaying without a transaction (facts: Kamailio 8). */
#ifndef MODEL_KAMAILIO_FORWARD_H
#define MODEL_KAMAILIO_FORWARD_H

#include "model/kamailio/run.h"

/* The address of the message's next hop; false: it has none that is known, which is what the run fails with.
 */
bool kam_next_hop(struct kam_run *run, struct udp_address *to);

/* Relays the request, or the reply as if it were one, to its next hop, or to `to` if that is not NULL. False:
 * no such destination, nothing was sent. */
bool kam_forward_request(struct kam_run *run, const struct udp_address *to, const char *why);

/* Relays a reply by its second Via; drops it when there is none. */
void kam_forward_reply(struct kam_run *run);

/* Writes the address of a socket that is shown, and its port unless that is 5060; and its name, where
 * Record-Routes have it. */
void kam_add_shown(struct buf *out, const struct kam_socket *s);
void kam_add_route_socket(struct buf *out, const struct kam_socket *s);

/*
 * A Record-Route that shows where the request has come in becomes two where it leaves from another socket:
 * the first one shows that (RFC 5658 6; facts: Kamailio 7.1).
 */
void kam_double_routes(struct kam_run *run, struct edit_list *list, const struct kam_socket *leaves);

/*
 * Puts the socket that the message leaves from where edits have room for it (a Path), or takes it away
 * (NULL). Unlike Via it has what the socket itself advertises before what the script or the globals tell.
 */
void kam_put_socket(struct kam_run *run, struct edit_list *list, const struct kam_socket *leaves);

/* Adds the Route that lookup() has found the way in, before the first one, else behind our own Via. */
void kam_add_path(const struct kam_run *run, struct edit_list *list, struct span path);

/* The bytes that have come in, with what scripts have changed in place. */
struct payload *kam_render_received(const struct kam_run *run);

/* The request as it goes out with these edits; new URI included. */
struct payload *kam_render_request(struct kam_run *run, struct edit_list *list, struct span uri);

#endif
