/* SPDX-License-Identifier: MIT */
/*
 * What a sweep measures: it runs a lab with a tap on every host and counts what callers, proxies and callees
 * send and hear. Callers and callees are the SIPps that make and that answer calls, proxies the Kamailios.
 */
#ifndef CLI_SWEEP_MEASURE_H
#define CLI_SWEEP_MEASURE_H

#include "model/lab/lab.h"

enum sweep_kind {
    SWEEP_COUNT, /* a number */
    SWEEP_TIME,  /* microseconds since the first INVITE of a caller */
    SWEEP_SHARE, /* so many calls out of so many */
    SWEEP_TEXT   /* words */
};

enum sweep_measure_id {
    SWEEP_INVITES_CALLER,
    SWEEP_INVITES_PROXY,
    SWEEP_RINGING,
    SWEEP_ANSWER,
    SWEEP_OUTCOME,
    SWEEP_FINAL,
    SWEEP_CALLER_GIVES_UP,
    SWEEP_RETRANSMISSIONS,
    SWEEP_DATAGRAMS,
    SWEEP_RINGING_LOST,
    SWEEP_RINGING_LATE,
    SWEEP_REASON,
    SWEEP_DEFAULTS, /* those above are measured when nobody asks for anything else */
    SWEEP_SUCCESSFUL = SWEEP_DEFAULTS,
    SWEEP_OVERRUNS,
    SWEEP_MEASURES
};

struct sweep_measure {
    const char *name;
    enum sweep_kind kind;
};

extern const struct sweep_measure sweep_measures[SWEEP_MEASURES];

/* What one run gave for one measure. */
struct sweep_value {
    bool known;     /* false: there is nothing to tell, such as the time of a ringing that never came */
    int64_t number; /* unless it is a text */
    int64_t of;     /* of a share */
    struct buf text;
};

/* All-zero is ready for use; the next run reuses its memory. */
struct sweep_sample {
    struct sweep_value values[SWEEP_MEASURES];
};

void sweep_sample_free(struct sweep_sample *s);

enum sweep_run_result { SWEEP_RUN_DONE, SWEEP_RUN_FAILED, SWEEP_RUN_STOPPED };

/* Runs a lab once. FAILED: what its start showed is in diag. STOPPED: *stop was not 0. */
enum sweep_run_result sweep_measure_run(struct sweep_sample *out, const struct lab_config *config,
                                        const volatile sig_atomic_t *stop, struct diag *diag);

#endif
