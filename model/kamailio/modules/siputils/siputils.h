/* SPDX-License-Identifier: MIT */
/* What the files of siputils share: the functions that stand in its table. */
#ifndef MODEL_KAMAILIO_MODULES_SIPUTILS_SIPUTILS_H
#define MODEL_KAMAILIO_MODULES_SIPUTILS_SIPUTILS_H

#include "model/kamailio/modules/module.h"

#define SIPUTILS_FUNCTION(name) int name(struct kam_run *run, const struct kam_arg *args, size_t count)

/* uris.c: URIs, the Request-URI's parameters among them */
SIPUTILS_FUNCTION(siputils_uri_param);
SIPUTILS_FUNCTION(siputils_uri_param_any);
SIPUTILS_FUNCTION(siputils_add_uri_param);
SIPUTILS_FUNCTION(siputils_get_uri_param);
SIPUTILS_FUNCTION(siputils_uri_param_rm);
SIPUTILS_FUNCTION(siputils_tel2sip);
SIPUTILS_FUNCTION(siputils_is_uri);
SIPUTILS_FUNCTION(siputils_is_gruu);
SIPUTILS_FUNCTION(siputils_cmp_uri);
SIPUTILS_FUNCTION(siputils_cmp_aor);
SIPUTILS_FUNCTION(siputils_is_uri_user_e164);

/* contacts.c: contacts hidden in others, and found again */

/* Writes what a contact's URI becomes; below 0: it cannot, which is what the function returns; 0: it stays.
 */
typedef int siputils_rewrite(struct buf *out, const struct kam_run *run, struct span uri,
                             const struct kam_arg *args);

/* Which of them fails the whole: the first one that fails, after which the others stay; or the last of the
 * list alone, and of the others those that fail stay. */
enum siputils_failing { SIPUTILS_ANY_FAILS, SIPUTILS_LAST_FAILS };

/* All contacts of the first Contact header, the last one first. */
int siputils_rewrite_contacts(struct kam_run *run, const struct kam_arg *args, siputils_rewrite *f,
                              enum siputils_failing failing);

/* May the URI be hidden? Its parts, or why not: below 0. */
int siputils_hidable(struct uri *u, struct span uri);

/* What a hidden URI was made of, in this order; what is behind the host that it got is of its own. */
enum siputils_hidden {
    SIPUTILS_PREFIX,
    SIPUTILS_USER,
    SIPUTILS_PASSWORD,
    SIPUTILS_HOST,
    SIPUTILS_PORT,
    SIPUTILS_TRANSPORT,
    SIPUTILS_PARTS
};

/* Takes any text as a hidden URI of so many parts, and writes the URI that it hides; below 0: it is none. */
int siputils_show(struct buf *out, struct span *parts, size_t count, struct span uri, char separator);

SIPUTILS_FUNCTION(siputils_encode_contact);
SIPUTILS_FUNCTION(siputils_decode_contact);
SIPUTILS_FUNCTION(siputils_decode_contact_header);
SIPUTILS_FUNCTION(siputils_contact_param_encode);
SIPUTILS_FUNCTION(siputils_contact_param_decode);
SIPUTILS_FUNCTION(siputils_contact_param_decode_ruri);
SIPUTILS_FUNCTION(siputils_contact_param_rm);

/* rpid.c: Remote-Party-ID, and parts of URIs that variables hold */
SIPUTILS_FUNCTION(siputils_append_rpid_hf);
SIPUTILS_FUNCTION(siputils_is_rpid_user_e164);
SIPUTILS_FUNCTION(siputils_set_uri_user);
SIPUTILS_FUNCTION(siputils_set_uri_host);

/* numbers.c: texts of digits and letters */
SIPUTILS_FUNCTION(siputils_is_e164);
SIPUTILS_FUNCTION(siputils_is_numeric);
SIPUTILS_FUNCTION(siputils_is_alphanum);
SIPUTILS_FUNCTION(siputils_is_tel_number);

/* The module parameters. */
struct siputils {
    struct span accept, accept_encoding, accept_language, support;
    struct span separator, rpid_prefix, rpid_suffix;
    const struct cfg_pv *rpid_avp; /* NULL: not set */
};
const struct siputils *siputils_of(const struct kam_run *run);

/* Is it + and 2 to 15 digits? */
bool siputils_e164(struct span text);

#endif
