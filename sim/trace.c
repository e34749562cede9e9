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
        int64_t n = cause->arg[next++];
        if (n < 0) buf_add_char(out, '-');
        buf_add_u64(out, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
    }
}
