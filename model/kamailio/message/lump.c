/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/lump.h"

/* Does a removal of another edit reach into at .. at + len? For len 0: is at inside of one? */
static bool clashes(const struct edit_list *list, size_t at, size_t len) {
    for (const struct edit *e = list->edits; e < list->edits + list->count; e++) {
        if (e->removed == 0) continue;
        if (len == 0 ? e->at < at && at < e->at + e->removed : e->at < at + len && at < e->at + e->removed)
            return true;
    }
    return false;
}

void kam_lump_insert(struct edit_list *list, size_t at, struct span text) {
    if (!clashes(list, at, 0)) edit_insert(list, at, text);
}

void kam_lump_replace(struct edit_list *list, size_t at, size_t len, struct span text) {
    if (!clashes(list, at, len)) edit_replace(list, at, len, text);
}

void kam_lump_remove(struct edit_list *list, size_t at, size_t len) {
    for (const struct edit *e = list->edits; e < list->edits + list->count; e++) {
        if (e->removed == 0 || e->at + e->removed <= at || e->at >= at + len) continue;
        if (e->at < at || e->at + e->removed > at + len) return;
        if (e->at == at && e->removed == len && e->text_len == 0) return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct edit *e = &list->edits[i];
        bool inside = e->at < at + len && (e->at > at || e->removed > 0) && e->at >= at;
        if (!inside) list->edits[kept++] = *e;
    }
    list->count = kept;
    edit_remove(list, at, len);
}
