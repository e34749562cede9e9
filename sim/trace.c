/* SPDX-License-Identifier: MIT */
#include "sim/trace.h"

#include <assert.h>

void cause_write(struct buf *out, const struct cause *cause) {
    unsigned next = 0;
    for (const char *p = cause->why; p && *p; p++) {
        if (*p != '%') {
            buf_add_char(out, *p);
            continue;
        }
        assert(next < sizeof cause->arg / sizeof *cause->arg);
        buf_add_i64(out, cause->arg[next++]);
    }
}
