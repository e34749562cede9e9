/* SPDX-License-Identifier: MIT */
/*
 * tm's timers (facts: Kamailio 6.1, 6.3). Time goes in ticks of 62.5 ms: a timer set now fires at a tick's
 * boundary, so the first interval is short by the part of a tick that has passed, and later ones are exact.
 */
#include "model/kamailio/modules/tm/tm.h"

#define TICK_NS       (NS_PER_S / 16)
#define TICKS_PER_S   16
#define LATE_NS       (100 * NS_PER_US) /* from the tick to what the timer process does */
#define SLOW_NS       1                 /* the slow timers run behind the fast ones */
#define SEND_GAP_NS   (50 * NS_PER_US)
#define CANCEL_GAP_NS (100 * NS_PER_US) /* a timeout's reply, then the CANCEL */

int64_t kam_ticks_of(int64_t ms) {
    int64_t ticks = (ms * TICKS_PER_S + 999) / 1000;
    return ticks > 0 ? ticks : 1;
}

int64_t kam_tick(const struct kamailio *k, int64_t at_ns) {
    int64_t since_ns = at_ns - k->config.timer_phase_ns;
    return since_ns >= 0 ? since_ns / TICK_NS : -1;
}

int64_t kam_tick_ns(const struct kamailio *k, int64_t tick) {
    return k->config.timer_phase_ns + tick * TICK_NS;
}

static int64_t now_tick(const struct kam_resend *r) {
    const struct kamailio *k = r->transaction->tm->k;
    return kam_tick(k, k->queue->now_ns);
}

/* In one tick all copies go before the ends: these have been handed on to the slow timers. No tick is over
 * yet. */
static void fire_at(struct kam_resend *r, int64_t tick) {
    struct kamailio *k = r->transaction->tm->k;
    int64_t now = now_tick(r);
    if (tick <= now) tick = now + 1;
    event_at(k->queue, &r->event, kam_tick_ns(k, tick) + LATE_NS + (r->last ? SLOW_NS : 0));
}

static void send_copy(struct kam_resend *r) {
    static const struct {
        const char *why, *reference;
    } text[] = {
        [KAM_RESEND_REQUEST] = {"T1 (% ms, on the 62.5 ms tick) ran out without a reply: retransmission %",
                                "RFC 3261 17.1.1.2, 17.1.2.2; modparam tm retr_timer1, retr_timer2"},
        [KAM_RESEND_CANCEL] =
            {"T1 (% ms, on the 62.5 ms tick) ran out without a reply to the CANCEL: retransmission %",
             "RFC 3261 17.1.2.2; modparam tm retr_timer1, retr_timer2"},
        [KAM_RESEND_RESPONSE] = {"T1 (% ms, on the 62.5 ms tick) ran out without an ACK: retransmission %",
                                 "RFC 3261 17.2.1; modparam tm retr_timer1, retr_timer2"},
    };
    struct kam_transaction *t = r->transaction;
    r->copies++;
    struct cause cause = {.why = text[r->kind].why,
                          .arg = {r->last_ms, r->copies},
                          .reference = text[r->kind].reference,
                          .transaction = t->head.number,
                          .retransmission = r->copies};
    kam_send(t->tm->k, KAM_SEND_OTHER, &r->destination, r->payload, &cause);
}

/* With noisy_ctimer=0 an INVITE that never was answered, and has nowhere else to go, ends without a word. */
static bool ends_silently(const struct kam_transaction *t, const struct kam_client *c) {
    return !t->tm->set.noisy_ctimer && t->method == KAM_INVITE && t->client_count == 1 && !t->on_failure &&
           c->last_status == 0;
}

/* Patience with it has ended. */
static void end(struct kam_resend *r) {
    struct kam_transaction *t = r->transaction;
    if (r->kind == KAM_RESEND_REQUEST) {
        struct kam_client *c = t->clients[r->branch];
        c->timed_out = true;
        if (ends_silently(t, c))
            kam_tm_wait(t);
        else
            kam_tm_fake_reply(t, r->branch, 408);
    } else if (r->kind == KAM_RESEND_RESPONSE) {
        kam_tm_wait(t);
    }
}

static void copy(struct kam_resend *r, int64_t tick) {
    int64_t t2_ms = r->transaction->t2_ms;
    bool at_t2 = r->slow || r->next_ms > t2_ms;
    send_copy(r);
    r->last_ms = at_t2 ? t2_ms : r->next_ms;
    r->next_ms = at_t2 ? t2_ms : 2 * r->next_ms;
    r->copy_tick = tick + kam_ticks_of(r->last_ms);
}

static void resend_fire(void *arg) {
    struct kam_resend *r = arg;
    int64_t tick = now_tick(r);
    if (r->end_tick <= tick) {
        kam_resend_enter(r, KAM_RESEND_IDLE);
        end(r);
    } else {
        bool running = r->state == KAM_RESEND_RUNNING;
        if (running && r->copy_tick <= tick) copy(r, tick);
        bool copies = running && r->copy_tick < r->end_tick;
        r->last = r->last || (running && !copies);
        fire_at(r, copies ? r->copy_tick : r->end_tick);
    }
    kam_tm_timer_sends(r->transaction->tm);
}

