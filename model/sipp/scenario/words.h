/* SPDX-License-Identifier: MIT */
/* All words of SIPp's scenarios that have tables, and what siptwin does with them. */
#ifndef MODEL_SIPP_SCENARIO_WORDS_H
#define MODEL_SIPP_SCENARIO_WORDS_H

#include "base/word.h"

/* The parts of sipp_words_write() (model/sipp/sipp.h), each beside its table: elements, actions with their
 * attributes, keywords, distributions. */
void program_words(struct buf *out);
void action_words(struct buf *out);
void keyword_words(struct buf *out);
void distribution_words(struct buf *out);

#endif
