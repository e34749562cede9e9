/* SPDX-License-Identifier: MIT */
#include "model/sip/edit.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

void edit_list_free(struct edit_list *list) {
    free(list->edits);
    buf_free(&list->texts);
    *list = (struct edit_list){0};
}

void edit_list_reset(struct edit_list *list) {
    list->count = list->reach = 0;
    list->of_parts = list->leaving = false;
    buf_reset(&list->texts);
}

static struct edit *add(struct edit_list *list, size_t at, size_t len, struct span text) {
    size_t i = list->count;
    list->edits = mem_room(list->edits, list->count, &list->cap, sizeof *list->edits);
    while (i > 0 && at < list->edits[i - 1].at) {
        list->edits[i] = list->edits[i - 1];
        i--;
    }
    list->edits[i] = (struct edit){(uint32_t)at,       (uint32_t)len, (uint32_t)list->texts.len,
                                   (uint32_t)text.len, false,         false};
    list->count++;
    if (list->reach < at + len) list->reach = at + len;
    buf_add(&list->texts, text);
    return &list->edits[i];
}

/* What was changed in place inside of a range that goes. */
static void forget_in_place(struct edit_list *list, size_t at, size_t len) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct edit *e = &list->edits[i];
        if (!e->in_place || e->at < at || e->at + e->removed > at + len) list->edits[kept++] = *e;
    }
    list->count = kept;
}

void edit_replace(struct edit_list *list, size_t at, size_t len, struct span text) {
    if (len > 0) forget_in_place(list, at, len);
    add(list, at, len, text);
}

void edit_replace_silently(struct edit_list *list, size_t at, size_t len, struct span text) {
    add(list, at, len, text)->silent = true;
}

void edit_in_place(struct edit_list *list, size_t at, struct span text) {
    add(list, at, text.len, text)->in_place = true;
}

const struct edit *edit_replacing(const struct edit_list *list, size_t at) {
    for (const struct edit *e = list->edits; e < list->edits + list->count; e++)
        if (e->in_place && e->at == at) return e;
    return NULL;
}

void edit_insert(struct edit_list *list, size_t at, struct span text) { edit_replace(list, at, 0, text); }

void edit_insert_first(struct edit_list *list, size_t at, struct span text) {
    struct edit *e = add(list, at, 0, text), first = *e;
    for (; e > list->edits && e[-1].at == at; e--)
        *e = e[-1];
    *e = first;
}

void edit_remove(struct edit_list *list, size_t at, size_t len) {
    edit_replace(list, at, len, (struct span){0});
}

void edit_list_copy(struct edit_list *dst, const struct edit_list *src) {
    while (dst->cap < src->count)
        dst->edits = mem_room(dst->edits, dst->cap, &dst->cap, sizeof *dst->edits);
    if (src->count) memcpy(dst->edits, src->edits, src->count * sizeof *src->edits);
    dst->count = src->count;
    dst->reach = src->reach;
    dst->of_parts = src->of_parts;
    dst->leaving = src->leaving;
    buf_reset(&dst->texts);
    if (src->texts.len) buf_add(&dst->texts, buf_span(&src->texts));
}

/* Up to where the original is gone after an edit, when it was gone up to `gone` before. */
static size_t gone_after(const struct edit *e, size_t gone) {
    size_t end = e->at + e->removed;
    return end > gone ? end : gone;
}

/* Is its text that of bytes which an edit before has removed? */
static bool is_void(const struct edit *e, size_t gone) { return e->in_place && e->at < gone; }

/* How much longer they make the part from `at` on; all of them, or those that are not silent. */
static int64_t growth(const struct edit_list *list, size_t at, bool all) {
    int64_t sum = 0;
    size_t gone = 0;
    for (const struct edit *e = list->edits, *end = e + list->count; e < end; e++) {
        size_t from = e->at > gone ? e->at : gone, after = gone_after(e, gone);
        bool counts = all || !e->silent;
        if (e->at >= at && counts && !is_void(e, gone)) sum += e->text_len;
        if (from < at) from = at;
        if (after > from && counts) sum -= (int64_t)(after - from);
        gone = after;
    }
    return sum;
}

int64_t edit_growth(const struct edit_list *list, size_t at) {
    return list->reach < at ? 0 : growth(list, at, false); /* bodies seldom change */
}

struct payload *edit_apply(const struct edit_list *list, struct span original, struct pool *pool) {
    size_t len = (size_t)((int64_t)original.len + growth(list, 0, true)), at = 0;
    if (len > PAYLOAD_MAX) return NULL;
    struct payload *p = payload_new(pool, len);
    char *to = p->bytes;
    for (const struct edit *e = list->edits, *end = e + list->count; e < end; e++) {
        assert(e->at + e->removed <= original.len);
        if (e->at > at) {
            memcpy(to, original.p + at, e->at - at);
            to += e->at - at;
        }
        if (e->text_len && !is_void(e, at)) {
            memcpy(to, list->texts.p + e->text, e->text_len);
            to += e->text_len;
        }
        at = gone_after(e, e->at > at ? e->at : at);
    }
    memcpy(to, original.p + at, original.len - at);
    p->len = (uint32_t)len;
    return p;
}
