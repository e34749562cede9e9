/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cli.h"
#include "cli/sweep/crew.h"
#include "cli/sweep/plot.h"
#include "cli/sweep/table.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct sweep_options {
    struct sweep_plan plan;
    struct source_set sources; /* the axes' texts */
    unsigned jobs;             /* 0: as many as there are processors */
    const char *output, *plot; /* plot NULL: none */
};

/* Where the results go: into the table, and a bar on the terminal shows how far it is. */
struct progress {
    struct sweep_table table;
    uint64_t done, all;
    int shown; /* in hundredths; -1: nothing, and nothing is to be shown */
};

enum { BAR_WIDTH = 40 };

static void show(struct progress *p) {
    static const char full[] = "########################################";
    _Static_assert(sizeof full == BAR_WIDTH + 1, "the bar is as wide as it says");
    int now = (int)(p->done * 100 / p->all);
    if (p->shown < 0 || now == p->shown) return;
    p->shown = now;
    fprintf(stderr, "\r[%-*.*s] %3d %%, %llu of %llu runs", BAR_WIDTH, now * BAR_WIDTH / 100, full, now,
            (unsigned long long)p->done, (unsigned long long)p->all);
    if (p->done == p->all) fputs("\r\033[K", stderr);
    fflush(stderr);
}

static void take(void *arg, uint64_t point, uint32_t run, const struct sweep_sample *sample) {
    struct progress *p = arg;
    sweep_table_add(&p->table, point, run, sample);
    p->done++;
    show(p);
}

/* Completes a file, or tells why it could not be. */
static int close_file(struct outfile *file, const char *path) {
    int why = outfile_close(file);
    return cli_is_failure(path, why) ? cli_error("%s: %s", outfile_label(path), strerror(why)) : EXIT_GOOD;
}

/* Draws into the plot's temporary file; whether there is room for it is known then. */
static int draw(const struct sweep_table *table, struct outfile *plot) {
    struct buf script = {0}, picture = {0};
    int status = sweep_plot_write(&script, table) ? sweep_plot_draw(&picture, buf_span(&script))
                                                  : cli_error("sweep: --plot: no run gave a number to draw");
    if (status == EXIT_GOOD) {
        int failed = outfile_add(plot, buf_span(&picture));
        if (!failed && fflush(plot->file) != 0) failed = errno;
        if (failed) status = cli_error("%s: %s", outfile_label(plot->path), strerror(failed));
    }
    buf_free(&script);
    buf_free(&picture);
    return status;
}

/* Both files or none. */
static int sweep(const struct sweep_options *o, struct outfile *csv, struct outfile *plot) {
    const struct sweep_plan *plan = &o->plan;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = o->jobs                       ? o->jobs
                    : processors < 1              ? 1
                    : processors > SWEEP_JOBS_MAX ? SWEEP_JOBS_MAX
                                                  : (unsigned)processors;
    struct progress progress = {.all = (plan->last - plan->first) * sweep_plan_runs(plan),
                                .shown = isatty(STDERR_FILENO) ? 0 : -1};
    sweep_table_init(&progress.table, plan, plot);
    int status = sweep_crew_run(plan, jobs, take, &progress);
    if (status == EXIT_GOOD && plot) status = draw(&progress.table, plot);
    if (status == EXIT_GOOD) {
        outfile_add(csv, buf_span(&progress.table.csv));
        status = close_file(csv, o->output);
    } else {
        outfile_abandon(csv);
    }
    if (status == EXIT_GOOD && plot)
        status = close_file(plot, o->plot);
    else
        outfile_abandon(plot);
    sweep_table_free(&progress.table);
    return status;
}

/* Opens the files, so that one that cannot be written is known before hours of work. */
static int sweep_into_files(const struct sweep_options *o) {
    const char *why;
    struct outfile *csv = outfile_open(o->output, &why), *plot = NULL;
    if (!csv) return cli_error("%s: %s", outfile_label(o->output), why);
    if (o->plot && !(plot = outfile_open(o->plot, &why))) {
        int status = cli_error("%s: %s", outfile_label(o->plot), why);
        outfile_abandon(csv);
        return status;
    }
    return sweep(o, csv, plot);
}

static int check(struct sweep_options *o) {
    struct diag diag = {0};
    if (sweep_plan_finish(&o->plan, &diag)) sweep_plan_check(&o->plan, &cli_interrupted, &diag);
    int status = cli_report(&diag);
    return status == EXIT_GOOD && o->plot ? sweep_plot_check() : status;
}

static int sweep_scenario(struct sweep_options *o, const char *name) {
    struct buf folder = {0};
    int status = EXIT_BAD_INPUT;
    if (cli_find_scenario(&folder, name)) {
        o->plan.folder = buf_text(&folder);
        status = check(o);
        if (status == EXIT_GOOD) status = sweep_into_files(o);
    }
    buf_free(&folder);
    return status;
}

