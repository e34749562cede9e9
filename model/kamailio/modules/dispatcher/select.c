/* SPDX-License-Identifier: MIT */
/* Which destination a request goes to (facts: Kamailio 20.2). */
#include "model/kamailio/message/branch.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/dispatcher/dispatcher.h"

enum { ROUND_ROBIN = 4, BY_WEIGHT = 9, BY_CALLS = 10, BY_RWEIGHT = 11, ALL_AT_ONCE = 12, BY_LATENCY = 13 };

/* Hashes. */

/* Of a URI the user and, unless only that counts, the host with a port that is not the usual one. */
static bool hash_uri(const struct dispatcher *d, struct span text, uint32_t *hash) {
    struct uri u;
    if (!uri_parse(&u, text)) return false;
    struct span host = u.host;
    const char *usual = u.kind == URI_SIPS ? "5061" : "5060";
    if (host.p && u.port.len && !span_is(u.port, usual)) host = span_between(host.p, u.port.p + u.port.len);
    if (d->set.flags & DS_HASH_USER_ONLY) host = (struct span){0};
    *hash = kam_hash(u.user, host);
    return true;
}

/* The username of the first header with credentials; p NULL: none. */
static struct span auth_user(const struct kam_run *run) {
    static const char *const names[] = {"Proxy-Authorization", "Authorization"};
    for (size_t n = 0; n < 2; n++) {
        for (size_t i = 0; i < run->msg.header_count; i++) {
            const struct sip_header *h = &run->msg.headers[i];
            if (!span_is_nocase(h->name, names[n])) continue;
            ptrdiff_t at = span_search_nocase(h->value, SPAN("username=\""));
            if (at < 0) continue;
            struct span rest = span_skip(h->value, (size_t)at + 10);
            return span_cut(&rest, '"');
        }
    }
    return (struct span){0};
}

static bool hash_format(struct kam_run *run, const struct dispatcher *d, uint32_t *hash) {
    struct buf b = {0};
    bool ok = kam_format(&b, run, d->set.hash_pvar) && b.len > 0;
    if (ok) *hash = kam_hash(buf_span(&b), (struct span){0});
    buf_free(&b);
    return ok;
}

/* The next one in the algorithm's order: a place, or one that is yet to be taken modulo the set's size. */
static bool choose(struct kam_run *run, struct dispatcher *d, struct ds_set *s, int64_t algorithm,
                   uint32_t *place) {
    struct span user;
    *place = 0;
    switch (algorithm) {
    case 0: *place = kam_hash(run->call_id->value, (struct span){0}); return true;
    case 1: return hash_uri(d, kam_run_from(run)->uri, place);
    case 2: return hash_uri(d, run->to_uri, place);
    case 3: return hash_uri(d, kam_run_uri(run), place);
    case 5:
        user = auth_user(run);
        *place = user.len ? kam_hash(user, (struct span){0}) : (uint32_t)s->last;
        return true;
    case ROUND_ROBIN: *place = (uint32_t)s->last; return true;
    case 6: *place = random_below(&d->random, INT32_MAX); return true;
    case 7: return hash_format(run, d, place);
    case BY_WEIGHT:
        *place = (uint32_t)s->by_weight[s->weight_at];
        s->weight_at = (s->weight_at + 1) % DS_SHARES;
        return true;
    case BY_RWEIGHT:
        *place = (uint32_t)s->by_rweight[s->rweight_at];
        s->rweight_at = (s->rweight_at + 1) % DS_SHARES;
        return true;
    default: return true;
    }
}

static bool full(const struct ds_target *t) { return t->line->maxload && t->calls >= t->line->maxload; }

/* The usable one with the fewest calls, NULL: none. */
static struct ds_target *least_loaded(struct ds_set *s) {
    struct ds_target *best = NULL;
    for (struct ds_target *t = s->targets; t < s->targets + s->count; t++)
        if (ds_usable(t) && !full(t) && (!best || t->calls < best->calls)) best = t;
    return best;
}

/* Pushing. */

static void write_host(struct buf *out, struct span old, struct span target) {
    struct uri u;
    ptrdiff_t colon = span_find(target, ':');
    uri_parse(&u, old);
    buf_add(out, u.scheme);
    buf_add_char(out, ':');
    buf_add(out, u.user);
    if (u.password.p) {
        buf_add_char(out, ':');
        buf_add(out, u.password);
    }
    if (u.user.len) buf_add_char(out, '@');
    buf_add(out, span_skip(target, (size_t)(colon + 1)));
}

int ds_push(struct kam_run *run, enum ds_goal goal, struct span uri, struct kam_socket *socket) {
    struct uri old;
    struct buf b = {0};
    if (goal == DS_TO_XAVP) return 1;
    if (goal == DS_TO_NEXT_HOP) {
        kam_run_set_next_hop(run, uri);
    } else {
        if (!uri_parse(&old, kam_run_uri(run))) return -1;
        write_host(&b, kam_run_uri(run), uri);
        kam_run_set_uri(run, buf_span(&b));
        buf_free(&b);
    }
    if (socket) run->forced = socket;
    return 1;
}

/* The list. */

static void set_field(struct kam_xavp *record, const char *name, struct kam_value value) {
    if (value.type == KAM_STR && !value.s.p) return;
    xavp_assign(xavp_add(&record->list, span_of(name)), value);
}

static struct kam_value text(struct span s) { return (struct kam_value){.type = KAM_STR, .s = s}; }

