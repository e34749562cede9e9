/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/visible.h"
#include "model/lab/lab.h"

/* "03_lost_200  The 200 OK is lost", the name as wide as the widest one, in bytes. */
static void add_entry(struct buf *out, const struct lab_entry *entry, size_t width) {
    size_t len = strlen(entry->name);
    visible_add(out, span_of(entry->name));
    buf_addf(out, "%*s", (int)(width - len) + 2, "");
    visible_add(out, span_of(entry->title));
    buf_add_char(out, '\n');
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD;
    if (cli_option(self, argc, argv, "h", options, &status) == -2) return status;
    if (optind + 1 < argc) return cli_error("list: too many arguments");
    const char *asked = argv[optind];
    /* Without a directory: the first that is there. */
    for (const char *const *d = cli_scenario_directories(); asked || *d; d++) {
        struct diag diag = {0};
        struct buf text = {0};
        size_t count;
        struct lab_entry *entries = lab_list(asked ? asked : *d, &count, &diag);
        size_t widest = 0;
        for (size_t i = 0; i < count; i++)
            if (strlen(entries[i].name) > widest) widest = strlen(entries[i].name);
        for (size_t i = 0; i < count; i++)
            add_entry(&text, &entries[i], widest);
        if (text.len) fwrite(text.p, 1, text.len, stdout);
        buf_free(&text);
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
