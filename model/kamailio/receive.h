/* SPDX-License-Identifier: MIT */
/* What a worker process does with a datagram: the script, tm, the core's own ways (facts:
 * Kamailio 8.2, 11.5). */
#ifndef MODEL_KAMAILIO_RECEIVE_H
#define MODEL_KAMAILIO_RECEIVE_H

#include "model/kamailio/script/script.h"
#include "model/net/net.h"

struct kamailio;
struct kam_socket;

/* Handles a datagram now; process is the worker. Returns how long the worker is busy with it, sending
 * included. */
int64_t kam_receive(struct kamailio *k, struct kam_socket *socket, struct kam_process *process,
                    struct datagram *d);

#endif
