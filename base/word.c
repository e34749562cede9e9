/* SPDX-License-Identifier: MIT */
#include "base/word.h"

#include <stdarg.h>

void word_write(struct buf *out, const char *part, enum word_state state, const char *format, ...) {
    static const char *const states[] = {[WORD_SIMULATED] = "simulated",
                                         [WORD_NO_EFFECT] = "no effect",
                                         [WORD_NOT_SIMULATED] = "not simulated"};
    va_list args;
    buf_addf(out, "%s\t", part);
    va_start(args, format);
    buf_addv(out, format, args);
    va_end(args);
    buf_addf(out, "\t%s\n", states[state]);
}
