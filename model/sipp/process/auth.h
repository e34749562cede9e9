/* SPDX-License-Identifier: MIT */
/* Digest authentication as SIPp 3.6.1 writes and verifies it (RFC 2617; facts: SIPp 3.6): MD5, and AKAv1-MD5.
 */
#ifndef MODEL_SIPP_PROCESS_AUTH_H
#define MODEL_SIPP_PROCESS_AUTH_H

#include "base/buf.h"
#include "model/sipp/process/aka.h"

struct credentials {
    struct span user, password, method, uri, body;
    const struct aka_secret *aka; /* for a challenge of AKA; NULL: no aka_K is given */
    struct aka_memory *aka_memory;
    uint32_t nonce_count;
    uint32_t cnonce; /* drawn only if the challenge asks for one: see auth_needs_cnonce */
};

/* A parameter of a challenge or of credentials, without its quotes; p NULL if it is absent. */
struct span auth_parameter(struct span header, const char *name);

/* Does the challenge want qop, and so a cnonce? */
bool auth_needs_cnonce(struct span challenge);

/* Is it one of AKA? */
bool auth_is_aka(struct span challenge);

/* Adds `Digest username="..."...`. Returns NULL, or why it cannot: a static text. */
const char *auth_write(struct buf *out, struct span challenge, const struct credentials *c);

/*
 * Are these the right credentials for user and password? header is the value of Authorization, uri what
 * counts instead of the one that stands there; p NULL: that one.
 */
bool auth_verify(struct span header, struct span uri, struct span user, struct span password,
                 struct span method, struct span body);

#endif
