/* SPDX-License-Identifier: MIT */
/* Which destination has which call, for algorithm 10 (facts: Kamailio 20.3). */
#include "base/mem.h"
#include "base/table.h"
#include "model/kamailio/modules/dispatcher/dispatcher.h"

#include <stdlib.h>

static struct ds_call *find(const struct dispatcher *d, const struct kam_run *run) {
    struct ds_call *c;
    HASH_FIND(hh, d->calls, run->call_id->value.p, run->call_id->value.len, c);
    return c;
}

static void change(struct ds_set *s, struct span duid, int64_t by) {
    for (size_t i = 0; i < s->count; i++) {
        struct ds_target *t = &s->targets[i];
        if (!span_eq(t->line->duid, duid)) continue;
        if (t->calls + by >= 0) t->calls += by;
        return;
    }
}

bool ds_call_add(struct kam_run *run, struct dispatcher *d, struct ds_set *s, struct ds_target *t) {
    if (!t->line->duid.len || find(d, run)) return false;
    struct span id = run->call_id->value;
    struct ds_call *c = mem_new(sizeof *c);
    *c = (struct ds_call){
        .call_id = {mem_text(id), id.len}, .set = s, .duid = t->line->duid, .made_s = kam_now_s(d->k)};
    HASH_ADD_KEYPTR(hh, d->calls, c->call_id.p, c->call_id.len, c);
    t->calls++;
    return true;
}

void ds_call_move(struct kam_run *run, struct dispatcher *d, struct span duid) {
    struct ds_call *c = find(d, run);
    if (!c) return;
    for (size_t i = 0; i < c->set->count; i++) {
        if (!span_eq(c->set->targets[i].line->duid, duid)) continue;
        change(c->set, c->duid, -1);
        c->duid = c->set->targets[i].line->duid;
        change(c->set, c->duid, 1);
        return;
    }
}

static void forget(struct dispatcher *d, struct ds_call *c) {
    HASH_DEL(d->calls, c);
    free((char *)c->call_id.p);
    free(c);
}

void ds_call_end(struct kam_run *run, struct dispatcher *d) {
    struct ds_call *c = find(d, run);
    if (!c) return;
    change(c->set, c->duid, -1);
    forget(d, c);
}

void ds_call_confirm(struct kam_run *run, struct dispatcher *d) {
    struct ds_call *c = find(d, run);
    if (c) c->confirmed = true;
}

/* A time of 0 never ends. */
static bool is_over(const struct dispatcher *d, const struct ds_call *c) {
    int64_t age_s = kam_now_s(d->k) - c->made_s, all_s = d->set.hash_expire, first_s = d->set.hash_initexpire;
    return (all_s && age_s > all_s) || (!c->confirmed && first_s && age_s > first_s);
}

static void expire(void *arg) {
    struct dispatcher *d = arg;
    struct ds_call *c, *next;
    HASH_ITER(hh, d->calls, c, next) {
        if (!is_over(d, c)) continue;
        change(c->set, c->duid, -1);
        forget(d, c);
    }
}

void ds_calls_begin(struct dispatcher *d) {
    if (d->set.hash_size > 0 && d->set.hash_check_interval > 0)
        kam_interval_start(&d->expiries, d->k, d->set.hash_check_interval, expire, d);
}

void ds_calls_free(struct dispatcher *d) {
    kam_interval_stop(&d->expiries);
    while (d->calls)
        forget(d, d->calls);
}
