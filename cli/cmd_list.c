/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "model/lab/lab.h"

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD;
    if (cli_option(self, argc, argv, "h", options, &status) == -2) return status;
    if (optind + 1 < argc) return cli_error("list: too many arguments");
    const char *asked = argv[optind];
    /* Without a directory: the first that is there. */
    for (const char *const *d = cli_scenario_directories(); asked || *d; d++) {
        struct diag diag = {0};
        size_t count;
        struct lab_entry *entries = lab_list(asked ? asked : *d, &count, &diag);
        int widest = 0;
        for (size_t i = 0; i < count; i++) {
            int len = (int)strlen(entries[i].name);
            if (len > widest) widest = len;
        }
        for (size_t i = 0; i < count; i++)
            printf("%-*s  %s\n", widest, entries[i].name, entries[i].title);
        lab_list_free(entries, count);
        if (asked || count) return cli_report(&diag);
        diag_free(&diag);
    }
    return cli_error("list: no scenarios/ here, and none installed");
}

const struct command cmd_list = {
    .name = "list",
    .summary = "list the scenarios by name and title",
    .help = "usage: siptwin list [DIRECTORY]\n"
            "\n"
            "Lists the scenario folders in DIRECTORY, by default scenarios/ here or the installed ones.\n",
    .run = run,
};
