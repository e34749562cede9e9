/* SPDX-License-Identifier: MIT */
/*
 * The branch parameter of Kamailio's own Via: "z9hG4bK" H "." M "." B, a pure function of the request
 * (facts: Kamailio 1). Made when a request is relayed, with or without a transaction; read when a reply
 * comes back.
 */
#ifndef MODEL_KAMAILIO_MESSAGE_BRANCH_H
#define MODEL_KAMAILIO_MESSAGE_BRANCH_H

#include "base/buf.h"
#include "model/kamailio/script/method.h"
#include "model/sip/via.h"

#define KAM_MD5_LEN 32

/* What of a request goes into the branch; spans with p NULL are absent. */
struct kam_branch_input {
    enum kam_method method;
    struct span uri; /* the Request-URI as received */
    struct span call_id, cseq_number;
    struct span from_tag, to_tag;
    const struct via *via; /* the topmost one */
};

/* Kamailio's hash of one text or two; dispatcher's, and the beginning of many others (facts: Kamailio 20.2).
 */
uint32_t kam_hash(struct span a, struct span b);

/* H: the index of the transaction in tm's table, 0 to 65535. */
uint32_t kam_branch_hash(struct span call_id, struct span cseq_number);

/* M: writes 32 hexadecimal digits and a NUL. */
void kam_branch_md5(char out[KAM_MD5_LEN + 1], const struct kam_branch_input *in);

/* Appends the whole parameter value. */
void kam_branch_write(struct buf *out, uint32_t hash, const char *md5, unsigned branch);

/* Takes a value apart; false if it is not of that form. md5 is not terminated: it points into the value. */
bool kam_branch_parse(struct span value, uint32_t *hash, const char **md5, unsigned *branch);

/* Adds a number in hexadecimal digits, the least significant one first, as Kamailio writes many of its own.
 */
void kam_reverse_hex_write(struct buf *out, uint32_t n);

#endif
