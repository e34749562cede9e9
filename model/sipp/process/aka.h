/* SPDX-License-Identifier: MIT */
/* AKAv1-MD5 (RFC 3310) with MILENAGE (3GPP TS 35.206): the password is what the SIM card answers to the
 * nonce. */
#ifndef MODEL_SIPP_PROCESS_AKA_H
#define MODEL_SIPP_PROCESS_AKA_H

#include "base/span.h"

enum { AKA_KEY = 16, AKA_AMF = 2, AKA_RESPONSE = 8 };

/* aka_K, aka_OP, aka_AMF. */
struct aka_secret {
    struct span k, op, amf;
};

/*
 * Where a process keeps them: a text is laid with the NUL that ends it over what was there before, so that
 * behind a short or an absent one stands the rest of an earlier one.
 */
struct aka_memory {
    uint8_t k[AKA_KEY], op[AKA_KEY], amf[AKA_AMF];
};

/* Writes RES, which SIPp takes for a text that a NUL ends; NULL, or why there is none: the nonce is no
 * challenge of who knows the secret. */
const char *aka_respond(uint8_t response[AKA_RESPONSE], struct span nonce, const struct aka_secret *secret,
                        struct aka_memory *memory);

#endif
