/* SPDX-License-Identifier: MIT */
/*
 * Which datagrams of two captures belong together. Call-IDs and addresses need not be equal: those of both
 * sides that are equal belong together, then Call-IDs in which only what is the same in all of a side differs
 * (a process id), the others in the order of their appearance. Within one call and one pair of endpoints the
 * datagrams are aligned by direction and kind (INVITE, 180 to INVITE), so a datagram that one side lacks is
 * one difference, not many.
 */
#ifndef VIEW_COMPARE_ALIGN_H
#define VIEW_COMPARE_ALIGN_H

#include "view/compare_media.h"

/* The partner of a packet that has none. */
#define COMPARE_NONE ((size_t)-1)

struct compare_alignment {
    size_t *a_partner; /* of each packet of A the index of its partner in B, or COMPARE_NONE */
    size_t *b_partner;
    bool *moved; /* of each packet of A: its partner is another place of its call's flow */
};

/*
 * Aligns two captures, media by stream; pairs whose times (from the first packets) differ by no more than
 * near_ns are preferred. The caller frees the result.
 */
void compare_align(struct compare_alignment *out, const struct reader *a, const struct reader *b,
                   const struct compare_media *media, int64_t near_ns);
void compare_alignment_free(struct compare_alignment *alignment);

#endif
