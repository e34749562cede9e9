/* SPDX-License-Identifier: MIT */
/* The global settings of kamailio.cfg, NAME=VALUE: which there are, and what the simulation makes of each.
 * (facts: Kamailio 11.2) */
#ifndef MODEL_KAMAILIO_CFG_GLOBALS_H
#define MODEL_KAMAILIO_CFG_GLOBALS_H

#include "model/kamailio/cfg/parse.h"

/* Is it the name of a setting? */
bool cfg_global_known(struct span name);

/* NAME = VALUE; the next token is the name. */
bool cfg_global_parse(struct cfg_parse *p);

/* What follows once the file is read: listen addresses without a port get the default one. */
void cfg_globals_finish(struct cfg_parse *p);

/* Suggestions for a word that is neither setting nor statement at the outermost level. */
const char *cfg_global_hint(struct span word, char hint[CFG_HINT_MAX]);

#endif
