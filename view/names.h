/* SPDX-License-Identifier: MIT */
/* Names cut to a width such that what tells them apart stays: "kamailio-..east", "kamailio-..west". */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "base/buf.h"

struct names {
    char **whole, **cut; /* owned */
    size_t count, width;
};

/* Cuts those names that are longer than width (at least 8) columns. The names are ASCII and are copied. */
void names_init(struct names *n, const char *const *names, size_t count, size_t width);

/* What stands for a name; one that was not among them is given as it is. */
const char *names_cut(const struct names *n, const char *name);

/* The longest of what names_cut gives. */
size_t names_widest(const struct names *n);

void names_free(struct names *n);

#endif
