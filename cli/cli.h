/* SPDX-License-Identifier: MIT */
/* What the subcommands share. Data goes to standard output, messages to standard error. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buf.h"
#include "base/diag.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>

/* Exit statuses. */
enum { EXIT_GOOD = 0, EXIT_DIFFERENT = 1, EXIT_BAD_INPUT = 2, EXIT_INTERRUPTED = 130 };

struct command {
    const char *name;
    const char *summary;                                           /* one line, for `siptwin --help` */
    const char *help;                                              /* for `siptwin NAME --help` */
    int (*run)(const struct command *self, int argc, char **argv); /* argv[0] is the name */
};

extern const struct command cmd_check, cmd_compare, cmd_export, cmd_import, cmd_keys, cmd_ladder, cmd_lint,
    cmd_list, cmd_new, cmd_recipe, cmd_run, cmd_sweep, cmd_words;

/* Prints text that nobody vouches for: what is not visible as a code, see base/visible.h. */
void cli_print_visible(FILE *out, struct span text);

/* Prints "siptwin: error: ..." and returns EXIT_BAD_INPUT. */
int cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * getopt_long for a subcommand: prints help (*status = 0) or what is wrong with the option (*status = 2) and
 * returns -2 to stop; otherwise as getopt_long. Every option table has {"help", no_argument, NULL, 'h'}.
 */
int cli_option(const struct command *self, int argc, char **argv, const char *letters,
               const struct option *options, int *status);

/* Prints what diag collected; EXIT_BAD_INPUT if there was an error, else EXIT_GOOD. Frees it. */
int cli_report(struct diag *diag);

/* Is there a scenario.yaml in the folder? */
bool cli_is_scenario(const char *folder);

/*
 * The folder of a scenario that the user named: a path (with a slash, or of a folder that holds a
 * scenario.yaml, or of that file), or a name under scenarios/ here, beside the build or in the data
 * directory. False after an error message.
 */
bool cli_find_scenario(struct buf *folder, const char *name);

/* The directories that hold scenarios by name, in the order they are searched; ends with NULL. */
const char *const *cli_scenario_directories(void);

/* "-" for the names under which systems know standard input and output, /dev/stdout say; else the path. */
const char *cli_standard_name(const char *path);

/* Is this errno (0: none) of an output a failure? Whoever stops reading a text (`| head`) has seen enough. */
bool cli_is_failure(const char *path, int why);

/* Flushes standard output and remembers what went wrong, if anything did; cli_finish tells. */
void cli_flush(void);

/* The exit status of the program whose command ended with status: also text that could not be printed is
 * told. */
int cli_finish(int status);

/* The last part of a folder's path. */
struct span cli_base_name(const char *folder);

/*
 * Is standard output to be coloured? when is the value of --color (auto, always, never) or NULL for auto: on
 * a terminal, unless NO_COLOR says no. EXIT_GOOD, or EXIT_BAD_INPUT after a message.
 */
int cli_colour(bool *colour, const struct command *self, const char *when);

/* How wide standard output's terminal is; 80 if it is none, or does not say. */
unsigned cli_columns(void);

/* Set by SIGINT, SIGTERM and SIGHUP once cli_catch_signals was called; the second one ends the program. */
extern volatile sig_atomic_t cli_interrupted;
void cli_catch_signals(void);

#endif
