/* SPDX-License-Identifier: MIT */
/* The dialogs of an instance, by Call-ID, and the profiles. (facts: Kamailio 22.1) */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"

#include <stdlib.h>

/* How long a deleted one is still known: longer than the transaction that has deleted it. */
#define REMEMBERED_NS (60 * NS_PER_S)

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
    if (d->next_end_s == INT64_MAX || !kam_event_wanted(k, "dialog:end")) return;
    event_cancel(k->queue, &d->next_end);
    event_idle_at(k->queue, &d->next_end, d->next_end_s * NS_PER_S - k->config.start_ns);
}

void dlg_begin(struct kamailio *k, struct dialogs *d) {
    int64_t size = 1;
    d->k = k;
    while (size * 2 <= d->hash_size)
        size *= 2;
    d->hash_size = size;
    d->next_id = mem_new((size_t)size * sizeof *d->next_id);
    d->next_end_s = INT64_MAX;
    event_init(&d->next_end, sweep_fire, d);
    host_random(k->host, &d->random, "dialog");
    add_profiles(d, d->with_value, true);
    add_profiles(d, d->without_value, false);
}

void dlg_properties_free(struct dialogs *d, struct dlg_properties *p, bool counted) {
    for (struct dlg_membership *m = p->memberships, *next; m; m = next) {
        next = m->next;
        if (counted) d->profiles[m->profile].size--;
        free((char *)m->value.p);
        free(m);
    }
    p->memberships = NULL;
    xavp_free(&p->vars);
    p->flags = 0;
}

static void drop(struct dialogs *d, struct dialog *dlg) {
    struct span *texts[] = {&dlg->call_id,  &dlg->from_tag,     &dlg->to_tag,
                            &dlg->from_uri, &dlg->to_uri,       &dlg->from_cseq,
                            &dlg->to_cseq,  &dlg->from_contact, &dlg->to_contact};
    event_cancel(d->k->queue, &dlg->bye);
    dlg_properties_free(d, &dlg->has, dlg->state != DLG_DELETED);
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
    if (d->k) event_cancel(d->k->queue, &d->next_end);
    while (d->by_call)
        forget(d, d->by_call);
    dlg_properties_free(d, &d->context.pending, false);
    free(d->profiles);
    free(d->next_id);
}

/* The first one of an entry is drawn, as Kamailio draws it at its start; then they are counted. */
static uint32_t next_id(struct dialogs *d, uint32_t entry) {
    const struct kam_config *config = &d->k->config;
    if (!d->next_id[entry]) {
        uint32_t drawn = random_below(&d->random, (uint32_t)(3 * d->hash_size));
        if (d->drawn < config->dialog_id_count) drawn = config->dialog_ids[d->drawn];
        d->next_id[entry] = drawn ? drawn : 1;
        d->drawn++;
    }
    return d->next_id[entry]++;
}

static void forget_old(struct dialogs *d) {
    while (d->deleted && !d->deleted->byes && d->deleted->deleted_ns + REMEMBERED_NS < d->k->queue->now_ns) {
        struct dialog *old = d->deleted;
        d->deleted = old->next;
        if (!d->deleted) d->last_deleted = NULL;
        forget(d, old);
    }
}

struct dialog *dlg_new(struct kam_run *run) {
    kam_program_stops_dialog(&run->state);
    struct dialogs *d = dialogs_of(run);
    struct dialog *dlg = mem_new(sizeof *dlg), *first;
    const struct sip_header *contact = sip_msg_first(&run->msg, SIP_CONTACT);
    forget_old(d);
    dlg->state = DLG_UNCONFIRMED;
    dlg->table = d;
    dlg_bye_init(dlg);
    span_to_u64(run->cseq_number, UINT32_MAX, &dlg->cseq[0]);
    struct kam_value timeout = d->timeout_avp ? kam_pv_value(run, d->timeout_avp) : (struct kam_value){0};
    dlg->lifetime_s = timeout.type == KAM_INT && timeout.n > 0 ? timeout.n : d->default_timeout;
    dlg_text_set(&dlg->call_id, run->call_id->value);
    dlg_text_set(&dlg->from_tag, kam_run_from(run)->tag);
    dlg_text_set(&dlg->from_uri, kam_run_from(run)->uri);
    dlg_text_set(&dlg->to_uri, run->to_uri);
    dlg_text_set(&dlg->from_cseq, run->cseq_number);
    if (contact) dlg_text_set(&dlg->from_contact, name_addr_uri(contact->value));
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

struct dialog *dlg_find(struct dialogs *d, struct span call_id, struct span tag, bool deleted,
                        bool *upstream) {
    struct dialog *dlg;
    HASH_FIND(hh, d->by_call, call_id.p, call_id.len, dlg);
    for (; dlg; dlg = dlg->same) {
        if (dlg->state == DLG_DELETED && !deleted) continue;
        *upstream = dlg->to_tag.len && span_eq(dlg->to_tag, tag);
        if (*upstream || span_eq(dlg->from_tag, tag)) return dlg;
    }
    return NULL;
}

void dlg_confirm(struct dialogs *d, struct dialog *dlg) {
    if (dlg->state >= DLG_CONFIRMED_NO_ACK) return;
    dlg->state = DLG_CONFIRMED_NO_ACK;
    dlg->start_s = kam_now_s(d->k);
    d->confirmed++;
    dlg_bye_at_timeout(d, dlg);
    if (dlg->start_s + dlg->lifetime_s >= d->next_end_s) return;
    d->next_end_s = dlg->start_s + dlg->lifetime_s;
    schedule(d);
}

void dlg_delete(struct dialogs *d, struct dialog *dlg) {
    if (dlg->state == DLG_DELETED) return;
    if (dlg->state >= DLG_CONFIRMED_NO_ACK) d->confirmed--;
    dlg->state = DLG_DELETED;
    event_cancel(d->k->queue, &dlg->bye);
    dlg->deleted_ns = d->k->queue->now_ns;
    for (struct dlg_membership *m = dlg->has.memberships; m; m = m->next)
        d->profiles[m->profile].size--;
    if (d->last_deleted)
        d->last_deleted->next = dlg;
    else
        d->deleted = dlg;
    d->last_deleted = dlg;
}

void dlg_sweep(struct dialogs *d) {
    int64_t now_s = kam_now_s(d->k);
    if (now_s < d->next_end_s) return;
    d->next_end_s = INT64_MAX;
    for (struct dialog *first = d->by_call; first; first = first->hh.next) {
        for (struct dialog *dlg = first; dlg; dlg = dlg->same) {
            if (dlg->state < DLG_CONFIRMED_NO_ACK || dlg->state == DLG_DELETED) continue;
            int64_t end_s = dlg->start_s + dlg->lifetime_s;
            if (d->send_bye || dlg->timeout_bye) continue; /* bye.c ends it */
            if (end_s <= now_s)
                dlg_end(d, dlg, NULL);
            else if (end_s < d->next_end_s)
                d->next_end_s = end_s;
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
            for (const struct dlg_membership *m = dlg->has.memberships; m && dlg->state != DLG_DELETED;
                 m = m->next)
                n += &d->profiles[m->profile] == p && span_eq(m->value, value);
    return n;
}
