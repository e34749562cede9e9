/* SPDX-License-Identifier: MIT */
#include "cli/run_lab.h"

#include "base/mem.h"
#include "cli/path.h"
#include "pcapgen/capture.h"
#include "view/label.h"

#include <stdlib.h>

/* A host as the run sees it: perhaps a capture is taken there. */
struct point {
    struct run_lab *run;
    struct capture *capture; /* NULL: none */
    bool captured;
};

struct run_lab {
    const struct lab_config *config;
    struct lab *lab;
    struct trace trace;
    struct flow *flow;    /* NULL: nobody looks on */
    struct point *points; /* one a host */
    uint64_t packets, datagrams;
    size_t files;
    int64_t first_ns; /* -1: nothing was captured yet */
    void (*on_seen)(void *arg, size_t host, int64_t now_ns, enum tap_direction direction,
                    const struct datagram *d); /* NULL: nobody asks */
    void *seen_arg;
};

int run_scenario_open(struct run_scenario *s, const char *name, const char *const *overrides, size_t count) {
    struct diag diag = {0};
    *s = (struct run_scenario){0};
    mem_limit(LAB_MEMORY_DEFAULT);
    if (!cli_find_scenario(&s->folder, name)) return EXIT_BAD_INPUT;
    s->config = lab_load(&s->sources, buf_text(&s->folder), overrides, count, &diag);
    return cli_report(&diag);
}

void run_scenario_close(struct run_scenario *s) {
    lab_config_free(s->config);
    source_set_free(&s->sources);
    buf_free(&s->folder);
}

void run_capture_path(struct buf *path, const char *write, const struct lab_config *config, size_t i) {
    const struct lab_capture *capture = &config->capture;
    buf_reset(path);
    path_of_host(path, write, capture->at_count > 1 ? config->hosts[capture->at[i]].name : NULL);
}

struct capture_options run_capture_options(const struct lab_config *config) {
    return (struct capture_options){
        .link = config->capture.link,
        .checksum = config->capture.checksum,
        .filter = config->capture.filter,
        .ports = config->capture.ports,
        .mtu = config->network.mtu,
        .start_ns = config->start_ns,
        .precision = config->capture.precision,
    };
}

/* Is a capture taken at this host? NULL: no. */
static bool is_captured(const struct run_lab *run, const struct host *host) {
    for (size_t i = 0; i < run->config->capture.at_count; i++)
        if (lab_host_at(run->lab, run->config->capture.at[i]) == host) return true;
    return false;
}

/* Is it in a capture, or would be if one were written? */
static bool is_taken(const struct point *point, int64_t now_ns, enum tap_direction direction,
                     const struct datagram *d) {
    const struct lab_capture *capture = &point->run->config->capture;
    if (!point->captured) return false;
    if (!point->capture)
        return tap_hears(capture->link, direction) && tap_takes(capture->filter, capture->ports, d);
    size_t packets = capture_add(point->capture, now_ns, direction, d);
    point->run->packets += packets;
    return packets > 0;
}

/* What one capture point sends to another is in both captures. */
static bool is_another_points(const struct run_lab *run, enum tap_direction direction,
                              const struct datagram *d) {
    return direction == TAP_RECEIVED && run->config->capture.at_count > 1 &&
           is_captured(run, net_find_host(lab_net(run->lab), d->from.ip));
}

static void seen(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    const struct point *point = arg;
    struct run_lab *run = point->run;
    if (run->on_seen) run->on_seen(run->seen_arg, (size_t)(point - run->points), now_ns, direction, d);
    uint64_t before = run->packets;
    bool taken = is_taken(point, now_ns, direction, d);
    if (taken && run->first_ns < 0) run->first_ns = now_ns;
    if (taken && !is_another_points(run, direction, d)) run->datagrams++;
    if (!run->flow) return;
    /* The number is the first fragment's. */
    bool one = run->config->capture.at_count == 1 && point->capture;
    uint64_t frame = one ? before + 1 : 0;
    if (taken)
        flow_seen(run->flow, frame, now_ns, direction, d);
    else if (!tap_is_sent(direction))
        flow_arrived(run->flow, now_ns, d);
}

static void lost(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d) {
    flow_lost(arg, now_ns, why, d);
}

static void noted(void *arg, int64_t now_ns, const char *host, uint64_t about, const struct cause *cause) {
    flow_note(arg, now_ns, host, about, cause);
}

/* Opens the captures; those that are open stay so when one fails. */
static int open_captures(struct run_lab *run, const struct run_output *output) {
    struct capture_options options = run_capture_options(run->config);
    options.part_bytes = output->part_bytes;
    options.part_ns = output->part_ns;
    struct buf path = {0};
    int status = EXIT_GOOD;
    for (size_t i = 0; i < run->config->capture.at_count && status == EXIT_GOOD; i++) {
        char *error = NULL;
        run_capture_path(&path, output->write, run->config, i);
        struct point *point = &run->points[run->config->capture.at[i]];
        point->capture = capture_open(path.p, &options, &error);
        if (!point->capture) status = cli_error("%s", error);
        free(error);
    }
    buf_free(&path);
    return status;
}

