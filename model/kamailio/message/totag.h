/* SPDX-License-Identifier: MIT */
/* The To tag of replies that Kamailio makes itself: a pure function of its address and the request (facts:
 * Kamailio 5.2). */
#ifndef MODEL_KAMAILIO_MESSAGE_TOTAG_H
#define MODEL_KAMAILIO_MESSAGE_TOTAG_H

#include "base/buf.h"
#include "model/sip/via.h"

/* The first part: who answers. signature is "KAMAILIO-stateless" or "SER-TM/tags"; 32 hexadecimal digits and
 * a NUL. */
void kam_totag_prefix(char out[33], const char *signature, struct span address, struct span port);

/* Appends the second part: 8 characters from the topmost Via and the Call-ID. */
void kam_totag_suffix_write(struct buf *out, const struct via *via, struct span call_id);

/* Appends the second part of the From tag of a request that Kamailio itself sends to that URI: 8 characters.
 * The first one has the signature "Long live kamailio server". (facts: Kamailio 20.5) */
void kam_fromtag_suffix_write(struct buf *out, struct span call_id, struct span uri);

/* CRC-16/X-25. */
uint16_t kam_crc(struct span s);

#endif