void kam_resend_init(struct kam_resend *r, struct kam_transaction *t, enum kam_resend_kind kind,
                     unsigned branch) {
    *r = (struct kam_resend){.transaction = t, .kind = kind, .branch = branch};
    event_init(&r->event, resend_fire, r);
}

/* No patience with a request lasts longer than its transaction may live. */
static int64_t capped(const struct kam_resend *r, int64_t tick) {
    int64_t end_of_life = r->transaction->end_of_life_tick;
    return r->kind == KAM_RESEND_REQUEST && tick > end_of_life ? end_of_life : tick;
}

void kam_resend_start(struct kam_resend *r, int64_t end_ms) {
    if (r->state == KAM_RESEND_STOPPED) return;
    kam_resend_enter(r, KAM_RESEND_RUNNING);
    int64_t t1_ms = r->transaction->t1_ms, tick = now_tick(r);
    r->copy_tick = tick + kam_ticks_of(t1_ms);
    r->end_tick = capped(r, tick + kam_ticks_of(end_ms));
    r->end_ms = end_ms;
    r->last_ms = t1_ms;
    r->next_ms = 2 * t1_ms;
    r->slow = r->last = false;
    fire_at(r, r->copy_tick < r->end_tick ? r->copy_tick : r->end_tick);
}

void kam_resend_stop(struct kam_resend *r) {
    kam_resend_enter(r, KAM_RESEND_STOPPED);
    if (r->transaction) event_cancel(r->transaction->tm->k->queue, &r->event);
}

void kam_resend_stop_copies(struct kam_resend *r) {
    if (r->state == KAM_RESEND_RUNNING) kam_resend_enter(r, KAM_RESEND_WAITING);
}

void kam_resend_slow(struct kam_resend *r) {
    r->slow = true;
    r->last_ms = r->transaction->t2_ms;
    r->copy_tick = now_tick(r) + kam_ticks_of(r->last_ms);
}

void kam_resend_restart_end(struct kam_resend *r, int64_t end_ms) {
    r->end_tick = capped(r, now_tick(r) + kam_ticks_of(end_ms));
    r->end_ms = end_ms;
    r->patience = KAM_FR_INV_TIMER;
}

void kam_tm_change_fr(struct kam_transaction *t, int64_t fr_inv_ms, int64_t fr_ms) {
    if (fr_inv_ms) t->fr_inv_ms = fr_inv_ms;
    if (fr_ms) t->fr_ms = fr_ms;
    for (unsigned i = 0; i < t->client_count; i++) {
        struct kam_resend *r = &t->clients[i]->request;
        bool inv = r->patience == KAM_FR_INV_TIMER && fr_inv_ms;
        int64_t end_ms = inv ? fr_inv_ms : fr_ms;
        if (!event_pending(&r->event) || end_ms == 0) continue;
        int64_t end_tick = now_tick(r) + kam_ticks_of(end_ms);
        r->end_tick = inv ? end_tick : capped(r, end_tick);
        r->end_ms = end_ms;
    }
}

void kam_tm_change_retr(struct kam_transaction *t, int64_t t1_ms, int64_t t2_ms) {
    if (t1_ms) t->t1_ms = (uint32_t)t1_ms;
    if (t2_ms) t->t2_ms = (uint32_t)t2_ms;
    for (unsigned i = 0; i < t->client_count; i++) {
        struct kam_resend *r = &t->clients[i]->request;
        if (event_pending(&r->event) && !r->slow && t1_ms) r->next_ms = t1_ms;
    }
}

void kam_tm_change_life(struct kam_transaction *t, int64_t ticks) {
    struct kamailio *k = t->tm->k;
    t->end_of_life_tick = kam_tick(k, k->queue->now_ns) + ticks;
    for (unsigned i = 0; i < t->client_count; i++) {
        struct kam_resend *r = &t->clients[i]->request;
        if (event_pending(&r->event)) r->end_tick = capped(r, r->end_tick);
    }
}

void kam_tm_wait(struct kam_transaction *t) {
    struct kamailio *k = t->tm->k;
    kam_tm_shrink(t);
    if (event_pending(&t->wait)) return;
    int64_t tick = kam_tick(k, k->queue->now_ns) + kam_ticks_of(t->tm->set.wt_timer_ms);
    event_at(k->queue, &t->wait, kam_tick_ns(k, tick) + LATE_NS);
}

void kam_tm_timer_sends(struct kam_tm *tm) {
    struct kamailio *k = tm->k;
    while (k->outbox.first) {
        int64_t at_ns = k->queue->now_ns > tm->timer_free_ns ? k->queue->now_ns : tm->timer_free_ns;
        bool timeout = k->outbox.first->kind == KAM_SEND_TIMEOUT;
        kam_send_leave(k, at_ns);
        bool copy_next = k->outbox.first && k->outbox.first->kind == KAM_SEND_AS_IT_IS;
        tm->timer_free_ns = at_ns + (copy_next ? KAM_COPY_GAP_NS : timeout ? CANCEL_GAP_NS : SEND_GAP_NS);
    }
}
