/* SPDX-License-Identifier: MIT */
#include "cli/run_options.h"

#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

static void add_set(struct run_options *o, const char *text) {
    o->set = mem_room(o->set, o->set_count, &o->set_cap, sizeof *o->set);
    o->set[o->set_count++] = text;
}

int run_options_settle_shorthands(struct run_options *o) {
    bool any = false;
    for (size_t i = 0; i < SHORTHANDS; i++)
        any = any || o->shorthands[i];
    int status =
        any ? shorthand_settle(o->shorts, o->shorthands, o->scenario, o->set, o->set_count) : EXIT_GOOD;
    for (size_t i = 0; i < SHORTHANDS && status == EXIT_GOOD; i++)
        if (o->shorthands[i]) add_set(o, buf_text(&o->shorts[i]));
    return status;
}

/* Makes one thing of all options; only one of them may have standard output. */
static int settle(struct run_options *o) {
    int status = cli_colour(&o->colour, &cmd_run, o->color);
    unsigned to_stdout = o->output.write && strcmp(o->output.write, "-") == 0;
    if (to_stdout && isatty(STDOUT_FILENO))
        return cli_error("run: not writing a capture to a terminal; pipe it, or use -w FILE");
    if (status == EXIT_GOOD) status = ladder_files_settle(&o->ladders, &cmd_run, "--ladder", o->format, NULL);
    to_stdout += ladder_files_to_stdout(&o->ladders);
    if (status != EXIT_GOOD) return status;
    if (o->recipe && o->output.write && strcmp(o->output.write, "-") == 0)
        return cli_error("run: --recipe is for a capture in a file, not on standard output");
    if (o->format && !o->ladders.count) return cli_error("run: --format is for --ladder");
    if (o->messages && strcmp(o->messages, "-") == 0)
        return cli_error("run: --messages needs a file, not standard output");
    bool told = o->explain || o->json;
    o->shows = to_stdout || (o->quiet && !told) ? SHOW_NOTHING
               : o->json                        ? SHOW_JSON
               : o->explain                     ? SHOW_EXPLAIN
                                                : SHOW_LISTING;
    if (to_stdout + told > 1)
        return cli_error("run: only one of -w -, --ladder -, --explain and --json can have standard output");
    return EXIT_GOOD;
}

static int settle_stats(struct run_options *o) {
    uint64_t seconds = 60; /* SIPp's -fd */
    if (o->stats_every && !o->stats) return cli_error("run: --stats-every is for --stats");
    if (o->stats && strcmp(o->stats, "-") == 0)
        return cli_error("run: --stats needs a file, not standard output");
    if (o->stats_every && (!span_to_u64(span_of(o->stats_every), UINT32_MAX, &seconds) || seconds == 0))
        return cli_error("run: --stats-every: expected a whole number of seconds, got \"%s\"",
                         o->stats_every);
    o->stats_ns = (int64_t)seconds * NS_PER_S;
    return EXIT_GOOD;
}

/* -C and -G, as tcpdump has them. */
static int settle_parts(struct run_options *o) {
    uint64_t millions = 0, seconds = 0;
    bool to_file = !o->output.write || strcmp(o->output.write, "-") != 0;
    if (o->part_size && (!span_to_u64(span_of(o->part_size), UINT32_MAX, &millions) || millions == 0))
        return cli_error("run: -C: expected a whole number of millions of bytes, got \"%s\"", o->part_size);
    if (o->part_time && (!span_to_u64(span_of(o->part_time), UINT32_MAX, &seconds) || seconds == 0))
        return cli_error("run: -G: expected a whole number of seconds, got \"%s\"", o->part_time);
    if ((millions || seconds) && !to_file)
        return cli_error("run: -C and -G are for a capture in files, not on standard output");
    if ((millions || seconds) && o->recipe) return cli_error("run: --recipe is for a capture in one file");
    o->output.part_bytes = millions * 1000000;
    o->output.part_ns = (int64_t)seconds * NS_PER_S;
    return EXIT_GOOD;
}

static void take_option(struct run_options *o, int c, const char *value) {
    switch (c) {
    case 'C': o->part_size = value; break;
    case 'G': o->part_time = value; break;
    case 'a': o->all = true; break;
    case 'q': o->quiet = true; break;
    case 'm': o->messages = cli_standard_name(value); break;
    case 'S': o->stats = cli_standard_name(value); break;
    case 'E': o->stats_every = value; break;
    case 's': add_set(o, value); break;
    case 'd': o->shorthands[SHORTHAND_UAS_DELAY] = value; break;
    case 'N': o->shorthands[SHORTHAND_CALLS] = value; break;
    case 'R': o->shorthands[SHORTHAND_RATE] = value; break;
    case 'A': o->shorthands[SHORTHAND_ARRIVALS] = value; break;
    case 't':
        buf_reset(&o->start);
        buf_addf(&o->start, "start=%s", value);
        break;
    case 'n': add_set(o, "capture.precision=ns"); break;
    case 'w': o->output.write = cli_standard_name(value); break;
    case 'l': ladder_files_add(&o->ladders, cli_standard_name(value)); break;
    case 'f': o->format = value; break;
    case 'e': o->explain = true; break;
    case 'j': o->json = true; break;
    case 'r': o->recipe = true; break;
    case 'c': o->color = value; break;
    }
}

int run_options_read(struct run_options *o, const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"all", no_argument, NULL, 'a'},
                                            {"arrivals", required_argument, NULL, 'A'},
                                            {"calls", required_argument, NULL, 'N'},
                                            {"color", required_argument, NULL, 'c'},
                                            {"explain", no_argument, NULL, 'e'},
                                            {"format", required_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"ladder", required_argument, NULL, 'l'},
                                            {"messages", required_argument, NULL, 'm'},
                                            {"nano", no_argument, NULL, 'n'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"rate", required_argument, NULL, 'R'},
                                            {"recipe", no_argument, NULL, 'r'},
                                            {"set", required_argument, NULL, 's'},
                                            {"stats", required_argument, NULL, 'S'},
                                            {"stats-every", required_argument, NULL, 'E'},
                                            {"start", required_argument, NULL, 't'},
                                            {"uas-delay", required_argument, NULL, 'd'},
                                            {"write", required_argument, NULL, 'w'},
                                            {0}};
    int status = EXIT_GOOD, c;
    const char *epoch = getenv("SOURCE_DATE_EPOCH"); /* reproducible builds say the time with it */
    if (epoch) {
        buf_addf(&o->source_date, "start=@%s", epoch);
        add_set(o, buf_text(&o->source_date));
    }
    while ((c = cli_option(self, argc, argv, "C:G:hqw:", options, &status)) >= 0)
        take_option(o, c, optarg);
    if (o->start.len) add_set(o, buf_text(&o->start));
    if (c == -2) return status;
    if (optind == argc)
        status = cli_error("run: which scenario? `siptwin list` shows them");
    else if (optind + 1 < argc)
        status = cli_error("run: one scenario at a time, not also \"%s\"", argv[optind + 1]);
    else if ((status = settle_parts(o)) == EXIT_GOOD && (status = settle_stats(o)) == EXIT_GOOD)
        status = settle(o);
    if (status == EXIT_GOOD) o->scenario = argv[optind];
    return status;
}

void run_options_free(struct run_options *o) {
    ladder_files_free(&o->ladders);
    for (size_t i = 0; i < SHORTHANDS; i++)
        buf_free(&o->shorts[i]);
    buf_free(&o->start);
    buf_free(&o->source_date);
    free(o->set);
}
