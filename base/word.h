/* SPDX-License-Identifier: MIT */
/* What siptwin does with a word of a language that it reads: for the lists of all of them. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include "base/buf.h"

enum word_state { WORD_SIMULATED, WORD_NO_EFFECT, WORD_NOT_SIMULATED };

/* A line: PART, TAB, NAME, TAB and the state in words. The name is printed by a format. */
void word_write(struct buf *out, const char *part, enum word_state state, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
