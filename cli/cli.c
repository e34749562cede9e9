/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "base/visible.h"
#include "cli/path.h"
#include "cli/sipp_option.h"
#include "model/lab/lab.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

volatile sig_atomic_t cli_interrupted;

void cli_print_visible(FILE *out, struct span text) {
    struct buf line = {0};
    visible_add(&line, text);
    if (line.len) fwrite(line.p, 1, line.len, out);
    buf_free(&line);
}

int cli_error(const char *format, ...) {
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    fputs("siptwin: error: ", stderr);
    cli_print_visible(stderr, buf_span(&text));
    fputc('\n', stderr);
    buf_free(&text);
    return EXIT_BAD_INPUT;
}

/* The word that getopt is in: it moves on at a word's last letter. */
static const char *given_option(char **argv) {
    const char *word = argv[optind];
    bool inside = optopt && word && word[0] == '-' && word[1] != '-' && strchr(word + 1, optopt);
    return inside ? word : argv[optind - 1];
}

int cli_option(const struct command *self, int argc, char **argv, const char *letters,
               const struct option *options, int *status) {
    struct buf quiet = {0}; /* a leading ':' makes getopt tell a missing argument from an unknown option */
    buf_addf(&quiet, ":%s", letters);
    opterr = 0;
    int c = getopt_long(argc, argv, buf_text(&quiet), options, NULL);
    buf_free(&quiet);
    if (c == 'h') {
        fputs(self->help, stdout);
        *status = EXIT_GOOD;
        return -2;
    }
    if (c != '?' && c != ':') return c;
    const char *given = given_option(argv);
    struct buf hint = {0};
    if (sipp_option_hint(&hint, span_of(given))) {
        *status = cli_error("%s: %s is an option of SIPp; %s", self->name, given, buf_text(&hint));
        buf_free(&hint);
        return -2;
    }
    buf_free(&hint);
    struct span word = {given + 2, strcspn(given + 2, "=")};
    const char *names[32];
    size_t count = 0;
    for (const struct option *o = options; o->name; o++)
        names[count++] = o->name;
    names[count] = NULL;
    bool is_long =
        optopt == 0 || span_starts(span_of(given), "--"); /* getopt leaves 0 for an unknown long one */
    const char *meant = is_long ? diag_suggest(word, names) : NULL;
    if (c == ':')
        *status = cli_error("%s: option %s needs a value", self->name, given);
    else if (is_long && meant && !span_is(word, meant))
        *status = cli_error("%s: unknown option --" SPAN_FMT "; did you mean --%s?", self->name,
                            SPAN_ARG(word), meant);
    else if (is_long && meant)
        *status = cli_error("%s: option --%s takes no value", self->name, meant);
    else if (is_long)
        *status = cli_error("%s: unknown option --" SPAN_FMT, self->name, SPAN_ARG(word));
    else
        *status = cli_error("%s: unknown option -%c", self->name, optopt);
    return -2;
}

int cli_report(struct diag *diag) {
    if (diag->text.len) fwrite(diag->text.p, 1, diag->text.len, stderr);
    int status = diag_failed(diag) ? EXIT_BAD_INPUT : EXIT_GOOD;
    diag_free(diag);
    return status;
}

/* The directory of the running program, for scenarios that lie beside it. */
static void add_program_directory(struct buf *out) {
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n > 0) buf_add(out, (struct span){path, (size_t)n});
}

const char *const *cli_scenario_directories(void) {
    static struct buf beside, installed;
    static const char *directories[4];
    if (!directories[0]) {
        add_program_directory(&beside);
        buf_add(&installed, buf_span(&beside));
        buf_add_text(&beside, "../scenarios");
        buf_add_text(&installed, "../share/siptwin/scenarios");
        directories[0] = "scenarios";
        directories[1] = buf_text(&beside);
        directories[2] = buf_text(&installed);
    }
    return directories;
}

#define SCENARIO_FILE "scenario.yaml"

bool cli_is_scenario(const char *folder) {
    struct stat st;
    struct buf file = {0};
    path_join(&file, folder, SCENARIO_FILE);
    bool there = stat(buf_text(&file), &st) == 0;
    buf_free(&file);
    return there;
}

