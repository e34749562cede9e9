/* SPDX-License-Identifier: MIT */
/*
 * Edits that scripts make are not always compatible: a header is removed twice, or removed after a part of
 * it was replaced. These put an edit on a list so that the list stays free of overlaps.
 */
#ifndef MODEL_KAMAILIO_MESSAGE_LUMP_H
#define MODEL_KAMAILIO_MESSAGE_LUMP_H

#include "model/sip/edit.h"

/* Inserts, unless the place was removed. */
void kam_lump_insert(struct edit_list *list, size_t at, struct span text);

/* Removes; what was edited inside goes with it. Does nothing if part of it was removed together with
 * something else. */
void kam_lump_remove(struct edit_list *list, size_t at, size_t len);

/* Replaces, unless something in it was removed. */
void kam_lump_replace(struct edit_list *list, size_t at, size_t len, struct span text);

#endif
