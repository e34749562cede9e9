/* SPDX-License-Identifier: MIT */
/* The dialogs of an instance, by Call-ID, and the profiles. (facts: Kamailio 22.1) */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"

#include <stdlib.h>

/* How often those are looked for that nobody has answered or acknowledged, and how long the latter still
 * live. */
#define CLEANING_S  90
#define LIFE_LEFT_S 10

void dlg_text_set(struct span *text, struct span value) {
    free((char *)text->p);
    *text = value.p ? (struct span){mem_text(value), value.len} : (struct span){0};
}

/* "a;b": the names of profiles. */
static void add_profiles(struct dialogs *d, struct span names, bool has_value) {
    while (names.len) {
        struct span name = span_trim(span_cut(&names, ';'));
        if (name.len == 0) continue;
        d->profiles = mem_resize(d->profiles, (d->profile_count + 1) * sizeof *d->profiles);
        d->profiles[d->profile_count++] = (struct dlg_profile){.name = name, .has_value = has_value};
    }
}

bool dlg_tracks_cseq(const struct kamailio *k) {
    const struct dialogs *d = kam_module_data(k, KAM_MODULE_DIALOG);
    return d && d->track_cseq;
}

static void sweep_fire(void *arg) {
    struct dialogs *d = arg;
    dlg_sweep(d);
    kam_tm_timer_sends(kam_tm_of(d->k)); /* what the script has sent */
}

/* Scripts learn of an end when it is, all others when they ask. */
static void schedule(struct dialogs *d) {
    struct kamailio *k = d->k;
    if (d->next_end_ns == INT64_MAX || !kam_event_wanted(k, "dialog:end")) return;
    event_cancel(k->queue, &d->next_end);
    event_idle_at(k->queue, &d->next_end, d->next_end_ns);
}

/* The next round: the simulation goes on for one that then is to be hung up. */
static void clean_later(struct dialogs *d) {
    struct kamailio *k = d->k;
    event_cancel(k->queue, &d->cleaning);
    (d->unacknowledged ? event_at : event_idle_at)(k->queue, &d->cleaning,
                                                   kam_round_ns(k, CLEANING_S, k->queue->now_ns + 1));
}

static void wait_for_ack(struct dialogs *d, struct dialog *dlg) {
    if (d->noack_timeout > DLG_WORTH_WAITING_S || !dlg_hangs_up(d, dlg) || !kam_tm_of(d->k)) return;
    dlg->waits_for_ack = true;
    if (d->unacknowledged++ == 0) clean_later(d);
}

void dlg_wait_no_more(struct dialogs *d, struct dialog *dlg) {
    if (dlg->waits_for_ack && --d->unacknowledged == 0) clean_later(d);
    dlg->waits_for_ack = false;
}

/* Nobody is told of one that is not answered. */
static void clean(struct dialogs *d, struct dialog *dlg, int64_t now_s) {
    if (dlg->state < DLG_CONFIRMED_NO_ACK && dlg->init_s < now_s - d->early_timeout) {
        dlg_delete(d, dlg);
        dlg->gone = true;
    } else if (dlg->state == DLG_CONFIRMED_NO_ACK && dlg->start_s < now_s - d->noack_timeout) {
        dlg->lifetime_s = LIFE_LEFT_S;
        dlg_live_on(d, dlg);
        dlg_wait_no_more(d, dlg);
    }
}

static void clean_fire(void *arg) {
    struct dialogs *d = arg;
    int64_t now_s = kam_now_s(d->k);
    bool any = false;
    for (struct dialog *first = d->by_call; first; first = first->hh.next) {
        for (struct dialog *dlg = first; dlg; dlg = dlg->same) {
            clean(d, dlg, now_s);
            any = any || dlg->state < DLG_CONFIRMED;
        }
    }
    if (any) clean_later(d);
}

void dlg_begin(struct kamailio *k, struct dialogs *d) {
    int64_t size = 1;
    d->k = k;
    while (size * 2 <= d->hash_size)
        size *= 2;
    d->hash_size = size;
    d->next_id = mem_new((size_t)size * sizeof *d->next_id);
    d->next_end_ns = INT64_MAX;
    event_init(&d->next_end, sweep_fire, d);
    event_init(&d->cleaning, clean_fire, d);
    dlg_asking_init(d);
    host_random(k->host, &d->random, "dialog");
    add_profiles(d, d->with_value, true);
    add_profiles(d, d->without_value, false);
}

/* It leaves its profiles. */
static void leave(struct dialogs *d, struct dlg_properties *p, bool counted) {
    for (struct dlg_membership *m = p->memberships, *next; m; m = next) {
        next = m->next;
        if (counted) d->profiles[m->profile].size--;
        free((char *)m->value.p);
        free(m);
    }
    p->memberships = NULL;
}

void dlg_properties_free(struct dialogs *d, struct dlg_properties *p, bool counted) {
    leave(d, p, counted);
    xavp_free(&p->vars);
    p->flags = 0;
}

