/* SPDX-License-Identifier: MIT */
/*
 * Reads SIPp scenarios, Kamailio configurations and scenario folders without running them. An error that says
 * "simulated" is about something that the real program has and siptwin has not; the real program refuses what
 * the other errors name.
 */
#include "cli/cli.h"
#include "cli/path.h"

#include "base/visible.h"
#include "model/lab/lab.h"
#include "view/escape.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Folders in folders: a tree that links into itself must end. */
enum { DEPTH_MAX = 32 };

enum verdict { GOOD, NOT_SIMULATED, REFUSED, VERDICTS };

static const char *const verdict_names[VERDICTS] = {"good", "not simulated", "refused by the real program"};

struct lint {
    bool json, skip_media;
    size_t files[VERDICTS];
    size_t told; /* files, in the JSON list */
    int status;
};

static bool has(struct span s, const char *word) { return span_search(s, span_of(word)) >= 0; }

static bool ends_in(struct span s, const char *suffix) {
    size_t len = strlen(suffix);
    return s.len >= len && span_is(span_skip(s, s.len - len), suffix);
}

/* One message of a diag. */
struct told {
    const struct diag_message *message;
    struct span line, file, words;
};

static struct told told_of(const struct diag *diag, size_t i) {
    const struct diag_message *m = &diag->messages[i];
    const char *text = diag->text.p;
    return (struct told){.message = m,
                         .line = span_between(text + m->begin, text + m->end),
                         .file = {text + m->begin, m->file_len},
                         .words = span_between(text + m->words, text + m->end)};
}

/* Media files are the only ones that a scenario names itself. */
static bool is_media(const struct told *t) {
    return ends_in(t->file, ".xml") && ends_in(t->words, ": No such file or directory");
}

/* What a mark behind an error says; "": it is about siptwin's own scenario.yaml, or it is none. */
static const char *mark(const struct told *t) {
    if (t->message->kind != DIAG_ERROR) return "";
    if (has(t->words, "simulated")) return "not simulated";
    if (ends_in(t->file, ".xml")) return "SIPp refuses it too";
    return ends_in(t->file, ".cfg") ? "Kamailio refuses it too" : "";
}

static void show_json(const struct told *t, bool first) {
    struct buf out = {0};
    const struct diag_message *m = t->message;
    buf_add_text(&out, first ? "\n      {\"file\": " : ",\n      {\"file\": ");
    escape_json(&out, t->file);
    buf_addf(&out, ", \"line\": %u, \"column\": %u, \"severity\": \"%s\", \"mark\": ", m->line, m->column,
             m->kind == DIAG_ERROR ? "error" : "warning");
    escape_json(&out, span_of(mark(t)));
    buf_add_text(&out, ", \"text\": ");
    escape_json(&out, t->words);
    buf_add_char(&out, '}');
    fwrite(out.p, 1, out.len, stdout);
    buf_free(&out);
}

static void show_text(const struct told *t) {
    const char *why = mark(t);
    fprintf(stderr, SPAN_FMT "%s%s%s\n", SPAN_ARG(t->line), *why ? " [" : "", why, *why ? "]" : "");
}

/* Tells what was found in one file or scenario folder. Frees diag. */
static void tell(struct lint *l, const char *path, struct diag *diag) {
    enum verdict verdict = GOOD;
    unsigned shown = 0;
    if (l->json) {
        struct buf name = {0};
        escape_json(&name, span_of(path));
        printf("%s    {\"path\": %s, \"diagnostics\": [", l->told++ ? ",\n" : "", buf_text(&name));
        buf_free(&name);
    }
    for (size_t i = 0; i < diag->count; i++) {
        struct told t = told_of(diag, i);
        if (t.message->kind == DIAG_ERROR) {
            if (l->skip_media && is_media(&t)) continue;
            enum verdict this = has(t.words, "simulated") ? NOT_SIMULATED : REFUSED;
            if (this > verdict) verdict = this;
        }
        if (!l->json)
            show_text(&t);
        else if (t.message->kind != DIAG_NOTE)
            show_json(&t, shown++ == 0);
    }
    l->files[verdict]++;
    if (verdict != GOOD) l->status = EXIT_BAD_INPUT;
    if (l->json) {
        printf("%s], \"verdict\": \"%s\"}", shown ? "\n    " : "", verdict_names[verdict]);
    } else {
        cli_print_visible(stdout, span_of(path));
        printf(": %s\n", verdict_names[verdict]);
    }
    diag_free(diag);
}

