/* SPDX-License-Identifier: MIT */
/*
 * Running a lab, for every subcommand that does: the scenario that the user named, its captures, and the flow
 * for those who look on.
 *
 *     struct run_scenario s;
 *     int status = run_scenario_open(&s, "03_proxy_stateful", overrides, count);
 *     struct run_output output = {.write = "out.pcap"};
 *     struct run_lab *run = status == EXIT_GOOD ? run_lab_new(s.config, &output, &status) : NULL;
 *     if (run) status = run_lab_go(run);
 *     run_lab_free(run);
 *     run_scenario_close(&s);
 */
#ifndef CLI_RUN_LAB_H
#define CLI_RUN_LAB_H

#include "cli/cli.h"
#include "model/lab/lab.h"
#include "pcapgen/capture.h"
#include "view/flow.h"

/* A scenario that was read; its sources last as long. */
struct run_scenario {
    struct buf folder;
    struct source_set sources;
    struct lab_config *config;
};

/*
 * Finds and loads a scenario by name or path, with overrides (KEY=VALUE). What is wrong is printed.
 * EXIT_GOOD, or EXIT_BAD_INPUT: config is NULL then. To be closed in both cases.
 */
int run_scenario_open(struct run_scenario *s, const char *name, const char *const *overrides, size_t count);
void run_scenario_close(struct run_scenario *s);

/* With several capture points the capture FILE.pcap becomes FILE.HOST.pcap: writes the name for
 * capture.at[i]. */
void run_capture_path(struct buf *path, const char *write, const struct lab_config *config, size_t i);

/* How the scenario wants its captures. */
struct capture_options run_capture_options(const struct lab_config *config);

struct run_lab;

/* Where the captures go. */
struct run_output {
    const char *write;   /* a path, "-" or NULL (no capture) */
    uint64_t part_bytes; /* capture_options' */
    int64_t part_ns;
};

/* Builds the lab and opens its captures. NULL after a message; *status says what to exit with. */
struct run_lab *run_lab_new(const struct lab_config *config, const struct run_output *output, int *status);

/* The lab that it runs. */
struct lab *run_lab_of(const struct run_lab *run);

/* Calls seen with each datagram that any host, by its index, sends or receives, captured or not. */
void run_lab_on_seen(struct run_lab *run,
                     void (*seen)(void *arg, size_t host, int64_t now_ns, enum tap_direction direction,
                                  const struct datagram *d),
                     void *arg);

/* Adds someone who looks on, before the run. */
void run_lab_watch(struct run_lab *run, struct flow_sink sink);

/*
 * Runs to the end and completes the captures. EXIT_GOOD, EXIT_DIFFERENT (a call failed), EXIT_BAD_INPUT (a
 * capture could not be written; told) or EXIT_INTERRUPTED (told). In the last two cases no capture is left.
 */
int run_lab_go(struct run_lab *run);

struct run_outcome {
    uint64_t packets;   /* in all captures */
    uint64_t datagrams; /* that were captured, those in two captures once */
    size_t files;       /* that hold them */
    int64_t first_ns;   /* when the first of them was; 0 if there was none */
    struct lab_result lab;
};

/* What came of it. Its texts live as long as the run. */
struct run_outcome run_lab_outcome(const struct run_lab *run);

/* Prints the failures of calls, as FILE:LINE: at TIME: REASON. */
void run_tell_failures(const struct run_outcome *outcome);

/* Whoever holds a datagram of the run has let it go before. */
void run_lab_free(struct run_lab *run);

#endif
