/* SPDX-License-Identifier: MIT */
/* htable's functions and parameters. (facts: Kamailio 21) */
#include "model/kamailio/modules/htable/htable.h"

#include "base/mem.h"
#include "model/kamailio/event.h"

#include <stdlib.h>

/* Values. */

static int rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ht_table *t = ht_table_find(htable_of(run), args[0].s);
    (void)count;
    if (t) ht_set(htable_of(run), t, args[1].s, (struct kam_value){0}, 0);
    return t ? 1 : -1;
}

static int reset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ht_table *t = ht_table_find(htable_of(run), args[0].s);
    (void)count;
    if (t) ht_clear(t);
    return t ? 1 : -1;
}

static bool set_expiring(struct kam_run *run, const struct kam_arg *args, struct kam_value value) {
    struct htable *h = htable_of(run);
    struct ht_table *t = ht_table_find(h, args[0].s);
    if (t) ht_set(h, t, args[1].s, value, args[3].n > 0 ? kam_now_s(run->k) + args[3].n : 0);
    return t != NULL;
}

static int setxs(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return set_expiring(run, args, (struct kam_value){.type = KAM_STR, .s = args[2].s}) ? 1 : -1;
}

/* It ends the script, as Kamailio 5.6.3's does: 0 is what it returns. */
static int setxi(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return set_expiring(run, args, (struct kam_value){.type = KAM_INT, .n = args[2].n}) ? 0 : -1;
}

/* Removing and finding by comparison. */

static struct kam_value part(const struct ht_cell *c, bool values) {
    return values ? c->value : (struct kam_value){.type = KAM_STR, .s = c->name};
}

static void remove_matching(struct ht_table *t, struct ht_match *m, bool values) {
    size_t slot = 0;
    uint64_t order = 0;
    for (const struct ht_cell *c = ht_next(t, &slot, &order); c; c = ht_next(t, &slot, &order))
        if (ht_matches(m, part(c, values))) ht_remove(t, c);
}

/* That there is no such table is no failure here. */
static int rm_re(struct kam_run *run, const struct kam_arg *args, bool values) {
    struct span text;
    struct ht_match m = {0};
    struct ht_table *t = ht_table_of(htable_of(run), args[0].s, &text);
    if (!t) return 1;
    bool good = ht_match_begin(&m, run, SPAN("re"), text);
    if (good) remove_matching(t, &m, values);
    ht_match_end(&m);
    return good ? 1 : -1;
}

static int rm_name_re(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return rm_re(run, args, false);
}

static int rm_value_re(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return rm_re(run, args, true);
}

static int rm_by(struct kam_run *run, const struct kam_arg *args, bool values) {
    struct ht_match m = {0};
    struct ht_table *t = ht_table_find(htable_of(run), args[0].s);
    bool good = t && ht_match_begin(&m, run, args[1].s, args[2].s);
    good = good && (m.how == HT_REGEX || m.how == HT_STARTS_WITH);
    if (good) remove_matching(t, &m, values);
    ht_match_end(&m);
    return good ? 1 : -1;
}

static int rm_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return rm_by(run, args, false);
}

static int rm_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return rm_by(run, args, true);
}

static int has(struct kam_run *run, const struct kam_arg *args, bool values) {
    struct ht_match m = {0};
    size_t slot = 0;
    uint64_t order = 0;
    bool found = false;
    struct ht_table *t = ht_table_find(htable_of(run), args[0].s);
    if (t && ht_match_begin(&m, run, args[1].s, args[2].s))
        for (const struct ht_cell *c = ht_next(t, &slot, &order); c && !found; c = ht_next(t, &slot, &order))
            found = ht_matches(&m, part(c, values));
    ht_match_end(&m);
    return found ? 1 : -1;
}

static int has_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return has(run, args, false);
}

static int has_str_value(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return has(run, args, true);
}

/* Only one process decides at a time here: a lock is always free. */
static int lock(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span name;
    (void)count;
    return ht_table_of(htable_of(run), args[0].s, &name) ? 1 : -11;
}

static int print(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

/* Iterators. */

static struct ht_iterator *find_iterator(struct htable *h, struct span name) {
    for (struct ht_iterator *i = h->iterators; i < h->iterators + HT_ITERATORS; i++)
        if (i->name.p && span_eq(i->name, name)) return i;
    return NULL;
}

static struct ht_cell *current(const struct ht_iterator *i) {
    size_t slot = i->slot;
    uint64_t order = i->order - 1;
    if (!i->table || !i->order || slot >= i->table->definition->slots) return NULL;
    struct ht_cell *c = ht_next(i->table, &slot, &order);
    return c && order == i->order ? c : NULL;
}

/* Without such a table it fails, and the iterator is there all the same. */
static int iterator_start(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct htable *h = htable_of(run);
    struct ht_table *t = ht_table_find(h, args[1].s);
    struct ht_iterator *i = find_iterator(h, args[0].s);
    (void)count;
    for (size_t n = 0; !i && n < HT_ITERATORS; n++)
        if (!h->iterators[n].name.p) i = &h->iterators[n];
    if (!i) return -1;
    if (!i->name.p) i->name = (struct span){mem_text(args[0].s), args[0].s.len};
    i->table = t;
    i->slot = 0;
    i->order = 0;
    return t ? 1 : -1;
}

static int iterator_next(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ht_iterator *i = find_iterator(htable_of(run), args[0].s);
    (void)count;
    return i && i->table && ht_next(i->table, &i->slot, &i->order) ? 1 : -1;
}

static int iterator_end(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ht_iterator *i = find_iterator(htable_of(run), args[0].s);
    (void)count;
    if (!i) return -1;
    free((char *)i->name.p);
    *i = (struct ht_iterator){0};
    return 1;
}

static int iterator_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ht_iterator *i = find_iterator(htable_of(run), args[0].s);
    struct ht_cell *c = i ? current(i) : NULL;
    (void)count;
    if (!c) return -1;
    ht_remove(i->table, c);
    return ht_next(i->table, &i->slot, &i->order) ? 1 : -2;
}

