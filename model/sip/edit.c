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
    list->count = 0;
    buf_reset(&list->texts);
}

/* By offset; what is only inserted goes in front of what is removed at the same place. */
static bool comes_before(size_t at, size_t len, const struct edit *e) {
    return at < e->at || (at == e->at && len == 0 && e->removed > 0);
}

void edit_replace(struct edit_list *list, size_t at, size_t len, struct span text) {
    size_t i = list->count;
    list->edits = mem_room(list->edits, list->count, &list->cap, sizeof *list->edits);
    while (i > 0 && comes_before(at, len, &list->edits[i - 1])) {
        list->edits[i] = list->edits[i - 1];
        i--;
    }
    list->edits[i] =
        (struct edit){(uint32_t)at, (uint32_t)len, (uint32_t)list->texts.len, (uint32_t)text.len};
    list->count++;
    buf_add(&list->texts, text);
}

void edit_insert(struct edit_list *list, size_t at, struct span text) { edit_replace(list, at, 0, text); }

void edit_remove(struct edit_list *list, size_t at, size_t len) {
    edit_replace(list, at, len, (struct span){0});
}

void edit_list_copy(struct edit_list *dst, const struct edit_list *src) {
    edit_list_reset(dst);
    for (const struct edit *e = src->edits; e < src->edits + src->count; e++)
        edit_replace(dst, e->at, e->removed, (struct span){src->texts.p + e->text, e->text_len});
}

struct payload *edit_apply(const struct edit_list *list, struct span original, struct pool *pool) {
    size_t len = original.len, at = 0;
    for (const struct edit *e = list->edits; e < list->edits + list->count; e++)
        len = len + e->text_len - e->removed;
    if (len > PAYLOAD_MAX) return NULL;
    struct payload *p = payload_new(pool, len);
    char *to = p->bytes;
    for (const struct edit *e = list->edits; e < list->edits + list->count; e++) {
        assert(e->at >= at && e->at + e->removed <= original.len);
        memcpy(to, original.p + at, e->at - at);
        to += e->at - at;
        if (e->text_len) memcpy(to, list->texts.p + e->text, e->text_len);
        to += e->text_len;
        at = e->at + e->removed;
    }
    memcpy(to, original.p + at, original.len - at);
    p->len = (uint32_t)len;
    return p;
}
