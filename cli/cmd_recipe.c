/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "cli/recipe.h"
#include "model/lab/lab.h"

#include <sha2.h>
#include <stdio.h>
#include <sys/stat.h>

static void warn(const char *path, const char *what) {
    cli_print_visible(stderr, span_of(path));
    fputs(": warning: ", stderr);
    cli_print_visible(stderr, span_of(what));
    fputc('\n', stderr);
}

/* The largest capture whose digest is looked at, in bytes. */
#define CAPTURE_MAX ((off_t)1 << 30)

/* Says on standard error why the command may not give this capture. */
static void check_capture(const struct recipe *r, const char *capture) {
    char digest[RECIPE_DIGEST_SIZE];
    struct stat st;
    if (stat(capture, &st) != 0) return; /* it will be made */
    if (S_ISREG(st.st_mode) && st.st_size > CAPTURE_MAX)
        warn(capture, "is too large to find out whether the recipe made it");
    else if (!S_ISREG(st.st_mode) || !SHA256File(capture, digest) || strcmp(digest, r->capture) != 0)
        warn(capture, "is not the capture that the recipe made");
}

static void check_scenario(const struct recipe *r, const char *path) {
    struct buf folder = {0}, name = {0};
    bool found = recipe_folder(&folder, r, path);
    if (!found || !cli_is_scenario(buf_text(&folder))) {
        buf_addf(&name, "the scenario %s is not there any more", buf_text(&folder));
        warn(path, buf_text(&name));
    } else {
        struct source_set sources = {0};
        struct diag diag = {0};
        char digest[RECIPE_DIGEST_SIZE];
        struct lab_config *config =
            lab_load(&sources, buf_text(&folder), (const char *const *)r->set, r->set_count, &diag);
        recipe_digest(digest, &sources);
        if (!config)
            warn(path, "the scenario has errors now");
        else if (strcmp(digest, r->files) != 0)
            warn(path, "the scenario's files have changed since");
        lab_config_free(config);
        source_set_free(&sources);
        diag_free(&diag);
    }
    buf_free(&folder);
    buf_free(&name);
}

/* Who names the recipe means its capture. */
static const char *capture_name(struct buf *out, const char *given) {
    struct span name = span_of(given), suffix = SPAN(RECIPE_SUFFIX);
    if (name.len <= suffix.len || !span_eq(span_skip(name, name.len - suffix.len), suffix)) return given;
    buf_add(out, span_head(name, name.len - suffix.len));
    buf_add_text(out, ".pcap");
    return buf_text(out);
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD;
    if (cli_option(self, argc, argv, "h", options, &status) == -2) return status;
    if (argc - optind != 1) return cli_error("recipe: expected one capture, got %d", argc - optind);
    struct buf path = {0}, command = {0}, named = {0};
    struct recipe recipe;
    struct diag diag = {0};
    const char *capture = capture_name(&named, argv[optind]);
    recipe_path(&path, capture);
    if (recipe_load(&recipe, path.p, &diag)) {
        recipe_command(&command, &recipe, path.p, capture);
        puts(buf_text(&command));
        cli_flush();
        check_capture(&recipe, capture);
        check_scenario(&recipe, path.p);
        recipe_free(&recipe);
    }
    buf_free(&path);
    buf_free(&command);
    buf_free(&named);
    return cli_report(&diag);
}

const struct command cmd_recipe = {
    .name = "recipe",
    .summary = "print the command that makes a capture again",
    .help = "usage: siptwin recipe FILE.pcap\n"
            "\n"
            "Prints the command that makes FILE.pcap again, as FILE.recipe beside it tells. `siptwin check\n"
            "--update` and `siptwin run --recipe` write recipes. Warns if the scenario or the capture is\n"
            "not what it was.\n"
            "\n"
            "Exit status: 0 printed, 2 no recipe or a bad one.\n",
    .run = run,
};
