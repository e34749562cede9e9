/* SPDX-License-Identifier: MIT */
/* Pseudo-variables of flags and of the branches that a script adds. (facts: Kamailio 11.6, 18.1) */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/reply.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/xavp.h"

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
/* $ds: the branches, as a redirection would name them. */
static struct kam_value get_ds(struct kam_run *run, const struct kam_pv_at *at) {
    struct buf b = {0};
    (void)at;
    if (kam_contacts_write(&b, run, 0)) return pv_built(run, &b);
    buf_free(&b);
    return pv_nothing();
}

PV_GETTER(get_br, run->added_count ? pv_text(run->added[0].uri) : pv_nothing())

static bool set_mf(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    run->flags = (uint32_t)value.n;
    return value.type != KAM_STR;
}

static bool set_bf(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    run->branch_flags = (uint32_t)value.n;
    return value.type != KAM_STR;
}

static bool set_sf(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at;
    run->k->script_flags = (uint32_t)value.n;
    return value.type != KAM_STR;
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
    bool nothing = value.type == KAM_NULL || (kam_value_has_text(value) && value.s.len == 0);
    if (span_is(at->argument, "flags") || span_is(at->argument, "q")) {
        if (value.type == KAM_STR) return false;
        if (span_is(at->argument, "q"))
            b->q = value.type == KAM_NULL ? -1 : (int)value.n;
        else
            b->flags = (uint32_t)value.n;
        return true;
    }
    if (!nothing && !kam_value_has_text(value)) return false;
    if (span_is(at->argument, "uri") && nothing) { /* it goes */
        size_t behind = (size_t)(&run->added[--run->added_count] - b);
        memmove(b, b + 1, behind * sizeof *b);
        return true;
    }
    if (span_is(at->argument, "send_socket")) {
        struct kam_socket *socket = nothing ? NULL : kam_socket_parse(run->k, value.s);
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

/* $sbranch(uri), (q) ...: a branch that the process keeps, from one message to the next, too. */
static struct kam_value get_sbranch(struct kam_run *run, const struct kam_pv_at *at) {
    struct kam_xavp *list = run->state.process->sbranch;
    struct kam_xavp *x = xavp_find(list, at->argument, XAVP_PLAIN, 0);
    bool number = span_is(at->argument, "q") || span_is(at->argument, "flags");
    if (span_is(at->argument, "count")) return pv_number(0);
    if (!xavp_find(list, SPAN("uri"), XAVP_PLAIN, 0)) return pv_nothing();
    return x ? x->value : number ? pv_number(0) : pv_nothing();
}

static bool set_sbranch(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct kam_xavp **list = &run->state.process->sbranch;
    bool nothing = value.type == KAM_NULL || (value.type == KAM_STR && value.s.len == 0);
    bool number = span_is(at->argument, "q") || span_is(at->argument, "flags");
    if (number ? value.type == KAM_STR && !value.counts : !nothing && !kam_value_has_text(value))
        return false;
    if (!nothing) value.type = number ? KAM_INT : KAM_STR;
    if (span_is(at->argument, "uri") && nothing) {
        xavp_free(list);
        return true;
    }
    if (span_is(at->argument, "count")) return false;
    struct kam_xavp *x = xavp_find(*list, at->argument, XAVP_PLAIN, 0);
    if (!x) x = xavp_add(list, at->argument);
    xavp_assign(x, nothing ? (struct kam_value){0} : value);
    return true;
}

bool pv_sbranch(struct kam_run *run, struct kam_added_branch *out) {
    static const char *const words[] = {"uri", "dst_uri", "path", "send_socket", "q", "flags"};
    struct kam_value v[6];
    for (size_t i = 0; i < 6; i++) {
        v[i] = get_sbranch(run, &(struct kam_pv_at){.argument = span_of(words[i])});
        v[i].s = arena_text(&run->scratch, v[i].s);
    }
    *out = (struct kam_added_branch){.uri = v[0].s,
                                     .next_hop = v[1].s,
                                     .path = v[2].s,
                                     .forced = v[3].s.len ? kam_socket_parse(run->k, v[3].s) : NULL,
                                     .q = v[4].type == KAM_NULL ? -1 : (int)v[4].n,
                                     .flags = (uint32_t)v[5].n};
    return v[0].type == KAM_STR;
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
    PLAIN("ds", get_ds, NULL),
    {"branch", KAM_PV_NAMED, get_branch, set_branch, "uri|dst_uri|path|flags|q|send_socket|count",
     .indexed = true},
    {"sbranch", KAM_PV_NAMED, get_sbranch, set_sbranch,
     "uri|dst_uri|path|flags|q|send_socket|count|ruid|location_ua"},
    PLAIN("ruid", NULL, NULL),
    PLAIN("location_ua", NULL, NULL),
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
