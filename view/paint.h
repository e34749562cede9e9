/* SPDX-License-Identifier: MIT */
/* Colours for a terminal. */
#ifndef VIEW_PAINT_H
#define VIEW_PAINT_H

#include "base/buf.h"

enum paint {
    PAINT_PLAIN,
    PAINT_HEADING,
    PAINT_DIM,
    PAINT_RETRANSMISSION,
    PAINT_LOST,
    PAINT_NOTE,
    PAINT_2XX,
    PAINT_3XX,
    PAINT_FAILED
};

/* The escape sequence that begins a colour, or ends it (PAINT_PLAIN); nothing if on is false. */
static inline void paint_add(struct buf *out, bool on, enum paint paint) {
    static const char *const codes[] = {[PAINT_PLAIN] = "\033[0m",    [PAINT_HEADING] = "\033[1m",
                                        [PAINT_DIM] = "\033[2m",      [PAINT_RETRANSMISSION] = "\033[33m",
                                        [PAINT_LOST] = "\033[31m",    [PAINT_NOTE] = "\033[36m",
                                        [PAINT_2XX] = "\033[32m",     [PAINT_3XX] = "\033[35m",
                                        [PAINT_FAILED] = "\033[1;31m"};
    if (on) buf_add_text(out, codes[paint]);
}

#endif
