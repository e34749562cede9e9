/* SPDX-License-Identifier: MIT */
/* Substitutions as Kamailio writes them: /expression/text/flags, with \0 to \9 and variables in the text. */
#ifndef MODEL_KAMAILIO_SCRIPT_SUBST_H
#define MODEL_KAMAILIO_SCRIPT_SUBST_H

#include "model/kamailio/script/eval.h"

struct script_subst;
struct script_pv_maker;

/*
 * Reads one; its separator is its first character. The program that m compiles for owns the expression;
 * without one, at run time, it is to be dropped. NULL and a reason in m->why if it is none.
 */
const struct script_subst *script_subst_make(struct script_pv_maker *m, struct span text);
void script_subst_drop(const struct script_subst *subst);
uint64_t script_subst_steps(const struct script_subst *subst); /* of compiling it at run time */

/* Looks for all that it would replace. False: a match is empty, and nothing is replaced, whatever was found.
 */
bool script_subst_run(struct script *h, const struct script_subst *subst, struct span text,
                      kam_subst_found *found, void *arg);

/* Replaces in a text; *count says how often. The result is in the script's memory, or the text itself; p
 * NULL: a match is empty. */
struct span script_subst_apply(struct script *h, const struct script_subst *subst, struct span text,
                               unsigned *count);

#endif
