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

/* numbers.c: texts of digits and letters */
SIPUTILS_FUNCTION(siputils_is_e164);
SIPUTILS_FUNCTION(siputils_is_numeric);
SIPUTILS_FUNCTION(siputils_is_alphanum);
SIPUTILS_FUNCTION(siputils_is_tel_number);

/* Is it + and 2 to 15 digits? */
bool siputils_e164(struct span text);

#endif
