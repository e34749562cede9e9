/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "model/lab/lab.h"

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD;
    if (cli_option(self, argc, argv, "h", options, &status) == -2) return status;
    if (optind < argc) return cli_error("keys: too many arguments");
    struct buf keys = {0};
    lab_keys_write(&keys);
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
            "with tabs between. NAME stands for the name of a host.\n",
    .run = run,
};
