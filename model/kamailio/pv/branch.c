/* SPDX-License-Identifier: MIT */
/* Pseudo-variables of flags and of the branches that a script adds. (facts: Kamailio 11.6, 18.1) */
#include "model/kamailio/instance.h"
#include "model/kamailio/pv/pv.h"

static struct kam_value hex(struct kam_run *run, uint32_t n) {
    struct buf b = {0};
    buf_addf(&b, "%08x", (unsigned)n);
    return pv_built(run, &b);
}

PV_GETTER(get_mf, pv_number(run->flags))
PV_GETTER(get_mF, hex(run, run->flags))
PV_GETTER(get_bf, pv_number(run->branch_flags))
PV_GETTER(get_bF, hex(run, run->branch_flags))
PV_GETTER(get_sf, pv_number(run->k->script_flags))
PV_GETTER(get_sF, hex(run, run->k->script_flags))
PV_GETTER(get_br, run->added_count ? pv_text(run->added[0].uri) : pv_nothing())

static bool set_mf(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    run->flags = (uint32_t)value.n;
    return value.type == KAM_INT;
}

static bool set_bf(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    run->branch_flags = (uint32_t)value.n;
    return value.type == KAM_INT;
}

static bool set_sf(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    run->k->script_flags = (uint32_t)value.n;
    return value.type == KAM_INT;
}

/* The branch that an index speaks of, the first one without; NULL: there is none. */
static struct kam_added_branch *branch_at(struct kam_run *run, const struct kam_pv_at *at) {
    int64_t n = at->index != KAM_INDEX_NUMBER ? 0 : at->n < 0 ? (int64_t)run->added_count + at->n : at->n;
    return n >= 0 && (size_t)n < run->added_count ? &run->added[n] : NULL;
}

/* $branch(count), $(branch(uri)[0]) ... */
static struct kam_value get_branch(struct kam_run *run, const struct kam_pv_at *at) {
    const struct kam_added_branch *b = branch_at(run, at);
    if (span_is(at->argument, "count"))
        return run->added_count ? pv_number((int64_t)run->added_count) : pv_nothing();
    if (!b) return pv_nothing();
    if (span_is(at->argument, "uri")) return pv_text(b->uri);
    if (span_is(at->argument, "dst_uri")) return b->next_hop.len ? pv_text(b->next_hop) : pv_nothing();
    if (span_is(at->argument, "path")) return b->path.len ? pv_text(b->path) : pv_nothing();
    return pv_number(b->flags);
}

static bool set_branch(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct kam_added_branch *b = branch_at(run, at);
    if (!b) return false;
    if (span_is(at->argument, "flags")) {
        b->flags = (uint32_t)value.n;
        return value.type == KAM_INT;
    }
    struct span text = arena_text(&run->scratch, kam_value_text(value, &run->scratch));
    if (span_is(at->argument, "uri") && text.len)
        b->uri = text;
    else if (span_is(at->argument, "dst_uri"))
        b->next_hop = text.len ? text : (struct span){0};
    else if (span_is(at->argument, "path"))
        b->path = text;
    else
        return false;
    return true;
}

#define PLAIN(name, get, set)                                                                                \
    { name, KAM_PV_PLAIN, get, set, NULL }

const struct kam_pv kam_pv_branches[] = {
    PLAIN("mf", get_mf, set_mf),
    PLAIN("mF", get_mF, set_mf),
    PLAIN("bf", get_bf, set_bf),
    PLAIN("bF", get_bF, set_bf),
    PLAIN("sf", get_sf, set_sf),
    PLAIN("sF", get_sF, set_sf),
    PLAIN("br", get_br, NULL),
    PLAIN("bR", NULL, NULL),
    PLAIN("ds", NULL, NULL),
    {"branch", KAM_PV_NAMED, get_branch, set_branch, "uri|dst_uri|path|flags|count", .indexed = true},
    {"sbranch", KAM_PV_NAMED, NULL, NULL, NULL},
    PLAIN("ruid", NULL, NULL),
    PLAIN("location_ua", NULL, NULL),
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
