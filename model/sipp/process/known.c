/* SPDX-License-Identifier: MIT */
/* The Call-IDs that a SIPp knows. The dead ones expire in order, when somebody asks: they need no event. */
#include "base/mem.h"
#include "model/sipp/process/process.h"

#include <stdlib.h>

/* Room for a Call-ID comes in steps; an entry with a longer one is not kept for others. */
enum { ROOM_STEP = 8, ROOMS = 32 };

static struct known *entry_new(struct known_table *t, size_t id_len) {
    size_t step = id_len / ROOM_STEP, size = offsetof(struct known, id) + (step + 1) * ROOM_STEP;
    if (step >= ROOMS) return mem_new(size);
    struct known *k = t->free[step];
    if (!k) return arena_new(&t->memory, size);
    t->free[step] = k->chain;
    return k;
}

static void entry_free(struct known_table *t, struct known *k) {
    size_t step = k->len / ROOM_STEP;
    if (step >= ROOMS) {
        free(k);
        return;
    }
    k->chain = t->free[step];
    t->free[step] = k;
}

static struct known **bucket_of(const struct known_table *t, uint32_t hash) {
    return &t->buckets[hash & (t->bucket_count - 1)];
}

/* The link to the entry with that Call-ID, or to the end of its bucket. */
static struct known **find(const struct known_table *t, uint32_t hash, struct span id) {
    struct known **link = bucket_of(t, hash);
    while (*link && ((*link)->hash != hash || !span_eq((struct span){(*link)->id, (*link)->len}, id)))
        link = &(*link)->chain;
    return link;
}

static void grow(struct known_table *t) {
    struct known_table old = *t;
    t->bucket_count = old.bucket_count ? 2 * old.bucket_count : 64;
    t->buckets = mem_new(t->bucket_count * sizeof(struct known *));
    for (size_t i = 0; i < old.bucket_count; i++) {
        for (struct known *k = old.buckets[i], *next; k; k = next) {
            struct known **bucket = bucket_of(t, k->hash);
            next = k->chain;
            k->chain = *bucket;
            *bucket = k;
        }
    }
    free(old.buckets);
}

static void expire(struct sipp *sipp) {
    int64_t clock_ms = loop_clock(&sipp->loop);
    while (sipp->known.dead_first && sipp->known.dead_first->until_ms < clock_ms)
        known_forget(sipp, sipp->known.dead_first);
}

static void add_dead(struct sipp *sipp, struct known *k) {
    struct known_table *t = &sipp->known;
    k->until_ms = loop_clock(&sipp->loop) + sipp->config.deadcall_wait_ms; /* facts: SIPp 6.4 */
    k->next = NULL;
    k->prev = t->dead_last;
    if (k->prev)
        k->prev->next = k;
    else
        t->dead_first = k;
    t->dead_last = k;
}

static void remove_dead(struct known_table *t, struct known *k) {
    if (k->prev)
        k->prev->next = k->next;
    else
        t->dead_first = k->next;
    if (k->next)
        k->next->prev = k->prev;
    else
        t->dead_last = k->prev;
}

struct known *known_find(struct sipp *sipp, struct span id) {
    expire(sipp);
    return sipp->known.count ? *find(&sipp->known, (uint32_t)span_hash(id), id) : NULL;
}

struct known *known_add(struct sipp *sipp, struct span id, struct call *call) {
    struct known_table *t = &sipp->known;
    struct known *k = entry_new(t, id.len);
    *k = (struct known){.call = call, .hash = (uint32_t)span_hash(id), .len = (uint32_t)id.len};
    memcpy(k->id, id.p, id.len);
    expire(sipp);
    if (t->count / 2 >= t->bucket_count)
        grow(t); /* one in a bucket would take a quarter of a megabyte more */
    struct known **link = find(t, k->hash, id);
    k->listed = !*link;
    if (k->listed) {
        *link = k;
        t->count++;
    }
    return k;
}

void known_die(struct sipp *sipp, struct known *k) {
    k->dead = true;
    if (k->listed)
        add_dead(sipp, k);
    else
        entry_free(&sipp->known, k);
}

void known_renew(struct sipp *sipp, struct known *k) {
    remove_dead(&sipp->known, k);
    add_dead(sipp, k);
}

void known_forget(struct sipp *sipp, struct known *k) {
    struct known_table *t = &sipp->known;
    if (k->dead) remove_dead(t, k);
    if (k->listed) {
        struct known **link = bucket_of(t, k->hash);
        while (*link != k)
            link = &(*link)->chain;
        *link = k->chain;
        t->count--;
    }
    entry_free(t, k);
}

void known_free_all(struct sipp *sipp) {
    while (sipp->known.dead_first)
        known_forget(sipp, sipp->known.dead_first);
    free(sipp->known.buckets);
    arena_free(&sipp->known.memory);
}