/* The options. Each gives EXIT_GOOD, or EXIT_BAD_INPUT after a message. */

static int add_vary(struct sweep_options *o, const char *text) {
    struct sweep_plan *p = &o->plan;
    struct diag diag = {0};
    struct buf name = {0};
    buf_addf(&name, "--vary %s", text);
    p->axes = mem_room(p->axes, p->axis_count, &p->axis_cap, sizeof *p->axes);
    sweep_axis_parse(&p->axes[p->axis_count++], source_text(&o->sources, buf_text(&name), span_of(text)),
                     &diag);
    buf_free(&name);
    return cli_report(&diag);
}

static int unknown_measure(struct span name) {
    const char *names[SWEEP_MEASURES + 1] = {0};
    struct buf all = {0};
    for (size_t i = 0; i < SWEEP_MEASURES; i++) {
        names[i] = sweep_measures[i].name;
        buf_addf(&all, "%s%s", i ? ", " : "", names[i]);
    }
    const char *meant = diag_suggest(name, names);
    if (meant)
        cli_error("sweep: unknown measure \"" SPAN_FMT "\"; did you mean %s?", SPAN_ARG(name), meant);
    else
        cli_error("sweep: unknown measure \"" SPAN_FMT "\"; known: %s", SPAN_ARG(name), buf_text(&all));
    buf_free(&all);
    return EXIT_BAD_INPUT;
}

static void add_measure(struct sweep_plan *p, enum sweep_measure_id id) {
    p->measures[p->measure_count++] = id;
}

static int add_measures(struct sweep_options *o, const char *text) {
    struct sweep_plan *p = &o->plan;
    for (struct span rest = span_of(text);; rest = span_skip(rest, strcspn(rest.p, ",") + 1)) {
        struct span name = span_head(rest, strcspn(rest.p, ","));
        enum sweep_measure_id id = 0;
        while (id < SWEEP_MEASURES && !span_is(name, sweep_measures[id].name))
            id++;
        if (id == SWEEP_MEASURES) return unknown_measure(name);
        for (size_t i = 0; i < p->measure_count; i++)
            if (p->measures[i] == id)
                return cli_error("sweep: measure %s is given twice", sweep_measures[id].name);
        add_measure(p, id);
        if (name.len == rest.len) return EXIT_GOOD;
    }
}

/* A whole number from 1 to max. */
static int read_number(uint64_t *number, const char *option, struct span text, uint64_t max) {
    if (span_to_u64(text, max, number) && *number > 0) return EXIT_GOOD;
    return cli_error("sweep: %s: expected a whole number from 1 to %llu, got \"" SPAN_FMT "\"", option,
                     (unsigned long long)max, SPAN_ARG(text));
}

static int read_shard(struct sweep_options *o, const char *text) {
    struct sweep_plan *p = &o->plan;
    struct span all = span_of(text);
    ptrdiff_t slash = span_find(all, '/');
    if (slash < 0 || !span_to_u64(span_skip(all, (size_t)slash + 1), 1000000, &p->shards) || p->shards == 0 ||
        !span_to_u64(span_head(all, (size_t)slash), p->shards, &p->shard) || p->shard == 0)
        return cli_error("sweep: --shard: expected K/N, 1/N to N/N, got \"%s\"", text);
    return EXIT_GOOD;
}

/* A picture is an SVG, whatever its name; one that promises another format is refused. */
static int is_svg(const char *path) {
    struct span name = span_of(path), suffix = SPAN(".svg");
    if (strcmp(path, "-") == 0 || span_starts(name, "/dev/")) return EXIT_GOOD;
    if (name.len > suffix.len && span_eq(span_skip(name, name.len - suffix.len), suffix)) return EXIT_GOOD;
    return cli_error("sweep: --plot %s: the picture is an SVG, so the name must end with .svg", path);
}

static int read_option(struct sweep_options *o, int c, const char *value) {
    uint64_t number = 0;
    int status = EXIT_GOOD;
    switch (c) {
    case 'v': return add_vary(o, value);
    case 'm': return add_measures(o, value);
    case 'r':
        status = read_number(&number, "--runs", span_of(value), SWEEP_POINT_RUNS_MAX);
        o->plan.seeds = (uint32_t)number;
        return status;
    case 'j':
        status = read_number(&number, "--jobs", span_of(value), SWEEP_JOBS_MAX);
        o->jobs = (unsigned)number;
        return status;
    case 'k': return read_shard(o, value);
    case 's':
        o->plan.set = mem_room(o->plan.set, o->plan.set_count, &o->plan.set_cap, sizeof *o->plan.set);
        o->plan.set[o->plan.set_count++] = value;
        return EXIT_GOOD;
    case 'p': o->plot = cli_standard_name(value); return is_svg(o->plot);
    case 'o': o->output = cli_standard_name(value); return EXIT_GOOD;
    }
    return EXIT_GOOD;
}

