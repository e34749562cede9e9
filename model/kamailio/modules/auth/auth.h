/* SPDX-License-Identifier: MIT */
/* auth: challenges, and what answers them (facts: Kamailio 40), for auth and for auth_db, which knows the
 * passwords. */
#ifndef MODEL_KAMAILIO_MODULES_AUTH_AUTH_H
#define MODEL_KAMAILIO_MODULES_AUTH_AUTH_H

#include "model/kamailio/message/credentials.h"
#include "model/kamailio/modules/module.h"
#include "model/sip/digest.h"

/* The length of a secret that nobody has set. */
enum { AUTH_SECRET_LEN = 32 };

/* From the number of a nonce to the next one's. */
enum { AUTH_ID_STEP = 257 };

/* A nonce that was given out: the nc of the last response to it, and whether there was one without. */
struct auth_given {
    uint8_t nc;
    bool used;
};

/* The module parameters, and what is made of them. */
struct auth {
    struct span secret, realm_prefix, algorithm, www_header, proxy_header;
    int64_t nonce_expire, nonce_auth_max_drift;
    int64_t checks_register, checks_no_dialog, checks_in_dialog; /* AUTH_CHECK_... */
    bool use_domain, force_stateless_reply, add_info;
    struct span nonce_secret, check_secret; /* of the two sums in a nonce */
    char drawn[AUTH_SECRET_LEN];            /* where the file gives no secret */
    bool nonce_count, one_time_nonce; /* nonces have numbers, and a response, or a nonce, is good once */
    uint32_t first_id;                /* of the first nonce; the next ones are AUTH_ID_STEP more each */
    struct auth_given *counts;        /* each of them */
    size_t given, counts_cap;         /* so many nonces */
    int64_t since_s;                  /* when this Kamailio was started: older nonces are stale */
};

/* What the functions return. */
enum auth_result {
    AUTH_OK = 1,
    AUTH_ERROR = -1, /* incomplete or broken credentials, a nonce that is none of ours */
    AUTH_WRONG_PASSWORD = -2,
    AUTH_NO_SUCH_USER = -3,
    AUTH_STALE = -4,
    AUTH_NO_CREDENTIALS = -5,
    AUTH_USED = -6,      /* one_time_nonce: it was answered before */
    AUTH_OTHER_USER = -8 /* From or To are not of the user who has the password */
};

struct auth *auth_of(const struct kam_run *run);

/* The two kinds of credentials: Authorization, which a 401 asks for, and Proxy-Authorization for a 407. */
enum auth_kind { AUTH_WWW, AUTH_PROXY };

/* What REGISTER asks for, and all others. */
enum auth_kind auth_kind_of(const struct kam_run *run);

/* The realm without realm_prefix. */
struct span auth_realm(const struct kam_run *run, struct span realm);

/* The first header of the kind that names the realm; one before it that cannot be read is an error. */
enum auth_result auth_find_header(const struct kam_run *run, enum auth_kind kind, struct span realm,
                                  struct kam_credentials *c, const struct sip_header **header);

/*
 * Looks for credentials of that realm whose nonce is valid. AUTH_OK with c filled in; auth_password_check()
 * is to follow then. *done becomes true where there is nothing to verify: the methods that are never
 * challenged.
 */
enum auth_result auth_find(struct kam_run *run, enum auth_kind kind, struct span realm,
                           struct kam_credentials *c, bool *done);

/* Is the response the right one for that HA1 (32 hexadecimal digits) and method? The answer may tell that we
 * know it, too (add_authinfo_hdr). */
enum auth_result auth_password_check(struct kam_run *run, const struct kam_credentials *c, struct span ha1,
                                     struct span method);

/* The HA1 of a user with a password. */
void auth_ha1(char ha1[DIGEST_HEX_LEN], struct span username, struct span realm, struct span password);

/*
 * Are these the user's own From, To of REGISTER and PUBLISH, and Request-URI of PUBLISH? With by_domain their
 * domains must be the realm, too. (facts: Kamailio 40.4)
 */
bool auth_is_own(struct kam_run *run, const struct kam_credentials *c, struct span realm, bool by_domain);

/* Adds a nonce for an answer to the run's request. */
void auth_nonce_write(struct buf *out, struct kam_run *run);

/* Is it a nonce of ours that is still good for the run's request? */
enum auth_result auth_nonce_check(struct kam_run *run, const struct kam_credentials *c);

/* How to challenge. */
enum { AUTH_QOP_AUTH = 1, AUTH_QOP_AUTH_INT = 2, AUTH_SAY_STALE = 16 };

/* Adds `WWW-Authenticate: Digest ...` with its line's end. */
void auth_challenge_write(struct buf *out, struct kam_run *run, enum auth_kind kind, struct span realm,
                          int64_t flags);

/* Answers the request with a 401 or 407, or with 500 where an argument has no value. */
int auth_challenge(struct kam_run *run, enum auth_kind kind, const struct kam_arg *args);

#endif
