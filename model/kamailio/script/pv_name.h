/* SPDX-License-Identifier: MIT */
/*
 * Pseudo-variables as they are written: $ru, $var(x), $(hdr(Via)[1]{s.len}), alone and inside formats; found
 * in the tables and made ready for the interpreter. (facts: Kamailio 11.1, 11.6, 18)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_PV_NAME_H
#define MODEL_KAMAILIO_SCRIPT_PV_NAME_H

#include "base/buf.h"
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

/* The row of a name in the tables of all modules, simulated or not; NULL: none. *module, if not NULL: whose.
 */
const struct kam_pv *script_pv_row(struct span name, const struct kam_module **module);

/* Does Kamailio have a pseudo-variable that is called so? */
bool script_pv_known(struct span name);

/*
 * One name for all spellings of an AVP: $avp(x), (s:x), (f.x); (i:5), (i:05). NULL, or what is wrong with it.
 * A new text is in the arena.
 */
const char *script_avp_name(struct span *name, struct arena *arena);

/* Who asks for pseudo-variables: the compiler, or a text that is built at run time. */
struct script_pv_maker {
    const struct kam_program *program;
    struct kam_program *names; /* the same, where new names of $var and $avp may be added; else NULL */
    struct source_pos at;      /* where they stand in the file */
    struct arena *arena;       /* for what is made */
    struct buf why;            /* after an error: what is wrong; to be freed by the caller */
};

/* For what the configuration says there. */
static inline struct script_pv_maker script_pv_maker_of(struct kam_program *program, struct source_pos at) {
    return (struct script_pv_maker){.program = program, .names = program, .at = at, .arena = &program->arena};
}

/*
 * Makes a pseudo-variable of a text that script_pv_len() has measured; false and a reason if there is none
 * that is called so, its module is not loaded, or it is not simulated. At run time, a $var or $avp that the
 * program never names has no value.
 */
bool script_pv_make(struct script_pv_maker *m, struct span text, struct cfg_pv *out);

/* A text cut at its pseudo-variables, at least one piece; NULL and a reason after an error. */
const struct cfg_piece *script_pv_format(struct script_pv_maker *m, struct span text);

#endif
