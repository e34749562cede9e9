/* SPDX-License-Identifier: MIT */
#include "cli/stats.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "cli/path.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

/* The file of one SIPp. */
struct stats_file {
    size_t host; /* index in the config */
    char *path;
    struct outfile *out;
    struct sipp_stats before; /* at the last row */
    int64_t from_ns;          /* when that was */
    bool begun, ended;
};

struct stats_files {
    const struct lab_config *config;
    struct stats_file *files;
    size_t count;
    struct buf row;
};

struct stats_files *stats_open(const struct lab_config *config, const char *path) {
    struct stats_files *s = mem_new(sizeof *s);
    const char *why = NULL;
    size_t sipps = 0;
    s->config = config;
    s->files = mem_new(config->host_count * sizeof *s->files);
    for (size_t i = 0; i < config->host_count; i++)
        sipps += config->hosts[i].runs == LAB_SIPP;
    for (size_t i = 0; i < config->host_count && !why; i++) {
        if (config->hosts[i].runs != LAB_SIPP) continue;
        struct stats_file *f = &s->files[s->count++];
        struct buf name = {0};
        path_of_host(&name, path, sipps > 1 ? config->hosts[i].name : NULL);
        *f = (struct stats_file){.host = i, .path = name.p, .out = outfile_open(name.p, &why)};
    }
    if (!why) return s;
    cli_error("%s: %s", outfile_label(s->files[s->count - 1].path), why);
    stats_abandon(s);
    return NULL;
}

static void add_header(struct buf *out, const struct sipp_stats *stats) {
    buf_add_text(
        out, "StartTime;LastResetTime;CurrentTime;ElapsedTime(P);ElapsedTime(C);TargetRate;CallRate(P);"
             "CallRate(C);"
             "IncomingCall(P);IncomingCall(C);OutgoingCall(P);OutgoingCall(C);TotalCallCreated;CurrentCall;"
             "SuccessfulCall(P);SuccessfulCall(C);FailedCall(P);FailedCall(C);");
    for (size_t i = 0; i < SIPP_STATS; i++)
        buf_addf(out, "%s(P);%s(C);", sipp_stat_names[i], sipp_stat_names[i]);
    for (size_t i = 0; i < stats->times_count; i++) {
        const char *what = i + 1 < stats->times_count ? "ResponseTime" : "CallLength";
        struct span name = stats->times[i].name;
        for (int deviation = 0; deviation < 2; deviation++)
            for (int whole = 0; whole < 2; whole++)
                buf_addf(out, "%s" SPAN_FMT "%s(%s);", what, SPAN_ARG(name), deviation ? "StDev" : "",
                         whole ? "C" : "P");
    }
    for (size_t i = 0; i < stats->times_count; i++) {
        const struct sipp_times *t = &stats->times[i];
        const char *what = i + 1 < stats->times_count ? "ResponseTimeRepartition" : "CallLengthRepartition";
        if (t->bounds.count == 0) continue;
        buf_addf(out, "%s" SPAN_FMT ";", what, SPAN_ARG(t->name));
        for (size_t k = 0; k < t->bounds.count; k++)
            buf_addf(out, "%s" SPAN_FMT "_<%" PRIu32 ";", what, SPAN_ARG(t->name), t->bounds.ms[k]);
        buf_addf(out, "%s" SPAN_FMT "_>=%" PRIu32 ";", what, SPAN_ARG(t->name),
                 t->bounds.ms[t->bounds.count - 1]);
    }
    buf_add_char(out, '\n');
}

/* 2026-01-01<TAB>00:00:00.000000<TAB>1767225600.000000 */
static void add_moment(struct buf *out, int64_t unix_ns) {
    time_t s = (time_t)(unix_ns / NS_PER_S);
    long long us = unix_ns % NS_PER_S / NS_PER_US;
    struct tm t;
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%d\t%H:%M:%S", gmtime_r(&s, &t));
    buf_addf(out, "%s.%06lld\t%lld.%06lld;", text, us, (long long)s, us);
}

static void add_seconds(struct buf *out, int64_t ns) {
    long long s = ns / NS_PER_S;
    buf_addf(out, "%02lld:%02lld:%02lld;", s / 3600, s / 60 % 60, s % 60);
}

