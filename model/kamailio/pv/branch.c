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

static struct kam_value socket_name(struct kam_run *run, const struct kam_socket *socket) {
    struct buf b = {0};
    buf_addf(&b, "udp:" SPAN_FMT ":%u", SPAN_ARG(socket->address), socket->port);
    return pv_built(run, &b);
}

/* $branch(count), $(branch(uri)[0]) ... */
static struct kam_value get_branch(struct kam_run *run, const struct kam_pv_at *at) {
    const struct kam_added_branch *b = branch_at(run, at);
    if (span_is(at->argument, "count"))
        return run->added_count ? pv_number((int64_t)run->added_count) : pv_nothing();
    if (!b) return pv_nothing();
    if (span_is(at->argument, "q")) return b->q < 0 ? pv_nothing() : pv_number(b->q);
    if (span_is(at->argument, "send_socket")) return b->forced ? socket_name(run, b->forced) : pv_nothing();
    if (span_is(at->argument, "uri")) return pv_text(b->uri);
    if (span_is(at->argument, "dst_uri")) return b->next_hop.len ? pv_text(b->next_hop) : pv_nothing();
    if (span_is(at->argument, "path")) return b->path.len ? pv_text(b->path) : pv_nothing();
    return pv_number(b->flags);
}

static bool set_branch(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct kam_added_branch *b = branch_at(run, at);
    if (!b) return false;
    bool nothing = value.type == KAM_NULL || (value.type == KAM_STR && value.s.len == 0);
    if (span_is(at->argument, "flags") || span_is(at->argument, "q")) {
        if (value.type == KAM_STR) return false;
        if (span_is(at->argument, "q"))
            b->q = value.type == KAM_NULL ? -1 : (int)value.n;
        else
            b->flags = (uint32_t)value.n;
        return true;
    }
    if (value.type == KAM_INT) return false;
    if (span_is(at->argument, "uri") && nothing) { /* it goes */
        size_t behind = (size_t)(&run->added[--run->added_count] - b);
        memmove(b, b + 1, behind * sizeof *b);
        return true;
    }
    if (span_is(at->argument, "send_socket")) {
        struct kam_socket *socket = nothing ? NULL : kam_run_socket(run, value.s);
        b->forced = socket;
        return true;
    }
    struct span text = nothing ? (struct span){0} : arena_text(&run->scratch, value.s);
    if (span_is(at->argument, "uri"))
        b->uri = text;
    else if (span_is(at->argument, "dst_uri"))
        b->next_hop = text;
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
    {"branch", KAM_PV_NAMED, get_branch, set_branch, "uri|dst_uri|path|flags|q|send_socket|count",
     .indexed = true},
    {"sbranch", KAM_PV_NAMED, NULL, NULL, NULL},
    PLAIN("ruid", NULL, NULL),
    PLAIN("location_ua", NULL, NULL),
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
