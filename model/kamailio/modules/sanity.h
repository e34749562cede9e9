/* SPDX-License-Identifier: MIT */
/* What other modules ask of sanity. */
#ifndef MODEL_KAMAILIO_MODULES_SANITY_H
#define MODEL_KAMAILIO_MODULES_SANITY_H

#include "model/kamailio/run.h"

/* Would sanity_check() without arguments be 1? Nothing is answered. The module is loaded. */
bool kam_sanity_passes(struct kam_run *run);

#endif