static void lint_folder(struct lint *l, const char *path) {
    struct source_set sources = {0};
    struct diag diag = {0};
    lab_config_free(lab_load(&sources, path, NULL, 0, &diag));
    tell(l, path, &diag);
    source_set_free(&sources);
}

/* In a tree, files of other kinds with these suffixes are passed over. */
static bool is_ours(const struct source *s, bool xml) {
    struct span text = {s->text, s->len};
    return xml ? has(text, "<scenario")
               : has(text, "route{") || has(text, "route {") || has(text, "route[") ||
                     has(text, "loadmodule");
}

static void lint_file(struct lint *l, const char *path, bool xml, bool asked) {
    struct source_set sources = {0};
    struct diag diag = {0};
    struct source *source = source_load(&sources, path, path, (struct source_pos){0}, &diag);
    bool wanted = !source || asked || is_ours(source, xml);
    if (source && wanted) lab_check_file(&sources, source, xml, &diag);
    if (wanted) tell(l, path, &diag);
    source_set_free(&sources);
    diag_free(&diag);
}

static void lint_path(struct lint *l, const char *path, unsigned depth);

static void lint_entries(struct lint *l, const char *path, unsigned depth) {
    struct dirent **entries;
    int count = depth < DEPTH_MAX ? scandir(path, &entries, NULL, alphasort) : (errno = ELOOP, -1);
    if (count < 0) l->status = cli_error("%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        struct buf child = {0};
        path_join(&child, path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') lint_path(l, buf_text(&child), depth + 1);
        buf_free(&child);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static void lint_path(struct lint *l, const char *path, unsigned depth) {
    struct stat st;
    struct span name = span_of(path);
    if (stat(path, &st) != 0) {
        if (depth == 0) l->status = cli_error("%s: %s", path, strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        if (cli_is_scenario(path))
            lint_folder(l, path);
        else
            lint_entries(l, path, depth);
    } else if (ends_in(name, ".xml") || ends_in(name, ".cfg")) {
        lint_file(l, path, ends_in(name, ".xml"), depth == 0);
    } else if (depth == 0) {
        l->status = cli_error("%s: lint reads .xml, .cfg and folders", path);
    }
}

static int run(const struct command *self, int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"skip-media", no_argument, NULL, 'm'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct lint l = {.status = EXIT_GOOD};
    int c, status;
    while ((c = cli_option(self, argc, argv, "h", options, &status)) != -1) {
        if (c == -2) return status;
        l.json = l.json || c == 'j';
        l.skip_media = l.skip_media || c == 'm';
    }
    if (optind == argc) return cli_error("lint: which files or folders?");
    if (l.json) printf("{\n  \"files\": [\n");
    for (int i = optind; i < argc; i++)
        lint_path(&l, argv[i], 0);
    if (l.json) {
        printf("\n  ]\n}\n");
    } else {
        size_t all = l.files[GOOD] + l.files[NOT_SIMULATED] + l.files[REFUSED];
        printf("%zu read: %zu good, %zu not simulated, %zu refused by the real program\n", all, l.files[GOOD],
               l.files[NOT_SIMULATED], l.files[REFUSED]);
    }
    return l.status;
}

const struct command cmd_lint = {
    .name = "lint",
    .summary = "say what SIPp, Kamailio or siptwin would refuse in files",
    .help =
        "usage: siptwin lint PATH... [--json] [--skip-media]\n"
        "\n"
        "Reads SIPp scenarios (.xml), Kamailio configurations (.cfg), scenario folders and whole trees "
        "without\n"
        "running them. Each error says whether the real program refuses it too or whether siptwin does not\n"
        "simulate it; each file gets a verdict. Exit status 0 if all are good, else 2.\n"
        "\n"
        "  --json        the same as JSON\n"
        "  --skip-media  media files that are not there are no errors\n",
    .run = run,
};
