/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/lump.h"

/* The number of edits before that place: they stand in its order. */
static size_t edits_before(const struct edit_list *list, size_t at) {
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->edits[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Does a removal of another edit reach into at .. at + len? For len 0: is at inside of one? */
static bool clashes(const struct edit_list *list, size_t at, size_t len) {
    size_t first = edits_before(list, at);
    for (size_t i = first;
         i-- > 0;) { /* removals do not overlap: only the last one before may reach so far */
        const struct edit *e = &list->edits[i];
        if (e->removed == 0) continue;
        if (e->at + e->removed > at) return true;
        break;
    }
    for (const struct edit *e = list->edits + first; e < list->edits + list->count && e->at < at + len; e++)
        if (e->removed > 0) return true;
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