static void add_ms(struct buf *out, uint64_t ms) {
    buf_addf(out, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64 ":%06" PRIu64 ";", ms / 3600000, ms / 60000 % 60,
             ms / 1000 % 60, ms % 1000 * 1000);
}

/* Calls a second, as C++ prints a number. */
static void add_rate(struct buf *out, uint64_t calls, int64_t ns) {
    long long ms = ns / NS_PER_MS;
    buf_addf(out, "%g;", ms > 0 ? 1000.0 * (double)calls / (double)ms : 0.0);
}

static void add_row(struct buf *out, const struct lab_config *config, const struct stats_file *f,
                    const struct sipp_stats *period, const struct sipp_stats *all, int64_t now_ns) {
    const struct lab_host_config *host = &config->hosts[f->host];
    bool calls = sipp_program_is_client(host->sipp_program);
    add_moment(out, config->start_ns);
    add_moment(out, config->start_ns + f->from_ns);
    add_moment(out, config->start_ns + now_ns);
    add_seconds(out, now_ns - f->from_ns);
    add_seconds(out, now_ns);
    double rate;
    memcpy(&rate, &all->rate, sizeof rate);
    buf_addf(out, "%g;", rate);
    add_rate(out, period->calls.created, now_ns - f->from_ns);
    add_rate(out, all->calls.created, now_ns);
    uint64_t created[] = {period->calls.created, all->calls.created};
    for (int outgoing = 0; outgoing < 2; outgoing++)
        for (int whole = 0; whole < 2; whole++)
            buf_addf(out, "%" PRIu64 ";", (bool)outgoing == calls ? created[whole] : 0);
    buf_addf(out, "%" PRIu64 ";%" PRIu64 ";", all->calls.created, all->calls.open);
    buf_addf(out, "%" PRIu64 ";%" PRIu64 ";", period->calls.successful, all->calls.successful);
    buf_addf(out, "%" PRIu64 ";%" PRIu64 ";", period->calls.failed, all->calls.failed);
    for (size_t i = 0; i < SIPP_STATS; i++)
        buf_addf(out, "%" PRIu64 ";%" PRIu64 ";", period->of[i], all->of[i]);
    for (size_t i = 0; i < all->times_count; i++) {
        add_ms(out, sipp_times_mean_ms(&period->times[i]));
        add_ms(out, sipp_times_mean_ms(&all->times[i]));
        add_ms(out, sipp_times_deviation_ms(&period->times[i]));
        add_ms(out, sipp_times_deviation_ms(&all->times[i]));
    }
    for (size_t i = 0; i < all->times_count; i++) {
        const struct sipp_times *t = &all->times[i];
        if (t->bounds.count == 0) continue;
        buf_add_char(out, ';');
        for (size_t k = 0; k <= t->bounds.count; k++)
            buf_addf(out, "%" PRIu64 ";", t->shares[k]);
    }
    buf_add_char(out, '\n');
}

/* What was counted since the last row, and from the beginning. */
static void write_row(struct stats_files *s, struct stats_file *f, const struct sipp_stats *all,
                      int64_t now_ns) {
    struct sipp_stats period = sipp_stats_copy(all);
    if (f->begun) sipp_stats_subtract(&period, &f->before);
    buf_reset(&s->row);
    if (!f->begun) add_header(&s->row, all);
    add_row(&s->row, s->config, f, &period, all, now_ns);
    outfile_add(f->out, buf_span(&s->row));
    sipp_stats_free(&period);
    sipp_stats_free(&f->before);
    f->before = sipp_stats_copy(all);
    f->from_ns = now_ns;
    f->begun = true;
}

/* A SIPp that ends writes its last row twice, unless it stops at once (facts: SIPp 13). */
static void write_end(struct stats_files *s, struct stats_file *f, const struct sipp *sipp, int64_t now_ns) {
    write_row(s, f, sipp_stats(sipp), now_ns);
    if (sipp_exit_status(sipp) < 2) write_row(s, f, sipp_stats(sipp), now_ns);
    f->ended = true;
}