/* What the options are together. */
static int check_options(const struct sweep_options *o, int argc, char **argv) {
    const struct sweep_plan *p = &o->plan;
    if (optind == argc) return cli_error("sweep: which scenario? `siptwin list` shows them");
    if (optind + 1 < argc)
        return cli_error("sweep: one scenario at a time, not also \"%s\"", argv[optind + 1]);
    if (p->axis_count == 0 && !p->seeds) return cli_error("sweep: nothing to vary; see --vary and --runs");
    if (o->plot && strcmp(o->plot, "-") == 0 && strcmp(o->output, "-") == 0)
        return cli_error("sweep: standard output is for the table; -o FILE or --plot FILE");
    if (o->plot && p->axis_count == 0) return cli_error("sweep: --plot needs a --vary to draw along x");
    if (o->plot && p->shards > 1) return cli_error("sweep: --plot needs the whole grid, not a --shard of it");
    return EXIT_GOOD;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},          {"vary", required_argument, NULL, 'v'},
        {"measure", required_argument, NULL, 'm'}, {"runs", required_argument, NULL, 'r'},
        {"jobs", required_argument, NULL, 'j'},    {"shard", required_argument, NULL, 'k'},
        {"set", required_argument, NULL, 's'},     {"plot", required_argument, NULL, 'p'},
        {"output", required_argument, NULL, 'o'},  {0}};
    struct sweep_options o = {.plan = {.shard = 1, .shards = 1}, .output = "-"};
    int status = EXIT_GOOD, c;
    while ((c = cli_option(self, argc, argv, "ho:", options, &status)) >= 0 && status == EXIT_GOOD)
        status = read_option(&o, c, optarg);
    if (c == -1 && status == EXIT_GOOD) status = check_options(&o, argc, argv);
    if (c == -1 && status == EXIT_GOOD) {
        if (o.plan.measure_count == 0)
            while (o.plan.measure_count < SWEEP_DEFAULTS)
                add_measure(&o.plan, (enum sweep_measure_id)o.plan.measure_count);
        cli_catch_signals();
        status = sweep_scenario(&o, argv[optind]);
    }
    sweep_plan_free(&o.plan);
    source_set_free(&o.sources);
    return status;
}

const struct command cmd_sweep = {
    .name = "sweep",
    .summary = "run a scenario with varied values: a table, a plot",
    .help =
        "usage: siptwin sweep SCENARIO --vary KEY=VALUES [--vary ...] [--measure NAME,...] [--runs N]\n"
        "                     [--set KEY=VALUE]... [--plot FILE.svg] [-o FILE] [--jobs N] [--shard K/N]\n"
        "\n"
        "Runs the scenario once for each combination of values and prints a CSV table: a row a combination,\n"
        "the first --vary changes slowest. The table does not depend on the number of processes.\n"
        "\n"
        "      --vary KEY=VALUES   a key of scenario.yaml and its values: FROM..TO/STEP (durations, shares "
        "or\n"
        "                          whole numbers: hosts.uas.sipp.ring_after=0s..35s/500ms) or a list with\n"
        "                          commas (hosts.proxy.kamailio.modparam.tm.auto_inv_100=0,1)\n"
        "      --measure NAME,...  what the table shows, in that order; see below\n"
        "      --runs N            runs each combination N times, with seeds 1 to N, and shows means and "
        "shares\n"
        "                          with their 95 % intervals\n"
        "      --set KEY=VALUE     overrides a value of scenario.yaml in all runs\n"
        "      --plot FILE.svg     a picture, too (needs gnuplot): the first varied key along x\n"
        "  -o, --output FILE       the table's file, default standard output\n"
        "      --jobs N            how many processes run at a time, default one a processor\n"
        "      --shard K/N         makes the Kth of N shares only; the shares' tables, one after the other,\n"
        "                          are the whole table\n"
        "\n"
        "Measures (times in seconds from the first INVITE; of several calls, those of the first):\n"
        "  invites_caller   INVITEs that the callers sent, repeated ones too\n"
        "  invites_proxy    INVITEs that all Kamailios sent\n"
        "  ringing          time until a 180 or 183 reached the caller\n"
        "  answer           time until a 2xx to its INVITE reached the caller\n"
        "  outcome          successful, failed (at least one call) or open (a call never ended)\n"
        "  final            the first final status to its INVITE that reached the caller\n"
        "  caller_gives_up  time when the first call of a caller failed\n"
        "  retransmissions  datagrams that their sender had sent before\n"
        "  datagrams        all datagrams sent in the lab\n"
        "  ringing_lost     calls whose callee sent a 180 or 183, of which none reached the caller\n"
        "  overruns         datagrams that a full receive buffer has lost\n"
        "  ringing_late     calls whose caller got a 1xx after the 2xx\n"
        "  reason           why the first call that failed did\n"
        "  successful       calls of callers that went as their scenario says (not shown by default)\n"
        "\n"
        "Exit status: 0 the table is there, 2 bad usage or bad input, 130 interrupted.\n",
    .run = run,
};
