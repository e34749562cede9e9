/* SPDX-License-Identifier: MIT */
/* In what two datagrams differ: a list of fields with both values. Times are not looked at here. */
#ifndef VIEW_COMPARE_PACKET_H
#define VIEW_COMPARE_PACKET_H

#include "model/sip/msg.h"
#include "pcapgen/reader.h"
#include "view/compare_field.h"

/* One field. */
struct compare_difference {
    struct span field; /* "ip.ttl"; a header field's name without the "sip." */
    bool is_header;
    bool is_number;
    bool moved;         /* a header field that is the same but stands at another place */
    char number[2][24]; /* if it is one: both values, as tshark shows them */
    struct span
        text[2];  /* otherwise: the lines with the first differing byte; p NULL: that side has no such line */
    size_t at[2]; /* where in the UDP payloads (of "frame": in the frames) that byte, or the line, is */
};

/* All-zero is an empty list, reused by each comparison. */
struct compare_differences {
    struct compare_difference *list;
    size_t count, cap;
    struct sip_msg messages[2];
};

/* What may differ. */
struct compare_scope {
    struct compare_ignore ignore;
    bool strict; /* look at what differs between two runs of a real lab too: ip.id, checksums, and all other
                    bytes */
};

/*
 * Fills the list with the differences of a and b, which point into both. same_link: the captures' link types
 * are the same, so link-layer headers can be compared.
 */
void compare_packets(struct compare_differences *out, const struct reader_packet *a,
                     const struct reader_packet *b, const struct compare_scope *scope, bool same_link);

void compare_differences_free(struct compare_differences *d);

#endif
