/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/registrar/usrloc.h"

#include "base/mem.h"
#include "base/table.h"
#include "model/kamailio/message/branch.h"

#include <stdlib.h>

struct usrloc_aor {
    UT_hash_handle hh;
    struct usrloc_contact *contacts;
    size_t len;
    char name[];
};

static struct usrloc_aor *find_aor(const struct usrloc *u, struct span name) {
    struct usrloc_aor *a;
    HASH_FIND(hh, u->aors, name.p, name.len, a);
    return a;
}

static struct usrloc_aor *need_aor(struct usrloc *u, struct span name) {
    struct usrloc_aor *a = find_aor(u, name);
    if (a) return a;
    a = mem_new(sizeof *a + name.len);
    a->len = name.len;
    if (name.len) memcpy(a->name, name.p, name.len);
    HASH_ADD(hh, u->aors, name, a->len, a);
    return a;
}

void usrloc_contact_free(struct usrloc_contact *c) {
    free(c->uri);
    free(c->call_id);
    free(c->ruid);
    free(c->user_agent);
    free(c->received);
    free(c->path);
    free(c->instance);
    free(c);
}

static char *copy_text(const char *text) { return text ? mem_text(span_of(text)) : NULL; }

struct usrloc_contact *usrloc_contact_copy(const struct usrloc_contact *c) {
    struct usrloc_contact *copy = mem_new(sizeof *copy);
    *copy = *c;
    copy->next = NULL;
    copy->uri = copy_text(c->uri);
    copy->call_id = copy_text(c->call_id);
    copy->ruid = copy_text(c->ruid);
    copy->user_agent = copy_text(c->user_agent);
    copy->received = copy_text(c->received);
    copy->path = copy_text(c->path);
    copy->instance = copy_text(c->instance);
    return copy;
}

/* An address of record without contacts is none. */
static void drop_if_empty(struct usrloc *u, struct usrloc_aor *a) {
    if (a->contacts) return;
    HASH_DEL(u->aors, a);
    free(a);
}

void usrloc_remove_all(struct usrloc *u, struct span aor) {
    struct usrloc_aor *a = find_aor(u, aor);
    if (!a) return;
    for (struct usrloc_contact *next; a->contacts; a->contacts = next) {
        next = a->contacts->next;
        usrloc_contact_free(a->contacts);
    }
    drop_if_empty(u, a);
}

void usrloc_free(struct usrloc *u) {
    while (u->aors)
        usrloc_remove_all(u, (struct span){u->aors->name, u->aors->len});
}

struct usrloc_contact *usrloc_first(const struct usrloc *u, struct span aor) {
    const struct usrloc_aor *a = find_aor(u, aor);
    return a ? a->contacts : NULL;
}

bool usrloc_matches(const struct usrloc *u) {
    return u->matching_mode >= 0 && u->matching_mode <= USRLOC_BY_CALL;
}

static bool is_meant(const struct usrloc *u, const struct usrloc_contact *c, const struct usrloc_key *key) {
    bool uri = span_is(key->uri, c->uri);
    switch (u->matching_mode) {
    case USRLOC_BY_URI_AND_CALL: return uri && span_is(key->call_id, c->call_id);
    case USRLOC_BY_URI_AND_PATH: return uri && (!key->path.len || span_is(key->path, c->path ? c->path : ""));
    case USRLOC_BY_CALL: return span_is(key->call_id, c->call_id);
    default: return uri;
    }
}

/* One device's contact by one of its ways. */
static struct usrloc_contact *find_instance(struct usrloc_contact *c, const struct usrloc_key *key) {
    while (c && !(c->reg_id == key->reg_id && c->instance && span_is(key->instance, c->instance)))
        c = c->next;
    return c;
}

struct usrloc_contact *usrloc_find(const struct usrloc *u, struct span aor, const struct usrloc_key *key) {
    struct usrloc_contact *c = usrloc_first(u, aor);
    struct usrloc_contact *same = key->instance.len && key->reg_id ? find_instance(c, key) : NULL;
    if (same) return same;
    while (c && !is_meant(u, c, key))
        c = c->next;
    return c;
}

