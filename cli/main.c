/* SPDX-License-Identifier: MIT */
/* siptwin: the deterministic twin of a SIP lab. This file only finds the subcommand. */
#include "cli/cli.h"

#include "model/lab/lab.h"

#include <fcntl.h>
#include <unistd.h>

static const struct command *const commands[] = {
    &cmd_run,  &cmd_compare, &cmd_ladder, &cmd_check, &cmd_recipe, &cmd_export, &cmd_sweep,
    &cmd_lint, &cmd_list,    &cmd_keys,   &cmd_new,   &cmd_import, &cmd_words};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *out) {
    fputs("usage: siptwin COMMAND [ARGUMENTS]\n"
          "\n"
          "siptwin reads the files of a SIP lab scenario (SIPp XML, kamailio.cfg, scenario.yaml),\n"
          "simulates its hosts and writes the capture that tcpdump would have written there.\n"
          "\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n"
          "siptwin COMMAND --help tells more. siptwin --version prints the version.\n"
          "Exit status: 0 all calls succeeded, 1 a call failed, 2 bad usage or bad input.\n",
          out);
}

/* A closed descriptor 0, 1 or 2 would be the next file that is opened. These refuse what they are used for.
 */
static void hold_descriptors(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_BAD_INPUT);
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        help(stderr);
        return EXIT_BAD_INPUT;
    }
    struct span word = span_of(argv[1]);
    if (span_is(word, "--help") || span_is(word, "-h") || span_is(word, "help")) {
        help(stdout);
        return EXIT_GOOD;
    }
    if (span_is(word, "--version")) {
        puts("siptwin " SIPTWIN_VERSION);
        return EXIT_GOOD;
    }
    const char *names[COMMANDS + 1] = {0};
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i]->name;
        if (span_is(word, names[i])) return commands[i]->run(commands[i], argc - 1, argv + 1);
    }
    const char *meant = diag_suggest(word, names);
    if (meant) return cli_error("unknown command \"%s\"; did you mean %s?", argv[1], meant);
    return cli_error("unknown command \"%s\"; siptwin --help lists them", argv[1]);
}

int main(int argc, char **argv) {
    hold_descriptors();
    signal(SIGPIPE, SIG_IGN);
    lab_search(cli_scenario_directories());
    return cli_finish(run(argc, argv));
}
