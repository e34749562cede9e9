/* SPDX-License-Identifier: MIT */
/*
 * Kamailio's own error numbers, and what it answers because of one: tm after a t_relay() that failed,
 * sl_reply_error() after whatever came before it (facts: Kamailio 5.3).
 */
#ifndef MODEL_KAMAILIO_SCRIPT_ERROR_H
#define MODEL_KAMAILIO_SCRIPT_ERROR_H

#include "base/buf.h"

enum kam_error {
    KAM_E_OK = 0,
    KAM_E_UNSPEC = -1,
    KAM_E_DROPPED = -6,   /* branch_route dropped it */
    KAM_E_NO_SOCKET = -7, /* no socket of that transport */
    KAM_E_SCRIPT = -10,   /* there is a transaction already */
    KAM_E_TOO_MANY_BRANCHES = -12,
    KAM_E_SEND = -477,
    KAM_E_BAD_ADDRESS = -478,
    KAM_E_BAD_URI = -479,
    KAM_E_CANCELED = -487
};

/*
 * Writes the reason phrase of the reply to an error, "Unresolvable destination (478/SL)"; module is "SL" or
 * "TM". Returns the status that goes with it.
 */
unsigned kam_error_write(struct buf *reason, int error, const char *module);

#endif
