/* SPDX-License-Identifier: MIT */
/*
 * Cuts kamailio.cfg into tokens, with the files it includes and its #! lines worked in, so that the
 * parser sees one stream. A token knows where the user wrote it; one that comes out of a define stands
 * where the define's name was used. (facts: Kamailio 11.1)
 */
#ifndef MODEL_KAMAILIO_CFG_LEX_H
#define MODEL_KAMAILIO_CFG_LEX_H

#include "base/arena.h"
#include "base/diag.h"
#include "model/kamailio/cfg/cfg.h"

enum cfg_token_kind {
    CFG_TOKEN_END,
    CFG_TOKEN_WORD,     /* an identifier */
    CFG_TOKEN_RESERVED, /* a word of Kamailio's own: no name for a route or a function of a module */
    CFG_TOKEN_NUMBER,   /* also yes, no, on, off, ... */
    CFG_TOKEN_NUM_WORD, /* letters and digits that are neither: 3pcc */
    CFG_TOKEN_STRING,   /* decoded */
    CFG_TOKEN_PV,       /* $name, $name(...), $(...) */
    CFG_TOKEN_IPV6,
    CFG_TOKEN_OP /* everything else; `and`, `or` and `not` come as &&, || and ! */
};

struct cfg_token {
    enum cfg_token_kind kind;
    struct source_pos at;
    struct span text; /* as written; of a string: its value */
    int64_t n;        /* of a number; of a pseudo-variable: 1 behind #!KAMAILIO */
};

struct cfg_tokens {
    struct cfg_token *all; /* ends with a CFG_TOKEN_END; to be given to free() */
    size_t count, cap;
    const struct program_define *defines; /* what is defined at the end of the file; in the arena */
};

/* Cuts the file, with more's defines. Texts go to the arena, included files to the set, errors to diag. */
void cfg_lex(struct cfg_tokens *out, const struct source *cfg, struct source_set *set,
             const struct kam_additions *more, struct kam_program *program, struct diag *diag);

/* Is it this word of Kamailio's, or this operator? */
bool cfg_token_is(const struct cfg_token *t, const char *text);

/* A description for messages, written to the buffer: `';'`, `the string "x"`, `the end of the file`. */
#define CFG_TOKEN_NAME_MAX 64
const char *cfg_token_name(const struct cfg_token *t, char name[CFG_TOKEN_NAME_MAX]);

#endif
