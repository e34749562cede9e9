/* SPDX-License-Identifier: MIT */
/* -t un: each call that a SIPp makes has a port of its own, which the kernel gives (facts: SIPp 8). */
#include "model/sipp/process/call.h"

#include <assert.h>

/* Linux' net.ipv4.ip_local_port_range. */
enum { PORT_MIN = 32768, PORT_MAX = 60999 };

/* How many that are taken may be drawn before there are too many calls. */
enum { TRIES_MAX = 100000 };

static bool open_port(struct call *call, uint16_t port) {
    struct sipp *sipp = call->sipp;
    if (!host_bind(sipp->host, port, sipp_arrive, sipp)) return false;
    call->port = port;
    return true;
}

void sipp_open_port(struct call *call) {
    struct sipp *sipp = call->sipp;
    const struct sipp_config *c = &sipp->config;
    if (c->sockets == SIPP_ONE_SOCKET) return;
    if (sipp->ports_used < c->port_count && open_port(call, c->ports[sipp->ports_used++])) return;
    for (int i = 0; i < TRIES_MAX; i++)
        if (open_port(call, (uint16_t)(PORT_MIN + random_below(&sipp->port_random, PORT_MAX - PORT_MIN + 1))))
            return;
    sipp_missing(sipp, (struct source_pos){sipp->program->source, 0}, "no port is free for one more call");
}

void sipp_close_port(struct call *call) {
    if (call->port) host_unbind(call->sipp->host, call->port);
    call->port = 0;
}
