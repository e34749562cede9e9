/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/outfile.h"
#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/recipe.h"
#include "cli/run_options.h"
#include "cli/stats.h"
#include "view/explain.h"
#include "view/json_lines.h"
#include "view/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rows of the flow that are shown unless all are asked for. */
enum { ROWS_MAX = 300 };

/* Everybody who looks on during the run. */
struct onlookers {
    struct names names;
    struct listing listing;
    struct explain explain;
    struct json_lines json;
    struct record record;
};

/* captures/NAME.pcap, the directory made if need be; NULL after a message. */
static const char *default_capture(struct buf *path, const char *folder) {
    if (mkdir("captures", 0777) != 0 && errno != EEXIST) {
        cli_error("captures: %s", strerror(errno));
        return NULL;
    }
    buf_addf(path, "captures/" SPAN_FMT ".pcap", SPAN_ARG(cli_base_name(folder)));
    return buf_text(path);
}

static int write_ladders(struct run_options *o, struct record *record, const struct lab_config *config,
                         const struct run_outcome *outcome) {
    for (size_t i = 0; i < outcome->lab.failure_count; i++) {
        const struct lab_failure *f = &outcome->lab.failures[i];
        record_add_failure(record, f->now_ns - outcome->first_ns, f->host, f->at, f->reason);
    }
    struct ladder *ladder = ladder_new(record, config->title, config->description);
    ladder->start_ns = config->start_ns + outcome->first_ns;
    int status = ladder_files_write(&o->ladders, ladder, o->colour);
    ladder_free(ladder);
    return status;
}

static void look_on(struct onlookers *all, struct run_lab *run, const struct run_options *o,
                    const struct lab_config *config) {
    struct buf address = {0};
    for (size_t i = 0; i < config->host_count; i++) {
        buf_reset(&address);
        ipv4_write(&address, config->hosts[i].address);
        record_add_host(&all->record, config->hosts[i].name, buf_text(&address));
    }
    buf_free(&address);
    names_init(&all->names, (const char *const *)all->record.hosts, config->host_count, LISTING_NAME_MAX);
    listing_init(&all->listing, stdout, &all->names, o->colour);
    all->listing.limit = o->all ? 0 : ROWS_MAX;
    explain_init(&all->explain, stdout, o->colour);
    json_lines_init(&all->json, stdout, o->explain);
    switch (o->shows) {
    case SHOW_LISTING: run_lab_watch(run, listing_sink(&all->listing)); break;
    case SHOW_EXPLAIN: run_lab_watch(run, explain_text_sink(&all->explain)); break;
    case SHOW_JSON:
        json_lines_begin(&all->json, config, SIPTWIN_VERSION);
        run_lab_watch(run, json_lines_sink(&all->json));
        break;
    case SHOW_NOTHING: break;
    }
    if (o->ladders.count) run_lab_watch(run, record_sink(&all->record));
}

static void tell_summary(const struct run_outcome *outcome, const struct lab_config *config,
                         const char *write) {
    const struct lab_result *result = &outcome->lab;
    struct buf path = {0};
    size_t captures = config->capture.at_count;
    uint64_t datagrams = captures > 1 ? outcome->datagrams : outcome->packets;
    fprintf(stderr, "%llu datagram%s", (unsigned long long)datagrams, datagrams == 1 ? "" : "s");
    if (captures > 1) /* what two hosts saw is in both */
        fprintf(stderr, " (%llu in %zu captures)", (unsigned long long)outcome->packets, captures);
    if (outcome->files > captures) fprintf(stderr, " in %zu files", outcome->files);
    fprintf(stderr, ", %llu call%s: %llu successful", (unsigned long long)result->created,
            result->created == 1 ? "" : "s", (unsigned long long)result->successful);
    if (result->failed) fprintf(stderr, ", %llu failed", (unsigned long long)result->failed);
    if (result->open) fprintf(stderr, ", %llu never ended", (unsigned long long)result->open);
    fputs(captures > 1 ? "; captures: " : "; capture: ", stderr);
    for (size_t i = 0; i < captures; i++) {
        run_capture_path(&path, write, config, i);
        if (i) fputs(", ", stderr);
        cli_print_visible(stderr, buf_span(&path));
    }
    fputc('\n', stderr);
    buf_free(&path);
}

