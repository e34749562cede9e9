/* SPDX-License-Identifier: MIT */
#include "model/sip/digest.h"

#include <md5.h>

void digest_md5(char hex[DIGEST_HEX_LEN], const struct span *parts, size_t count) {
    static const char digits[] = "0123456789abcdef";
    MD5_CTX context;
    uint8_t sum[MD5_DIGEST_LENGTH];
    MD5Init(&context);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) MD5Update(&context, (const uint8_t *)":", 1);
        MD5Update(&context, (const uint8_t *)parts[i].p, parts[i].len);
    }
    MD5Final(sum, &context);
    for (size_t i = 0; i < sizeof sum; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
}

void digest_response(char hex[DIGEST_HEX_LEN], const struct digest *d) {
    char request[DIGEST_HEX_LEN], body[DIGEST_HEX_LEN];
    struct span ha2 = {request, DIGEST_HEX_LEN}, hbody = {body, DIGEST_HEX_LEN};
    if (d->has_body) digest_md5(body, &d->body, 1);
    digest_md5(request, (const struct span[]){d->method, d->uri, hbody}, d->has_body ? 3 : 2);
    if (d->has_qop)
        digest_md5(hex, (const struct span[]){d->ha1, d->nonce, d->nc, d->cnonce, d->qop, ha2}, 6);
    else
        digest_md5(hex, (const struct span[]){d->ha1, d->nonce, ha2}, 3);
}