static void tap(struct run_lab *run, size_t host) {
    host_tap(lab_host_at(run->lab, host), seen, &run->points[host]);
}

struct run_lab *run_lab_new(const struct lab_config *config, const struct run_output *output, int *status) {
    struct diag diag = {0};
    struct run_lab *run = mem_new(sizeof *run);
    run->config = config;
    run->first_ns = -1;
    run->points = mem_new(config->host_count * sizeof *run->points);
    for (size_t i = 0; i < config->host_count; i++)
        run->points[i].run = run;
    for (size_t i = 0; i < config->capture.at_count; i++)
        run->points[config->capture.at[i]].captured = true;
    mem_limit(config->memory_limit);
    run->lab = lab_new(config, &run->trace, &diag);
    *status = cli_report(&diag);
    if (run->lab && output->write) *status = open_captures(run, output);
    if (!run->lab || *status != EXIT_GOOD) {
        run_lab_free(run);
        return NULL;
    }
    for (size_t i = 0; i < config->capture.at_count; i++)
        tap(run, config->capture.at[i]);
    return run;
}

struct lab *run_lab_of(const struct run_lab *run) {
    return run->lab;
}

void run_lab_on_seen(struct run_lab *run,
                     void (*seen_by)(void *arg, size_t host, int64_t now_ns, enum tap_direction direction,
                                     const struct datagram *d),
                     void *arg) {
    run->on_seen = seen_by;
    run->seen_arg = arg;
    for (size_t i = 0; i < run->config->host_count; i++)
        tap(run, i);
}

void run_lab_watch(struct run_lab *run, struct flow_sink sink) {
    if (!run->flow) {
        run->flow = flow_new(lab_net(run->lab));
        for (size_t i = 0; i < run->config->capture.at_count; i++)
            flow_watch(run->flow, lab_host_at(run->lab, run->config->capture.at[i]));
        net_on_lost(lab_net(run->lab), lost, run->flow);
        /* The others tell when a datagram arrives. */
        for (size_t i = 0; i < run->config->host_count; i++)
            tap(run, i);
    }
    if (sink.note) run->trace = (struct trace){noted, run->flow};
    flow_add_sink(run->flow, sink);
}

static int close_captures(struct run_lab *run) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < run->config->host_count; i++) {
        char *error = NULL;
        struct capture *capture = run->points[i].capture;
        run->points[i].capture = NULL;
        if (!capture) continue;
        run->files += capture_parts(capture);
        if (status != EXIT_GOOD)
            capture_abandon(capture);
        else if (!capture_close(capture, &error))
            status = cli_error("%s", error);
        free(error);
    }
    return status;
}

int run_lab_go(struct run_lab *run) {
    if (!lab_run(run->lab, &cli_interrupted)) {
        fputs("siptwin: interrupted, no capture written\n", stderr);
        return EXIT_INTERRUPTED;
    }
    struct lab_result result = lab_result(run->lab);
    if (result.stopped) {
        struct diag diag = {0};
        diag_error(&diag, result.stopped_at, "%s", result.stopped);
        return cli_report(&diag);
    }
    if (run->flow) flow_end(run->flow);
    int status = close_captures(run);
    if (status != EXIT_GOOD) return status;
    return result.failed || result.open || result.answered_failed || result.cut_off ? EXIT_DIFFERENT
                                                                                    : EXIT_GOOD;
}

struct run_outcome run_lab_outcome(const struct run_lab *run) {
    return (struct run_outcome){
        .packets = run->packets,
        .datagrams = run->datagrams,
        .files = run->files,
        .first_ns = run->first_ns < 0 ? 0 : run->first_ns,
        .lab = lab_result(run->lab),
    };
}

void run_tell_failures(const struct run_outcome *outcome) {
    const struct lab_result *result = &outcome->lab;
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct lab_failure *f = &result->failures[i];
        struct buf text = {0};
        unsigned line, column;
        source_locate(f->at, &line, &column);
        buf_addf(&text, "%s:%u: at ", f->at.source ? f->at.source->name : f->host, line);
        /* Times count from the first datagram of the capture, as tshark counts; a call may fail before. */
        label_seconds(&text, f->now_ns - outcome->first_ns, 3);
        buf_addf(&text, " s: %s", f->reason);
        cli_print_visible(stderr, buf_span(&text));
        fputc('\n', stderr);
        buf_free(&text);
    }
    if (result->cut_off)
        fprintf(stderr, "siptwin: cut off at the time limit, %lld s of simulated time\n",
                (long long)(result->end_ns / NS_PER_S));
    if (result->failures_told > result->failure_count)
        fprintf(stderr, "... and %llu more\n",
                (unsigned long long)(result->failures_told - result->failure_count));
}

void run_lab_free(struct run_lab *run) {
    if (!run) return;
    for (size_t i = 0; i < run->config->host_count; i++)
        capture_abandon(run->points[i].capture);
    flow_free(run->flow);
    lab_free(run->lab);
    free(run->points);
    free(run);
}