/* A row of statistics is due. */
struct stats_clock {
    struct stats_files *files;
    const struct lab *lab;
};

static void write_stats(void *arg, int64_t now_ns) {
    const struct stats_clock *clock = arg;
    stats_row(clock->files, clock->lab, now_ns);
}

static void write_message(void *arg, size_t host, int64_t now_ns, enum tap_direction direction,
                          const struct datagram *d) {
    messages_seen(arg, host, now_ns, direction, d);
}

/* Tells what came of the run: failures, and unless it is to be quiet what was sent, and of many calls
 * statistics. */
static void tell_outcome(struct run_lab *run, const struct run_options *o, const struct lab_config *config) {
    enum { MANY_CALLS = 10 };
    struct run_outcome outcome = run_lab_outcome(run);
    struct buf text = {0};
    cli_flush(); /* before what is told on standard error */
    run_tell_failures(&outcome);
    if (o->quiet) return;
    tell_summary(&outcome, config, o->output.write);
    if (outcome.lab.created > MANY_CALLS) stats_summary(&text, run_lab_of(run), config);
    if (text.len) fwrite(text.p, 1, text.len, stderr);
    buf_free(&text);
}

static int run_and_show(const struct run_scenario *scenario, struct run_options *o) {
    const struct lab_config *config = scenario->config;
    const char *write = o->output.write;
    outfile_protect(&scenario->sources);
    int status = ladder_files_open(&o->ladders);
    struct run_lab *run = status == EXIT_GOOD ? run_lab_new(config, &o->output, &status) : NULL;
    if (run && o->recipe) status = recipe_of_run_check(scenario, write);
    if (!run || status != EXIT_GOOD) {
        run_lab_free(run);
        return status;
    }
    struct onlookers all = {0};
    struct stats_clock clock = {.lab = run_lab_of(run)};
    struct progress progress = {0};
    struct messages_files *messages = NULL;
    look_on(&all, run, o, config);
    if (o->stats && !(clock.files = stats_open(config, o->stats))) status = EXIT_BAD_INPUT;
    if (status == EXIT_GOOD && o->messages &&
        !(messages = messages_open(config, run_lab_of(run), o->messages)))
        status = EXIT_BAD_INPUT;
    if (messages) run_lab_on_seen(run, write_message, messages);
    if (clock.files) lab_on_tick(run_lab_of(run), o->stats_ns, write_stats, &clock);
    if (isatty(STDERR_FILENO) && (o->shows == SHOW_NOTHING || !isatty(STDOUT_FILENO)))
        progress_begin(&progress, run, config);
    if (status == EXIT_GOOD) status = run_lab_go(run);
    progress_end(&progress);
    if (status == EXIT_GOOD || status == EXIT_DIFFERENT) {
        struct run_outcome outcome = run_lab_outcome(run);
        int written = write_ladders(o, &all.record, config, &outcome);
        if (written == EXIT_GOOD && clock.files) written = stats_close(clock.files, clock.lab);
        clock.files = NULL;
        if (written == EXIT_GOOD && messages) written = messages_close(messages);
        messages = NULL;
        listing_end(&all.listing);
        if (o->shows == SHOW_JSON) json_lines_end(&all.json, &outcome.lab, outcome.packets, outcome.first_ns);
        if (written != EXIT_GOOD) status = written;
        tell_outcome(run, o, config);
    }
    stats_abandon(clock.files);
    messages_abandon(messages);
    listing_free(&all.listing);
    names_free(&all.names);
    explain_free(&all.explain);
    json_lines_free(&all.json);
    record_free(&all.record);
    run_lab_free(run);
    return status;
}

