/* SPDX-License-Identifier: MIT */
/* Tables in slots by the hash of the name, in which cells stand by their hash. (facts: Kamailio 21.2) */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/modules/htable/htable.h"

#include <stdlib.h>

void ht_begin(struct kamailio *k, struct htable *h) {
    struct ht_table **end = &h->tables;
    h->k = k;
    for (const struct ht_definition *d = kam_program_kept(k->program, KAM_MODULE_HTABLE); d; d = d->next) {
        struct ht_table *t = mem_new(sizeof *t);
        t->definition = d;
        t->slots = mem_new(d->slots * sizeof(struct ht_cell *));
        *end = t;
        end = &t->next;
    }
}

static void drop(struct ht_cell *c) {
    if (c->value.type == KAM_STR) free((char *)c->value.s.p);
    free((char *)c->name.p);
    free(c);
}

void ht_clear(struct ht_table *t) {
    for (size_t i = 0; i < t->definition->slots; i++) {
        for (struct ht_cell *c = t->slots[i], *next; c; c = next) {
            next = c->next;
            drop(c);
        }
        t->slots[i] = NULL;
    }
}

void ht_end(struct htable *h) {
    for (struct ht_table *t = h->tables, *next; t; t = next) {
        next = t->next;
        ht_clear(t);
        free(t->slots);
        free(t);
    }
    for (size_t i = 0; i < HT_ITERATORS; i++)
        free((char *)h->iterators[i].name.p);
}

static bool expired(const struct ht_cell *c, int64_t now_s) { return c->expires_s && c->expires_s < now_s; }

struct ht_cell *ht_next(const struct ht_table *t, size_t *slot, uint64_t *order) {
    for (; *slot < t->definition->slots; (*slot)++, *order = 0) {
        struct ht_cell *c = t->slots[*slot];
        while (c && c->order <= *order)
            c = c->next;
        if (!c) continue;
        *order = c->order;
        return c;
    }
    return NULL;
}

void ht_remove(struct ht_table *t, const struct ht_cell *gone) {
    for (struct ht_cell **c = &t->slots[(gone->order >> 32) & (t->definition->slots - 1)]; *c;
         c = &(*c)->next) {
        if (*c != gone) continue;
        struct ht_cell *cell = *c;
        *c = cell->next;
        drop(cell);
        return;
    }
}

/* A cell whose time is over leaves with its event. */
static void sweep_table(struct htable *h, struct ht_table *t, int64_t at_s) {
    size_t slot = 0;
    uint64_t order = 0;
    struct buf event = {0};
    buf_addf(&event, "htable:expired:" SPAN_FMT, SPAN_ARG(t->definition->name));
    for (struct ht_cell *c = ht_next(t, &slot, &order); c; c = ht_next(t, &slot, &order)) {
        if (!expired(c, at_s)) continue;
        h->record = c;
        kam_event_alone(h->k, buf_text(&event), &(struct kam_made_up){0});
        h->record = NULL;
        ht_remove(t, c);
    }
    buf_free(&event);
}

/* Kamailio looks each timer_interval seconds; here it is made up for when somebody asks. */
static void sweep(struct htable *h) {
    int64_t passed_s = h->k->queue->now_ns / NS_PER_S, start_s = h->k->config.start_ns / NS_PER_S;
    int64_t last_s = passed_s - passed_s % h->timer_interval;
    if (h->record || last_s <= h->swept_s) return;
    h->swept_s = last_s;
    for (struct ht_table *t = h->tables; t; t = t->next)
        if (t->definition->expire_s) sweep_table(h, t, start_s + last_s);
}

struct ht_table *ht_table_find(struct htable *h, struct span name) {
    struct ht_table *t = h->tables;
    sweep(h);
    while (t && !span_eq(t->definition->name, name))
        t = t->next;
    return t;
}

struct ht_table *ht_table_of(struct htable *h, struct span text, struct span *name) {
    ptrdiff_t arrow = span_search(text, SPAN("=>"));
    if (arrow < 0) return NULL;
    *name = span_skip(text, (size_t)arrow + 2);
    return ht_table_find(h, span_trim(span_head(text, (size_t)arrow)));
}

struct ht_cell *ht_find(const struct htable *h, const struct ht_table *t, struct span name) {
    uint32_t hash = kam_hash(name, (struct span){0});
    struct ht_cell *c = t->slots[hash & (t->definition->slots - 1)];
    while (c && !((uint32_t)(c->order >> 32) == hash && span_eq(c->name, name)))
        c = c->next;
    return c && expired(c, kam_now_s(h->k)) ? NULL : c;
}

void ht_assign(struct ht_cell *c, struct kam_value value) {
    struct kam_value own = {.type = value.type, .n = value.n}; /* the text may be the old one's */
    if (value.type == KAM_STR)
        own = (struct kam_value){.type = KAM_STR, .s = {mem_text(value.s), value.s.len}};
    if (c->value.type == KAM_STR) free((char *)c->value.s.p);
    c->value = own;
}

static struct ht_cell *add(struct htable *h, struct ht_table *t, struct span name) {
    uint32_t hash = kam_hash(name, (struct span){0});
    struct ht_cell *c = mem_new(sizeof *c), **at = &t->slots[hash & (t->definition->slots - 1)];
    *c = (struct ht_cell){.order = (uint64_t)hash << 32 | ++h->numbered, .name = {mem_text(name), name.len}};
    while (*at && (*at)->order < c->order)
        at = &(*at)->next;
    c->next = *at;
    return *at = c;
}

void ht_set(struct htable *h, struct ht_table *t, struct span name, struct kam_value value,
            int64_t expires_s) {
    const struct ht_definition *d = t->definition;
    struct ht_cell *c = ht_find(h, t, name);
    bool is_new = !c;
    if (value.type == KAM_NULL) {
        if (c) ht_remove(t, c);
        return;
    }
    if (!c) c = add(h, t, name);
    ht_assign(c, value);
    if (expires_s)
        c->expires_s = expires_s;
    else if (is_new || !d->keeps_expiry)
        c->expires_s = d->expire_s ? kam_now_s(h->k) + d->expire_s : 0;
}
