/* SPDX-License-Identifier: MIT */
#include "base/line_ends.h"

/* Nothing is read that is not the text's: where that is long enough, bytes before the rest are looked at once
 * more. */
uint64_t line_ends_of_rest(const char *p, size_t len, size_t before) {
    size_t more = LINE_ENDS_BLOCK - len;
    if (len == 0) return 0;
    if (before >= more) return line_ends_of_block(p - more) >> more;
    char rest[LINE_ENDS_BLOCK] = {0};
    memcpy(rest, p, len);
    return line_ends_of_block(rest);
}
