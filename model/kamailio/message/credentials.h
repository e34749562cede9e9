/* SPDX-License-Identifier: MIT */
/* Authorization and Proxy-Authorization as Kamailio reads them (facts: Kamailio 40.2), as views over the
 * message. */
#ifndef MODEL_KAMAILIO_MESSAGE_CREDENTIALS_H
#define MODEL_KAMAILIO_MESSAGE_CREDENTIALS_H

#include <stdbool.h>

#include "base/span.h"

/* What stands in the header; p of a member is NULL where it does not say it, its quotes are off. */
struct kam_credentials {
    struct span username; /* as a whole: user@domain */
    struct span realm, nonce, uri, response, algorithm, cnonce, opaque, qop, nc;
};

enum kam_credentials_kind {
    KAM_CREDENTIALS_DIGEST,
    KAM_CREDENTIALS_OTHER, /* of another scheme */
    KAM_CREDENTIALS_BROKEN
};

/* Reads a header's value. All is NULL unless it is a digest. */
enum kam_credentials_kind kam_credentials_parse(struct kam_credentials *c, struct span value);

/* The two parts of username; the domain's p is NULL where there is none. */
struct span kam_credentials_user(const struct kam_credentials *c);
struct span kam_credentials_domain(const struct kam_credentials *c);

/* Whether qop is auth or auth-int, with which nc and cnonce belong to the response. */
bool kam_credentials_counts(const struct kam_credentials *c);

#endif
