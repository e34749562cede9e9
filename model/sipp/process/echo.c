/* SPDX-License-Identifier: MIT */
/* The media sockets (facts: SIPp 15.6): bound always, read only with -rtp_echo. */
#include "model/sipp/process/media.h"

/* From a datagram's arrival until it is on its way back. */
#define ECHO_NS (40 * NS_PER_US)

static void send_back(void *arg) {
    struct echo *e = arg;
    struct sipp *sipp = e->sipp;
    struct datagram *d = backlog_take(&e->arrived);
    struct cause cause = {.why = "echo of RTP (rtp_echo)"};
    sipp->about = d->number;
    struct payload *payload = payload_hold(d->payload);
    if (payload->len > sipp->config.rtp_echo_buffer) { /* which is all that SIPp has read of it */
        payload_drop(payload);
        payload = payload_of(net_pool(sipp->net),
                             span_head(payload_span(d->payload), sipp->config.rtp_echo_buffer));
    }
    if (!sipp->media->echo_off)
        host_send(sipp->host, e->port, (struct udp_options){.dont_fragment = true}, d->from, payload, &cause);
    payload_drop(payload);
    sipp->about = 0;
    datagram_drop(d);
    if (e->arrived.count > 0) event_after(sipp->loop.queue, &e->event, ECHO_NS);
}

static void arrive(void *arg, struct datagram *d) {
    struct echo *e = arg;
    if (!e->sipp->config.rtp_echo) return;
    backlog_add(&e->arrived, d);
    if (!event_pending(&e->event)) event_after(e->sipp->loop.queue, &e->event, ECHO_NS);
}

void echo_begin(struct sipp *sipp, struct echo *e, uint16_t port) {
    e->sipp = sipp;
    e->port = port;
    event_init(&e->event, send_back, e);
    e->bound = host_bind(sipp->host, port, arrive, e);
}

void echo_end(struct echo *e) {
    event_cancel(e->sipp->loop.queue, &e->event);
    if (e->bound) host_unbind(e->sipp->host, e->port);
    e->bound = false;
    backlog_free(&e->arrived);
}
