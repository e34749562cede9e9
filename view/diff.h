/* SPDX-License-Identifier: MIT */
/* What a hop changed in a message: a diff of two messages, line by line, and inside a line that was replaced.
 */
#ifndef VIEW_DIFF_H
#define VIEW_DIFF_H

#include "base/span.h"

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_line {
    enum diff_kind kind;
    struct span
        text; /* the line with its line end; in the old message if it was removed, else in the new one */
    size_t mark,
        mark_len; /* the part of it that differs from its counterpart; mark_len 0: all of it, or none */
};

struct diff {
    struct diff_line *lines; /* the new message, with the removed lines before what replaces them */
    size_t count, cap;
    size_t removed, added;
};

/* Compares; the messages outlive the diff. Marks are never inside a UTF-8 character. */
void diff_init(struct diff *d, struct span old, struct span new);

void diff_free(struct diff *d);

#endif
