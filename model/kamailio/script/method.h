/* SPDX-License-Identifier: MIT */
/* The methods that Kamailio knows, in any case (facts: Kamailio 18.1). */
#ifndef MODEL_KAMAILIO_SCRIPT_METHOD_H
#define MODEL_KAMAILIO_SCRIPT_METHOD_H

#include "base/span.h"

#include <stdbool.h>

enum kam_method {
    KAM_OTHER_METHOD,
    KAM_INVITE,
    KAM_CANCEL,
    KAM_ACK,
    KAM_BYE,
    KAM_INFO,
    KAM_REGISTER,
    KAM_SUBSCRIBE,
    KAM_NOTIFY,
    KAM_MESSAGE,
    KAM_OPTIONS,
    KAM_PRACK,
    KAM_UPDATE,
    KAM_REFER,
    KAM_PUBLISH,
    KAM_KDMQ,
    KAM_GET,
    KAM_POST,
    KAM_PUT,
    KAM_DELETE,
    KAM_METHODS
};

enum kam_method kam_method_of(struct span name);

/* Its bit where Kamailio writes methods as a number, as in $rmid; all others share one. */
uint32_t kam_method_bit(enum kam_method method);

/* An INVITE, and what goes by its branch: its ACK and its CANCEL. */
bool kam_method_is_of_invite(enum kam_method method);

/* The characters at the front of s that may be a method's. */
struct span kam_method_word(struct span s);

/* Does the word begin as a method that is known, and go on? */
bool kam_method_goes_on(struct span word);

#endif
