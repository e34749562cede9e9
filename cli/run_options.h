/* SPDX-License-Identifier: MIT */
/* The options of `siptwin run`: what was given, and what is made of it. */
#ifndef CLI_RUN_OPTIONS_H
#define CLI_RUN_OPTIONS_H

#include "cli/ladder_file.h"
#include "cli/run_lab.h"
#include "cli/shorthand.h"

/* What standard output is for. */
enum run_shows { SHOW_LISTING, SHOW_EXPLAIN, SHOW_JSON, SHOW_NOTHING };

struct run_options {
    struct run_output output; /* -w; write NULL: captures/NAME.pcap */
    const char **set;         /* overrides, KEY=VALUE */
    size_t set_count, set_cap;
    struct ladder_files ladders;
    const char *part_size, *part_time;  /* -C, -G; NULL: not given */
    const char *messages;               /* --messages; NULL: not given */
    const char *stats, *stats_every;    /* --stats; NULL: not given */
    int64_t stats_ns;                   /* made from it */
    const char *format;                 /* --format; NULL: not given */
    const char *color;                  /* --color; NULL: auto */
    const char *shorthands[SHORTHANDS]; /* NULL: not given */
    const char *scenario;               /* what is to be run; NULL: nothing */
    bool all, quiet, explain, json, recipe;
    struct buf shorts[SHORTHANDS], start,
        source_date; /* the overrides that they, --start and the environment stand for */

    enum run_shows shows; /* made from the above */
    bool colour;
};

/*
 * Reads the command line into zeroed options. The exit status; scenario is NULL if that is the end: after
 * help, or a message. To be freed in every case.
 */
int run_options_read(struct run_options *o, const struct command *self, int argc, char **argv);

/* Makes overrides of the options that are short for one. EXIT_GOOD, or EXIT_BAD_INPUT after a message. */
int run_options_settle_shorthands(struct run_options *o);

void run_options_free(struct run_options *o);

#endif
