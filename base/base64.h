/* SPDX-License-Identifier: MIT */
/* base64 (RFC 4648): three bytes as four letters. Who writes it chooses the alphabet and what fills up the
 * end. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* The alphabets of RFC 4648, 4 and 5: texts of 64 letters. */
extern const char base64_letters[], base64_url_letters[];

/* Adds bytes in base64; fill stands for letters that are missing at the end, '\0': nothing does. */
void base64_add(struct buf *out, struct span bytes, const char *letters, char fill);

/* Adds the bytes that letters stand for, without what fills them up. False: there is another character; out
 * may have got some bytes then. */
bool base64_read(struct buf *out, struct span text, const char *letters);

#endif
