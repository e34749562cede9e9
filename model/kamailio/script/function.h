/* SPDX-License-Identifier: MIT */
/*
 * The functions that kamailio.cfg may call, one table a module. The compiler checks calls against
 * them; the interpreter calls them. (facts: Kamailio 11.7)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_FUNCTION_H
#define MODEL_KAMAILIO_SCRIPT_FUNCTION_H

#include "model/kamailio/script/value.h"

#include "base/regex.h"
#include <stdbool.h>

/* The kinds of route blocks, as bits: where a function may stand. */
enum kam_route_kind {
    KAM_REQUEST_ROUTE = 1,
    KAM_FAILURE_ROUTE = 2,
    KAM_TM_ONREPLY_ROUTE = 4, /* onreply_route[N] */
    KAM_BRANCH_ROUTE = 8,
    KAM_CORE_ONREPLY_ROUTE = 16, /* onreply_route without name, reply_route */
    KAM_EVENT_ROUTE = 32,        /* a block of that name; what may stand in it is as in request_route */
    /* Only while they run: event_route[tm:branch-failure:...], and those of what Kamailio itself has sent. */
    KAM_BRANCH_FAILURE_ROUTE = 64,
    KAM_LOCAL_ROUTE = 128,
    KAM_ONSEND_ROUTE = 256,
    KAM_USUAL_ROUTE = 31, /* all of the first five */
    KAM_ANY_ROUTE = KAM_USUAL_ROUTE | KAM_ONSEND_ROUTE
};

struct kam_run; /* one run of a route block over one message: model/kamailio/run.h */
struct kam_route;
struct kam_program;
struct cfg_pv;

#define KAM_ARGS_MAX 6

/* uri:host without quotes, as an ARG_ADDRESS: the next hop's host; n is -1 then. No text of a file has a zero
 * byte. */
#define KAM_NEXT_HOP_HOST "\0uri:host"

/* The types of arguments. What each takes, and what a variable in it does: facts: Kamailio 11.8. */
enum kam_arg_type {
    ARG_NONE,
    ARG_TEXT,             /* as it stands: a $ is a character */
    ARG_NUMBER,           /* 12, "12", or one variable that is a number */
    ARG_NUMERAL,          /* the same; the variable may also hold its digits, or an empty text: 0 */
    ARG_PV_NUMBER,        /* like ARG_NUMBER; the function is called also without a number */
    ARG_STATUS,           /* like ARG_NUMBER; one that is not there is for the function to replace */
    ARG_FLAGS,            /* the same; it must not be empty */
    ARG_FORMAT,           /* a text in which variables are expanded, as long as pv_buffer_size allows */
    ARG_KEY,              /* such a text that names an item of a table: "users=>$fu" */
    ARG_LOG,              /* the same, of any length */
    ARG_VARIABLE_OR_TEXT, /* one variable, or else a text as it stands */
    ARG_WORD,             /* the same; it must not be empty */
    ARG_VARIABLE_OR_FORMAT,
    ARG_REGEX,         /* one variable, or else an extended regular expression */
    ARG_PATTERN,       /* an extended regular expression: a $ is a character */
    ARG_LINES,         /* the same, for one line (REG_NEWLINE) */
    ARG_SUBST,         /* /expression/text/flags */
    ARG_HEADER,        /* the name of a header field */
    ARG_METHODS,       /* INVITE|BYE */
    ARG_FAILURE_ROUTE, /* the name of a block; "" and "0": none */
    ARG_ONREPLY_ROUTE,
    ARG_BRANCH_ROUTE,
    ARG_BRANCH_FAILURE_ROUTE, /* what follows tm:branch-failure: in the name of an event_route */
    ARG_ADDRESS,              /* 1.2.3.4, with or without quotes */
    ARG_SOCKET,               /* [udp:]1.2.3.4[:5060], the same */
    ARG_PROTO,                /* UDP, without quotes */
    ARG_PV,                   /* one variable itself: kam_pv_value(), kam_pv_assign() */
    ARG_RESULT,               /* the same, one that can be set */
    ARG_PVS,          /* a text with up to two variables, each in front or behind a slash: "$avp(x)/g" */
    ARG_INTEGER,      /* 12, without quotes */
    ARG_NAMED_FLAG,   /* the same, or a name that `flags` has declared */
    ARG_FLAG,         /* 0 to 31 */
    ARG_PERCENT,      /* up to 100; what is no number counts as far as it is one */
    ARG_LOG_LEVEL,    /* "L_INFO" */
    ARG_LOG_FACILITY, /* "LOG_LOCAL0" */
    ARG_MIME,         /* "text/plain", or "" */
    ARG_PRIVACY,      /* a word of the header Privacy */
    ARG_SEPARATOR,    /* one character */
    ARG_DIRECTION,    /* "upstream", "downstream" */
    ARG_OPTION,       /* an option that Kamailio knows: "path" */
    ARG_PORT,         /* a port, literally */
    ARG_NEXT_HOP,     /* [udp:]1.2.3.4[:5060]: n is address and port, 16 bits */
    ARG_BITS,         /* 5, 0x05 */
    ARG_NEXT_HOP_OR_BITS,
    ARG_TYPES
};

/* An argument as the body of a function gets it. */
struct kam_arg {
    bool missing;  /* its variable has no value; only of the types that say so in script/args.c */
    int64_t n;     /* of a number; of an address: host order */
    struct span s; /* of a text, a name, a pattern, methods */
    const struct kam_route *route;    /* of a block; NULL: none */
    const struct cfg_pv *pv;          /* of ARG_PV, ARG_PVS */
    const struct cfg_pv *second_pv;   /* of ARG_PVS; NULL: none */
    struct regex *regex;              /* of a pattern that the file gives; NULL: s is to be compiled */
    const struct script_subst *subst; /* of ARG_SUBST */
};

/* A row of a module's table. A function that means something else with more arguments has a row for each. */
struct kam_function {
    const char *name;
    unsigned min_args, max_args;
    unsigned routes;
    /*
     * Runs with its arguments expanded and converted; where one cannot be, the function fails without having
     * been called. Returns what the script sees: > 0 true, < 0 false, 0 ends the script.
     */
    int (*call)(struct kam_run *run, const struct kam_arg *args, size_t count);
    enum kam_arg_type args[KAM_ARGS_MAX];
    /* What is wrong with an argument that stands in the file, by its index, or with a call without any; NULL:
     * nothing. */
    const char *(*check)(const struct kam_program *program, size_t index, struct span text);
    bool partly;      /* much of it is not simulated: scenario.yaml may have it passed over all the same */
    bool expressions; /* an argument may also be an expression, as in f($var(x)): its value is then read like
                         a text that stands in the file */
};

#endif