static void drop(struct dialogs *d, struct dialog *dlg) {
    struct span *texts[] = {&dlg->call_id,      &dlg->from_tag,   &dlg->to_tag,       &dlg->from_uri,
                            &dlg->to_uri,       &dlg->from_cseq,  &dlg->cseq_told[0], &dlg->cseq_told[1],
                            &dlg->from_contact, &dlg->to_contact, &dlg->route[0],     &dlg->route[1]};
    event_cancel(d->k->queue, &dlg->bye);
    dlg_ask_no_more(d, dlg);
    dlg_wait_no_more(d, dlg);
    dlg_properties_free(d, &dlg->has, true);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((char *)texts[i]->p);
    free(dlg);
}

/* Takes it out of the table. */
static void forget(struct dialogs *d, struct dialog *dlg) {
    struct dialog *first;
    HASH_FIND(hh, d->by_call, dlg->call_id.p, dlg->call_id.len, first);
    if (first == dlg) {
        HASH_DEL(d->by_call, dlg);
        if (dlg->same)
            HASH_ADD_KEYPTR(hh, d->by_call, dlg->same->call_id.p, dlg->same->call_id.len, dlg->same);
    } else {
        for (struct dialog *other = first; other; other = other->same)
            if (other->same == dlg) other->same = dlg->same;
    }
    if (d->context.dialog == dlg) d->context.dialog = NULL;
    drop(d, dlg);
}

void dlg_end_all(struct dialogs *d) {
    while (d->by_call)
        forget(d, d->by_call);
    if (d->k) {
        event_cancel(d->k->queue, &d->next_end);
        event_cancel(d->k->queue, &d->cleaning);
        event_cancel(d->k->queue, &d->asking);
    }
    dlg_properties_free(d, &d->context.pending, false);
    free(d->profiles);
    free(d->next_id);
    sip_msg_free(&d->seen);
    edit_list_free(&d->edits);
}

static int64_t first_id(const struct dialogs *d) {
    return d->id_start == -1 ? d->k->globals->server_id : d->id_start;
}

/* The first one of an entry is drawn, as Kamailio draws it at its start; then they are counted, by steps
 * above 1 from a start of their own. */
static uint32_t next_id(struct dialogs *d, uint32_t entry) {
    const struct kam_config *config = &d->k->config;
    if (!d->next_id[entry]) {
        uint32_t drawn = random_below(&d->random, (uint32_t)(3 * d->hash_size));
        if (d->id_step > 1) drawn = (uint32_t)(first_id(d) + drawn * d->id_step);
        if (d->drawn < config->dialog_id_count) drawn = config->dialog_ids[d->drawn];
        d->next_id[entry] = drawn ? drawn : 1;
        d->drawn++;
    }
    uint32_t id = d->next_id[entry];
    d->next_id[entry] += (uint32_t)(d->id_step > 1 ? d->id_step : 1);
    return id;
}

/* A deleted one is known as long as the transaction that has deleted it. */
static bool is_forgotten(const struct dialogs *d, const struct dialog *dlg) {
    const struct kam_tm *tm = kam_tm_of(d->k);
    return dlg->gone || !tm || dlg->deleted_ns + tm->set.wt_timer_ms * NS_PER_MS < d->k->queue->now_ns;
}

static void forget_old(struct dialogs *d) {
    while (d->deleted && !d->deleted->requests && is_forgotten(d, d->deleted)) {
        struct dialog *old = d->deleted;
        d->deleted = old->next;
        if (!d->deleted) d->last_deleted = NULL;
        forget(d, old);
    }
}

int64_t dlg_lifetime_s(const struct dialogs *d, struct kam_run *run) {
    struct kam_value timeout = d->timeout_avp ? kam_pv_value(run, d->timeout_avp) : (struct kam_value){0};
    return timeout.type == KAM_INT && timeout.n > 0 ? timeout.n : d->default_timeout;
}

struct dialog *dlg_new(struct kam_run *run) {
    kam_program_stops_dialog(&run->state);
    struct dialogs *d = dialogs_of(run);
    struct dialog *dlg = mem_new(sizeof *dlg), *first;
    struct span contact = dlg_contact(&run->msg);
    if (contact.p && contact.p == run->contact_was.p) contact = run->contact_now;
    forget_old(d);
    dlg->state = DLG_UNCONFIRMED;
    dlg->table = d;
    dlg->legs[DLG_CALLER] = (struct dlg_leg){dlg, DLG_CALLER};
    dlg->legs[DLG_CALLEE] = (struct dlg_leg){dlg, DLG_CALLEE};
    dlg_bye_init(dlg);
    dlg_read_invite(dlg, run);
    span_to_u64(run->cseq_number, UINT32_MAX, &dlg->cseq[0]);
    dlg->init_s = kam_now_s(d->k);
    if (!event_pending(&d->cleaning)) clean_later(d);
    dlg->lifetime_s = dlg_lifetime_s(d, run);
    dlg_text_set(&dlg->call_id, run->call_id->value);
    dlg_text_set(&dlg->from_tag, kam_run_from(run)->tag);
    dlg_text_set(&dlg->from_uri, kam_run_from(run)->uri);
    dlg_text_set(&dlg->to_uri, run->to_uri);
    dlg_text_set(&dlg->from_cseq, run->cseq_number);
    dlg_text_set(&dlg->cseq_told[0], run->cseq_number);
    dlg_text_set(&dlg->from_contact, contact);
    dlg->entry = kam_hash(dlg->call_id, (struct span){0}) & (uint32_t)(d->hash_size - 1);
    dlg->id = next_id(d, dlg->entry);
    HASH_FIND(hh, d->by_call, dlg->call_id.p, dlg->call_id.len, first);
    if (first) {
        dlg->same = first->same;
        first->same = dlg;
    } else {
        HASH_ADD_KEYPTR(hh, d->by_call, dlg->call_id.p, dlg->call_id.len, dlg);
    }
    return dlg;
}