static int iterator_set(struct kam_run *run, const struct kam_arg *args, struct kam_value value) {
    struct ht_iterator *i = find_iterator(htable_of(run), args[0].s);
    struct ht_cell *c = i ? current(i) : NULL;
    if (c) ht_assign(c, value);
    return c ? 1 : -1;
}

static int iterator_sets(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return iterator_set(run, args, (struct kam_value){.type = KAM_STR, .s = args[1].s});
}

static int iterator_seti(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return iterator_set(run, args, (struct kam_value){.type = KAM_INT, .n = args[1].n});
}

static int iterator_setex(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ht_iterator *i = find_iterator(htable_of(run), args[0].s);
    struct ht_cell *c = i ? current(i) : NULL;
    (void)count;
    if (c) c->expires_s = kam_now_s(run->k) + args[1].n;
    return c ? 1 : -1;
}

#define ROW(name, n, call, ...)                                                                              \
    { name, n, n, KAM_ANY_ROUTE, call, {__VA_ARGS__}, .expressions = true }
#define QUOTED(name, n, call, ...)                                                                           \
    {                                                                                                        \
        name, n, n, KAM_ANY_ROUTE, call, { __VA_ARGS__ }                                                     \
    }

static const struct kam_function functions[] = {
    ROW("sht_rm", 2, rm, ARG_FORMAT, ARG_FORMAT),
    ROW("sht_reset", 1, reset, ARG_FORMAT),
    ROW("sht_setxs", 4, setxs, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT, ARG_PV_NUMBER),
    ROW("sht_setxi", 4, setxi, ARG_FORMAT, ARG_FORMAT, ARG_PV_NUMBER, ARG_PV_NUMBER),
    QUOTED("sht_rm_name_re", 1, rm_name_re, ARG_KEY),
    QUOTED("sht_rm_value_re", 1, rm_value_re, ARG_KEY),
    QUOTED("sht_rm_name", 3, rm_name, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    QUOTED("sht_rm_value", 3, rm_value, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    QUOTED("sht_has_name", 3, has_name, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    QUOTED("sht_match_name", 3, has_name, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    QUOTED("sht_has_str_value", 3, has_str_value, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    QUOTED("sht_match_str_value", 3, has_str_value, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    QUOTED("sht_lock", 1, lock, ARG_KEY),
    QUOTED("sht_unlock", 1, lock, ARG_KEY),
    {"sht_print", 0, 0, KAM_ANY_ROUTE, print},
    ROW("sht_iterator_start", 2, iterator_start, ARG_FORMAT, ARG_FORMAT),
    ROW("sht_iterator_next", 1, iterator_next, ARG_FORMAT),
    ROW("sht_iterator_end", 1, iterator_end, ARG_FORMAT),
    ROW("sht_iterator_rm", 1, iterator_rm, ARG_FORMAT),
    ROW("sht_iterator_sets", 2, iterator_sets, ARG_FORMAT, ARG_FORMAT),
    ROW("sht_iterator_seti", 2, iterator_seti, ARG_FORMAT, ARG_PV_NUMBER),
    ROW("sht_iterator_setex", 2, iterator_setex, ARG_FORMAT, ARG_PV_NUMBER),
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("htable", ""), KAM_EACH},
    {KAM_INT("timer_interval", 20, 1, INT32_MAX), KAM_INTO(struct htable, timer_interval)},
    {KAM_TEXT("db_url", ""), KAM_INTO(struct htable, db_url)},
    {KAM_TEXT("key_name_column", "key_name"), KAM_NO_EFFECT},
    {KAM_TEXT("key_type_column", "key_type"), KAM_NO_EFFECT},
    {KAM_TEXT("value_type_column", "value_type"), KAM_NO_EFFECT},
    {KAM_TEXT("key_value_column", "key_value"), KAM_NO_EFFECT},
    {KAM_TEXT("expires_column", "expires"), KAM_NO_EFFECT},
    {KAM_TEXT("array_size_suffix", "::size"), KAM_NO_EFFECT},
    {KAM_INT("fetch_rows", 100, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("db_expires", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("enable_dmq", 0, INT32_MIN, INT32_MAX), KAM_NOT_SIMULATED},
    {KAM_INT("dmq_init_sync", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("timer_procs", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {KAM_INT("event_callback_mode", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {0},
};

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    (void)diag;
    ht_begin(k, data);
    kam_event_alone(k, "htable:mod-init", &(struct kam_made_up){0});
    return true;
}

static void end(void *data) { ht_end(data); }

static const char *const events[] = {"htable:mod-init", "htable:expired:TABLE", NULL};

const struct kam_module kam_htable_module = {.name = "htable",
                                             .functions = functions,
                                             .params = params,
                                             .pvs = ht_pvs,
                                             .events = events,
                                             .data_size = sizeof(struct htable),
                                             .load = ht_definitions_load,
                                             .start = start,
                                             .free = end};
