/* SPDX-License-Identifier: MIT */
/*
 * Ports that the kernel gives (facts: SIPp 8): to each call that a SIPp makes (-t un), and to one that
 * answers for all that it sends (-rsa).
 */
#include "model/sipp/process/call.h"

#include <assert.h>

/* Linux' net.ipv4.ip_local_port_range. */
enum { PORT_MIN = 32768, PORT_MAX = 60999 };

/* How many that are taken may be drawn before there are too many calls. */
enum { TRIES_MAX = 100000 };

/* A port that is open from now on; 0: none is free. */
static uint16_t open_port(struct sipp *sipp) {
    const struct sipp_config *c = &sipp->config;
    uint16_t port = sipp->ports_used < c->port_count ? c->ports[sipp->ports_used++] : 0;
    if (port && host_bind(sipp->host, port, sipp_arrive, sipp)) return port;
    for (int i = 0; i < TRIES_MAX; i++) {
        port = (uint16_t)(PORT_MIN + random_below(&sipp->port_random, PORT_MAX - PORT_MIN + 1));
        if (host_bind(sipp->host, port, sipp_arrive, sipp)) return port;
    }
    sipp_missing(sipp, (struct source_pos){sipp->program->source, 0}, "no port is free for one more call");
    return 0;
}

void sipp_open_port(struct call *call) {
    if (call->sipp->config.sockets != SIPP_ONE_SOCKET) call->port = open_port(call->sipp);
}

void sipp_open_reply_port(struct sipp *sipp) {
    if (!sipp->program->client && !sipp->program->commanded && sipp->config.outbound.ip)
        sipp->reply_port = open_port(sipp);
}

void sipp_close_reply_port(struct sipp *sipp) {
    if (sipp->reply_port) host_unbind(sipp->host, sipp->reply_port);
    sipp->reply_port = 0;
}

void sipp_close_port(struct call *call) {
    if (call->port) host_unbind(call->sipp->host, call->port);
    call->port = 0;
}
