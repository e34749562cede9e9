/* SPDX-License-Identifier: MIT */
/* One Via value (RFC 3261 20.42, 18.2.1; RFC 3581) as views. */
#ifndef MODEL_SIP_VIA_H
#define MODEL_SIP_VIA_H

#include "base/span.h"

struct via_param {
    struct span whole; /* ";received=1.2.3.4", from the semicolon on; p NULL: absent */
    struct span value; /* "1.2.3.4", without quotes; p NULL: there is no "=" */
};

struct via {
    struct span whole;     /* this value alone: of "A (c), B" first "A" */
    struct span text;      /* with its comments, and the commas in front of the next one: "A (c)," */
    struct span transport; /* "UDP" */
    struct span host;      /* sent-by host as written */
    struct span port;      /* as written; p NULL: absent */
    struct span sent_by;   /* host[:port] together: parameters are inserted after it */
    struct via_param branch, received, rport;
    struct span rest; /* what follows the comma in the same header: further Vias; p NULL: none */
};

/*
 * Parses the first Via of a header value as Kamailio does (facts: Kamailio 2.5): comments may stand behind
 * it, known parameters must have a value if they need one. False if it is not of Via form.
 */
bool via_parse(struct via *v, struct span value);

/* The first parameter of that name of a Via that has been parsed; value's p is NULL where it says nothing: ""
 * says something. False: there is none. */
bool via_find_param(const struct via *v, struct span name, struct span *value);

#endif