static bool is_of(const struct dialogs *d, const struct dialog *dlg, struct span tag, bool deleted,
                  bool *upstream) {
    if (dlg->state == DLG_DELETED && (!deleted || is_forgotten(d, dlg))) return false;
    *upstream = dlg->to_tag.len && span_eq(dlg->to_tag, tag);
    return *upstream || span_eq(dlg->from_tag, tag);
}

static struct dialog *first_of(const struct dialogs *d, struct span call_id) {
    struct dialog *dlg;
    HASH_FIND(hh, d->by_call, call_id.p, call_id.len, dlg);
    return dlg;
}

struct dialog *dlg_find(struct dialogs *d, struct span call_id, struct span tag, bool deleted,
                        bool *upstream) {
    struct dialog *dlg = first_of(d, call_id);
    while (dlg && !is_of(d, dlg, tag, deleted, upstream))
        dlg = dlg->same;
    return dlg;
}

struct dialog *dlg_find_for(struct kam_run *run, bool deleted, bool *upstream) {
    struct dialogs *d = dialogs_of(run);
    struct span tag = kam_run_from(run)->tag;
    for (struct dialog *dlg = first_of(d, run->call_id->value); dlg; dlg = dlg->same) {
        if (!is_of(d, dlg, tag, deleted, upstream)) continue;
        struct span other = *upstream ? dlg->from_tag : dlg->to_tag;
        if (!run->to_tag.len || !other.len || span_eq(run->to_tag, other)) return dlg;
    }
    return NULL;
}

void dlg_confirm(struct dialogs *d, struct dialog *dlg) {
    if (dlg->state >= DLG_CONFIRMED_NO_ACK) return;
    dlg->state = DLG_CONFIRMED_NO_ACK;
    dlg->start_s = kam_now_s(d->k);
    d->confirmed++;
    dlg_live_on(d, dlg);
    dlg_ask_later(d, dlg);
    wait_for_ack(d, dlg);
}

void dlg_ends_at(struct dialogs *d, int64_t end_ns) {
    if (end_ns >= d->next_end_ns) return;
    d->next_end_ns = end_ns;
    schedule(d);
}

void dlg_delete(struct dialogs *d, struct dialog *dlg) {
    if (dlg->state == DLG_DELETED) return;
    if (dlg->state >= DLG_CONFIRMED_NO_ACK) d->confirmed--;
    dlg->state = DLG_DELETED;
    event_cancel(d->k->queue, &dlg->bye);
    dlg_ask_no_more(d, dlg);
    dlg_wait_no_more(d, dlg);
    dlg->deleted_ns = d->k->queue->now_ns;
    leave(d, &dlg->has, true);
    if (d->last_deleted)
        d->last_deleted->next = dlg;
    else
        d->deleted = dlg;
    d->last_deleted = dlg;
}

void dlg_sweep(struct dialogs *d) {
    int64_t now_ns = d->k->queue->now_ns;
    if (now_ns < d->next_end_ns) return;
    d->next_end_ns = INT64_MAX;
    for (struct dialog *first = d->by_call; first; first = first->hh.next) {
        for (struct dialog *dlg = first; dlg; dlg = dlg->same) {
            if (dlg->state < DLG_CONFIRMED_NO_ACK || dlg->state == DLG_DELETED) continue;
            if (d->send_bye || dlg->timeout_bye) continue; /* bye.c ends it */
            if (dlg->end_ns <= now_ns)
                dlg_end(d, dlg, NULL);
            else if (dlg->end_ns < d->next_end_ns)
                d->next_end_ns = dlg->end_ns;
        }
    }
    schedule(d);
}

struct dlg_profile *dlg_profile_find(struct dialogs *d, struct span name) {
    for (size_t i = 0; i < d->profile_count; i++)
        if (span_eq(d->profiles[i].name, name)) return &d->profiles[i];
    return NULL;
}

size_t dlg_profile_size(const struct dialogs *d, const struct dlg_profile *p, struct span value) {
    size_t n = 0;
    if (!p->has_value) return p->size;
    for (const struct dialog *first = d->by_call; first; first = first->hh.next)
        for (const struct dialog *dlg = first; dlg; dlg = dlg->same)
            for (const struct dlg_membership *m = dlg->has.memberships; m; m = m->next)
                n += &d->profiles[m->profile] == p && span_eq(m->value, value);
    return n;
}
