/* SPDX-License-Identifier: MIT */
/* Keep-alives: asking destinations whether they are there (facts: Kamailio 20.5). */
#include "model/kamailio/event.h"
#include "model/kamailio/modules/dispatcher/dispatcher.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/param_list.h"

enum mode { PROBING_ONLY_ONCE, ALL, INACTIVE_ONLY, PROBING_ONLY };

static bool is_pinged(const struct dispatcher *d, const struct ds_target *t) {
    if (t->flags & DS_DISABLED) return false;
    switch (d->set.probing_mode) {
    case ALL: return true;
    case INACTIVE_ONLY: return (t->flags & DS_INACTIVE) && (t->flags & DS_PROBING);
    default: return t->flags & DS_PROBING;
    }
}

/* "class=2;code=403": what counts as an answer besides 200. */
static bool is_answer(const struct dispatcher *d, unsigned status) {
    struct span left = d->set.reply_codes;
    struct script_param p;
    if (status == 200) return true;
    while (script_param_next(&left, ';', &p) == 1) {
        unsigned n = 0;
        for (; p.value.len && ascii_digit(*p.value.p) && n < 1000; p.value = span_skip(p.value, 1))
            n = n * 10 + (unsigned)(*p.value.p - '0');
        if (span_is(p.name, "code") && n == status) return true;
        if (span_is(p.name, "class") && n == status / 100) return true;
    }
    return false;
}

static uint32_t after_answer(const struct dispatcher *d, struct ds_target *t) {
    if (t->flags & DS_INACTIVE && ++t->answers < d->set.inactive_threshold) return DS_INACTIVE | DS_PROBING;
    t->answers = t->failures = 0;
    return d->set.probing_mode == ALL || d->set.probing_mode == PROBING_ONLY ? DS_PROBING : 0;
}

static uint32_t after_failure(const struct dispatcher *d, struct ds_target *t) {
    uint32_t probing = d->set.probing_mode == PROBING_ONLY_ONCE ? 0 : DS_PROBING;
    t->answers = 0;
    if (!(t->flags & DS_INACTIVE) && ++t->failures < d->set.probing_threshold) return DS_TRYING | probing;
    t->failures = 0;
    return DS_INACTIVE | probing;
}

static void ended(void *arg, unsigned status, struct kam_run *reply) {
    (void)reply;
    struct ds_target *t = arg;
    struct dispatcher *d = t->dispatcher;
    bool was_usable = ds_usable(t);
    t->flags = is_answer(d, status) ? after_answer(d, t) : after_failure(d, t);
    ds_share_rweights(d, t->set);
    struct kam_made_up about = {.uri = t->line->uri};
    if (was_usable && !ds_usable(t)) kam_event_alone(d->k, "dispatcher:dst-down", &about);
    if (!was_usable && ds_usable(t)) kam_event_alone(d->k, "dispatcher:dst-up", &about);
}

static void ping(struct dispatcher *d, struct ds_target *t) {
    struct kam_uac_request r = {.method = d->set.ping_method,
                                .uri = t->line->uri,
                                .from = t->line->ping_from.len ? t->line->ping_from : d->set.ping_from,
                                .socket = t->socket,
                                .ended = ended,
                                .arg = t};
    if (t->line->obproxy.len)
        r.next_hop = t->line->obproxy;
    else if (d->set.outbound_proxy.len)
        r.next_hop = d->set.outbound_proxy;
    if (!kam_tm_send_request(d->k, &r) && !kam_tm_has_way(d->k, &r)) ended(t, 0, NULL);
}

static bool ping_set(struct ds_set *s, void *arg) {
    struct dispatcher *d = arg;
    for (struct ds_target *t = s->targets; t < s->targets + s->count; t++)
        if (is_pinged(d, t)) ping(d, t);
    return false;
}

static void ping_all(void *arg) {
    struct dispatcher *d = arg;
    ds_each_set(d->sets, ping_set, d);
    kam_tm_timer_sends(kam_tm_of(d->k));
}

void ds_ping_begin(struct dispatcher *d) {
    if (d->set.ping_interval <= 0 || !kam_tm_of(d->k)) return;
    kam_interval_start(&d->pings, d->k, d->set.ping_interval, ping_all, d);
}

void ds_ping_end(struct dispatcher *d) { kam_interval_stop(&d->pings); }
