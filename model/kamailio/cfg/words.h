/* SPDX-License-Identifier: MIT */
/* All words of kamailio.cfg that have tables, and what siptwin does with them. */
#ifndef MODEL_KAMAILIO_CFG_WORDS_H
#define MODEL_KAMAILIO_CFG_WORDS_H

#include "base/word.h"

/* The parts of kam_words_write() (cfg/cfg.h), each beside its table: the directives, the
 * settings, blocks, the core's functions, conditions. */
void cfg_lex_words(struct buf *out);
void cfg_global_words(struct buf *out);
void cfg_parse_words(struct buf *out);
void cfg_call_words(struct buf *out);
void cfg_test_words(struct buf *out);

#endif
