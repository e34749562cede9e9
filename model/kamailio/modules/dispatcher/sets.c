/* SPDX-License-Identifier: MIT */
/* The sets of an instance: order, shares by weight, and what has become of a destination (facts: Kamailio
 * 20.1, 20.4). */
#include "base/mem.h"
#include "model/kamailio/modules/dispatcher/dispatcher.h"
#include "model/kamailio/script/transport.h"
#include "model/sip/uri.h"

#include <stdlib.h>

/* The tree. */

static int height(const struct ds_set *s) { return s ? s->height : 0; }

static void measure(struct ds_set *s) {
    s->height = 1 + (height(s->left) > height(s->right) ? height(s->left) : height(s->right));
}

static struct ds_set *rotate_right(struct ds_set *s) {
    struct ds_set *top = s->left;
    s->left = top->right;
    top->right = s;
    measure(s);
    measure(top);
    return top;
}

static struct ds_set *rotate_left(struct ds_set *s) {
    struct ds_set *top = s->right;
    s->right = top->left;
    top->left = s;
    measure(s);
    measure(top);
    return top;
}

static struct ds_set *insert(struct ds_set *s, struct ds_set *added) {
    if (!s) return added;
    struct ds_set **side = added->number < s->number ? &s->left : &s->right;
    *side = insert(*side, added);
    measure(s);
    int lean = height(s->left) - height(s->right);
    if (lean > 1) {
        if (height(s->left->left) < height(s->left->right)) s->left = rotate_left(s->left);
        return rotate_right(s);
    }
    if (lean < -1) {
        if (height(s->right->right) < height(s->right->left)) s->right = rotate_right(s->right);
        return rotate_left(s);
    }
    return s;
}

struct ds_set *ds_find(const struct dispatcher *d, int64_t number) {
    struct ds_set *s = d->sets;
    while (s && s->number != number)
        s = number < s->number ? s->left : s->right;
    return s;
}

/* Kamailio looks at what is below a set before it looks at the set. */
bool ds_each_set(struct ds_set *s, bool (*visit)(struct ds_set *s, void *arg), void *arg) {
    return s && (ds_each_set(s->left, visit, arg) || ds_each_set(s->right, visit, arg) || visit(s, arg));
}

void ds_sets_free(struct ds_set *s) {
    if (!s) return;
    ds_sets_free(s->left);
    ds_sets_free(s->right);
    free(s->targets);
    free(s);
}

/* Shares. */

/* A round of shares begins somewhere: which target has which place in it is drawn. */
static void shuffle(struct dispatcher *d, size_t places[DS_SHARES]) {
    for (uint32_t i = DS_SHARES - 1; i > 0; i--) {
        uint32_t other = random_below(&d->random, i + 1);
        size_t place = places[i];
        places[i] = places[other];
        places[other] = place;
    }
}

/* Of no use where the first one has no weight. What goes beyond all shares is left out; what is missing is
 * the last one's. */
static void share_weights(struct dispatcher *d, struct ds_set *s) {
    size_t n = 0;
    if (s->targets[0].line->weight == 0) return;
    for (size_t i = 0; i < s->count; i++) {
        int64_t weight = s->targets[i].line->weight;
        if ((int64_t)n + weight > DS_SHARES) continue;
        while (weight-- > 0)
            s->by_weight[n++] = i;
    }
    while (n < DS_SHARES)
        s->by_weight[n++] = s->count - 1;
    shuffle(d, s->by_weight);
}

void ds_share_rweights(struct dispatcher *d, struct ds_set *s) {
    int64_t sum = 0;
    size_t n = 0, last = 0;
    for (size_t i = 0; i < s->count; i++)
        if (ds_usable(&s->targets[i])) sum += s->targets[i].line->rweight;
    if (sum == 0) return;
    for (size_t i = 0; i < s->count; i++) {
        if (!ds_usable(&s->targets[i])) continue;
        for (int64_t left = s->targets[i].line->rweight * DS_SHARES / sum; left > 0; left--)
            s->by_rweight[n++] = i;
        if (s->targets[i].line->rweight) last = i;
    }
    while (n < DS_SHARES)
        s->by_rweight[n++] = last;
    shuffle(d, s->by_rweight);
}

/* Targets. */