void stats_row(struct stats_files *s, const struct lab *lab, int64_t now_ns) {
    for (struct stats_file *f = s->files; f < s->files + s->count; f++) {
        const struct sipp *sipp = lab_sipp(lab, f->host);
        int64_t ended_ns = sipp_ended_ns(sipp);
        if (f->ended) continue;
        if (ended_ns >= 0)
            write_end(s, f, sipp, ended_ns);
        else
            write_row(s, f, sipp_stats(sipp), now_ns);
    }
}

int stats_close(struct stats_files *s, const struct lab *lab) {
    int status = EXIT_GOOD;
    for (struct stats_file *f = s->files; f < s->files + s->count; f++) {
        const struct sipp *sipp = lab_sipp(lab, f->host);
        int64_t ended_ns = sipp_ended_ns(sipp);
        if (!f->ended) write_end(s, f, sipp, ended_ns < 0 ? lab_result(lab).end_ns : ended_ns);
        int failed = outfile_close(f->out);
        f->out = NULL;
        if (cli_is_failure(f->path, failed))
            status = cli_error("%s: %s", outfile_label(f->path), strerror(failed));
    }
    stats_abandon(s);
    return status;
}

void stats_abandon(struct stats_files *s) {
    if (!s) return;
    for (struct stats_file *f = s->files; f < s->files + s->count; f++) {
        outfile_abandon(f->out);
        sipp_stats_free(&f->before);
        free(f->path);
    }
    buf_free(&s->row);
    free(s->files);
    free(s);
}

/* A share in tenths of a percent: "99.8 %". */
static void add_share(struct buf *out, uint64_t part, uint64_t whole) {
    uint64_t tenths = whole ? (part * 1000 + whole / 2) / whole : 0;
    buf_addf(out, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
}

static void add_times(struct buf *out, const struct sipp_times *t, bool of_calls) {
    if (t->count == 0) return;
    if (of_calls)
        buf_add_text(out, "  call length");
    else
        buf_addf(out, "  response time " SPAN_FMT, SPAN_ARG(t->name));
    buf_addf(out, ": mean %" PRIu64 " ms, deviation %" PRIu64 " ms, of %" PRIu64 "\n", sipp_times_mean_ms(t),
             sipp_times_deviation_ms(t), t->count);
    for (size_t k = 0; k <= t->bounds.count && t->bounds.count; k++) {
        if (t->shares[k] == 0) continue;
        if (k < t->bounds.count)
            buf_addf(out, "    %6" PRIu32 " ms <= n < %6" PRIu32 " ms : %8" PRIu64 "  ",
                     k ? t->bounds.ms[k - 1] : 0, t->bounds.ms[k], t->shares[k]);
        else
            buf_addf(out, "                 n >= %6" PRIu32 " ms : %8" PRIu64 "  ", t->bounds.ms[k - 1],
                     t->shares[k]);
        add_share(out, t->shares[k], t->count);
        buf_add_char(out, '\n');
    }
}

static void add_sipp(struct buf *out, const char *name, const struct sipp_stats *stats) {
    const struct sipp_counts *calls = &stats->calls;
    buf_addf(
        out,
        "%s: %" PRIu64 " call%s (at most %" PRIu64 " at a time): %" PRIu64 " successful, %" PRIu64 " failed",
        name, calls->created, calls->created == 1 ? "" : "s", calls->peak, calls->successful, calls->failed);
    if (calls->open) buf_addf(out, ", %" PRIu64 " open", calls->open);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < SIPP_STATS; i++)
        if (stats->of[i]) buf_addf(out, "  %s: %" PRIu64 "\n", sipp_stat_names[i], stats->of[i]);
    for (size_t i = 0; i < stats->times_count; i++)
        add_times(out, &stats->times[i], i + 1 == stats->times_count);
}

void stats_summary(struct buf *out, const struct lab *lab, const struct lab_config *config) {
    for (size_t i = 0; i < config->host_count; i++) {
        const char *name = config->hosts[i].name;
        uint64_t overruns = host_overruns(lab_host_at(lab, i));
        if (lab_sipp(lab, i)) add_sipp(out, name, sipp_stats(lab_sipp(lab, i)));
        if (overruns)
            buf_addf(out, "%s: %" PRIu64 " datagrams lost, the socket's buffer was full\n", name, overruns);
    }
}
