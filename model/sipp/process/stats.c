/* SPDX-License-Identifier: MIT */
#include "model/sipp/stats.h"

#include "base/mem.h"
#include "model/sipp/process/call.h"

#include <stdlib.h>

const char *const sipp_stat_names[SIPP_STATS] = {
    [SIPP_FAILED_CANNOT_SEND] = "FailedCannotSendMessage",
    [SIPP_FAILED_MAX_RETRANS] = "FailedMaxUDPRetrans",
    [SIPP_FAILED_TCP_CONNECT] = "FailedTcpConnect",
    [SIPP_FAILED_TCP_CLOSED] = "FailedTcpClosed",
    [SIPP_FAILED_UNEXPECTED] = "FailedUnexpectedMessage",
    [SIPP_FAILED_REJECTED] = "FailedCallRejected",
    [SIPP_FAILED_CMD_NOT_SENT] = "FailedCmdNotSent",
    [SIPP_FAILED_REGEXP_DOESNT_MATCH] = "FailedRegexpDoesntMatch",
    [SIPP_FAILED_REGEXP_SHOULDNT_MATCH] = "FailedRegexpShouldntMatch",
    [SIPP_FAILED_REGEXP_HDR_NOT_FOUND] = "FailedRegexpHdrNotFound",
    [SIPP_FAILED_CONGESTION] = "FailedOutboundCongestion",
    [SIPP_FAILED_TIMEOUT_ON_RECV] = "FailedTimeoutOnRecv",
    [SIPP_FAILED_TIMEOUT_ON_SEND] = "FailedTimeoutOnSend",
    [SIPP_FAILED_TEST_DOESNT_MATCH] = "FailedTestDoesntMatch",
    [SIPP_FAILED_TEST_SHOULDNT_MATCH] = "FailedTestShouldntMatch",
    [SIPP_FAILED_STRCMP_DOESNT_MATCH] = "FailedStrcmpDoesntMatch",
    [SIPP_FAILED_STRCMP_SHOULDNT_MATCH] = "FailedStrcmpShouldntMatch",
    [SIPP_OUT_OF_CALL] = "OutOfCallMsgs",
    [SIPP_DEAD_CALL] = "DeadCallMsgs",
    [SIPP_RETRANSMISSIONS] = "Retransmissions",
    [SIPP_AUTO_ANSWERED] = "AutoAnswered",
    [SIPP_WARNINGS] = "Warnings",
    [SIPP_FATAL_ERRORS] = "FatalErrors",
    [SIPP_WATCHDOG_MAJOR] = "WatchdogMajor",
    [SIPP_WATCHDOG_MINOR] = "WatchdogMinor",
};

static void begin_times(struct sipp_times *t, struct span name, struct sipp_bounds bounds) {
    *t = (struct sipp_times){.name = name, .bounds = bounds};
    t->shares = mem_new((bounds.count + 1) * sizeof *t->shares);
}

void stats_begin(struct sipp_stats *stats, const struct sipp_program *program) {
    stats->times_count = program->rtds.count + 1;
    stats->times = mem_new(stats->times_count * sizeof *stats->times);
    for (size_t i = 0; i < program->rtds.count; i++)
        begin_times(&stats->times[i], program->rtds.list[i].name, program->rtds.list[i].bounds);
    begin_times(&stats->times[program->rtds.count], (struct span){0}, program->call_lengths);
}

static void add_time(struct sipp_times *t, int64_t ms) {
    uint64_t length = ms > 0 ? (uint64_t)ms : 0;
    size_t share = 0;
    while (share < t->bounds.count && length >= t->bounds.ms[share])
        share++;
    t->shares[share]++;
    t->count++;
    t->sum_ms += length;
    t->sum_squares += length * length;
}

void stats_call_begins(struct call *call) {
    struct sipp_counts *calls = &call->sipp->stats.calls;
    calls->created++;
    if (++calls->open > calls->peak) calls->peak = calls->open;
    call->began_ms = call->sipp->loop.clock_ms;
    for (size_t i = 0; i < call->sipp->program->rtds.count; i++)
        call->rtds[i] = (struct rtd_clock){.from_ms = call->began_ms};
}

void stats_call_ends(struct call *call, bool successful) {
    struct sipp_stats *stats = &call->sipp->stats;
    stats->calls.open--;
    if (successful)
        stats->calls.successful++;
    else
        stats->calls.failed++;
    add_time(&stats->times[stats->times_count - 1], call->sipp->loop.clock_ms - call->began_ms);
}

void stats_step(struct call *call, const struct step *step) {
    if (call->out_of_call) return;
    if (call->init) return;
    int64_t now_ms = call->sipp->loop.clock_ms;
    if (step->start_rtd >= 0) call->rtds[step->start_rtd] = (struct rtd_clock){.from_ms = now_ms};
    if (step->stop_rtd < 0) return;
    struct rtd_clock *clock = &call->rtds[step->stop_rtd];
    if (clock->stopped) return;
    add_time(&call->sipp->stats.times[step->stop_rtd], now_ms - clock->from_ms);
    clock->stopped = !step->repeat_rtd;
}

uint64_t sipp_times_mean_ms(const struct sipp_times *t) { return t->count ? t->sum_ms / t->count : 0; }

/* The largest whole number whose square is not above n. */
static uint64_t square_root(uint64_t n) {
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= n) root |= bit;
    return root;
}

uint64_t sipp_times_deviation_ms(const struct sipp_times *t) {
    if (t->count < 2) return 0;
    /* sum of squares less count times the square of the mean, without leaving 64 bits */
    uint64_t mean = t->sum_ms / t->count, rest = t->sum_ms % t->count;
    uint64_t squares = t->sum_squares - mean * t->sum_ms - mean * rest - rest * rest / t->count;
    return square_root(squares / (t->count - 1));
}

struct sipp_stats sipp_stats_copy(const struct sipp_stats *stats) {
    struct sipp_stats copy = *stats;
    copy.times = mem_new(stats->times_count * sizeof *copy.times);
    for (size_t i = 0; i < stats->times_count; i++) {
        struct sipp_times *t = &copy.times[i];
        *t = stats->times[i];
        t->shares = mem_new((t->bounds.count + 1) * sizeof *t->shares);
        memcpy(t->shares, stats->times[i].shares, (t->bounds.count + 1) * sizeof *t->shares);
    }
    return copy;
}

void sipp_stats_subtract(struct sipp_stats *stats, const struct sipp_stats *before) {
    stats->calls.created -= before->calls.created;
    stats->calls.successful -= before->calls.successful;
    stats->calls.failed -= before->calls.failed;
    for (size_t i = 0; i < SIPP_STATS; i++)
        stats->of[i] -= before->of[i];
    for (size_t i = 0; i < stats->times_count; i++) {
        struct sipp_times *t = &stats->times[i];
        const struct sipp_times *b = &before->times[i];
        t->count -= b->count;
        t->sum_ms -= b->sum_ms;
        t->sum_squares -= b->sum_squares;
        for (size_t k = 0; k <= t->bounds.count; k++)
            t->shares[k] -= b->shares[k];
    }
}

void sipp_stats_free(struct sipp_stats *stats) {
    for (size_t i = 0; i < stats->times_count; i++)
        free(stats->times[i].shares);
    free(stats->times);
    *stats = (struct sipp_stats){0};
}
