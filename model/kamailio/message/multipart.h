/* SPDX-License-Identifier: MIT */
/* Bodies of several parts: multipart/mixed and its kin. (facts: Kamailio 31.3) */
#ifndef MODEL_KAMAILIO_MESSAGE_MULTIPART_H
#define MODEL_KAMAILIO_MESSAGE_MULTIPART_H

#include "base/buf.h"

#include <stdbool.h>

/* How lines between parts begin, and the one behind the last: whatever comes behind it in the line. */
struct multipart_mark {
    const char *dashes; /* "--", or "" where a Content-Type has parameters, but no boundary */
    struct span boundary;
};

/* By the parameters of a Content-Type, whatever its type. False: there are none, or they cannot be read. */
bool multipart_mark(struct multipart_mark *mark, struct span content_type);

/*
 * By a boundary that is the first parameter: all that stands behind its equals sign, quotes around all of
 * that are taken off. The value of the header is needed with the blanks behind it. False: it is not there.
 */
bool multipart_first_mark(struct multipart_mark *mark, struct span content_type);

/* Cuts off what stands in front of the next such line, and the line; its p is NULL where there is none. */
struct span multipart_take_part(struct span *left, const struct multipart_mark *mark, struct span *line);

/* Writes the parts that stand between such lines, which become plain ones; false: there are less than two. */
bool multipart_write(struct buf *out, struct span body, const struct multipart_mark *mark);

/*
 * Reads the headers of a part; *content is what stands behind them, empty where they do not end; *is_sdp: one
 * of its types is application/sdp. False: one of them cannot be read.
 */
enum multipart_types { MULTIPART_ONE_TYPE, MULTIPART_MANY_TYPES }; /* with commas */
bool multipart_read_headers(struct span part, enum multipart_types types, struct span *content, bool *is_sdp);

/* Is the line a Content-Type? *value gets what stands behind the colon. */
bool multipart_type_of(struct span line, struct span *value);

/* "type/subtype" at the front of a Content-Type, with blanks around the slash; *behind gets what follows.
 * False: it has none. */
bool multipart_take_type(struct span content_type, struct span *type, struct span *subtype,
                         struct span *behind);

/* The same, with nothing but parameters behind it, in which there is no comma, not in quotes either. */
bool multipart_read_type(struct span content_type, struct span *type, struct span *subtype);

/* Is it of that type, with nothing else behind it? */
bool multipart_is_type(struct span content_type, const char *type, const char *subtype);

/* Cuts a line off, with its end. */
struct span multipart_take_line(struct span *left);

#endif
