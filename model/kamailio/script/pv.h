/* SPDX-License-Identifier: MIT */
/*
 * Pseudo-variables: $ru, $du, $si ... The compiler looks them up; the interpreter reads and assigns them
 * (facts: Kamailio 11.6, 18).
 */
#ifndef MODEL_KAMAILIO_SCRIPT_PV_H
#define MODEL_KAMAILIO_SCRIPT_PV_H

#include "model/kamailio/script/value.h"

struct kam_run;

/* How one is written. */
enum kam_pv_shape {
    KAM_PV_PLAIN, /* $name */
    KAM_PV_NAMED, /* $name(argument) */
    KAM_PV_EITHER,
    KAM_PV_RAW, /* $name(argument), the argument as it stands: variables in it are not replaced */
    KAM_PV_PATH /* the same, but for variables in its [] */
};

/* What stands with it: $name(argument), $(name(argument)[index]). */
struct kam_pv_at {
    struct span argument; /* its variables replaced; p NULL: none */
    enum { KAM_INDEX_NONE, KAM_INDEX_NUMBER, KAM_INDEX_ALL, KAM_INDEX_ADD } index; /* [1], [*], [+] */
    int64_t n; /* of KAM_INDEX_NUMBER; from -1 on down it counts from the end */
};

struct kam_pv {
    const char *name; /* "ru"; "hdr" for $hdr(name) */
    enum kam_pv_shape shape;
    /* NULL: Kamailio has it, and it is not simulated. */
    struct kam_value (*get)(struct kam_run *run, const struct kam_pv_at *at);
    /* NULL: read only. Returns false if the value cannot be assigned (the script goes on, as Kamailio's
     * does). */
    bool (*set)(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value);
    const char *arguments; /* the words that the argument may be: "host|port"; NULL: any text, or */
    bool (*takes)(struct span argument); /* says whether it is one that is simulated; NULL: all are */
    const char *wants;                   /* what Kamailio itself asks of the argument; NULL: nothing */
    bool indexed;                        /* it may have an index: $(hdr(Via)[0]) */
};

/*
 * Those of the core and of module pv, in tables that end with a name NULL; the list ends with NULL. $var,
 * $avp and $rc/$retcode the interpreter itself keeps. Other modules have their own (script/module.h).
 */
extern const struct kam_pv *const kam_pv_tables[];

/* What conditions on `myself` ask, by the name of the variable in question: 1 or 0. */
extern const struct kam_pv kam_pv_myself;

/* Is there a select of that path in Kamailio, one that siptwin does not have? */
bool pv_select_exists(struct span path);

/* The path of a select with .name for ["name"], where that means the same. */
struct span pv_select_plain(struct arena *arena, struct span path);

#endif
