/* SPDX-License-Identifier: MIT */
/* The values of parameters that Kamailio does not start with. What siptwin does not simulate of the others,
 * the modules' own tables say. (facts: Kamailio 11.2) */
#ifndef MODEL_KAMAILIO_CFG_LIMITS_H
#define MODEL_KAMAILIO_CFG_LIMITS_H

#include "model/kamailio/script/program.h"

/* Would Kamailio take the value? If not, tells what it wants and returns false. */
bool cfg_limit_check(struct span module, struct span parameter, struct kam_value value, struct source_pos at,
                     struct diag *diag);

/* The same for what shows only when the whole file is known: modules that must be loaded, sockets. */
void cfg_limits_end(const struct kam_program *program, struct diag *diag);

/* Is it a facility of syslog, such as LOG_LOCAL0? */
bool cfg_limit_facility(struct span text);

#endif
