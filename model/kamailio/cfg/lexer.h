/* SPDX-License-Identifier: MIT */
/* What lex.c and directive.c share: the state of cutting kamailio.cfg into tokens. */
#ifndef MODEL_KAMAILIO_CFG_LEXER_H
#define MODEL_KAMAILIO_CFG_LEXER_H

#include "model/kamailio/cfg/input.h"
#include "model/kamailio/cfg/lex.h"
#include "model/kamailio/cfg/preprocess.h"

struct lexer {
    struct cfg_tokens *out;
    struct source_set *set;
    struct arena *arena;
    struct diag *diag;
    struct cfg_input in;
    struct preprocess pp;
    struct buf word;                 /* the token that is being read */
    bool kamailio;                   /* behind #!KAMAILIO */
    size_t included, included_bytes; /* so far; past a limit no more is */
};

static inline bool lexer_word_char(int c) { return ascii_alnum(c) || c == '_'; }
static inline bool lexer_blank(int c) { return c == ' ' || c == '\t' || c == '\b' || c == '\r'; }

/* Reads word characters into l->word; the span is that. */
struct span lexer_word(struct lexer *l);

void lexer_skip_blanks(struct lexer *l);

/* To the next line. */
void lexer_skip_line(struct lexer *l);

/* A string in these quotes, with those that follow it, as a token. */
void lexer_string(struct lexer *l, struct source_pos at, char quote);

/* The directive at #! or !!. False if it is none. */
bool lexer_directive(struct lexer *l);

/* What a #! line is otherwise: a comment, and perhaps not what was meant. */
void lexer_comment(struct lexer *l);

/* What an #!ifdef leaves out: everything up to a directive that may change that. */
void lexer_skip_dropped(struct lexer *l);

/* include_file, import_file; the name of the file is next. */
void lexer_include(struct lexer *l, struct source_pos at, bool must_exist);

#endif