void usrloc_set_text(char **text, struct span value) {
    free(*text);
    *text = value.p ? mem_text(value) : NULL;
}

/* A new contact goes before the first one that is worse, or in front. */
struct usrloc_contact *usrloc_add(struct usrloc *u, struct span aor, struct span uri, int q) {
    struct usrloc_contact *c = mem_new(sizeof *c), **at = &need_aor(u, aor)->contacts;
    c->uri = mem_text(uri);
    c->q = q;
    while (*at && (*at)->q >= q && !u->desc_time_order)
        at = &(*at)->next;
    c->next = *at;
    *at = c;
    return c;
}

static struct usrloc_contact **link_of(struct usrloc_aor *a, const struct usrloc_contact *c) {
    struct usrloc_contact **at = &a->contacts;
    while (*at != c)
        at = &(*at)->next;
    return at;
}

/*
 * It stays where it is if it is not better than the one before it and not worse than the one behind it;
 * otherwise it goes before the first one that is as good or better, which is not where a new one would go
 * (recorded: 60 updates).
 */
void usrloc_set_q(struct usrloc *u, struct span aor, struct usrloc_contact *c, int q) {
    struct usrloc_aor *a = find_aor(u, aor);
    struct usrloc_contact *before = a->contacts;
    c->q = q;
    if (u->desc_time_order) {
        *link_of(a, c) = c->next;
        c->next = a->contacts;
        a->contacts = c;
        return;
    }
    while (before != c && before->next != c)
        before = before->next;
    if ((before == c || q <= before->q) && (!c->next || q >= c->next->q)) return;
    *link_of(a, c) = c->next;
    struct usrloc_contact **at = &a->contacts;
    while (*at && (*at)->q < q)
        at = &(*at)->next;
    c->next = *at;
    *at = c;
}

void usrloc_remove(struct usrloc *u, struct span aor, struct usrloc_contact *c) {
    struct usrloc_aor *a = find_aor(u, aor);
    *link_of(a, c) = c->next;
    usrloc_contact_free(c);
    drop_if_empty(u, a);
}

void usrloc_remove_others(struct usrloc *u, struct span aor, const struct usrloc_contact *kept) {
    for (struct usrloc_contact *c = usrloc_first(u, aor), *next; c; c = next) {
        next = c->next;
        if (c != kept) usrloc_remove(u, aor, c);
    }
}

uint32_t usrloc_hash(struct span aor) { return kam_hash(aor, SPAN("")); }

/* An address of record at its place in the table. */
struct place {
    uint32_t slot;
    size_t age;
    const struct usrloc_aor *aor;
};

static int by_place(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->slot != y->slot) return x->slot < y->slot ? -1 : 1;
    return x->age < y->age ? -1 : x->age > y->age;
}

/* hash_size counts modulo 32, and up to 1 as 9. */
static uint32_t slots_of(const struct usrloc *u) {
    return u->hash_size <= 1 ? 512 : UINT32_C(1) << (u->hash_size & 31);
}

void usrloc_each(const struct usrloc *u, uint32_t part, uint32_t parts,
                 void (*tell)(void *arg, struct span aor, struct usrloc_contact *c), void *arg) {
    size_t count = 0, age = 0;
    struct place *places = mem_new((HASH_COUNT(u->aors) + 1) * sizeof *places);
    for (const struct usrloc_aor *a = u->aors; a; a = a->hh.next, age++) {
        uint32_t slot = usrloc_hash((struct span){a->name, a->len}) & (slots_of(u) - 1);
        if (slot % parts == part) places[count++] = (struct place){slot, age, a};
    }
    qsort(places, count, sizeof *places, by_place);
    for (size_t i = 0; i < count; i++)
        for (struct usrloc_contact *c = places[i].aor->contacts, *next; c; c = next) {
            next = c->next;
            tell(arg, (struct span){places[i].aor->name, places[i].aor->len}, c);
        }
    free(places);
}
