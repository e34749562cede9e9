/* SPDX-License-Identifier: MIT */
/* The #! lines' memory: what is defined, which #!ifdef is open, what #!subst replaces. (facts: Kamailio 11.1)
 */
#ifndef MODEL_KAMAILIO_CFG_PREPROCESS_H
#define MODEL_KAMAILIO_CFG_PREPROCESS_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/kamailio/script/program.h"

struct preprocess_define;
struct preprocess_subst;

/* An #!ifdef that waits for its #!endif. */
struct preprocess_ifdef {
    struct source_pos at;
    bool kept; /* what stands here now is part of the configuration */
};

#define PREPROCESS_IFDEF_MAX 512

struct preprocess {
    struct arena *arena;
    const struct kam_program *program;
    struct diag *diag;
    struct preprocess_define *defines;
    struct preprocess_subst *substs, **substs_end;
    struct preprocess_ifdef ifdefs[PREPROCESS_IFDEF_MAX];
    size_t ifdef_count;
    uint64_t work; /* what #!subst has cost so far: steps of expressions, bytes written */
    bool gave_up;  /* it was too much, which has been told */
};

/* What #!subst may cost in a file, and how long it may make a string. */
enum { PREPROCESS_WORK_MAX = 20000000, PREPROCESS_STRING_MAX = 65536 };

/* What it makes goes to the program's arena; $env(NAME) of substitutions are variables of its environment. */
void preprocess_init(struct preprocess *p, struct kam_program *program, struct diag *diag);
void preprocess_free(struct preprocess *p);

enum preprocess_how { PREPROCESS_DEFINE, PREPROCESS_TRYDEF, PREPROCESS_REDEF };

/* #!define NAME VALUE and its kin; a second #!define of the same name is an error at `at`. */
void preprocess_define(struct preprocess *p, enum preprocess_how how, struct span name, struct span value,
                       struct source_pos at);

/* #!defenv NAME[=VARIABLE] and its kin: a variable of the environment, with quotes around the value or
 * without; it is an error if one that must exist is not there. */
void preprocess_defenv(struct preprocess *p, struct span words, bool must_exist, bool quotes,
                       struct source_pos at);

/* The value of a name; false if it is not defined. */
bool preprocess_value(const struct preprocess *p, struct span name, struct span *value);

/* All names that are defined, in the arena. */
const struct program_define *preprocess_list(const struct preprocess *p);

/* #!ifdef NAME, or #!ifndef with `wanted` false; #!else; #!endif. */
void preprocess_ifdef(struct preprocess *p, struct span name, bool wanted, struct source_pos at);
void preprocess_else(struct preprocess *p, struct source_pos at);
void preprocess_endif(struct preprocess *p, struct source_pos at);

/* Is the text here part of the configuration? */
bool preprocess_keeps(const struct preprocess *p);

/* An #!ifdef still open at the end is an error at its place. */
void preprocess_finish(const struct preprocess *p);

enum preprocess_subst_how { PREPROCESS_SUBST, PREPROCESS_SUBSTDEF, PREPROCESS_SUBSTDEFS };

/* #!subst "/re/text/flags"; substdef and substdefs also define the name that stands as re. */
void preprocess_subst(struct preprocess *p, enum preprocess_subst_how how, struct span rule,
                      struct source_pos at);

/* What the #!subst lines so far make of the string at `at`; the text itself where none applies. */
struct span preprocess_string(struct preprocess *p, struct span text, struct source_pos at);

#endif
