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

/* A line of a diag, taken apart; line 0: it has no place. */
struct message {
    struct span file, text;
    uint64_t line, column;
    bool is_error;
};

/* The number behind the last ':' of s, which is cut off; 0: there is none. */
static uint64_t cut_number(struct span *s) {
    size_t at = s->len;
    uint64_t n = 0;
    while (at > 0 && s->p[at - 1] != ':')
        at--;
    if (at == 0 || !span_to_u64(span_skip(*s, at), UINT32_MAX, &n)) return 0;
    s->len = at - 1;
    return n;
}

static bool take_message(struct span line, struct message *out) {
    ptrdiff_t error = span_search(line, SPAN(": error: ")), warning = span_search(line, SPAN(": warning: "));
    out->is_error = error >= 0 && (warning < 0 || error < warning);
    ptrdiff_t at = out->is_error ? error : warning;
    if (at < 0) return false;
    out->file = span_head(line, (size_t)at);
    out->text = span_skip(line, (size_t)at + strlen(out->is_error ? ": error: " : ": warning: "));
    out->column = cut_number(&out->file);
    out->line = cut_number(&out->file);
    return true;
}

static bool has(struct span s, const char *word) { return span_search(s, span_of(word)) >= 0; }

static bool ends_in(struct span s, const char *suffix) {
    size_t len = strlen(suffix);
    return s.len >= len && span_is(span_skip(s, s.len - len), suffix);
}

/* Media files are the only ones that a scenario names itself. */
static bool is_media(const struct message *m) {
    return ends_in(m->file, ".xml") && ends_in(m->text, ": No such file or directory");
}

/* What a mark behind an error says; NULL: it is about siptwin's own scenario.yaml. */
static const char *mark(const struct message *m) {
    if (!m->is_error) return NULL;
    if (has(m->text, "simulated")) return "not simulated";
    if (ends_in(m->file, ".xml")) return "SIPp refuses it too";
    return ends_in(m->file, ".cfg") ? "Kamailio refuses it too" : NULL;
}

static void show_json(const struct message *m, bool first) {
    struct buf out = {0};
    const char *why = mark(m);
    buf_add_text(&out, first ? "\n      {\"file\": " : ",\n      {\"file\": ");
    escape_json(&out, m->file);
    buf_addf(&out, ", \"line\": %llu, \"column\": %llu, \"severity\": \"%s\", \"mark\": ",
             (unsigned long long)m->line, (unsigned long long)m->column, m->is_error ? "error" : "warning");
    escape_json(&out, span_of(why ? why : ""));
    buf_add_text(&out, ", \"text\": ");
    escape_json(&out, m->text);
    buf_add_char(&out, '}');
    fwrite(out.p, 1, out.len, stdout);
    buf_free(&out);
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
    for (struct span rest = buf_span(&diag->text); rest.len > 0;) {
        ptrdiff_t end = span_find(rest, '\n');
        struct span line = span_head(rest, end < 0 ? rest.len : (size_t)end);
        rest = span_skip(rest, line.len + 1);
        struct message m;
        bool known = take_message(line, &m);
        if (known && m.is_error && l->skip_media && is_media(&m)) continue;
        const char *why = known ? mark(&m) : NULL;
        if (known && m.is_error) {
            enum verdict this = has(m.text, "simulated") ? NOT_SIMULATED : REFUSED;
            if (this > verdict) verdict = this;
        }
        if (l->json) {
            if (known) show_json(&m, shown++ == 0);
        } else {
            fprintf(stderr, SPAN_FMT "%s%s%s\n", SPAN_ARG(line), why ? " [" : "", why ? why : "",
                    why ? "]" : "");
        }
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
    if (source && (asked || is_ours(source, xml))) {
        lab_check_file(&sources, source, xml, &diag);
        tell(l, path, &diag);
    } else if (!source) {
        tell(l, path, &diag);
    }
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
    struct buf yaml = {0};
    path_join(&yaml, path, "scenario.yaml");
    if (stat(path, &st) != 0) {
        if (depth == 0) l->status = cli_error("%s: %s", path, strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        if (stat(buf_text(&yaml), &st) == 0)
            lint_folder(l, path);
        else
            lint_entries(l, path, depth);
    } else if (ends_in(name, ".xml") || ends_in(name, ".cfg")) {
        lint_file(l, path, ends_in(name, ".xml"), depth == 0);
    } else if (depth == 0) {
        l->status = cli_error("%s: lint reads .xml, .cfg and folders", path);
    }
    buf_free(&yaml);
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
