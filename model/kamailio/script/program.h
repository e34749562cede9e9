/* SPDX-License-Identifier: MIT */
/* The inside of a compiled kamailio.cfg: for the compiler that fills it and the interpreter that runs it. */
#ifndef MODEL_KAMAILIO_SCRIPT_PROGRAM_H
#define MODEL_KAMAILIO_SCRIPT_PROGRAM_H

#include "base/arena.h"
#include "base/table.h"
#include "model/kamailio/script/script.h"
#include "model/kamailio/script/tree.h"

/* The highest max_recursive_level: what the interpreter's own stack bears. */
#define PROGRAM_LEVEL_MAX 256

/* A route block. */
struct kam_route {
    UT_hash_handle hh;
    struct span key; /* in the table: kind and name */
    struct kam_route *next;
    enum kam_route_kind kind;
    struct span name; /* empty: request_route, and the other kinds without a name */
    struct source_pos at;
    const struct cfg_stmt *body;
    const struct cfg_stmt *last; /* of the body */
};

/* A modparam that was set. */
struct program_param {
    struct program_param *next;
    const struct kam_param *param;
    struct kam_value value;
    struct source_pos at;
    const struct cfg_pv *avp; /* of a KAM_PARAM_AVP */
};

/* A name of $var() or $avp(), in a table; the nth that was added has the number n. */
struct program_name {
    UT_hash_handle hh;
    struct span name;
    size_t number;
};

/* GROUP.NAME = VALUE outside of the routes: what the select cfg_get.GROUP.NAME reads, a text always. */
struct program_setting {
    struct program_setting *next;
    struct span group, name, text;
    struct source_pos at;
};

/* What #!define has defined at the end of the file: $def(NAME). */
struct program_define {
    const struct program_define *next;
    struct span name, value;
};

struct program_regex {
    struct program_regex *next;
    struct regex *regex;
};

/* Why a run stops that gets to something; why NULL: it does not. */
struct program_stop {
    const char *why;
    struct source_pos at;
};

/* A parameter as modparam gives it. */
struct program_set {
    struct program_set *next; /* the one before */
    struct span name;
    struct kam_value value;
    struct source_pos at;
};

/* A module that is loaded, simulated or not. */
struct program_load {
    struct program_load *next; /* in the order of the file */
    struct span name;
    struct source_pos at;
    struct program_set *sets;
};

struct kam_program {
    struct arena arena; /* of all that follows */
    struct kam_globals globals;
    size_t listen_cap;
    uint16_t default_port; /* port= */
    unsigned max_while_loops, max_recursive_level;
    size_t format_max;          /* what formats must be shorter than: pv_buffer_size */
    bool *loaded;               /* kam_modules[i] is loaded */
    const char **stops;         /* what a run says that calls a function of it; NULL: it may */
    const void **kept;          /* by the modules that have read something: kam_program_kept() */
    struct program_load *loads; /* all of them */
    struct program_param *params;
    bool has_modparam;               /* one is above what is read now */
    struct program_missing *missing; /* script/missing.h */
    bool never_runs;                 /* the block that is compiled: what is missing there is no matter */
    struct kam_route *routes, **routes_end; /* newest last */
    struct kam_route *route_table;
    unsigned route_kinds; /* enum kam_route_kind: those that it has, besides route[X] */
    struct program_name *vars, *avps;
    struct kam_vars start_vars; /* what $var(name) is in a process that has not set it (modparam varset) */
    struct program_setting *settings;
    struct program_stop on_message, on_dialog, on_asked; /* where a run stops, for what is not simulated */
    struct span asked_texts;                             /* on_asked: one of these is in a Contact or Route */
    struct program_name *flags;                          /* declared ones, with their numbers */
    const struct program_define *defines;
    struct program_regex *regexes;
    const struct program_define *environment;
    const struct kam_host_name *hosts;
    size_t host_count;
};

/* The place of a module of that name in kam_modules; 0: there is none. */
size_t program_module(struct span name);

/* An empty program: the core loaded, everything at its default. */
struct kam_program *program_new(void);

/* The number of a $var or $avp name in a list; a new name gets the next number. */
size_t program_number(struct kam_program *p, struct program_name **names, struct span name);

/* Notes a socket that must be there: [PROTO:]HOST[:PORT]. */
void program_force(struct kam_program *p, struct span socket, struct source_pos at);

/* Declares a flag; number -1: the lowest one that no name has. False: the name or all numbers are taken. */
bool program_add_flag(struct kam_program *p, struct span name, int64_t number);

/* The number of a name that the program has, or -1. */
ptrdiff_t program_find_number(const struct program_name *names, struct span name);

/* That setting; NULL if the file has none. */
const struct program_setting *program_find_setting(const struct kam_program *p, struct span group,
                                                   struct span name);

/* An extended regular expression, which the program owns; icase as in =~. NULL, and the reason in *why, if it
 * is none or beyond a limit of base/regex.h. */
struct regex *program_regex(struct kam_program *p, struct span pattern, bool icase, const char **why);
struct regex *program_regex_flags(struct kam_program *p, struct span pattern, unsigned flags,
                                  const char **why);

/* Adds a block that is not there yet, with nothing in it. */
struct kam_route *program_add_route(struct kam_program *p, enum kam_route_kind kind, struct span name,
                                    struct source_pos at);

/* The block, for changing; NULL if there is none. */
struct kam_route *program_find_route(const struct kam_program *p, enum kam_route_kind kind, struct span name);

#endif