static bool add_record(struct dispatcher *d, struct ds_selection *s, const struct ds_set *set,
                       const struct ds_target *t, bool by_calls) {
    if (by_calls && !t->line->duid.len) return false;
    struct kam_xavp *record = xavp_add(s->end, d->set.xavp_dst); /* behind those of before: *end is NULL */
    s->end = &record->next;
    set_field(record, "grp", (struct kam_value){.type = KAM_INT, .n = set->number});
    set_field(record, "uri", text(t->line->uri));
    if (t->socket) set_field(record, "sock", text(t->socket->address));
    if (d->set.xavp_dst_mode & 2) set_field(record, "socket", text(t->line->socket));
    if (d->set.xavp_dst_mode & 4) set_field(record, "sockname", text(t->line->sockname));
    if (by_calls) set_field(record, "dstid", text(t->line->duid));
    if (!(d->set.xavp_dst_mode & 1)) set_field(record, "attrs", text(t->attrs));
    s->count++;
    return true;
}

/* The chosen one first, then the usable ones behind it and around, at last the default one, usable or not. */
static bool fill(struct dispatcher *d, struct ds_selection *s, const struct ds_set *set, size_t chosen,
                 size_t in_round, bool by_calls) {
    if (!add_record(d, s, set, &set->targets[chosen], by_calls)) return false;
    for (size_t i = 1; i < set->count; i++) {
        if (s->limit > 0 && s->count >= s->limit) break;
        size_t at = i < in_round ? (chosen + i) % in_round : i;
        if (chosen >= in_round) at = i - 1;
        const struct ds_target *t = &set->targets[at];
        if (at < in_round && (!ds_usable(t) || (by_calls && full(t)))) continue;
        if (!add_record(d, s, set, t, by_calls)) return false;
    }
    return true;
}

/* The first usable one and all behind it, whatever they are, become branches; the first one is pushed. */
static int push_all(struct kam_run *run, struct ds_selection *s, const struct ds_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        const struct ds_target *t = &set->targets[i];
        bool first = !s->done;
        if (first && !ds_usable(t)) continue;
        s->done = true;
        if (first && s->goal != DS_TO_XAVP) {
            ds_push(run, s->goal, t->line->uri, t->socket);
            continue;
        }
        struct buf uri = {0};
        if (s->goal == DS_TO_URI) write_host(&uri, kam_run_uri(run), t->line->uri);
        kam_run_add_branch(run, uri.len ? buf_span(&uri) : kam_run_uri(run),
                           s->goal == DS_TO_URI ? (struct span){0} : t->line->uri, 0);
        buf_free(&uri);
    }
    return s->done ? 1 : -1;
}

/* From that place on, the first usable one; false: there is none. */
static bool find_usable(const struct ds_set *set, size_t in_round, size_t *place) {
    for (size_t i = 0; i < in_round; i++) {
        size_t at = (*place + i) % in_round;
        if (!ds_usable(&set->targets[at])) continue;
        *place = at;
        return true;
    }
    *place = set->count - 1;
    return in_round < set->count && ds_usable(&set->targets[*place]);
}

int ds_select_from(struct kam_run *run, struct ds_selection *s, int64_t number, int64_t algorithm) {
    struct dispatcher *d = dispatcher_of(run);
    struct ds_set *set = ds_find(d, number);
    uint32_t place;
    if (s->goal == DS_TO_NEXT_HOP && !s->done && !d->set.force_dst && run->next_hop.len) return -1;
    if (!set) return -1;
    if (algorithm == BY_LATENCY) kam_run_stop(run, "dispatcher's algorithm 13 is not simulated");
    if (algorithm == ALL_AT_ONCE) return push_all(run, s, set);
    bool by_calls = algorithm == BY_CALLS && d->set.hash_size > 0 && run->method == KAM_INVITE;
    struct ds_target *least = by_calls ? least_loaded(set) : NULL;
    if (by_calls && !least) return -1;
    if (least) by_calls = ds_call_add(run, d, set, least); /* else it is chosen all the same */
    if (!choose(run, d, set, algorithm, &place)) return -1;
    size_t in_round = d->set.use_default && set->count > 1 ? set->count - 1 : set->count;
    size_t chosen = least ? (size_t)(least - set->targets) : place % in_round;
    if (!least && !find_usable(set, in_round, &chosen)) return -1;
    if (algorithm == ROUND_ROBIN || (algorithm == 5 && !auth_user(run).len))
        set->last = (chosen + 1) % set->count;
    if (!s->done) {
        if (ds_push(run, s->goal, set->targets[chosen].line->uri, set->targets[chosen].socket) < 0) return -1;
        s->done = true;
    }
    if (!(d->set.flags & DS_FAILOVER)) return 1;
    return fill(d, s, set, chosen, in_round, by_calls) ? 1 : -1;
}

void ds_selection_end(struct kam_run *run, struct ds_selection *s, bool good) {
    struct dispatcher *d = dispatcher_of(run);
    struct kam_xavp **list = &run->state.avps->lists[KAM_LIST_XAVP];
    if (s->records) {
        *s->end = *list;
        *list = s->records;
    }
    if (!good || d->set.xavp_ctx_mode & 1) return;
    struct kam_xavp *context = xavp_add(list, d->set.xavp_ctx);
    set_field(context, "cnt", (struct kam_value){.type = KAM_INT, .n = s->count});
}
