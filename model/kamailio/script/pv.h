/* SPDX-License-Identifier: MIT */
/*
 * Pseudo-variables: $ru, $du, $si ... The compiler looks them up; the interpreter reads and assigns them
 * (facts: Kamailio 11.6).
 */
#ifndef MODEL_KAMAILIO_SCRIPT_PV_H
#define MODEL_KAMAILIO_SCRIPT_PV_H

#include "model/kamailio/script/value.h"

struct kam_run;

struct kam_pv {
    const char *name;  /* "ru"; "hdr" for $hdr(name) */
    bool has_argument; /* $name(argument) */
    struct kam_value (*get)(struct kam_run *run, struct span argument);
    /* NULL: read only. Returns false if the value cannot be assigned (the script goes on, as Kamailio's
     * does). */
    bool (*set)(struct kam_run *run, struct span argument, struct kam_value value);
    const char *module; /* that has it; NULL: pv */
};

/* All of them but $var, $avp and $rc/$retcode, which the interpreter itself keeps; ends with a name NULL. */
extern const struct kam_pv kam_pvs[];

#endif
