/* SPDX-License-Identifier: MIT */
/* Bytes that nobody vouches for, on a terminal: what would move the cursor, colour or hide is shown as a
 * code. */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include "base/buf.h"

/* Decodes the UTF-8 character (RFC 3629) at the beginning of text, which is not empty: its length, 0 if it is
 * not valid (overlong, a surrogate). */
size_t visible_decode(struct span text, uint32_t *character);

/* Characters that are not to be shown as they are: controls, those without a width, those that turn the
 * direction of text or end a line. */
bool visible_is_hidden(uint32_t character);

/* The length of the character at the beginning of text (1 to 4), or 0 if there is none that may be shown. */
size_t visible_len(struct span text);

/* Adds text as part of one line: tabs and line ends as \t, \r, \n, other bytes that are not shown as \xHH.
 * Returns how many columns it takes, a character one. */
size_t visible_add(struct buf *out, struct span text);

#endif
