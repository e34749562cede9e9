/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "cli/new_folder.h"
#include "cli/run_lab.h"
#include "model/lab/flat.h"

/* Where one begins who names no other. */
#define SKELETON "03_prompt_workers"

static int write_folder(const char *folder, const struct lab_flat *flat) {
    int status = new_folder_make(folder);
    for (size_t i = 0; i < flat->count && status == EXIT_GOOD; i++)
        status = new_folder_write(folder, flat->files[i].name, flat->files[i].bytes);
    return status == EXIT_GOOD ? new_folder_write(folder, "scenario.yaml", buf_span(&flat->yaml)) : status;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {
        {"from", required_argument, NULL, 'f'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *from = SKELETON;
    int status = EXIT_GOOD, c;
    while ((c = cli_option(self, argc, argv, "h", options, &status)) >= 0)
        if (c == 'f') from = optarg;
    if (c == -2) return status;
    if (optind == argc) return cli_error("new: which folder?");
    if (optind + 1 < argc) return cli_error("new: one folder at a time, not also \"%s\"", argv[optind + 1]);
    struct run_scenario scenario;
    struct lab_flat flat = {0};
    struct diag diag = {0};
    status = run_scenario_open(&scenario, from, NULL, 0);
    if (status == EXIT_GOOD) {
        lab_flatten(&flat, scenario.config, &scenario.sources, &diag);
        status = cli_report(&diag);
    }
    if (status == EXIT_GOOD) status = write_folder(argv[optind], &flat);
    if (status == EXIT_GOOD) {
        printf("%s: scenario.yaml", argv[optind]);
        for (size_t i = 0; i < flat.count; i++)
            printf(", %s", flat.files[i].name);
        printf("\n");
    }
    lab_flat_free(&flat);
    run_scenario_close(&scenario);
    return status;
}

const struct command cmd_new = {
    .name = "new",
    .summary = "begin a scenario folder of your own",
    .help =
        "usage: siptwin new DIR [--from SCENARIO]\n"
        "\n"
        "Writes a scenario folder that needs no other: its own scenario.yaml, with what each key is, and "
        "its\n"
        "own SIPp and Kamailio files. DIR must not be there, or be empty.\n"
        "\n"
        "      --from SCENARIO a name that `siptwin list` shows or the path of a scenario folder; default:\n"
        "                      " SKELETON ", a call through a stateful proxy\n",
    .run = run,
};
