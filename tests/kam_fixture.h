/* SPDX-License-Identifier: MIT */
/*
 * A Kamailio at 172.20.0.10 between two peers that do what a test tells them, at the times it tells: a caller
 * at .2 and a callee at .3. What the proxy sends is kept, and summed up in `happened`.
 */
#ifndef TESTS_KAM_FIXTURE_H
#define TESTS_KAM_FIXTURE_H

#include "model/kamailio/kamailio.h"
#include "model/sip/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define US NS_PER_US
#define MS NS_PER_MS
#define S  NS_PER_S

#define MODULES                                                                                              \
    "loadmodule \"sl\" loadmodule \"tm\" loadmodule \"rr\" loadmodule \"maxfwd\" loadmodule \"siputils\" "   \
    "loadmodule \"textops\" loadmodule \"pv\" loadmodule \"corex\"\n"

enum peer { CALLER, CALLEE, PEERS };

static struct {
    struct event_queue queue;
    struct net *net;
    struct host *proxy, *peers[PEERS];
    struct source_set sources;
    struct diag diag;
    struct kam_program *program;
    struct kamailio *kamailio;
    struct kam_config config;
    bool with_times;
    struct buf happened, asked, notes, states;
    struct buf sent[PEERS][64]; /* what each peer was sent, in order */
    size_t sent_count[PEERS];
    struct event *events[256];
    size_t event_count;
} rig;

static inline void peer_recv(void *arg, struct datagram *d) {
    enum peer peer = arg == rig.peers[CALLER] ? CALLER : CALLEE;
    struct buf what = {0};
    assert_true(rig.sent_count[peer] < 64);
    struct buf *kept = &rig.sent[peer][rig.sent_count[peer]++];
    buf_reset(kept);
    buf_add(kept, payload_span(d->payload));
    sip_summary(&what, payload_span(d->payload));
    long long us = rig.queue.now_ns / US;
    if (rig.with_times) buf_addf(&rig.happened, "%lld.%06lld ", us / 1000000, us % 1000000);
    buf_addf(&rig.happened, "%s: %s\n", peer == CALLER ? "caller" : "callee", buf_text(&what));
    buf_free(&what);
}

static inline void rig_note(void *arg, int64_t now_ns, const char *host, uint64_t about,
                            const struct cause *cause) {
    (void)arg, (void)now_ns, (void)host, (void)about;
    cause_write(&rig.notes, cause);
    buf_add_char(&rig.notes, '\n');
}

static inline void rig_state(void *arg, int64_t now_ns, const char *host, uint64_t transaction,
                             const char *part, const char *state) {
    (void)arg, (void)now_ns, (void)host;
    buf_addf(&rig.states, "%u %s: %s\n", (unsigned)transaction, part, state);
}

/* Loads the configuration and puts the proxy up. Times in `happened` are those of arrival, 30 us after
 * sending. */
static inline void rig_up(const char *cfg_text) {
    static const struct trace trace = {rig_note, NULL, rig_state};
    struct buf text = {0};
    buf_add_text(&text, "listen=udp:172.20.0.10:5060\n" MODULES);
    buf_add_text(&text, cfg_text);
    const struct source *cfg = source_text(&rig.sources, "kamailio.cfg", buf_span(&text));
    buf_free(&text);
    rig.program = kam_program_load(cfg, &rig.sources, NULL, &rig.diag);
    if (!rig.program) fail_msg("%s", buf_text(&rig.diag.text));
    rig.kamailio = kamailio_new(&rig.config, rig.program, rig.proxy, &trace, &rig.diag);
    if (!rig.kamailio) fail_msg("%s", buf_text(&rig.diag.text));
}

static inline int rig_begin(void **state) {
    (void)state;
    memset(&rig, 0, sizeof rig);
    event_queue_init(&rig.queue);
    rig.net = net_new(&rig.queue, 1, 1500);
    rig.peers[CALLER] = net_add_host(rig.net, "caller", 0xac140002);
    rig.peers[CALLEE] = net_add_host(rig.net, "callee", 0xac140003);
    rig.proxy = net_add_host(rig.net, "proxy", 0xac14000a);
    for (int i = 0; i < PEERS; i++) {
        net_path(rig.net, rig.peers[i], rig.proxy)->delay_ns = 30 * US;
        net_path(rig.net, rig.proxy, rig.peers[i])->delay_ns = 30 * US;
        host_bind(rig.peers[i], 5060, peer_recv, rig.peers[i]);
    }
    kam_config_default(&rig.config);
    rig.config.address = 0xac14000a;
    return 0;
}

static inline int rig_end(void **state) {
    (void)state;
    if (rig.kamailio) assert_int_equal(kamailio_transactions(rig.kamailio), 0);
    kamailio_free(rig.kamailio);
    kam_program_free(rig.program);
    net_free(rig.net); /* asserts that nothing leaked */
    event_queue_free(&rig.queue);
    source_set_free(&rig.sources);
    diag_free(&rig.diag);
    for (size_t i = 0; i < rig.event_count; i++)
        free(rig.events[i]);
    for (int p = 0; p < PEERS; p++)
        for (size_t i = 0; i < 64; i++)
            buf_free(&rig.sent[p][i]);
    buf_free(&rig.happened);
    buf_free(&rig.asked);
    buf_free(&rig.notes);
    buf_free(&rig.states);
    return 0;
}