/* The known name most like the one that was not found. */
static void complain(const char *name) {
    struct diag ignored = {0};
    for (const char *const *d = cli_scenario_directories(); *d; d++) {
        size_t count;
        struct lab_entry *entries = lab_list(*d, &count, &ignored);
        const char **names = mem_new((count + 1) * sizeof *names);
        for (size_t i = 0; i < count; i++)
            names[i] = entries[i].name;
        const char *meant = diag_suggest(span_of(name), names);
        if (meant) cli_error("no scenario \"%s\"; did you mean %s?", name, meant);
        free(names);
        lab_list_free(entries, count);
        diag_free(&ignored);
        if (meant) return;
    }
    cli_error("no scenario \"%s\"; `siptwin list` shows them", name);
}

bool cli_find_scenario(struct buf *folder, const char *name) {
    buf_reset(folder);
    buf_add_text(folder, name);
    while (folder->len > 1 && folder->p[folder->len - 1] == '/')
        folder->len--;
    if (*name && cli_is_scenario(buf_text(folder))) return true;
    struct stat st;
    if (span_is(cli_base_name(name), SCENARIO_FILE) && stat(name, &st) == 0 && !S_ISDIR(st.st_mode)) {
        buf_reset(folder);
        path_folder(folder, name);
        return true;
    }
    if (strchr(name, '/')) {
        cli_error("%s: no scenario.yaml there", name);
        return false;
    }
    for (const char *const *d = cli_scenario_directories(); *d && *name; d++) {
        buf_reset(folder);
        buf_addf(folder, "%s/%s", *d, name);
        if (cli_is_scenario(buf_text(folder))) return true;
    }
    complain(name);
    return false;
}

const char *cli_standard_name(const char *path) {
    static const char *const names[][2] = {
        {"/dev/stdin", "/dev/stdout"}, {"/dev/fd/0", "/dev/fd/1"}, {"/proc/self/fd/0", "/proc/self/fd/1"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(path, names[i][0]) == 0 || strcmp(path, names[i][1]) == 0) return "-";
    return path;
}

bool cli_is_failure(const char *path, int why) { return why && !(why == EPIPE && strcmp(path, "-") == 0); }

static int stdout_failed; /* errno of the first flush that failed */

void cli_flush(void) {
    if (fflush(stdout) != 0 && !stdout_failed) stdout_failed = errno;
}

int cli_finish(int status) {
    cli_flush();
    int failed = stdout_failed ? stdout_failed : ferror(stdout) ? EIO : 0;
    /* stdio has forgotten why it could not write in between. */
    if (failed == EIO && write(STDOUT_FILENO, "", 0) < 0) failed = errno;
    struct pollfd reader = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (failed == EIO && poll(&reader, 1, 0) == 1 && reader.revents & POLLERR) failed = EPIPE;
    return cli_is_failure("-", failed) ? cli_error("standard output: %s", strerror(failed)) : status;
}

struct span cli_base_name(const char *folder) {
    struct span s = span_of(folder);
    while (s.len > 1 && s.p[s.len - 1] == '/')
        s.len--;
    size_t from = s.len;
    while (from > 0 && s.p[from - 1] != '/')
        from--;
    return span_skip(s, from);
}

int cli_colour(bool *colour, const struct command *self, const char *when) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM"); /* https://no-color.org */
    bool terminal = isatty(STDOUT_FILENO) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
    bool always = when && strcmp(when, "always") == 0, never = when && strcmp(when, "never") == 0;
    *colour = always || (terminal && !never);
    if (when && !always && !never && strcmp(when, "auto") != 0)
        return cli_error("%s: --color is auto, always or never, not \"%s\"", self->name, when);
    return EXIT_GOOD;
}

unsigned cli_columns(void) {
    enum { USUAL = 80, LEAST = 40 };
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col) return USUAL;
    return size.ws_col < LEAST ? LEAST : size.ws_col;
}

/* Who asks twice does not want to wait until the work comes to a place where it can end. */
static void interrupt(int number) {
    (void)number;
    if (cli_interrupted) {
        outfile_remove_unfinished();
        _exit(EXIT_INTERRUPTED);
    }
    cli_interrupted = 1;
}

void cli_catch_signals(void) {
    struct sigaction action = {.sa_handler = interrupt}, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* as under nohup */
        sigaction(SIGHUP, &action, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of write(), told like a full disk */
}
