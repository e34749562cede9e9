/* SPDX-License-Identifier: MIT */
/* What Kamailio does to Via headers: its own one, received and rport, taking its own one off a reply (facts:
 * Kamailio 2). */
#ifndef MODEL_KAMAILIO_MESSAGE_VIA_EDIT_H
#define MODEL_KAMAILIO_MESSAGE_VIA_EDIT_H

#include "model/kamailio/run.h"

/* Puts the own Via, sent from that socket, before the first Via of the run's request. */
void kam_via_add_own(struct edit_list *list, struct kam_run *run, const struct kam_socket *socket,
                     unsigned branch);

/* Puts received and rport into the topmost Via of the run's request. */
void kam_via_mark_incoming(struct edit_list *list, const struct kam_run *run);

/* Must the topmost Via of the request say where it really came from? */
bool kam_via_needs_received(const struct kam_run *run);

/* Takes the topmost Via off a reply. */
void kam_via_strip(struct edit_list *list, const struct kam_run *run);

/* The second Via of a reply; NULL if it has none. */
const struct via *kam_via_second(const struct kam_run *run);

/* Does the Via name one of our sockets? */
bool kam_via_is_ours(const struct kamailio *k, const struct via *via);

#endif
