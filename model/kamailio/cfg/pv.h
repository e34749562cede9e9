/* SPDX-License-Identifier: MIT */
/* How pseudo-variables are written. (facts: Kamailio 11.1) */
#ifndef MODEL_KAMAILIO_CFG_PV_H
#define MODEL_KAMAILIO_CFG_PV_H

#include "model/kamailio/cfg/parse.h"

/* How much of a text that begins with $ is a pseudo-variable; 0: it is none. */
size_t cfg_pv_len(struct span text);

/* The parts of $name(argument), $(name(argument)[index]{transformation}). */
struct cfg_pv_parts {
    struct span name;
    struct span argument; /* p NULL: none */
    struct span rest;     /* index and transformations */
};

/* Cuts a whole pseudo-variable; false if it is not well formed. */
bool cfg_pv_cut(struct span text, struct cfg_pv_parts *out);

/* Looks up everything but $var and $avp, whose names a program numbers. */
bool cfg_pv_look(struct span name, struct span argument, struct cfg_pv *out);

/* Does Kamailio have such a pseudo-variable, simulated or not? */
bool cfg_pv_exists(struct span text);

/* Looks a pseudo-variable up at run time; a $var or $avp that the program never names has no value. */
bool cfg_pv_run_time(const struct kam_program *program, struct span text, struct cfg_pv *out);

#endif
