/* SPDX-License-Identifier: MIT */
/* The Contact headers of a REGISTER as Kamailio reads them (facts: Kamailio 15.2), as views over the message.
 */
#ifndef MODEL_KAMAILIO_MESSAGE_CONTACT_H
#define MODEL_KAMAILIO_MESSAGE_CONTACT_H

#include "base/span.h"

#include <stdbool.h>

/* One contact; p of a parameter is NULL where it is absent, its quotes are off. */
struct contact {
    struct span whole;
    struct span uri; /* without the brackets */
    struct span q, expires, methods, received, instance, reg_id;
};

/* Is the header's value the asterisk that stands for all contacts? */
bool contact_is_star(struct span value);

/*
 * The next contact at the front of *list, a header's value, which is cut off with the comma behind it: 1; 0
 * at the end; -1 if the list cannot be parsed.
 */
int contact_next(struct contact *c, struct span *list);

/* Are there contacts, all of which can be read? */
bool contacts_readable(struct span value);

/* The seconds of an Expires header: up to ten digits, modulo 2^32; behind a blank stands what does not count.
 * False: not all of it are digits, *seconds says what stands before that. */
bool contact_expires_header(uint32_t *seconds, struct span value);

/* Those of a contact's parameter, which may have a sign. False: it is no number of 32 bits. */
bool contact_expires_parse(uint32_t *seconds, struct span text);

/* A q value in thousandths, 0 to 1000; false: it is none. */
bool contact_q_parse(int *q, struct span text);

#endif
