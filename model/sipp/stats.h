/* SPDX-License-Identifier: MIT */
/* What a SIPp counts: its statistics screen and the columns of its -trace_stat (facts: SIPp 13). */
#ifndef MODEL_SIPP_STATS_H
#define MODEL_SIPP_STATS_H

#include "base/real.h"
#include "base/span.h"

/* In the order of the columns. Up to the last SIPP_FAILED_ one: why a call failed. */
enum sipp_stat {
    SIPP_FAILED_CANNOT_SEND,
    SIPP_FAILED_MAX_RETRANS,
    SIPP_FAILED_TCP_CONNECT,
    SIPP_FAILED_TCP_CLOSED,
    SIPP_FAILED_UNEXPECTED,
    SIPP_FAILED_REJECTED,
    SIPP_FAILED_CMD_NOT_SENT,
    SIPP_FAILED_REGEXP_DOESNT_MATCH,
    SIPP_FAILED_REGEXP_SHOULDNT_MATCH,
    SIPP_FAILED_REGEXP_HDR_NOT_FOUND,
    SIPP_FAILED_CONGESTION,
    SIPP_FAILED_TIMEOUT_ON_RECV,
    SIPP_FAILED_TIMEOUT_ON_SEND,
    SIPP_FAILED_TEST_DOESNT_MATCH,
    SIPP_FAILED_TEST_SHOULDNT_MATCH,
    SIPP_FAILED_STRCMP_DOESNT_MATCH,
    SIPP_FAILED_STRCMP_SHOULDNT_MATCH,
    SIPP_OUT_OF_CALL,
    SIPP_DEAD_CALL,
    SIPP_RETRANSMISSIONS,
    SIPP_AUTO_ANSWERED,
    SIPP_WARNINGS,
    SIPP_FATAL_ERRORS,
    SIPP_WATCHDOG_MAJOR,
    SIPP_WATCHDOG_MINOR,
    SIPP_STATS
};

/* As -trace_stat names the columns, without (P) and (C). */
extern const char *const sipp_stat_names[SIPP_STATS];

/* Bounds of a repartition, in ms, as the XML lists them; count 0: it lists none. */
struct sipp_bounds {
    const uint32_t *ms;
    size_t count;
};

/* Durations, in whole ms of SIPp's clock: of a response time (rtd=), or of the calls. */
struct sipp_times {
    struct span name; /* of the rtd; empty for the calls */
    struct sipp_bounds bounds;
    uint64_t count, sum_ms, sum_squares;
    uint64_t
        *shares; /* those below the first bound, below the next one ..., and the rest: bounds.count + 1 */
};

struct sipp_counts {
    uint64_t created, successful, failed;
    uint64_t open; /* still going on: at the end of a run, calls that never ended */
    uint64_t peak; /* most that were open at a time */
};

struct sipp_stats {
    struct real rate; /* that calls are made at now: of -r, and -rate_increase */
    struct sipp_counts calls;
    uint64_t of[SIPP_STATS];
    struct sipp_times *times; /* one for each rtd, the last one for the calls */
    size_t times_count;
};

/* The mean, and the deviation of a sample (0 of fewer than two), in whole ms, cut off. */
uint64_t sipp_times_mean_ms(const struct sipp_times *t);
uint64_t sipp_times_deviation_ms(const struct sipp_times *t);

/* A copy (its memory is the caller's to sipp_stats_free), and what was counted since one was made. */
struct sipp_stats sipp_stats_copy(const struct sipp_stats *stats);
void sipp_stats_subtract(struct sipp_stats *stats, const struct sipp_stats *before);
void sipp_stats_free(struct sipp_stats *stats);

#endif
