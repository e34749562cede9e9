/* SPDX-License-Identifier: MIT */
/*
 * The differences of two datagrams as text, both values of each. One that was told before (another process id
 * shows in each Via, From and Call-ID) is not told again, only named.
 */
#ifndef VIEW_COMPARE_VALUE_H
#define VIEW_COMPARE_VALUE_H

#include "base/buf.h"
#include "view/compare_packet.h"
#include "view/words.h"

/* All-zero: nothing was told yet. */
struct compare_values {
    struct words told;
};

/* Writes a list of differences, each line behind indent. */
void compare_values_write(struct compare_values *v, struct buf *out,
                          const struct compare_differences *differences, const char *indent, bool colour);

void compare_values_free(struct compare_values *v);

#endif
