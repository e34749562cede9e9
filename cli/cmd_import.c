/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/mem.h"
#include "cli/import/import.h"
#include "cli/new_folder.h"
#include "model/lab/flat.h"

static int write_folder(const char *folder, const struct lab_flat *flat) {
    int status = new_folder_make(folder);
    for (size_t i = 0; i < flat->count && status == EXIT_GOOD; i++)
        status = new_folder_write(folder, flat->files[i].name, flat->files[i].bytes);
    return status == EXIT_GOOD ? new_folder_write(folder, "scenario.yaml", buf_span(&flat->yaml)) : status;
}

static void tell(const char *folder, const struct lab_flat *flat, struct import *in) {
    printf("%s: scenario.yaml", folder);
    for (size_t i = 0; i < flat->count; i++)
        printf(", %s", flat->files[i].name);
    printf("\n");
    if (in->left_out.len == 0) return;
    printf("left out, as it has no effect here:\n");
    for (struct span left = buf_span(&in->left_out); left.len; printf("\n"))
        cli_print_visible(stdout, span_cut(&left, '\n'));
}

/* The scenario is loaded as any other before it is written: so nothing is written that does not run. */
static int make_folder(const char *folder, struct import *in) {
    struct source_set sources = {0};
    struct lab_flat flat = {0};
    struct lab_config *config = NULL;
    struct tree_node *tree = diag_failed(&in->diag) ? NULL : import_settle(in);
    if (tree) config = lab_load_tree(&sources, tree, in->source, in->folder.p, &in->diag);
    if (config) lab_flatten(&flat, config, &sources, &in->diag);
    int status = cli_report(&in->diag);
    if (status == EXIT_GOOD) status = write_folder(folder, &flat);
    if (status == EXIT_GOOD) tell(folder, &flat, in);
    lab_flat_free(&flat);
    lab_config_free(config);
    source_set_free(&sources);
    return status;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD, end = 1;
    while (end < argc && strcmp(argv[end], "--") != 0)
        end++;
    if (cli_option(self, end, argv, "h", options, &status) == -2) return status;
    if (optind == end) return cli_error("import: which folder is to be made?");
    const char *folder = argv[optind++];
    bool is_compose = optind < end;
    if (is_compose && (optind + 1 < end || end < argc))
        return cli_error("import: either one docker-compose.yml or command lines behind --");
    if (!is_compose && end + 1 >= argc)
        return cli_error("import: from what? A docker-compose.yml, or command lines behind --");
    struct import in = {.folder = SPAN(".")};
    mem_limit(LAB_MEMORY_DEFAULT);
    if (is_compose)
        import_compose(&in, argv[optind]);
    else
        import_arguments(&in, argv + end + 1, (size_t)(argc - end - 1));
    status = make_folder(folder, &in);
    import_free(&in);
    return status;
}

const struct command cmd_import = {
    .name = "import",
    .summary = "make a scenario folder of SIPp's command lines or a docker-compose.yml",
    .help =
        "usage: siptwin import DIR docker-compose.yml\n"
        "       siptwin import DIR -- sipp OPTIONS [-- sipp OPTIONS | -- kamailio OPTIONS]...\n"
        "\n"
        "Writes a scenario folder with the hosts that the services or command lines start: its own\n"
        "scenario.yaml, with what each key is, and copies of the SIPp and Kamailio files. DIR must not be\n"
        "there, or be empty. Each option of SIPp becomes a key, is left out because it has no effect on "
        "what\n"
        "is sent, or is an error. In messages about command lines, argument:7:1 is the seventh word behind\n"
        "the first --.\n",
    .run = run,
};
