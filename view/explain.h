/* SPDX-License-Identifier: MIT */
/*
 * The flow with its reasons: for each datagram why it was sent, for each decision that sent nothing why it
 * did not. Written as the run goes.
 */
#ifndef VIEW_EXPLAIN_H
#define VIEW_EXPLAIN_H

#include "view/flow.h"

#include <stdio.h>

struct explain {
    FILE *out;
    bool colour;
    struct buf line, reason;
};

/* out stays the caller's. */
void explain_init(struct explain *e, FILE *out, bool colour);

struct flow_sink explain_text_sink(struct explain *e);

void explain_free(struct explain *e);

/* "arrived", "lost", "no_host", "closed_port": as JSON says it. */
const char *explain_fate(enum flow_fate fate);

#endif
