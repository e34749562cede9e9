/* SPDX-License-Identifier: MIT */
/* The Call-IDs that a SIPp knows. The dead ones expire in order, when somebody asks: they need no event. */
#include "base/mem.h"
#include "model/sipp/process/process.h"

#include <stdlib.h>

/* -deadcall_wait: how long a call that has ended is remembered (facts: SIPp 6.4). */
#define DEAD_MS 33000

static void expire(struct sipp *sipp) {
    int64_t clock_ms = loop_clock(&sipp->loop);
    while (sipp->dead_first && sipp->dead_first->until_ms < clock_ms)
        known_forget(sipp, sipp->dead_first);
}

static void add_dead(struct sipp *sipp, struct known *k) {
    k->until_ms = loop_clock(&sipp->loop) + DEAD_MS;
    k->next = NULL;
    k->prev = sipp->dead_last;
    if (k->prev)
        k->prev->next = k;
    else
        sipp->dead_first = k;
    sipp->dead_last = k;
}

static void remove_dead(struct sipp *sipp, struct known *k) {
    if (k->prev)
        k->prev->next = k->next;
    else
        sipp->dead_first = k->next;
    if (k->next)
        k->next->prev = k->prev;
    else
        sipp->dead_last = k->prev;
}

struct known *known_find(struct sipp *sipp, struct span id) {
    struct known *k;
    expire(sipp);
    HASH_FIND(hh, sipp->known, id.p, id.len, k);
    return k;
}

struct known *known_add(struct sipp *sipp, struct span id, struct call *call) {
    struct known *k = mem_new(sizeof *k + id.len + 1);
    k->call = call;
    k->len = id.len;
    memcpy(k->id, id.p, id.len);
    struct span key = {k->id, k->len};
    k->listed = !known_find(sipp, key);
    if (k->listed) HASH_ADD_KEYPTR(hh, sipp->known, key.p, key.len, k);
    return k;
}

void known_die(struct sipp *sipp, struct known *k) {
    k->call = NULL;
    if (k->listed)
        add_dead(sipp, k);
    else
        free(k);
}

void known_renew(struct sipp *sipp, struct known *k) {
    remove_dead(sipp, k);
    add_dead(sipp, k);
}

void known_forget(struct sipp *sipp, struct known *k) {
    if (!k->call) remove_dead(sipp, k);
    if (k->listed) HASH_DELETE(hh, sipp->known, k);
    free(k);
}

void known_free_all(struct sipp *sipp) {
    while (sipp->dead_first)
        known_forget(sipp, sipp->dead_first);
}
