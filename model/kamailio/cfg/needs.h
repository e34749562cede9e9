/* SPDX-License-Identifier: MIT */
/* Modules without which others do not start, and those that have to come first. */
#ifndef MODEL_KAMAILIO_CFG_NEEDS_H
#define MODEL_KAMAILIO_CFG_NEEDS_H

#include "base/diag.h"
#include "model/kamailio/script/program.h"

/* An error for each loaded module that Kamailio would not start as the others are loaded. */
void cfg_needs_check(const struct kam_program *program, struct diag *diag);

/* The same for each that lacks a parameter or would not find its database; to be asked when all parameters
 * are known. */
void cfg_needs_parameters(const struct kam_program *program, struct diag *diag);

#endif
