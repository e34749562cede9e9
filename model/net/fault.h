/* SPDX-License-Identifier: MIT */
/*
 * Exact faults of one path: what happens to the nth datagram of those that a match picks. Who picks the same
 * shares a counter, and a datagram only meets the faults of its own number: thousands of faults cost it
 * nothing.
 */
#ifndef MODEL_NET_FAULT_H
#define MODEL_NET_FAULT_H

#include "base/span.h"

/* Does the payload count? The same function and argument always say the same of the same bytes. */
typedef bool fault_match_fn(void *arg, struct span payload);

struct fault_counter;

/* All-zero: no faults. */
struct faults {
    struct fault_counter *counters;
};

/* How long a lost datagram is held back. */
#define FAULT_LOST INT64_C(-1)

/*
 * Adds a fault of the nth (from 1) datagram for which match says yes (NULL: all count): it is held back by
 * hold_ns, or lost.
 */
void faults_add(struct faults *f, uint32_t nth, int64_t hold_ns, fault_match_fn *match, void *arg);

/* Counts a datagram that goes the path, and says how long it is held back in all. Lost ones count too. */
int64_t faults_apply(struct faults *f, struct span payload);

void faults_free(struct faults *f);

#endif
