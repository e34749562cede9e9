/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include "base/mem.h"
#include "base/visible.h"
#include "cli/golden.h"
#include "model/lab/lab.h"
#include "view/escape.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct check_command {
    const char *folder;
    char **names; /* what the user named besides */
    size_t name_count;
    const char **set; /* overrides for --update */
    size_t set_count, set_cap;
    const char *name;  /* --name; NULL: the scenario's */
    const char *color; /* --color; NULL: auto */
    bool update, tap, junit, colour;
};

/* What of the golden captures is asked for: by their names, or those of their scenarios. */
static bool is_asked_for(const struct check_command *o, const char *golden) {
    for (size_t i = 0; i < o->name_count; i++) {
        struct span name = cli_base_name(o->names[i]), whole = span_of(golden);
        if (span_eq(whole, name)) return true;
        if (whole.len > name.len && whole.p[name.len] == '.' && span_eq(span_head(whole, name.len), name))
            return true;
    }
    return o->name_count == 0;
}

/* Does each name that the user gave mean something? */
static int look_for(const struct check_command *o, char **goldens) {
    for (size_t i = 0; i < o->name_count; i++) {
        struct check_command one = *o;
        bool found = false;
        one.names = &o->names[i];
        one.name_count = 1;
        for (char **g = goldens; *g; g++)
            found = found || is_asked_for(&one, *g);
        const char *meant =
            found ? NULL : diag_suggest(cli_base_name(o->names[i]), (const char *const *)goldens);
        if (!found)
            return cli_error("check: %s has no recipe of %s%s%s%s", o->folder, o->names[i],
                             meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
    }
    return EXIT_GOOD;
}

/* The golden captures there; NULL after a message. */
static char **load_names(const struct check_command *o, int *status) {
    char **goldens = golden_names(o->folder);
    if (!goldens)
        *status = cli_error("%s: %s", o->folder, strerror(errno));
    else if (!goldens[0])
        *status = cli_error("%s: holds no recipe; siptwin check --update %s SCENARIO... makes some",
                            o->folder, o->folder);
    else
        *status = look_for(o, goldens);
    if (*status == EXIT_GOOD) return goldens;
    golden_names_free(goldens);
    return NULL;
}

/* Lines, each behind an indent; an empty line stays empty. */
static void print_indented(const struct buf *text, const char *indent) {
    for (struct span left = buf_span(text); left.len;) {
        struct span line = span_cut(&left, '\n');
        printf("%s" SPAN_FMT "\n", line.len ? indent : "", SPAN_ARG(line));
    }
}

static void tell(const struct golden_result *r, const char *name, int width) {
    static const char *const words[] = {[GOLDEN_GOOD] = "ok",
                                        [GOLDEN_DIFFERENT] = "DIFFERENT",
                                        [GOLDEN_UNUSABLE] = "UNUSABLE",
                                        [GOLDEN_INTERRUPTED] = ""};
    printf("%-9s  ", words[r->verdict]);
    cli_print_visible(stdout, span_of(name));
    if (r->reason.len) printf("%*s", width - (int)strlen(name) + 2, "");
    cli_print_visible(stdout, buf_span(&r->reason));
    putchar('\n');
    print_indented(&r->report, "    ");
}

/* In a TAP description "#" begins a directive. */
static void print_tap_name(const char *name) {
    for (; *name; name++) {
        if (*name == '#' || *name == '\\') putchar('\\');
        size_t len = visible_len(span_of(name));
        cli_print_visible(stdout, (struct span){name, len ? len : 1});
        name += len ? len - 1 : 0;
    }
}

/* Test Anything Protocol, version 13. */
static void tell_tap(const struct golden_result *r, const char *name, size_t number) {
    printf("%sok %zu - ", r->verdict == GOLDEN_GOOD ? "" : "not ", number);
    print_tap_name(name);
    putchar('\n');
    if (!r->reason.len && !r->report.len) return;
    fputs("  ---\n  message: |\n    ", stdout);
    cli_print_visible(stdout, buf_span(&r->reason));
    putchar('\n');
    if (r->report.len) {
        printf("  report: |\n");
        print_indented(&r->report, "    ");
    }
    printf("  ...\n");
}

static void add_xml_lines(struct buf *out, const struct buf *text) {
    for (struct span left = buf_span(text); left.len;) {
        escape_html(out, span_cut(&left, '\n'));
        if (left.len) buf_add_char(out, '\n');
    }
}

/* A test case as JUnit's XML has it: a failure is a capture that differs, an error one that cannot be made.
 */
static void add_junit(struct buf *out, const struct golden_result *r, const struct check_command *o,
                      const char *name) {
    buf_add_text(out, "  <testcase classname=\"");
    escape_html(out, span_of(o->folder));
    buf_add_text(out, "\" name=\"");
    escape_html(out, span_of(name));
    if (r->verdict == GOLDEN_GOOD) {
        buf_add_text(out, "\"/>\n");
        return;
    }
    const char *kind = r->verdict == GOLDEN_DIFFERENT ? "failure" : "error";
    buf_addf(out, "\">\n    <%s message=\"", kind);
    escape_html(out, buf_span(&r->reason));
    buf_add_text(out, "\">");
    add_xml_lines(out, &r->report);
    buf_addf(out, "</%s>\n  </testcase>\n", kind);
}

/* All of them; how many failed stands in front. */
static void print_junit(const struct buf *cases, const struct check_command *o, size_t tests, size_t failures,
                        size_t errors) {
    struct buf out = {0};
    buf_add_text(
        &out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"siptwin check ");
    escape_html(&out, span_of(o->folder));
    buf_addf(&out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\">\n", tests, failures,
             errors);
    buf_add(&out, buf_span(cases));
    buf_add_text(&out, "</testsuite>\n</testsuites>\n");
    fwrite(out.p, 1, out.len, stdout);
    buf_free(&out);
}

/* The worst of two exit statuses. */
static int worse(int a, int b) { return a > b ? a : b; }

static int check(const struct check_command *o) {
    static const int statuses[] = {[GOLDEN_GOOD] = EXIT_GOOD,
                                   [GOLDEN_DIFFERENT] = EXIT_DIFFERENT,
                                   [GOLDEN_UNUSABLE] = EXIT_BAD_INPUT,
                                   [GOLDEN_INTERRUPTED] = EXIT_INTERRUPTED};
    int status, width = 0;
    char **goldens = load_names(o, &status);
    if (!goldens) return status;
    size_t count = 0, number = 0, verdicts[GOLDEN_INTERRUPTED + 1] = {0};
    struct buf cases = {0};
    for (char **g = goldens; *g; g++) {
        if (!is_asked_for(o, *g)) continue;
        count++;
        if ((int)strlen(*g) > width) width = (int)strlen(*g);
    }
    if (o->tap) printf("TAP version 13\n1..%zu\n", count);
    for (char **g = goldens; *g && status != EXIT_INTERRUPTED; g++) {
        struct golden_result r = {0};
        if (!is_asked_for(o, *g)) continue;
        golden_check(&r, o->folder, *g, o->colour);
        status = worse(status, statuses[r.verdict]);
        verdicts[r.verdict]++;
        number++;
        if (r.verdict == GOLDEN_INTERRUPTED)
            printf("%s", o->tap ? "Bail out! interrupted\n" : "");
        else if (o->junit)
            add_junit(&cases, &r, o, *g);
        else if (o->tap)
            tell_tap(&r, *g, number);
        else
            tell(&r, *g, width);
        cli_flush();
        buf_free(&r.reason);
        buf_free(&r.report);
    }
    if (o->junit && status != EXIT_INTERRUPTED)
        print_junit(&cases, o, number, verdicts[GOLDEN_DIFFERENT], verdicts[GOLDEN_UNUSABLE]);
    else if (!o->tap && status != EXIT_INTERRUPTED)
        printf("%zu of %zu captures are as recorded\n", verdicts[GOLDEN_GOOD], count);
    buf_free(&cases);
    golden_names_free(goldens);
    return status;
}

static void told(const char *name, const char *what) {
    printf("%-7s  ", what);
    cli_print_visible(stdout, span_of(name));
    putchar('\n');
}

static int make(const struct check_command *o, const char *name, const char *folder) {
    struct span base = cli_base_name(folder);
    char *own = name ? mem_text(span_of(name)) : mem_text(base);
    int status = EXIT_BAD_INPUT;
    if (!*own || *own == '.' || strchr(own, '/'))
        cli_error("check: --name is needed: \"%s\" is no name for a file", own);
    else
        status = golden_make(o->folder, own, folder, o->set, o->set_count, told);
    free(own);
    return status;
}

/* All scenarios in a folder of them; SIZE_MAX scenarios: it is no such folder. */
static int make_all(const struct check_command *o, const char *folder, size_t *count) {
    struct diag diag = {0};
    struct stat st;
    struct buf path = {0};
    struct lab_entry *entries = NULL;
    int status = EXIT_GOOD;
    *count = 0;
    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode) && !cli_is_scenario(folder))
        entries = lab_list(folder, count, &diag);
    diag_free(&diag); /* a bad one will tell when it is run */
    for (size_t i = 0; i < *count && status != EXIT_INTERRUPTED; i++) {
        buf_reset(&path);
        buf_addf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", entries[i].name);
        status = worse(status, make(o, NULL, buf_text(&path)));
    }
    lab_list_free(entries, *count);
    buf_free(&path);
    return status;
}

