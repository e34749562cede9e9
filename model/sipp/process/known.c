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

static size_t home_of(const struct known_table *t, uint32_t hash) { return hash & (t->slot_count - 1); }

static size_t behind(const struct known_table *t, size_t slot) { return (slot + 1) & (t->slot_count - 1); }

/* The slot of the entry with that Call-ID, or the free one that it would have. */
static struct known_slot *find(const struct known_table *t, uint32_t hash, struct span id) {
    size_t i = home_of(t, hash);
    for (const struct known *k; (k = t->slots[i].entry) != NULL; i = behind(t, i))
        if (t->slots[i].hash == hash && span_eq((struct span){k->id, k->len}, id)) break;
    return &t->slots[i];
}

/* A free slot ends a search: those behind one that becomes free move up where that brings them nearer home.
 */
static void take_out(struct known_table *t, const struct known *k) {
    size_t mask = t->slot_count - 1, free = home_of(t, k->hash);
    while (t->slots[free].entry != k)
        free = behind(t, free);
    for (size_t i = behind(t, free); t->slots[i].entry; i = behind(t, i)) {
        if (((i - home_of(t, t->slots[i].hash)) & mask) < ((i - free) & mask)) continue;
        t->slots[free] = t->slots[i];
        free = i;
    }
    t->slots[free].entry = NULL;
}

static void grow(struct known_table *t) {
    struct known_slot *old = t->slots, *end = old + t->slot_count;
    t->slot_count = t->slot_count ? 2 * t->slot_count : 64;
    t->slots = mem_new(t->slot_count * sizeof *t->slots);
    for (struct known_slot *slot = old; slot < end; slot++) {
        size_t i = home_of(t, slot->hash);
        if (!slot->entry) continue;
        while (t->slots[i].entry)
            i = behind(t, i);
        t->slots[i] = *slot;
    }
    free(old);
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
    struct known_table *t = &sipp->known;
    expire(sipp);
    if (t->count == 0) return NULL;
    return find(t, (uint32_t)span_hash(id), id)->entry;
}

struct known *known_add(struct sipp *sipp, struct span id, struct call *call) {
    struct known_table *t = &sipp->known;
    struct known *k = entry_new(t, id.len);
    *k = (struct known){.call = call, .hash = (uint32_t)span_hash(id), .len = (uint32_t)id.len};
    memcpy(k->id, id.p, id.len);
    expire(sipp);
    if (t->count >= t->slot_count / 4 * 3) grow(t);
    struct known_slot *slot = find(t, k->hash, id);
    k->listed = !slot->entry;
    if (k->listed) {
        *slot = (struct known_slot){k, k->hash};
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
        take_out(t, k);
        t->count--;
    }
    entry_free(t, k);
}

void known_free_all(struct sipp *sipp) {
    while (sipp->known.dead_first)
        known_forget(sipp, sipp->known.dead_first);
    free(sipp->known.slots);
    arena_free(&sipp->known.memory);
}
