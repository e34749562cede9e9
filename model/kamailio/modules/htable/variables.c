/* SPDX-License-Identifier: MIT */
/* $sht(table=>name) and its kin. (facts: Kamailio 21.3) */
#include "model/kamailio/modules/htable/htable.h"
#include "model/kamailio/pv/pv.h"

static struct kam_value get_sht(struct kam_run *run, const struct kam_pv_at *at) {
    struct span name;
    struct ht_table *t = ht_table_of(htable_of(run), at->argument, &name);
    const struct ht_cell *c = t ? ht_find(htable_of(run), t, name) : NULL;
    if (c) return c->value;
    return t && t->definition->has_initial ? pv_number(t->definition->initial) : pv_nothing();
}

static bool set_sht(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct span name;
    struct ht_table *t = ht_table_of(htable_of(run), at->argument, &name);
    if (t) ht_set(htable_of(run), t, name, value, 0);
    return t != NULL;
}

/* The seconds that a value still has; counted from 1970 backwards for one that stays, 0 if there is none. */
static struct kam_value get_shtex(struct kam_run *run, const struct kam_pv_at *at) {
    struct span name;
    struct ht_table *t = ht_table_of(htable_of(run), at->argument, &name);
    if (!t) return pv_nothing();
    if (!t->definition->expire_s) return pv_number(0);
    const struct ht_cell *c = ht_find(htable_of(run), t, name);
    return pv_number(c ? (int32_t)(uint32_t)(c->expires_s - kam_now_s(run->k)) : 0);
}

static bool set_shtex(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct span name;
    struct ht_table *t = ht_table_of(htable_of(run), at->argument, &name);
    struct ht_cell *c = t ? ht_find(htable_of(run), t, name) : NULL;
    bool lasts = value.type == KAM_INT && value.n > 0;
    if (c) c->expires_s = lasts ? kam_now_s(run->k) + value.n : 0;
    return t != NULL;
}

static struct kam_value count(struct kam_run *run, const struct kam_pv_at *at, bool values) {
    struct span text;
    struct ht_match m;
    int64_t n = 0;
    size_t slot = 0;
    uint64_t order = 0;
    struct ht_table *t = ht_table_of(htable_of(run), at->argument, &text);
    if (!t) return pv_nothing();
    if (ht_match_begin_prefixed(&m, run, text))
        for (const struct ht_cell *c = ht_next(t, &slot, &order); c; c = ht_next(t, &slot, &order))
            n += ht_matches(&m, values ? c->value : pv_text(c->name));
    ht_match_end(&m);
    return pv_number(n);
}

static struct kam_value get_shtcn(struct kam_run *run, const struct kam_pv_at *at) {
    return count(run, at, false);
}
static struct kam_value get_shtcv(struct kam_run *run, const struct kam_pv_at *at) {
    return count(run, at, true);
}

/* One more or less than there was, and that is what it is from now on. */
static struct kam_value step(struct kam_run *run, const struct kam_pv_at *at, int64_t by) {
    struct span name;
    struct htable *h = htable_of(run);
    struct ht_table *t = ht_table_of(h, at->argument, &name);
    const struct ht_cell *c = t ? ht_find(h, t, name) : NULL;
    if (!t || (!c && !t->definition->has_initial) || (c && c->value.type != KAM_INT)) return pv_nothing();
    struct kam_value v = pv_number((int32_t)((c ? c->value.n : t->definition->initial) + by));
    ht_set(h, t, name, v, 0);
    return v;
}

static struct kam_value get_shtinc(struct kam_run *run, const struct kam_pv_at *at) {
    return step(run, at, 1);
}
static struct kam_value get_shtdec(struct kam_run *run, const struct kam_pv_at *at) {
    return step(run, at, -1);
}

/* The cell that an iterator stands at. */
static const struct ht_cell *at_iterator(struct kam_run *run, struct span name) {
    struct htable *h = htable_of(run);
    for (struct ht_iterator *i = h->iterators; i < h->iterators + HT_ITERATORS; i++) {
        if (!i->name.p || !span_eq(i->name, name) || !i->table || !i->order) continue;
        size_t slot = i->slot;
        uint64_t order = i->order - 1;
        const struct ht_cell *c =
            slot < i->table->definition->slots ? ht_next(i->table, &slot, &order) : NULL;
        return c && order == i->order ? c : NULL;
    }
    return NULL;
}

static struct kam_value get_shtitkey(struct kam_run *run, const struct kam_pv_at *at) {
    const struct ht_cell *c = at_iterator(run, at->argument);
    return c ? pv_text(c->name) : pv_nothing();
}

static struct kam_value get_shtitval(struct kam_run *run, const struct kam_pv_at *at) {
    const struct ht_cell *c = at_iterator(run, at->argument);
    return c ? c->value : pv_nothing();
}

static struct kam_value get_shtrecord(struct kam_run *run, const struct kam_pv_at *at) {
    const struct ht_cell *c = htable_of(run)->record;
    if (!c) return pv_nothing();
    return span_is(at->argument, "key") ? pv_text(c->name) : c->value;
}

static bool has_arrow(struct span argument) { return span_search(argument, SPAN("=>")) >= 0; }

const struct kam_pv ht_pvs[] = {
    {"sht", KAM_PV_NAMED, get_sht, set_sht, .takes = has_arrow},
    {"shtex", KAM_PV_NAMED, get_shtex, set_shtex, .takes = has_arrow},
    {"shtcn", KAM_PV_NAMED, get_shtcn, NULL, .takes = has_arrow},
    {"shtcv", KAM_PV_NAMED, get_shtcv, NULL, .takes = has_arrow},
    {"shtinc", KAM_PV_NAMED, get_shtinc, NULL, .takes = has_arrow},
    {"shtdec", KAM_PV_NAMED, get_shtdec, NULL, .takes = has_arrow},
    {"shtitkey", KAM_PV_NAMED, get_shtitkey, NULL, NULL},
    {"shtitval", KAM_PV_NAMED, get_shtitval, NULL, NULL},
    {"shtrecord", KAM_PV_NAMED, get_shtrecord, NULL, "key|value"},
    {0},
};
