/* SPDX-License-Identifier: MIT */
/* Pseudo-variables in the file. (facts: Kamailio 11.6) */
#ifndef MODEL_KAMAILIO_CFG_PV_H
#define MODEL_KAMAILIO_CFG_PV_H

#include "model/kamailio/cfg/parse.h"
#include "model/kamailio/script/pv_name.h"

#endif
