/* SPDX-License-Identifier: MIT */
/* Digest authentication's sums (RFC 2617 3.2.2), MD5 only. Who asks for which form, SIPp and Kamailio decide.
 */
#ifndef MODEL_SIP_DIGEST_H
#define MODEL_SIP_DIGEST_H

#include "base/span.h"

enum { DIGEST_HEX_LEN = 32 };

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
