/* SPDX-License-Identifier: MIT */
/*
 * A run recorded in memory: the flow's rows and notes with everything they refer to, for the views that need
 * to see the whole of it (the ladders). It holds the datagrams, so it ends before the lab does.
 */
#ifndef VIEW_RECORD_H
#define VIEW_RECORD_H

#include "view/flow.h"

/* A datagram, a note, or the failure of a call (which is a note, too). */
struct record_item {
    bool is_note;
    const char *failure; /* why a call failed, from who saw it fail; NULL: it is none */
    int64_t time_ns;     /* as flow's; of both */

    uint64_t number; /* a row's own, or the one that a note is about; 0: none */
    size_t from, to; /* indexes of hosts; a note's host is `from` */

    struct datagram *datagram;   /* held; NULL for a note */
    int64_t sent_ns, arrived_ns; /* FLOW_NEVER: it did not arrive */
    enum flow_fate fate;
    struct label_run run; /* how many datagrams it stands for */

    struct cause cause;
};

struct record {
    struct record_item *items; /* in the order of time */
    size_t count, cap;
    char **hosts;     /* names, in the order they were added, then addresses that nobody has */
    char **addresses; /* of the hosts; NULL: the name is the address, or it is not known */
    size_t host_count, host_cap, address_cap;
};

/* All-zero is an empty record. Adds a host, so that it has its place whether anything happens there or not;
 * address NULL: the name is one, or it is not known.
 */
void record_add_host(struct record *r, const char *name, const char *address);

/* The index of the host of that name, which is added if it is new. */
size_t record_host(struct record *r, const char *name);

/* Adds an item at the end, and takes over the caller's hold of its datagram. */
void record_add(struct record *r, const struct record_item *item);

/* Adds an item behind all others that are not later. */
struct record_item *record_insert(struct record *r, int64_t time_ns);

/* Adds, after the run, that a call failed then, and why; the texts outlive the record. */
void record_add_failure(struct record *r, int64_t time_ns, const char *host, struct source_pos at,
                        const char *reason);

struct flow_sink record_sink(struct record *r);

void record_free(struct record *r);

#endif
