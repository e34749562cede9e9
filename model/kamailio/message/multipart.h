/* SPDX-License-Identifier: MIT */
/* Bodies of several parts: multipart/mixed and its kin. (facts: Kamailio 31.3) */
#ifndef MODEL_KAMAILIO_MESSAGE_MULTIPART_H
#define MODEL_KAMAILIO_MESSAGE_MULTIPART_H

#include "base/span.h"

#include <stdbool.h>

/* The boundary that a Content-Type names; empty if it has none, or is not multipart. */
struct span multipart_boundary(struct span content_type);

/* Is the line one that stands between the parts, or behind the last one? */
bool multipart_is_delimiter(struct span line, struct span boundary);

/* Cuts a line off, with its end. */
struct span multipart_take_line(struct span *left);

/* The content of the first part that is application/sdp, up to the next delimiter; empty if there is none. */
struct span multipart_sdp(struct span body, struct span boundary);

#endif
