/* SPDX-License-Identifier: MIT */
/* The value of a From or To header as Kamailio's parser reads it, character by character (facts:
 * Kamailio 5.4). */
#ifndef MODEL_KAMAILIO_MESSAGE_ADDRESS_H
#define MODEL_KAMAILIO_MESSAGE_ADDRESS_H

#include "base/span.h"

#include <stdbool.h>

struct kam_address {
    bool readable;       /* false: it cannot be parsed, and has neither URI nor tag */
    struct span display; /* the display name, with its quotes; empty where there is none */
    struct span uri;     /* without its brackets */
    struct span tag;     /* of the last ;tag=, without quotes; p NULL: none, or an empty one */
};

/* Reads a header's value. Its text ends at a NUL, or a CR that ends no line (facts: Kamailio 76). */
void kam_address_parse(struct kam_address *a, struct span value);
struct span kam_address_text(struct span value);

/* Reads a text in which a NUL is a character like any. */
void kam_address_read(struct kam_address *a, struct span text);

#endif
