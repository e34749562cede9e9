/* SPDX-License-Identifier: MIT */
/*
 * Arguments of functions: what a text is as an argument of some type, for the compiler that reads it in the
 * file and for the interpreter that has computed it. (facts: Kamailio 11.8)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_ARGS_H
#define MODEL_KAMAILIO_SCRIPT_ARGS_H

#include "model/kamailio/script/eval.h"

/* May the text be one variable, "$var(x)"? May it be a text with variables in it? */
bool script_arg_takes_variable(enum kam_arg_type type);
bool script_arg_takes_format(enum kam_arg_type type);

/* Reads a text without variables as an argument of a program. NULL, or what is wrong: "must be a number". */
const char *script_arg_read(const struct kam_program *p, enum kam_arg_type type, struct span text,
                            struct kam_arg *out);

/* The characters at the front of s that may be a header's name: fewer than RFC 3261 has in a token. */
struct span script_header_word(struct span s);

/* A header's name, behind which blanks and a colon may stand; only of names that Kamailio knows these do not
 * count. False: it is none. */
bool script_header_name(struct span s, struct span *name);

enum script_args_result {
    SCRIPT_ARGS_GOOD,
    SCRIPT_ARGS_MISSING, /* a variable has not the value that the function needs: it fails */
    SCRIPT_ARGS_BAD /* an expression gives nothing that the function takes: it is not called, $rc stays */
};

/* The arguments of the call, expanded and converted; room is for those that are not known. */
enum script_args_result script_args(struct script *h, const struct cfg_stmt *call,
                                    struct kam_arg room[KAM_ARGS_MAX], const struct kam_arg **out);

#endif
