/* SPDX-License-Identifier: MIT */
/* The fields that two captures are compared by, under the names that tshark gives them. */
#ifndef VIEW_COMPARE_FIELD_H
#define VIEW_COMPARE_FIELD_H

#include "base/span.h"

/* The fields that are not looked at. */
struct compare_ignore {
    const char **names; /* from the table below, or owned (sip.X-Something) */
    char **owned;
    size_t count, cap, owned_count, owned_cap;
};

/*
 * Adds a field. False if there is none of that name: *meant is then the one that was most likely meant, or
 * NULL. "time" is short for frame.time_relative; a header field that begins with X- is always known.
 */
bool compare_ignore_add(struct compare_ignore *ignore, struct span name, const char **meant);

/* Is a field ignored? The header field "Via" is sip.Via. */
bool compare_ignored(const struct compare_ignore *ignore, const char *name);
bool compare_ignored_header(const struct compare_ignore *ignore, struct span header);

void compare_ignore_free(struct compare_ignore *ignore);

/* The full name of a header field: of "v" it is "Via"; of one that is not known what was given. */
struct span compare_header_name(struct span name);

#endif