static bool begin_target(struct kamailio *k, const struct dispatcher *d, const struct ds_line *line,
                         struct ds_target *t, struct diag *diag) {
    struct uri u;
    uint64_t port = 0;
    *t = (struct ds_target){.line = line, .attrs = line->attrs, .flags = line->flags & 15};
    if (!t->attrs.p && d->set.attrs_none) t->attrs = SPAN("none=yes");
    if (line->sockname.len)
        t->socket = kam_socket_named(k, line->sockname);
    else if (line->socket.len)
        t->socket = kam_socket_parse(k, line->socket);
    if (!t->socket && (line->sockname.len || line->socket.len)) {
        diag_warning(diag, line->at,
                     "the destination \"" SPAN_FMT
                     "\" names a socket that is not ours: Kamailio leaves it out",
                     SPAN_ARG(line->uri));
        return false;
    }
    if (!t->socket && d->set.default_sockname.len)
        t->socket = kam_socket_named(k, d->set.default_sockname);
    else if (!t->socket && d->set.default_socket.len)
        t->socket = kam_socket_parse(k, d->set.default_socket);
    uri_parse(&u, line->uri);
    if (!(line->flags & DS_NO_DNS)) kam_host_parse(k, u.host, &t->ip);
    if (u.port.len) span_to_u64(u.port, 65535, &port);
    t->port = (uint16_t)port;
    t->proto = kam_transport_of(uri_param(&u, "transport"));
    return true;
}

/* At its place: behind those of a higher priority, before the others. */
static void add_target(struct ds_set *s, const struct ds_target *t) {
    size_t at = 0;
    s->targets = mem_resize(s->targets, (s->count + 1) * sizeof *s->targets);
    while (at < s->count && s->targets[at].line->priority > t->line->priority)
        at++;
    memmove(&s->targets[at + 1], &s->targets[at], (s->count - at) * sizeof *s->targets);
    s->targets[at] = *t;
    s->count++;
}

static bool share(struct ds_set *s, void *arg) {
    for (size_t i = 0; i < s->count; i++) {
        s->targets[i].dispatcher = arg;
        s->targets[i].set = s;
    }
    share_weights(arg, s);
    ds_share_rweights(arg, s);
    return false;
}

bool ds_sets_begin(struct kamailio *k, struct dispatcher *d, struct diag *diag) {
    if (d->file->missing) {
        diag_error(diag, d->file->asked,
                   "dispatcher: Kamailio does not start without the file of destinations \"" SPAN_FMT "\"",
                   SPAN_ARG(d->file->name));
        return false;
    }
    if ((d->set.default_sockname.len && !kam_socket_named(k, d->set.default_sockname)) ||
        (!d->set.default_sockname.len && d->set.default_socket.len &&
         !kam_socket_parse(k, d->set.default_socket))) {
        diag_error(diag, kam_program_param_at(k->program, &kam_dispatcher_module, "ds_default_socket"),
                   "dispatcher: the default socket is none of this Kamailio's");
        return false;
    }
    for (const struct ds_line *line = d->file->lines; line; line = line->next) {
        struct ds_target t;
        if (!begin_target(k, d, line, &t, diag)) continue;
        struct ds_set *s = ds_find(d, line->set);
        if (!s) {
            s = mem_new(sizeof *s);
            *s = (struct ds_set){.number = line->set, .height = 1};
            d->sets = insert(d->sets, s);
        }
        add_target(s, &t);
    }
    ds_each_set(d->sets, share, d);
    return true;
}

struct ds_target *ds_target_find(const struct ds_set *s, struct span uri) {
    for (size_t i = 0; i < s->count; i++)
        if (span_eq(s->targets[i].line->uri, uri)) return &s->targets[i];
    return NULL;
}

/* TRYING until it has failed often enough; then it is INACTIVE. */
static void count_failure(const struct dispatcher *d, struct ds_target *t) {
    if (++t->failures < d->set.probing_threshold) return;
    t->flags = (t->flags & ~(uint32_t)DS_TRYING) | DS_INACTIVE;
    t->failures = 0;
}

bool ds_mark(struct dispatcher *d, struct ds_set *s, struct span uri, uint32_t state) {
    struct ds_target *t = ds_target_find(s, uri);
    if (!t) return false;
    t->flags = state;
    if (state & DS_TRYING)
        count_failure(d, t);
    else
        t->failures = 0;
    ds_share_rweights(d, s);
    return true;
}
