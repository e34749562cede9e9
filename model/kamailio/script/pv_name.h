/* SPDX-License-Identifier: MIT */
/* Pseudo-variables as they are written: $ru, $var(x), $(ru), and inside formats. (facts: Kamailio 11.1, 11.6)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_PV_NAME_H
#define MODEL_KAMAILIO_SCRIPT_PV_NAME_H

#include "model/kamailio/script/program.h"

/* How much of a text that begins with $ is a pseudo-variable; 0: it is none. */
size_t script_pv_len(struct span text);

/* The parts of $name(argument), $(name(argument)[index]{transformation}). */
struct script_pv_parts {
    struct span name;
    struct span argument; /* p NULL: none */
    struct span rest;     /* index and transformations */
};

/* Cuts a whole pseudo-variable; false if it is not well formed. */
bool script_pv_cut(struct span text, struct script_pv_parts *out);

/* Looks up everything but $var and $avp, whose names a program numbers. */
bool script_pv_look(struct span name, struct span argument, struct cfg_pv *out);

/* Looks a pseudo-variable up at run time; a $var or $avp that the program never names has no value. */
bool script_pv_run_time(const struct kam_program *program, struct span text, struct cfg_pv *out);

#endif
