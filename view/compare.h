/* SPDX-License-Identifier: MIT */
/*
 * Two captures held against each other: which datagrams are only in one of them, which came in another order,
 * and in what the others differ. compare_init judges, compare_write (compare_report.c) tells a person.
 */
#ifndef VIEW_COMPARE_H
#define VIEW_COMPARE_H

#include "base/buf.h"
#include "view/compare_align.h"
#include "view/compare_packet.h"

/* What may differ and by how much. */
struct compare_options {
    struct compare_scope scope;
    /* Times count from the first datagram of each capture; they may differ by tolerance_ns plus this share,
     * in millionths, of the time in A. */
    int64_t tolerance_ns;
    uint32_t tolerance_ppm;
    /* Datagrams between different pairs of hosts may change places if they are less than this apart in both:
     * chance decides their order when two programs send at the same time. */
    int64_t swap_ns;
};

/* Times that real runs of one lab can show: Kamailio's 62.5 ms tick and scheduling. */
#define COMPARE_TOLERANCE_NS  INT64_C(70000000)
#define COMPARE_TOLERANCE_PPM 5000
#define COMPARE_SWAP_NS       INT64_C(1000000)

/* Who has an address. */
struct compare_host {
    uint32_t ip;
    const char *name;
};

struct compare_side {
    const char *label; /* a file, a scenario */
    const struct reader *capture;
    const struct compare_host *hosts; /* those whose names are known */
    size_t host_count;
};

/* What became of a pair, by the index of its packet in A. */
struct compare_pair {
    bool different, moved, late;
    int64_t late_ns; /* time in B less time in A */
};

struct compare {
    struct compare_side a, b;
    const struct compare_options *options;
    struct compare_media media;
    struct compare_alignment alignment;
    struct compare_pair *pairs; /* one a packet of A; of one without a partner all is false */
    size_t only_a, only_b, different, moved, late, identical;
    int64_t worst_ns;             /* the largest difference of times, either way */
    bool other_link, other_start; /* only if strict: link types, times of the first frames */
    bool other_frames;            /* the numbers of frames that are not compared differ */
};

/* Compares; the sides' captures and the options outlive the result. */
void compare_init(struct compare *c, const struct compare_side *a, const struct compare_side *b,
                  const struct compare_options *options);

/* Is nothing different that must not be? */
bool compare_same(const struct compare *c);

void compare_free(struct compare *c);

/* One line of the joint flow: a datagram of A, of B (COMPARE_NONE: not in that one), or a pair. */
struct compare_row {
    size_t a, b;
};

/*
 * The joint flow: A's datagrams in their order; those that are only in B stand before the pair that follows.
 * To be freed.
 */
struct compare_row *compare_rows(const struct compare *c, size_t *count);

/* A packet's time since the first datagram of its capture. */
int64_t compare_time(const struct reader *capture, size_t index);

/*
 * Writes what is different, with what stands around it, as text; at most `limit` datagrams that differ (0:
 * all). The last line sums up.
 */
void compare_write(struct buf *out, const struct compare *c, size_t limit, bool colour);

/*
 * Writes the SIP of both as an HTML page: two ladders beside each other, what differs marked; text is what
 * compare_write wrote.
 */
void compare_html_write(struct buf *out, const struct compare *c, struct span text);

#endif
