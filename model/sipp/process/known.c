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
    t->free[step] = k->next;
    return k;
}

static void entry_free(struct known_table *t, struct known *k) {
    size_t step = k->len / ROOM_STEP;
    if (step >= ROOMS) {
        free(k);
        return;
    }
    k->next = t->free[step];
    t->free[step] = k;
}

static size_t home_of(const struct known_set *s, uint32_t hash) { return hash & (s->slots - 1); }

static size_t behind(const struct known_set *s, size_t slot) { return (slot + 1) & (s->slots - 1); }

/* 0 stands for a free slot. */
static uint32_t hash_of(struct span id) {
    uint32_t hash = (uint32_t)span_hash(id);
    return hash ? hash : 1;
}

/* NULL: there is none. */
static struct known *find(const struct known_set *s, uint32_t hash, struct span id) {
    if (s->count == 0) return NULL;
    for (size_t i = home_of(s, hash); s->hashes[i]; i = behind(s, i)) {
        struct known *k = s->hashes[i] == hash ? s->entries[i] : NULL;
        if (k && span_eq((struct span){k->id, k->len}, id)) return k;
    }
    return NULL;
}

static void put(struct known_set *s, uint32_t hash, struct known *k) {
    size_t i = home_of(s, hash);
    while (s->hashes[i])
        i = behind(s, i);
    s->hashes[i] = hash;
    s->entries[i] = k;
}

static void add(struct known_set *s, struct known *k) {
    if (5 * s->count++ >= 4 * s->slots) {
        struct known_set old = *s;
        s->slots = old.slots ? 2 * old.slots : 64;
        s->hashes = mem_new(s->slots * sizeof *s->hashes);
        s->entries = mem_new(s->slots * sizeof *s->entries);
        for (size_t i = 0; i < old.slots; i++)
            if (old.hashes[i]) put(s, old.hashes[i], old.entries[i]);
        free(old.hashes);
        free(old.entries);
    }
    put(s, k->hash, k);
}

/* A free slot ends a search: those behind one that becomes free move up where that brings them nearer home.
 */
static void take_out(struct known_set *s, const struct known *k) {
    size_t mask = s->slots - 1, free = home_of(s, k->hash);
    while (s->hashes[free] != k->hash || s->entries[free] != k)
        free = behind(s, free);
    for (size_t i = behind(s, free); s->hashes[i]; i = behind(s, i)) {
        if (((i - home_of(s, s->hashes[i])) & mask) < ((i - free) & mask)) continue;
        s->hashes[free] = s->hashes[i];
        s->entries[free] = s->entries[i];
        free = i;
    }
    s->hashes[free] = 0;
    s->count--;
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

static inline struct known *find_any(struct sipp *sipp, uint32_t hash, struct span id) {
    struct known *k = find(&sipp->known.live, hash, id);
    if (k) return k;
    expire(sipp);
    return find(&sipp->known.dead, hash, id);
}

struct known *known_find(struct sipp *sipp, struct span id) {
    return find_any(sipp, hash_of(id), id);
}

struct known *known_add(struct sipp *sipp, struct span id, struct call *call) {
    struct known_table *t = &sipp->known;
    uint32_t hash = hash_of(id);
    bool listed = !find_any(sipp, hash, id);
    struct known *k = entry_new(t, id.len);
    *k = (struct known){.call = call, .hash = hash, .len = (uint32_t)id.len, .listed = listed};
    memcpy(k->id, id.p, id.len);
    if (listed) add(&t->live, k);
    return k;
}

void known_die(struct sipp *sipp, struct known *k) {
    struct known_table *t = &sipp->known;
    if (k->listed && sipp->config.deadcall_wait_ms == 0) {
        known_forget(sipp, k);
    } else if (k->listed) {
        k->dead = true;
        take_out(&t->live, k);
        add(&t->dead, k);
        add_dead(sipp, k);
    } else {
        entry_free(t, k);
    }
}

void known_renew(struct sipp *sipp, struct known *k) {
    remove_dead(&sipp->known, k);
    add_dead(sipp, k);
}

void known_forget(struct sipp *sipp, struct known *k) {
    struct known_table *t = &sipp->known;
    if (k->dead) remove_dead(t, k);
    if (k->listed) take_out(k->dead ? &t->dead : &t->live, k);
    entry_free(t, k);
}

static void set_free(struct known_set *s) {
    free(s->hashes);
    free(s->entries);
}

void known_free_all(struct sipp *sipp) {
    while (sipp->known.dead_first)
        known_forget(sipp, sipp->known.dead_first);
    set_free(&sipp->known.live);
    set_free(&sipp->known.dead);
    arena_free(&sipp->known.memory);
}
