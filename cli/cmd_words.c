/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "cli/sipp_option.h"
#include "model/kamailio/kamailio.h"
#include "model/sipp/sipp.h"

static const struct {
    const char *name;
    void (*write)(struct buf *out);
} languages[] = {
    {"sipp", sipp_words_write}, {"sipp-options", sipp_option_words}, {"kamailio", kam_words_write}};

enum { LANGUAGES = sizeof languages / sizeof *languages };

/* Each line with the language before it. */
static void print(const char *language, struct span lines) {
    while (lines.len) {
        struct span line = span_cut(&lines, '\n');
        printf("%s\t" SPAN_FMT "\n", language, SPAN_ARG(line));
    }
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int status = EXIT_GOOD, c;
    while ((c = cli_option(self, argc, argv, "h", options, &status)) >= 0) {
    }
    if (c == -2) return status;
    if (optind + 1 < argc) return cli_error("words: one language at a time");
    bool any = false;
    for (size_t i = 0; i < LANGUAGES; i++) {
        if (optind < argc && strcmp(argv[optind], languages[i].name) != 0) continue;
        struct buf out = {0};
        any = true;
        languages[i].write(&out);
        print(languages[i].name, buf_span(&out));
        buf_free(&out);
    }
    return any ? EXIT_GOOD
               : cli_error("words: there is no language %s: sipp, sipp-options or kamailio", argv[optind]);
}

const struct command cmd_words = {
    .name = "words",
    .summary = "list the words of SIPp's and Kamailio's languages, and which are simulated",
    .help = "usage: siptwin words [sipp | sipp-options | kamailio]\n"
            "\n"
            "Lists the elements, actions and keywords of SIPp's scenarios, SIPp's options, and the settings, "
            "functions,\n"
            "parameters and pseudo-variables of kamailio.cfg with all of Kamailio's modules: a line each, "
            "the language,\n"
            "the part of it, the word, and `simulated`, `no effect` (it loads, and nothing on the wire "
            "depends on it) or\n"
            "`not simulated` (an error that names it), with tabs between. docs/languages.md is made of it.\n",
    .run = run,
};