/* Makes golden captures of the scenarios that the user named. */
static int make_named(const struct check_command *o) {
    int status = EXIT_GOOD;
    struct buf folder = {0};
    for (size_t i = 0; i < o->name_count && status != EXIT_INTERRUPTED; i++) {
        size_t count;
        status = worse(status, make_all(o, o->names[i], &count));
        if (count) continue;
        if (cli_find_scenario(&folder, o->names[i]))
            status = worse(status, make(o, o->name, buf_text(&folder)));
        else
            status = worse(status, EXIT_BAD_INPUT);
    }
    buf_free(&folder);
    return status;
}

static int remake(const struct check_command *o) {
    int status;
    char **goldens = load_names(o, &status);
    for (char **g = goldens; g && *g && status != EXIT_INTERRUPTED; g++)
        status = worse(status, golden_remake(o->folder, *g, told));
    golden_names_free(goldens);
    return status;
}

static int update(const struct check_command *o) {
    if (!o->name_count && (o->set_count || o->name))
        return cli_error("check: --set and --name are for --update with a scenario");
    if (o->name && o->name_count > 1)
        return cli_error("check: --name is for one scenario, not %zu", o->name_count);
    if (!o->name_count) return remake(o);
    bool made = mkdir(o->folder, 0777) == 0;
    if (!made && errno != EEXIST) return cli_error("%s: %s", o->folder, strerror(errno));
    int status = make_named(o);
    if (made && status != EXIT_GOOD) rmdir(o->folder); /* if nothing was put into it */
    return status;
}

