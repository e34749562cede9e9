/* SPDX-License-Identifier: MIT */
/* The words that Kamailio's grammar keeps for itself. They are no names, and no define replaces them. */
#ifndef MODEL_KAMAILIO_CFG_RESERVED_H
#define MODEL_KAMAILIO_CFG_RESERVED_H

#include "base/span.h"

bool cfg_reserved(struct span word);

/* yes, true, on, enable and their opposites: words that are the numbers 1 and 0 (inet: 2, inet6: 10). */
bool cfg_reserved_number(struct span word, int64_t *n);

/* All words that may begin something in a route block, for suggestions; ends with NULL. */
extern const char *const cfg_statement_words[];

#endif
