/* SPDX-License-Identifier: MIT */
/* The names of headers as scripts write them. */
#ifndef MODEL_KAMAILIO_MESSAGE_HEADER_H
#define MODEL_KAMAILIO_MESSAGE_HEADER_H

#include "model/sip/msg.h"

/* Is that header called so? A known one also by its compact name (facts: Kamailio 11.7). */
bool kam_header_is(const struct sip_header *h, struct span name);

/* The first header that is called so, or NULL. */
const struct sip_header *kam_header_find(const struct sip_msg *m, struct span name);

/* What Kamailio takes for the value: the blanks behind it belong to it, NULs at the very end do not (facts:
 * Kamailio 76). */
struct span kam_header_body(const struct sip_header *h);

/* Is the option in one of its headers Supported? */
bool kam_header_supports(const struct sip_msg *m, struct span option);

#endif
