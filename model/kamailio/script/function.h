/* SPDX-License-Identifier: MIT */
/*
 * The functions that kamailio.cfg may call, one table a module. The compiler checks calls against
 * them; the interpreter calls them. (facts: Kamailio 11.7)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_FUNCTION_H
#define MODEL_KAMAILIO_SCRIPT_FUNCTION_H

#include "model/kamailio/script/value.h"

/* The kinds of route blocks, as bits: where a function may stand. */
enum kam_route_kind {
    KAM_REQUEST_ROUTE = 1,
    KAM_FAILURE_ROUTE = 2,
    KAM_TM_ONREPLY_ROUTE = 4, /* onreply_route[N] */
    KAM_BRANCH_ROUTE = 8,
    KAM_CORE_ONREPLY_ROUTE = 16, /* onreply_route without name, reply_route */
    KAM_ANY_ROUTE = 31
};

struct kam_run; /* one run of a route block over one message: model/kamailio/run.h */

#define KAM_ARGS_MAX 4

struct kam_function {
    const char *name;
    unsigned min_args, max_args;
    unsigned routes;
    /* Arguments are evaluated, in order. Returns what the script sees: > 0 true, < 0 false, 0 ends the
     * script. */
    int (*call)(struct kam_run *run, const struct kam_value *args, size_t count);
    /* Non-NULL: argument 1 names a route block, "failure_route" ...: one that is missing is warned of. */
    const char *const *route_args;
    bool formats; /* literal arguments are formats: the pseudo-variables in them must exist; call uses
                     kam_format */
    /*
     * NULL, or what is wrong with argument `index` (from 0) that the configuration gives literally: "must be
     * a number". NULL if nothing is. A format with pseudo-variables is not asked about.
     */
    const char *(*check)(size_t index, struct kam_value literal);
};

/* A parameter that modparam() may set. */
enum kam_param_type { KAM_PARAM_INT, KAM_PARAM_STR };

struct kam_param {
    const char *name;
    enum kam_param_type type;
    int64_t default_n;
    const char *default_s;
    int64_t min_n, max_n;
    bool modelled; /* false: setting it to another value than the default is an error that says it is not
                      modelled */
};

/* A module that loadmodule may load. Both tables end with a name NULL. */
struct kam_module {
    const char *name; /* "tm" */
    const struct kam_function *functions;
    const struct kam_param *params;
};

/* All modules; ends with a name NULL. The first one, "core", is always loaded. */
extern const struct kam_module kam_modules[];

#endif
