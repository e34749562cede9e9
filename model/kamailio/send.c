/* SPDX-License-Identifier: MIT */
#include "model/kamailio/send.h"

#include "base/mem.h"
#include "model/kamailio/instance.h"

#include <assert.h>
#include <stdlib.h>

void kam_outbox_init(struct kam_outbox *outbox) {
    *outbox = (struct kam_outbox){0};
    outbox->last = &outbox->first;
}

void kam_outbox_free(struct kam_outbox *outbox) {
    for (struct kam_send *s = outbox->made, *next; s; s = next) {
        next = s->next_made;
        event_cancel(s->k->queue, &s->departure);
        payload_drop(s->payload);
        free(s);
    }
    kam_outbox_init(outbox);
}

static void depart(void *arg) {
    struct kam_send *s = arg;
    struct kamailio *k = s->k;
    const struct kam_globals *g = k->globals;
    struct udp_options options = {g->tos, g->pmtu_discovery};
    host_send(k->host, s->destination.socket->port, options, s->destination.to, s->payload, &s->cause);
    payload_drop(s->payload);
    s->payload = NULL;
    s->next = k->outbox.free;
    k->outbox.free = s;
}

static struct kam_send *send_new(struct kamailio *k) {
    struct kam_send *s = mem_new(sizeof *s);
    s->k = k;
    s->next_made = k->outbox.made;
    k->outbox.made = s;
    event_init(&s->departure, depart, s);
    return s;
}

/* What modules make of it, held once. */
static struct payload *leaving(struct kamailio *k, enum kam_send_kind kind, const struct kam_destination *to,
                               struct payload *payload) {
    payload_hold(payload);
    for (const struct kam_module **m = k->having[KAM_HOOK_BYTES_LEAVE]; *m && kind != KAM_SEND_AS_IT_IS;
         m++) {
        struct payload *made = (*m)->bytes_leave(k, to, payload);
        if (!made) continue;
        payload_drop(payload);
        payload = made;
    }
    return payload;
}

bool kam_send(struct kamailio *k, enum kam_send_kind kind, const struct kam_destination *destination,
              struct payload *payload, const struct cause *cause) {
    if (!payload || !host_reaches(k->host, destination->to.ip)) return false;
    payload = leaving(k, kind, destination, payload);
    /* with pmtu_discovery the kernel never fragments: EMSGSIZE */
    if (k->globals->pmtu_discovery && !host_fits(k->host, payload->len)) {
        payload_drop(payload);
        return false;
    }
    struct kam_outbox *outbox = &k->outbox;
    struct kam_send *s = outbox->free;
    if (s)
        outbox->free = s->next;
    else
        s = send_new(k);
    s->next = NULL;
    s->kind = kind;
    s->destination = *destination;
    s->payload = payload;
    s->cause = *cause;
    s->slept_ns = k->run.slept_ns;
    *outbox->last = s;
    outbox->last = &s->next;
    for (const struct kam_module **m = k->having[KAM_HOOK_SENT]; *m && kind != KAM_SEND_AS_IT_IS; m++)
        (*m)->sent(k, destination, s->payload);
    return true;
}

void kam_send_leave(struct kamailio *k, int64_t at_ns) {
    struct kam_outbox *outbox = &k->outbox;
    struct kam_send *s = outbox->first;
    assert(s);
    outbox->first = s->next;
    if (!outbox->first) outbox->last = &outbox->first;
    if (at_ns > k->queue->now_ns)
        event_at(k->queue, &s->departure, at_ns);
    else
        depart(s);
}

void kam_send_leave_all(struct kamailio *k) {
    while (k->outbox.first)
        kam_send_leave(k, k->queue->now_ns);
}
