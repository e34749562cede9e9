/* SPDX-License-Identifier: MIT */
/* siptrace, for modules that tell it of what the script does not see (facts: Kamailio 73). */
#ifndef MODEL_KAMAILIO_MODULES_SIPTRACE_H
#define MODEL_KAMAILIO_MODULES_SIPTRACE_H

#include "model/kamailio/run.h"

/* sl has absorbed that ACK. Does nothing where the module is not loaded. */
void kam_siptrace_absorbed(struct kam_run *run);

#endif
