/* SPDX-License-Identifier: MIT */
/*
 * Edits: what a hop changes in a message. They are collected while the hop decides and applied in one
 * pass into a new payload; every byte that no edit names stays as it was.
 */
#ifndef MODEL_SIP_EDIT_H
#define MODEL_SIP_EDIT_H

#include "base/buf.h"
#include "model/net/datagram.h"

#include <stdbool.h>

struct edit {
    uint32_t at;             /* offset in the original */
    uint32_t removed;        /* bytes that go */
    uint32_t text, text_len; /* what comes instead, in edit_list.texts */
    bool in_place;           /* the original itself was changed, as long as before */
    bool silent;             /* edit_growth() does not count it */
    bool by_socket;          /* for its maker: the text depends on where the message leaves */
    bool names_socket;       /* for its maker: the socket's name stands behind its address */
    uint16_t socket_at;      /* for its maker: where the leaving socket stands in the text; 0: nowhere */
    uint16_t socket_len;     /* how long that is */
};

struct edit_list {
    struct edit *edits; /* ordered by offset; at equal offsets in the order of the calls */
    size_t count, cap;
    size_t reach;  /* no edit is, or removes anything, behind this offset */
    bool of_parts; /* for its maker: the body that they make consists of parts */
    bool leaving;  /* one of them has a socket_at */
    struct buf texts;
};

/* All-zero is an empty list. */
void edit_list_free(struct edit_list *list);
void edit_list_reset(struct edit_list *list);

/* Inserts text at an offset of the original. At the same offset an earlier call's text stands first. */
void edit_insert(struct edit_list *list, size_t at, struct span text);

/* The same in front of what earlier calls put there. */
void edit_insert_first(struct edit_list *list, size_t at, struct span text);

/*
 * Removes bytes; replaces them. Ranges may overlap: then all that is in any of them goes, and all texts stay
 * in the order of the offsets of their edits.
 */
void edit_remove(struct edit_list *list, size_t at, size_t len);
void edit_replace(struct edit_list *list, size_t at, size_t len, struct span text);

/* The same; edit_growth() does not count it. */
void edit_replace_silently(struct edit_list *list, size_t at, size_t len, struct span text);

/* Changes bytes in place: whoever removes them, removes what they are now. */
void edit_in_place(struct edit_list *list, size_t at, struct span text);

/* The edit in place that stands at that byte, or NULL. */
const struct edit *edit_replacing(const struct edit_list *list, size_t at);

/* How much longer these edits make the part from `at` on gets; negative: shorter. */
int64_t edit_growth(const struct edit_list *list, size_t at);

/* Makes dst an equal list. */
void edit_list_copy(struct edit_list *dst, const struct edit_list *src);

/* The original with all edits applied, held once by the caller; NULL if that were too long for UDP. */
struct payload *edit_apply(const struct edit_list *list, struct span original, struct pool *pool);

#endif
