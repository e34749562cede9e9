/* SPDX-License-Identifier: MIT */
/* mqueue: queues of keys and values in memory, which one script fills and another one empties (facts:
 * Kamailio 68). */
#include "base/mem.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/param_list.h"

#include <stdlib.h>

/* What is added under a key that is there already. */
enum add_mode { ADD_ALL, ADD_FIRST, ADD_LAST };

struct item {
    struct item *next;
    char *key, *value;
};

/* What a process has fetched last. */
struct fetched {
    struct fetched *next;
    const struct kam_process *process;
    struct item *item; /* NULL: nothing */
};

struct queue {
    struct queue *next;
    struct span name;
    uint64_t size, mode;       /* size 0: no limit */
    struct item *first, **end; /* end: where the next one is linked */
    size_t count;
    struct fetched *fetched;
};

struct mqueue {
    struct queue *queues;
};

static void drop(struct item *i) {
    if (!i) return;
    free(i->key);
    free(i->value);
    free(i);
}

/* One field, of which the first one of a name counts; numbers are what their first digits say. */
static bool read_field(const struct script_param *p, struct span *name, struct span *size,
                       struct span *mode) {
    struct span *of = span_is_nocase(p->name, "name")      ? name
                      : span_is_nocase(p->name, "size")    ? size
                      : span_is_nocase(p->name, "addmode") ? mode
                                                           : NULL;
    if (of && !of->p) *of = p->value;
    return of;
}

/* name=N;size=S;addmode=A: NULL, or what Kamailio refuses. A size below 0 is none. */
static const char *read_definition(struct span text, struct queue *q) {
    struct span left = script_params(text, ';'), size = {0}, mode = {0};
    struct script_param p;
    int more;
    int64_t n;
    *q = (struct queue){0};
    while ((more = script_param_next(&left, ';', &p)) == 1)
        if (!read_field(&p, &q->name, &size, &mode)) return "an unknown parameter";
    if (more < 0) return "a parameter that cannot be read";
    script_param_signed(size, &n);
    q->size = n < 0 ? 0 : (uint64_t)n;
    script_param_signed(mode, &n);
    q->mode = n == ADD_FIRST || n == ADD_LAST ? (uint64_t)n : ADD_ALL;
    return q->name.len ? NULL : "a queue needs a name";
}

static bool load(struct kam_program *p, const struct source *cfg, struct source_set *set, struct diag *diag) {
    struct kam_value text;
    struct queue q, other;
    bool good = true;
    (void)cfg, (void)set;
    for (size_t n = 0; kam_program_value(p, &kam_mqueue_module, "mqueue", n, &text); n++) {
        const char *why = read_definition(text.s, &q);
        for (size_t i = 0; !why && i < n; i++)
            if (kam_program_value(p, &kam_mqueue_module, "mqueue", i, &text) &&
                !read_definition(text.s, &other) && span_eq(other.name, q.name))
                why = "there is a queue of that name";
        good = kam_program_value_right(p, &kam_mqueue_module, "mqueue", n, why, diag) && good;
    }
    return good;
}

static void init(struct kamailio *k, void *data) {
    struct mqueue *m = data;
    struct kam_value text;
    for (size_t n = 0; kam_program_value(k->program, &kam_mqueue_module, "mqueue", n, &text); n++) {
        struct queue *q = mem_new(sizeof *q);
        read_definition(text.s, q);
        q->end = &q->first;
        q->next = m->queues;
        m->queues = q;
    }
}

static void end(void *data) {
    struct mqueue *m = data;
    for (struct queue *q = m->queues, *next; q; q = next) {
        next = q->next;
        for (struct item *i = q->first, *after; i; i = after) {
            after = i->next;
            drop(i);
        }
        for (struct fetched *f = q->fetched, *after; f; f = after) {
            after = f->next;
            drop(f->item);
            free(f);
        }
        free(q);
    }
}

static struct queue *find(const struct kam_run *run, struct span name) {
    const struct mqueue *m = kam_module_data(run->k, KAM_MODULE_MQUEUE);
    struct queue *q = m->queues;
    while (q && !span_eq(q->name, name))
        q = q->next;
    return q;
}