/* A message that a peer sends, or the reply that it makes then. */
struct say {
    enum peer peer;
    char text[2048]; /* empty: a reply */
    unsigned status;
    char to[64]; /* a reply's request: what its first line begins with */
};

static inline void peer_send(enum peer peer, struct span text) {
    struct payload *p = payload_of(net_pool(rig.net), text);
    struct udp_address proxy = {0xac14000a, 5060};
    host_send(rig.peers[peer], 5060, (struct udp_options){0, true}, proxy, p, NULL);
    payload_drop(p);
}

/* The reply to the last request to the peer that begins so. */
static inline void peer_reply(const struct say *s) {
    size_t i = rig.sent_count[s->peer];
    while (i > 0 && !span_starts(buf_span(&rig.sent[s->peer][i - 1]), s->to))
        i--;
    if (i == 0) fail_msg("nothing to answer: %s", s->to);
    struct sip_msg m = {0};
    struct buf out = {0};
    assert_true(sip_msg_parse(&m, buf_span(&rig.sent[s->peer][i - 1])));
    buf_addf(&out, "SIP/2.0 %u Status %u\r\n", s->status, s->status);
    for (const struct sip_header *h = m.headers; h < m.headers + m.header_count; h++) {
        bool to = h->id == SIP_TO;
        bool copied =
            to || h->id == SIP_VIA || h->id == SIP_FROM || h->id == SIP_CALL_ID || h->id == SIP_CSEQ;
        if (!copied) continue;
        buf_add(&out, span_trim(h->line));
        if (to && s->status > 100 && !sip_tag(h->value).p) buf_add_text(&out, ";tag=callee");
        buf_add_text(&out, "\r\n");
    }
    buf_add_text(&out, "Content-Length: 0\r\n\r\n");
    peer_send(s->peer, buf_span(&out));
    buf_free(&out);
    sip_msg_free(&m);
}

struct said {
    struct event event;
    struct say say;
};

static inline void say_fire(void *arg) {
    struct said *s = arg;
    if (s->say.text[0])
        peer_send(s->say.peer, span_of(s->say.text));
    else
        peer_reply(&s->say);
}

static inline struct say *say_at(int64_t at_ns, enum peer peer) {
    struct said *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_true(rig.event_count < 256);
    rig.events[rig.event_count++] = &s->event;
    event_init(&s->event, say_fire, s);
    event_at(&rig.queue, &s->event, at_ns);
    s->say.peer = peer;
    return &s->say;
}

/* At that time the peer sends this, LF line ends made CRLF. */
static inline void send_at(int64_t at_ns, enum peer peer, const char *text) {
    char *to = say_at(at_ns, peer)->text;
    for (; *text; text++) {
        if (*text == '\n') *to++ = '\r';
        *to++ = *text;
    }
    *to = '\0';
}

/* At that time the caller sends a request of a call; branch tells transactions apart, more is further header
 * lines. */
static inline void request_at(int64_t at_ns, const char *method, const char *branch, const char *more) {
    char text[1024];
    bool of_dialog = strcmp(method, "BYE") == 0 || (strcmp(method, "ACK") == 0 && strcmp(branch, "ack") == 0);
    snprintf(
        text, sizeof text,
        "%s sip:service@172.20.0.3:5060 SIP/2.0\nVia: SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-%s\n"
        "From: <sip:uac@172.20.0.2>;tag=caller\nTo: <sip:service@172.20.0.3>%s\nCall-ID: call@172.20.0.2\n"
        "CSeq: %d %s\nMax-Forwards: 70\n%sContent-Length: 0\n\n",
        method, branch, of_dialog ? ";tag=callee" : "", strcmp(method, "BYE") == 0 ? 2 : 1, method, more);
    send_at(at_ns, CALLER, text);
}

/* At that time the callee answers the last request that begins so. */
static inline void reply_at(int64_t at_ns, unsigned status, const char *request) {
    struct say *s = say_at(at_ns, CALLEE);
    s->status = status;
    snprintf(s->to, sizeof s->to, "%s", request);
}

static inline void rig_run(void) {
    while (event_queue_step(&rig.queue))
        continue;
}

/* What happened since the last time it was asked for. */
static inline const char *happened(void) {
    buf_reset(&rig.asked);
    buf_add(&rig.asked, buf_span(&rig.happened));
    buf_reset(&rig.happened);
    return buf_text(&rig.asked);
}

/* The nth thing (from 0) that the peer was sent, line ends LF. */
static inline const char *was_sent(enum peer peer, size_t n) {
    static char text[4096];
    char *to = text;
    assert_true(n < rig.sent_count[peer]);
    const struct buf *b = &rig.sent[peer][n];
    for (size_t i = 0; i < b->len; i++)
        if (b->p[i] != '\r') *to++ = b->p[i];
    *to = '\0';
    return text;
}

#endif
