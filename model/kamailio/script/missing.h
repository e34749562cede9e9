/* SPDX-License-Identifier: MIT */
/*
 * What a configuration asks for that Kamailio has and siptwin does not simulate. It is told once a module,
 * with all its uses, when the file has been read: as an error if it acts by itself, as a parameter does, and
 * as a warning if it only matters where a script reaches it, as a function does; a run that reaches it stops
 * there. script/names.txt lists what Kamailio's modules have.
 */
#ifndef MODEL_KAMAILIO_SCRIPT_MISSING_H
#define MODEL_KAMAILIO_SCRIPT_MISSING_H

#include "base/diag.h"
#include "model/kamailio/script/program.h"

enum kam_name_kind { KAM_NAME_FUNCTION, KAM_NAME_PARAMETER, KAM_NAME_VARIABLE };

/* Is there a module of that name, simulated or not? */
bool kam_names_module(struct span module);

/* Calls `line` for each line of the list: words separated by spaces, a function's with its counts, name/0/2.
 */
void kam_names_each(void (*line)(struct buf *out, struct span module, enum kam_name_kind kind,
                                 struct span words),
                    struct buf *out);

/* Has the module that? Of a module that Debian does not build, nobody knows: true. */
bool kam_names_has(struct span module, enum kam_name_kind kind, struct span name);

/* Is nothing of the module on the wire as long as none of its functions is called? */
bool kam_names_idle(struct span module);

/* Has such a module that parameter, and is it not one that would change this? */
bool kam_names_idle_parameter(struct span module, struct span name);

/* What a parameter must be, "a string", if the value is of the other type; NULL: it is well, or nobody knows.
 */
const char *kam_names_wants(struct span module, struct span parameter, bool number);

/* The same of a function that is called with so many arguments. */
bool kam_names_takes(struct span module, struct span function, size_t arguments);

/*
 * The module that has such a name: one that the program loads, or else any; empty if there is none.
 */
struct span kam_names_owner(const struct kam_program *p, enum kam_name_kind kind, struct span name);

struct program_missing_uses {
    size_t count;
    struct program_missing_name *names; /* what was used, each once, in the order of the file */
};

/* What is missing of one module. */
struct program_missing {
    struct program_missing *next;
    struct span module;
    bool idle;            /* without its functions it does nothing on the wire: told only if they are used */
    bool whole;           /* loadmodule named it, and it is not simulated at all */
    struct source_pos at; /* loadmodule, or the first use */
    struct program_missing_uses acts, reached;
};

/* loadmodule of a module that is not simulated. False if it is loaded already. */
bool program_missing_load(struct kam_program *p, struct span module, struct source_pos at);

/* Does the program load that module, simulated or not? */
bool program_loads_name(const struct kam_program *p, struct span module);

/* One use of what acts by itself, of a module that is loaded, and how it is called: "the parameter mode". */
void program_missing_acts(struct kam_program *p, struct span module, struct source_pos at, const char *format,
                          ...) __attribute__((format(printf, 4, 5)));

/* The same of a parameter with that value, which may act only on messages. */
void program_missing_parameter(struct kam_program *p, struct span module, struct span name,
                               struct kam_value value, struct source_pos at);

/* The same of what matters where it is reached, "ds_select_dst()", or without a module what the language has;
 * in a block that never runs it is no use. Returns what a run says that stops there; it lives as long as the
 * program. */
const char *program_missing_reached(struct kam_program *p, struct span module, struct source_pos at,
                                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same of what is found by a script that runs; it lives as long as the arena. */
const char *program_missing_now(struct arena *arena, struct span module, const char *name);

/* Tells all of it: at most an error and a warning a module. What has been told is told no more. */
void program_missing_tell(struct kam_program *p, struct diag *diag);

#endif