static int run_named(const char *name, struct run_options *o) {
    struct run_scenario scenario;
    struct buf capture = {0};
    int status = run_options_settle_shorthands(o);
    if (status != EXIT_GOOD) return status;
    status = run_scenario_open(&scenario, name, o->set, o->set_count);
    const struct lab_config *config = scenario.config;
    const char *write = o->output.write;
    if (status == EXIT_GOOD && write && strcmp(write, "-") == 0 && config->capture.at_count > 1)
        status = cli_error("run: -w - takes one capture, but this scenario has %zu capture points",
                           config->capture.at_count);
    if (status == EXIT_GOOD && !write && !(write = default_capture(&capture, scenario.folder.p)))
        status = EXIT_BAD_INPUT;
    o->output.write = write;
    if (status == EXIT_GOOD) status = run_and_show(&scenario, o);
    if (o->recipe && (status == EXIT_GOOD || status == EXIT_DIFFERENT)) {
        int written = recipe_of_run(&scenario, write, o->set, o->set_count);
        if (written != EXIT_GOOD) status = written;
    }
    buf_free(&capture);
    run_scenario_close(&scenario);
    return status;
}

static int run(const struct command *self, int argc, char **argv) {
    struct run_options o = {0};
    int status = run_options_read(&o, self, argc, argv);
    if (o.scenario) {
        cli_catch_signals();
        status = run_named(o.scenario, &o);
    }
    run_options_free(&o);
    return status;
}

const struct command cmd_run = {
    .name = "run",
    .summary = "simulate a scenario, write its capture, show the flow",
    .help =
        "usage: siptwin run SCENARIO [-w FILE|-] [--set KEY=VALUE]... [--uas-delay TIME]\n"
        "                   [--calls N] [--rate R] [--arrivals HOW]\n"
        "                   [--ladder FILE]... [--explain] [--json] [--messages FILE] [--recipe] [--color "
        "WHEN] [-q]\n"
        "\n"
        "SCENARIO is a name that `siptwin list` shows, or the path of a scenario folder (or its file).\n"
        "\n"
        "  -w, --write FILE    the capture's file, default captures/NAME.pcap; - is standard output.\n"
        "                      With several capture points out.pcap becomes out.HOST.pcap\n"
        "  -C N, -G SECONDS    begins another file after N million bytes, or so many simulated seconds, as\n"
        "                      tcpdump's: out.pcap, out.pcap1, ...; or, with -G, a name that strftime()\n"
        "                      completes: out-%H%M%S.pcap\n"
        "      --stats FILE.csv\n"
        "                      what each SIPp has counted, as its -trace_stat writes it; a row a minute, or\n"
        "                      every --stats-every SECONDS. With several SIPps FILE.HOST.csv\n"
        "      --set KEY=VALUE overrides a value of scenario.yaml: hosts.uas.sipp.answer_after=3s\n"
        "      --calls N, --rate R, --arrivals regular|poisson\n"
        "                      short for --set hosts.uac.sipp.calls=N and so on (or of the only SIPp that\n"
        "                      calls): how many calls, how many a second, and when\n"
        "      --uas-delay T   short for --set hosts.uas.sipp.ring_after=T (or of the only SIPp that "
        "answers)\n"
        "      --start TIME    short for --set start=TIME: when the first simulated instant is\n"
        "      --nano          time stamps in nanoseconds; short for --set capture.precision=ns\n"
        "      --recipe        writes beside the capture how it was made, for `siptwin recipe` and `check`\n"
        "      --ladder FILE   draws the flow as a ladder; the name says how: .txt (text), .mmd\n"
        "                      (Mermaid), .svg, .html (a page to explore) or .json (docs/ladder.md).\n"
        "                      May be given again. - is standard output, which then shows nothing else\n"
        "      --format FORMAT txt, mmd, svg, html or json, whatever the ladders' names say\n"
        "      --explain       tells of each datagram why it was sent, and what was decided besides\n"
        "      --json          prints JSON for programs, an object a line: the run, each datagram, with\n"
        "                      --explain also decisions, the result (docs/json.md)\n"
        "      --messages FILE writes the messages that each SIPp sends and receives, as SIPp's -trace_msg "
        "does;\n"
        "                      with several SIPps FILE.log becomes FILE.HOST.log\n"
        "      --color WHEN    always, never, or auto (the default): on a terminal, unless NO_COLOR\n"
        "                      is set\n"
        "      --all           shows all rows of the flow, not only the first 300\n"
        "  -q, --quiet         no flow and no summary\n"
        "\n"
        "In the flow, >>> marks a retransmission and ✗ a datagram that did not get through.\n"
        "\n"
        "Exit status: 0 all calls succeeded, 1 a call failed, 2 bad usage or bad input.\n",
    .run = run,
};
