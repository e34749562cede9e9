/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "model/lab/lab.h"

#include <unistd.h>

/* For a person: the key with its default, and below what it is. */
static void print_pages(struct span keys) {
    while (keys.len) {
        struct span line = span_cut(&keys, '\n'), key = span_cut(&line, '\t'),
                    fallback = span_cut(&line, '\t');
        printf(SPAN_FMT "%s" SPAN_FMT "\n    " SPAN_FMT "\n", SPAN_ARG(key), fallback.len ? ": " : "",
               SPAN_ARG(fallback), SPAN_ARG(line));
    }
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD;
    if (cli_option(self, argc, argv, "h", options, &status) == -2) return status;
    if (optind < argc) return cli_error("keys: too many arguments");
    struct buf keys = {0};
    lab_keys_write(&keys);
    if (isatty(STDOUT_FILENO))
        print_pages(buf_span(&keys));
    else
        fwrite(keys.p, 1, keys.len, stdout);
    buf_free(&keys);
    return EXIT_GOOD;
}

const struct command cmd_keys = {
    .name = "keys",
    .summary = "list the keys that a scenario.yaml may have",
    .help = "usage: siptwin keys\n"
            "\n"
            "Lists the keys of scenario.yaml, that is, of --set: a line each, the key, its default and what "
            "it is,\n"
            "with tabs between; on a terminal two lines each. NAME stands for the name of a host.\n",
    .run = run,
};
