/* SPDX-License-Identifier: MIT */
/* How the interpreter computes: values of expressions, pseudo-variables and conversions. (facts:
 * Kamailio 11.4) */
#ifndef MODEL_KAMAILIO_SCRIPT_EVAL_H
#define MODEL_KAMAILIO_SCRIPT_EVAL_H

#include "model/kamailio/script/program.h"
#include "sim/event.h"

/* A run of statements. One that stands inside an expression gets its own, as in Kamailio: an exit ends only
 * that. */
struct script {
    struct kam_run *run;            /* NULL while compiling: only constants are computed then */
    struct kam_script_state *state; /* its beginning */
    struct arena *arena;            /* for texts */
    unsigned level;                 /* of nested blocks; Kamailio allows max_recursive_level */
    unsigned total;                 /* the same with all scripts that this one runs inside of */
    unsigned *steps;                /* statements so far, of all of them */
    unsigned ends;                  /* enum cfg_end: why it ends */
    int retcode;
};

/* The value of an expression; false if it has none (a division by zero, a bad pattern). */
bool script_eval(struct script *h, const struct cfg_expr *e, struct kam_value *out);

/* The same as a number: what is no number is 0. */
bool script_eval_int(struct script *h, const struct cfg_expr *e, int64_t *out);

/* The script has reached what siptwin does not simulate: the run ends here, and says why. */
void script_missing(struct script *h, const char *why);

/* Is it the same in every run? */
bool script_is_constant(const struct cfg_expr *e);

/* The value of an expression without pseudo-variables and calls; its text stays with the program. */
bool script_constant(struct kam_program *program, const struct cfg_expr *e, struct kam_value *out);

/* A value as text; null is "". */
struct span script_text(struct script *h, struct kam_value v);

/* A value as a number; null and what is no number are 0. */
int64_t script_int(struct kam_value v);

/* The number as Kamailio's int holds it. */
int64_t script_narrow(int64_t n);

/* A format with its variables replaced, p NULL: it is longer than pv_buffer_size allows; and a value added to
 * a text as a format does: "<null>" where none is.
 */
struct span script_expand(struct script *h, const struct cfg_piece *pieces);
void script_add(struct script *h, struct buf *out, struct kam_value v);

/* The current value of a pseudo-variable. */
struct kam_value script_pv(struct script *h, const struct cfg_pv *pv);

/* The same without its transformations, and not copied: a part of the message is where it is. */
struct kam_value script_pv_in_place(struct script *h, const struct cfg_pv *pv);

/* Sets a pseudo-variable; false if it does not take the value. */
bool script_pv_set(struct script *h, const struct cfg_pv *pv, struct kam_value v);

/* Reads a.b.c.d into host order; false if it is something else. */
bool script_ipv4(struct span text, uint32_t *ip);

/* method == ..., uri == myself ... */
bool script_test(struct script *h, const struct cfg_test *test, int64_t *out);

/* Runs statements inside an expression, and gives what they returned. */
int script_run_inside(struct script *h, const struct cfg_stmt *stmts);

#endif