static struct fetched *fetched_of(struct queue *q, const struct kam_process *process) {
    struct fetched *f = q->fetched;
    while (f && f->process != process)
        f = f->next;
    if (f) return f;
    f = mem_new(sizeof *f);
    *f = (struct fetched){.next = q->fetched, .process = process};
    return q->fetched = f;
}

static struct item *take(struct queue *q, struct item **place) {
    struct item *i = *place;
    if (!i) return NULL;
    *place = i->next;
    if (!i->next) q->end = place;
    q->count--;
    return i;
}

static struct item **place_of(struct queue *q, struct span key) {
    struct item **at = &q->first;
    while (*at && !span_is(key, (*at)->key))
        at = &(*at)->next;
    return at;
}

/* A full queue loses its oldest item. */
static int add(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct queue *q = find(run, args[0].s);
    (void)count;
    if (!q) return -1;
    if (q->mode != ADD_ALL) { /* otherwise nobody asks, and a long queue is not walked over */
        struct item **same = place_of(q, args[1].s);
        if (*same && q->mode == ADD_FIRST) return 1;
        drop(take(q, same));
    }
    if (q->size && q->count >= q->size) drop(take(q, &q->first));
    struct item *i = mem_new(sizeof *i);
    *i = (struct item){.key = mem_text(args[1].s), .value = mem_text(args[2].s)};
    *q->end = i;
    q->end = &i->next;
    q->count++;
    return 1;
}

static int fetch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct queue *q = find(run, args[0].s);
    (void)count;
    if (!q) return -1;
    struct fetched *f = fetched_of(q, run->state.process);
    drop(f->item);
    f->item = take(q, &q->first);
    return f->item ? 1 : -2;
}

static int forget(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct queue *q = find(run, args[0].s);
    (void)count;
    if (!q) return 1;
    struct fetched *f = fetched_of(q, run->state.process);
    drop(f->item);
    f->item = NULL;
    return 1;
}

static int size(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct queue *q = find(run, args[0].s);
    (void)count;
    if (!q) return -2;
    return q->count ? (int)q->count : -1;
}

static struct kam_value part_of(struct kam_run *run, const struct kam_pv_at *at, bool key) {
    struct queue *q = find(run, at->argument);
    const struct item *i = q ? fetched_of(q, run->state.process)->item : NULL;
    return i ? pv_text(span_of(key ? i->key : i->value)) : pv_nothing();
}

static struct kam_value get_key(struct kam_run *run, const struct kam_pv_at *at) {
    return part_of(run, at, true);
}
static struct kam_value get_value(struct kam_run *run, const struct kam_pv_at *at) {
    return part_of(run, at, false);
}

static struct kam_value get_size(struct kam_run *run, const struct kam_pv_at *at) {
    const struct queue *q = find(run, at->argument);
    return q ? pv_number((int64_t)q->count) : pv_nothing();
}

static const struct kam_pv pvs[] = {{"mqk", KAM_PV_NAMED, get_key, NULL, NULL},
                                    {"mqv", KAM_PV_NAMED, get_value, NULL, NULL},
                                    {"mq_size", KAM_PV_NAMED, get_size, NULL, NULL},
                                    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL}};

static const struct kam_function functions[] = {
    {"mq_add", 3, 3, KAM_ANY_ROUTE, add, {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"mq_fetch", 1, 1, KAM_ANY_ROUTE, fetch, {ARG_FORMAT}, .expressions = true},
    {"mq_pv_free", 1, 1, KAM_ANY_ROUTE, forget, {ARG_FORMAT}, .expressions = true},
    {"mq_size", 1, 1, KAM_ANY_ROUTE, size, {ARG_FORMAT}, .expressions = true},
    {0}};

static const struct kam_param params[] = {
    {KAM_TEXT("mqueue", ""), KAM_EACH}, {KAM_TEXT("db_url", ""), KAM_NO_EFFECT}, {0}};

const struct kam_module kam_mqueue_module = {.name = "mqueue",
                                             .functions = functions,
                                             .params = params,
                                             .pvs = pvs,
                                             .data_size = sizeof(struct mqueue),
                                             .load = load,
                                             .init = init,
                                             .free = end};
