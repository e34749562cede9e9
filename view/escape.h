/* SPDX-License-Identifier: MIT */
/* Bytes that nobody vouches for, made harmless for the formats that the views write. */
#ifndef VIEW_ESCAPE_H
#define VIEW_ESCAPE_H

#include "base/buf.h"

/* As one line of a terminal: what is not visible becomes "?", byte by byte. */
void escape_line(struct buf *out, struct span text);

/* As HTML or XML text and attribute value; what is not visible becomes \xHH, byte by byte. */
void escape_html(struct buf *out, struct span text);

/* As a JSON string with its quotes; invalid bytes become U+FFFD, so the result is always valid UTF-8. */
void escape_json(struct buf *out, struct span text);

/* Bytes as a JSON string of ASCII: each byte becomes the character of its number, U+0000 to U+00FF. */
void escape_json_bytes(struct buf *out, struct span bytes);

/* As text of a Mermaid sequence diagram: its own characters and all but ASCII become entity codes or "?". */
void escape_mermaid(struct buf *out, struct span text);

#endif