static int start(struct check_command *o, const struct command *self, int argc, char **argv) {
    if (argc == 0) return cli_error("check: which folder? siptwin check --help tells more");
    if (!o->update && (o->set_count || o->name)) return cli_error("check: --set and --name are for --update");
    if (o->update && (o->tap || o->junit)) return cli_error("check: --tap and --junit are not for --update");
    if (o->tap && o->junit) return cli_error("check: one of --tap and --junit at a time");
    int status = cli_colour(&o->colour, self, o->color);
    if (status != EXIT_GOOD) return status;
    if (o->tap || o->junit) o->colour = false;
    o->folder = argv[0];
    o->names = argv + 1;
    o->name_count = (size_t)argc - 1;
    cli_catch_signals();
    status = o->update ? update(o) : check(o);
    if (status == EXIT_INTERRUPTED) fputs("siptwin: interrupted\n", stderr);
    return status;
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {
        {"color", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'},
        {"junit", no_argument, NULL, 'j'},       {"name", required_argument, NULL, 'n'},
        {"set", required_argument, NULL, 's'},   {"tap", no_argument, NULL, 't'},
        {"update", no_argument, NULL, 'u'},      {0}};
    struct check_command o = {0};
    int status = EXIT_GOOD, c;
    while ((c = cli_option(self, argc, argv, "hu", options, &status)) >= 0) {
        switch (c) {
        case 'c': o.color = optarg; break;
        case 'n': o.name = optarg; break;
        case 's':
            o.set = mem_room(o.set, o.set_count, &o.set_cap, sizeof *o.set);
            o.set[o.set_count++] = optarg;
            break;
        case 'j': o.junit = true; break;
        case 't': o.tap = true; break;
        case 'u': o.update = true; break;
        }
    }
    if (c == -1) status = start(&o, self, argc - optind, argv + optind);
    free(o.set);
    return status;
}

const struct command cmd_check = {
    .name = "check",
    .summary = "keep golden captures of scenarios, and check them",
    .help = "usage: siptwin check DIR [NAME]... [--tap|--junit] [--color WHEN]\n"
            "       siptwin check --update DIR [SCENARIO...] [--set KEY=VALUE]... [--name NAME]\n"
            "\n"
            "--update runs scenarios (names, scenario folders, or folders of them) and writes DIR/NAME.pcap\n"
            "with DIR/NAME.recipe beside it, the text of how it was made; of several capture points\n"
            "DIR/NAME.HOST.pcap. Without scenarios, it makes all captures of DIR again by their recipes.\n"
            "\n"
            "Without --update, the recipes in DIR are followed again, and each capture must come out the\n"
            "same to the byte. Of those that do not, the differences are shown, and whether the scenario's\n"
            "files have changed. NAME picks some.\n"
            "\n"
            "      --tap, --junit  write TAP version 13, or JUnit's XML, for test harnesses\n"
            "      --set KEY=VALUE overrides a value of scenario.yaml; it stands in the recipe\n"
            "      --name NAME     the capture's name, default the scenario's: for a scenario's variants\n"
            "      --color WHEN    always, never, or auto (the default): on a terminal, unless NO_COLOR\n"
            "                      is set\n"
            "\n"
            "Exit status: 0 all are the same, 1 a capture differs, 2 one cannot be made, or bad usage.\n",
    .run = run,
};
