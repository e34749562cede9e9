/* SPDX-License-Identifier: MIT */
/*
 * INVITEs that Kamailio itself sends: the ACK to each final reply, and the CANCEL of one that rings for too
 * long (facts: Kamailio 64).
 */
#include "model/kamailio/modules/tm/uac.h"

/* No more copies are due. */
static const int64_t never = INT64_MAX;

static int64_t ticks_from_now(const struct kam_uac *u, int64_t ms) {
    const struct kamailio *k = u->tm->k;
    return kam_tick(k, k->queue->now_ns) + kam_ticks_of(ms);
}

static void set_end(struct kam_uac *u, int64_t ms) {
    event_cancel(u->tm->k->queue, &u->event);
    u->end_tick = ticks_from_now(u, ms);
    kam_uac_fire_next(u);
}

/* modparam local_ack_mode: where the Contact leads, where the INVITE went, where the reply came from. */
static struct kam_destination ack_destination(const struct kam_uac *u, const struct kam_run *reply,
                                              struct kam_destination by_contact) {
    enum { WHERE_INVITE_WENT = 1, WHERE_REPLY_CAME_FROM };
    struct kam_destination to = u->destination;
    if (u->tm->set.local_ack_mode == WHERE_REPLY_CAME_FROM) to.to = reply->source;
    bool other =
        u->tm->set.local_ack_mode == WHERE_INVITE_WENT || u->tm->set.local_ack_mode == WHERE_REPLY_CAME_FROM;
    return other ? to : by_contact;
}

void kam_uac_ack(struct kam_uac *u, struct kam_run *reply) {
    struct kam_destination to = u->destination;
    bool is_2xx = reply->msg.status < 300;
    struct payload *p = is_2xx ? kam_tm_ack_own_2xx(u->tm, u->payload, reply, &to)
                               : kam_tm_from_own_invite(u->tm, u->payload, "ACK", reply->to->line);
    if (is_2xx) to = ack_destination(u, reply, to);
    struct cause cause = {.why = "ACK to a % reply to an INVITE of Kamailio's own",
                          .arg = {reply->msg.status},
                          .reference = "RFC 3261 13.2.2.4, 17.1.1.3",
                          .retransmission = reply->retransmission};
    kam_send(u->tm->k, KAM_SEND_ACK, &to, p, &cause);
    payload_drop(p);
}

/* It stays for a while, for answers that come again. */
static void end(struct kam_uac *u, unsigned status, struct kam_run *reply) {
    struct kam_uac_request *r = &u->request;
    void (*ended)(void *, unsigned, struct kam_run *) = r->ended;
    u->last_status = status;
    r->ended = NULL;
    set_end(u, u->tm->set.wt_timer_ms);
    if (ended) ended(r->arg, status, reply);
}

void kam_uac_invite_answered(struct kam_uac *u, struct kam_run *reply) {
    unsigned status = reply->msg.status;
    if (status >= 200 && status < 300) kam_uac_ack(u, reply);
    if (u->last_status >= 200) return;
    u->copy_tick = never;
    if (status >= 200) {
        end(u, status, reply);
    } else {
        u->last_status = status;
        set_end(u, u->tm->set.fr_inv_timer_ms);
    }
}

bool kam_uac_cancel_answered(struct kam_uac *u, struct kam_run *reply) {
    reply->stateful = true;
    if (reply->msg.status < 200) return true;
    u->copy_tick = never;
    event_cancel(u->tm->k->queue, &u->event);
    kam_uac_fire_next(u);
    return true;
}

void kam_uac_invite_times_out(struct kam_uac *u, int64_t tick) {
    if (u->last_status >= 200) {
        kam_uac_drop(u);
        return;
    }
    u->copy_tick = never;
    if (u->last_status) u->cancel = kam_tm_from_own_invite(u->tm, u->payload, "CANCEL", (struct span){0});
    if (u->cancel) {
        u->copies = 0;
        kam_uac_send(u);
        u->copy_tick = tick + kam_ticks_of(u->tm->set.retr_timer1_ms);
        u->interval_ms = 2 * u->tm->set.retr_timer1_ms;
    }
    end(u, 408, NULL);
}
