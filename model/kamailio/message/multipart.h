/* SPDX-License-Identifier: MIT */
/* Bodies of several parts: multipart/mixed and its kin. (facts: Kamailio 31.3) */
#ifndef MODEL_KAMAILIO_MESSAGE_MULTIPART_H
#define MODEL_KAMAILIO_MESSAGE_MULTIPART_H

#include "base/span.h"

#include <stdbool.h>

/* The boundary that a Content-Type names; empty if it has none, or is not multipart. */
struct span multipart_boundary(struct span content_type);

/* "type/subtype" at the front of a Content-Type, with blanks around the slash; *behind gets what follows.
 * False: it has none. */
bool multipart_take_type(struct span content_type, struct span *type, struct span *subtype,
                         struct span *behind);

/* Is it of that type, with nothing but parameters behind it? */
bool multipart_is_type(struct span content_type, const char *type, const char *subtype);

/* The boundary, where it is the first parameter. */
struct span multipart_first_boundary(struct span content_type);

/* Does one of the body's lines stand between parts? */
bool multipart_has_delimiter(struct span body, struct span boundary);

/* Is the line one that stands between the parts, or behind the last one? */
bool multipart_is_delimiter(struct span line, struct span boundary);

/* Cuts a line off, with its end. */
struct span multipart_take_line(struct span *left);

/* The content of the first part that is application/sdp, up to the next delimiter; empty if there is none. */
struct span multipart_sdp(struct span body, struct span boundary);

#endif
