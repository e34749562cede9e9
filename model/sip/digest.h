/* SPDX-License-Identifier: MIT */
/* MD5 sums in hexadecimal, and those of digest authentication (RFC 2617 3.2.2). Who asks for which form, SIPp
 * and Kamailio decide. */
#ifndef MODEL_SIP_DIGEST_H
#define MODEL_SIP_DIGEST_H

#include "base/span.h"

enum { DIGEST_HEX_LEN = 32 };

/*
 * A text that is digested piece by piece. libmd's MD5Update() and MD5End() take half as long again as the sum
 * itself for texts of the length that branches are made of, so only its MD5Transform() is used.
 */
enum { DIGEST_BLOCK = 64, DIGEST_ROOM = 4 * DIGEST_BLOCK };
struct digest_text {
    uint32_t state[4];
    uint64_t len;
    uint8_t rest[DIGEST_ROOM + DIGEST_BLOCK]; /* what has been added since the room was full; the padding */
};

void digest_begin(struct digest_text *t);
void digest_add(struct digest_text *t, struct span piece);

/* Writes small hexadecimal digits, without a NUL. */
void digest_end(struct digest_text *t, char hex[DIGEST_HEX_LEN]);

/* The MD5 of the parts with a colon between each two, in small hexadecimal digits, without a NUL. */
void digest_md5(char hex[DIGEST_HEX_LEN], const struct span *parts, size_t count);

/* What a response is made of. */
struct digest {
    struct span ha1; /* MD5 of user:realm:password, in hexadecimal */
    struct span method, uri, nonce;
    bool has_qop;  /* the form of RFC 2617; false: the older one of RFC 2069 */
    bool has_body; /* auth-int: the body counts, too */
    struct span nc, cnonce, qop, body;
};

void digest_response(char hex[DIGEST_HEX_LEN], const struct digest *d);

#endif
