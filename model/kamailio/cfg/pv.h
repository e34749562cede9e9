/* SPDX-License-Identifier: MIT */
/* Which pseudo-variables a file may name. (facts: Kamailio 11.6) */
#ifndef MODEL_KAMAILIO_CFG_PV_H
#define MODEL_KAMAILIO_CFG_PV_H

#include "model/kamailio/cfg/parse.h"
#include "model/kamailio/script/pv_name.h"

/* Does Kamailio have such a pseudo-variable, simulated or not? */
bool cfg_pv_exists(struct span text);

#endif
