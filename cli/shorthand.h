/* SPDX-License-Identifier: MIT */
/* Options of `siptwin run` that are short for a key of the SIPp that calls, or of the one that answers. */
#ifndef CLI_SHORTHAND_H
#define CLI_SHORTHAND_H

#include "cli/cli.h"

enum shorthand { SHORTHAND_UAS_DELAY, SHORTHAND_CALLS, SHORTHAND_RATE, SHORTHAND_ARRIVALS, SHORTHANDS };

/*
 * Writes the overrides (KEY=VALUE) that the given values stand for (NULL: that option was not given) into
 * out, one for each that is not NULL, in the order of the enum. The scenario of that name is loaded with the
 * overrides to learn its hosts' names; what is wrong with it is told when it is loaded with all of them.
 * EXIT_GOOD, or EXIT_BAD_INPUT (told).
 */
int shorthand_settle(struct buf out[SHORTHANDS], const char *const values[SHORTHANDS], const char *scenario,
                     const char *const *overrides, size_t count);

#endif
