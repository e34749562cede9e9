/* SPDX-License-Identifier: MIT */
/* Writing the Request-URI anew with a part of it replaced: $rU=, $rd=, $rp= and the functions that do the
 * same (facts: Kamailio 14). */
#ifndef MODEL_KAMAILIO_MESSAGE_RURI_H
#define MODEL_KAMAILIO_MESSAGE_RURI_H

#include "model/kamailio/run.h"

enum kam_uri_part {
    KAM_URI_USER,
    KAM_URI_USER_PASSWORD,
    KAM_URI_HOST,
    KAM_URI_PORT,
    KAM_URI_HOST_PORT,
    KAM_URI_HOST_PORT_TRANSPORT, /* and the transport parameter goes */
    KAM_URI_USER_PHONE           /* nothing; user=phone is added */
};

/*
 * Does the URI name a telephone number, by its scheme or by user=phone? What follows a semicolon in the user
 * of the latter are parameters of the number.
 */
bool kam_uri_is_phone(const struct uri *u);

/* Makes a text the run's Request-URI; false: it is empty, or the message is a reply. */
bool kam_run_replace_uri(struct kam_run *run, struct span uri);

/* The user of the run's Request-URI; p NULL: none. */
struct span kam_run_user(const struct kam_run *run);

/* Adds ;user=phone to the run's Request-URI where no user parameter is. False: it cannot be read. */
bool kam_run_add_user_phone(struct kam_run *run);

/* Replaces the part of the run's Request-URI; empty takes it away. False: the Request-URI cannot be read. */
bool kam_run_replace_part(struct kam_run *run, enum kam_uri_part part, struct span text);

#endif
