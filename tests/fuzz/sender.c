/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/sender.h"

#define SEPARATOR '\x1e'
#define PROXY     0xac14000a
#define TEXT_MAX  8000

static void send(struct fuzz_sender *s, struct span text) {
    struct host *from = lab_host(s->lab, s->from == '<' ? "uas" : "uac");
    if (text.len > TEXT_MAX) text.len = TEXT_MAX;
    if (!from) return;
    struct payload *p = payload_of(net_pool(lab_net(s->lab)), text);
    host_send(from, 5060, (struct udp_options){0, true}, (struct udp_address){PROXY, 5060}, p, NULL);
    payload_drop(p);
}

static void next(void *arg) {
    struct fuzz_sender *s = arg;
    do {
        ptrdiff_t end = span_find(s->messages, SEPARATOR);
        struct span text = end < 0 ? s->messages : span_head(s->messages, (size_t)end);
        s->messages = end < 0 ? (struct span){0} : span_skip(s->messages, (size_t)end + 1);
        if (text.len == 0) continue;
        if (text.p[0] != '=') s->from = text.p[0];
        send(s, span_skip(text, 1));
    } while (s->messages.len && s->messages.p[0] == '=');
    if (s->messages.len) event_after(net_queue(lab_net(s->lab)), &s->event, 20 * NS_PER_MS);
}

void fuzz_sender_begin(struct lab *lab, void *arg) {
    struct fuzz_sender *s = arg;
    s->lab = lab;
    event_init(&s->event, next, s);
    event_at(net_queue(lab_net(lab)), &s->event, 110 * NS_PER_MS);
}
