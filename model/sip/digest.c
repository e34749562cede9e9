/* SPDX-License-Identifier: MIT */
#include "model/sip/digest.h"

#include <endian.h>
#include <md5.h>

/* RFC 1321 3.3 */
void digest_begin(struct digest_text *t) {
    static const uint32_t state[] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    memcpy(t->state, state, sizeof state);
    t->len = 0;
}

static void transform(struct digest_text *t, size_t len) {
    for (size_t i = 0; i < len; i += DIGEST_BLOCK)
        MD5Transform(t->state, t->rest + i);
}

void digest_add(struct digest_text *t, struct span piece) {
    while (piece.len) {
        size_t used = t->len % DIGEST_ROOM, room = DIGEST_ROOM - used;
        size_t len = piece.len < room ? piece.len : room;
        memcpy(t->rest + used, piece.p, len);
        t->len += len;
        piece = span_skip(piece, len);
        if (len == room) transform(t, DIGEST_ROOM);
    }
}

/* RFC 1321 3.1, 3.2: a one bit, then zeros, then the number of bits in the last eight bytes of a block. */
static void add_padding(struct digest_text *t) {
    uint64_t bits = htole64(t->len * 8);
    size_t used = t->len % DIGEST_ROOM,
           end = (used + sizeof bits) / DIGEST_BLOCK * DIGEST_BLOCK + DIGEST_BLOCK;
    t->rest[used++] = 0x80;
    memset(t->rest + used, 0, end - sizeof bits - used);
    memcpy(t->rest + end - sizeof bits, &bits, sizeof bits);
    transform(t, end);
}

void digest_end(struct digest_text *t, char hex[DIGEST_HEX_LEN]) {
    uint8_t sum[sizeof t->state];
    add_padding(t);
    for (size_t i = 0; i < sizeof t->state / sizeof *t->state; i++)
        t->state[i] = htole32(t->state[i]);
    memcpy(sum, t->state, sizeof sum);
    for (size_t i = 0; i < sizeof sum; i++) { /* in this form compilers make it many at a time */
        uint8_t high = sum[i] >> 4, low = sum[i] & 15;
        hex[2 * i] = (char)(high + (high > 9 ? 'a' - 10 : '0'));
        hex[2 * i + 1] = (char)(low + (low > 9 ? 'a' - 10 : '0'));
    }
}

void digest_md5(char hex[DIGEST_HEX_LEN], const struct span *parts, size_t count) {
    struct digest_text t;
    digest_begin(&t);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) digest_add(&t, SPAN(":"));
        digest_add(&t, parts[i]);
    }
    digest_end(&t, hex);
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
