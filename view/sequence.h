/* SPDX-License-Identifier: MIT */
/* Which elements of two sequences belong together, if order is kept: an alignment of the highest score. */
#ifndef VIEW_SEQUENCE_H
#define VIEW_SEQUENCE_H

#include <stddef.h>

/* The partner of an element that has none. */
#define SEQUENCE_NONE ((size_t)-1)

/*
 * Finds pairs (i, partner[i]) that rise in both, i from 0 to n - 1, partners from 0 to m - 1, with the
 * highest sum of score(arg, i, j). A score of 0 means: never a pair; full is the highest that score gives.
 * Of alignments with equal sums the one whose pairs come first is taken. Sequences of thousands of
 * unlike elements are aligned window by window, so the cost grows with their length, not with its square.
 */
void sequence_align(size_t *partner, size_t n, size_t m, unsigned full,
                    unsigned (*score)(void *arg, size_t i, size_t j), void *arg);

#endif
