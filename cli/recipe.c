/* SPDX-License-Identifier: MIT */
#include "cli/recipe.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cli.h"
#include "cli/path.h"
#include "cli/run_lab.h"

#include <errno.h>
#include <sha2.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Sources that are no files: overrides, which the recipe holds, and what comes with siptwin. */
static bool is_file(const struct source *s) {
    return !span_starts(span_of(s->name), "--set ") && !span_starts(span_of(s->name), "builtin:");
}

static void add_bytes(SHA2_CTX *sha, const char *bytes, size_t len) {
    SHA256Update(sha, (const uint8_t *)bytes, len);
}

void recipe_digest(char out[RECIPE_DIGEST_SIZE], const struct source_set *sources) {
    struct buf length = {0};
    SHA2_CTX sha;
    SHA256Init(&sha);
    for (const struct source *s = sources->first; s; s = s->next) {
        struct span name = cli_base_name(s->name);
        if (!is_file(s)) continue;
        buf_reset(&length);
        buf_addf(&length, "%c%zu%c", 0, s->len, 0);
        add_bytes(&sha, name.p, name.len);
        add_bytes(&sha, length.p, length.len);
        add_bytes(&sha, s->text, s->len);
    }
    SHA256End(&sha, out);
    buf_free(&length);
}

void recipe_digest_of(char out[RECIPE_DIGEST_SIZE], struct span bytes) {
    SHA256Data((const uint8_t *)bytes.p, bytes.len, out);
}

void recipe_path(struct buf *out, const char *capture) {
    static const struct span suffix = SPAN(".pcap");
    struct span name = span_of(capture);
    if (name.len > suffix.len && span_ends(name, suffix)) name.len -= suffix.len;
    buf_add(out, name);
    buf_add_text(out, RECIPE_SUFFIX);
    buf_text(out);
}

/* A path rather than a name: relative ones begin with a dot. */
static bool is_path(const char *scenario) { return scenario[0] == '.' || strchr(scenario, '/'); }

static void add_set(struct recipe *r, char *text) {
    r->set = mem_room(r->set, r->set_count, &r->set_cap, sizeof *r->set);
    r->set[r->set_count++] = text;
}

/* Is the folder one of those beside the program, which anybody finds by name? */
static bool is_installed(const char *folder) {
    for (const char *const *d = cli_scenario_directories() + 1; *d; d++)
        if (span_starts(span_of(folder), *d)) return true;
    return false;
}

bool recipe_make(struct recipe *r, const char *capture, const char *folder, const char *const *overrides,
                 size_t override_count, const char *host, bool pinned) {
    struct buf text = {0}, beside = {0};
    *r = (struct recipe){0};
    path_folder(&beside, capture);
    bool good = true;
    if (is_installed(folder))
        buf_add(&text, cli_base_name(folder));
    else
        good = path_between(&text, buf_text(&beside), folder);
    r->scenario = mem_text(buf_span(&text));
    r->version = mem_text(span_of(SIPTWIN_VERSION));
    r->point = mem_text(span_of(host));
    for (size_t i = 0; i < override_count; i++)
        add_set(r, mem_text(span_of(overrides[i])));
    if (pinned) {
        buf_reset(&text);
        buf_addf(&text, "capture.at=%s", host);
        add_set(r, mem_text(buf_span(&text)));
    }
    buf_free(&text);
    buf_free(&beside);
    return good;
}

static void add_line(struct buf *out, const char *key, const char *value) {
    buf_addf(out, "%s: ", key);
    for (; *value; value++)
        switch (*value) {
        case '\\': buf_add_text(out, "\\\\"); break;
        case '\n': buf_add_text(out, "\\n"); break;
        case '\r': buf_add_text(out, "\\r"); break;
        default: buf_add_char(out, *value);
        }
    buf_add_char(out, '\n');
}

const char *recipe_save(const struct recipe *r, const char *path) {
    struct buf text = {0};
    buf_add_text(&text, "# how the capture beside this file was made; `siptwin recipe` prints the command\n");
    add_line(&text, "siptwin", r->version);
    add_line(&text, "scenario", r->scenario);
    add_line(&text, "files", r->files);
    for (size_t i = 0; i < r->set_count; i++)
        add_line(&text, "set", r->set[i]);
    add_line(&text, "point", r->point);
    add_line(&text, "capture", r->capture);
    const char *why = outfile_write(path, buf_span(&text));
    buf_free(&text);
    return why;
}

/* The names of the capture at point i and of its recipe. */
static void run_paths(struct buf *capture, struct buf *path, const struct run_scenario *s, const char *write,
                      size_t i) {
    run_capture_path(capture, write, s->config, i);
    buf_reset(path);
    recipe_path(path, capture->p);
}

int recipe_of_run_check(const struct run_scenario *s, const char *write) {
    struct buf capture = {0}, path = {0};
    struct stat st;
    int status = EXIT_GOOD;
    for (size_t i = 0; i < s->config->capture.at_count && status == EXIT_GOOD; i++) {
        run_paths(&capture, &path, s, write, i);
        const char *why = outfile_taken(path.p);
        if (stat(capture.p, &st) == 0 && !S_ISREG(st.st_mode))
            status = cli_error("run: --recipe is for a capture in a file, and %s is none", capture.p);
        else if (why)
            status = cli_error("%s: %s", path.p, why);
    }
    buf_free(&capture);
    buf_free(&path);
    return status;
}

int recipe_of_run(const struct run_scenario *s, const char *write, const char *const *overrides,
                  size_t count) {
    const struct lab_config *config = s->config;
    struct buf capture = {0}, path = {0};
    const char *why = NULL;
    for (size_t i = 0; i < config->capture.at_count && !why; i++) {
        struct recipe r;
        const char *host = config->hosts[config->capture.at[i]].name;
        run_paths(&capture, &path, s, write, i);
        if (!recipe_make(&r, capture.p, s->folder.p, overrides, count, host, config->capture.at_count > 1))
            why = strerror(errno);
        recipe_digest(r.files, &s->sources);
        if (!why && !SHA256File(capture.p, r.capture)) why = strerror(errno);
        if (!why) why = recipe_save(&r, path.p);
        recipe_free(&r);
    }
    int status = why ? cli_error("%s: %s", path.p, why) : EXIT_GOOD;
    buf_free(&capture);
    buf_free(&path);
    return status;
}

/* The value of a line, its backslashes resolved; NULL if one stands before something else. */
static char *unescape(struct span value) {
    char *text = mem_new(value.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.p[i];
        if (c == '\\' && ++i < value.len)
            c = value.p[i] == 'n' ? '\n' : value.p[i] == 'r' ? '\r' : value.p[i] == '\\' ? '\\' : '\0';
        else if (c == '\\')
            c = '\0';
        if (!c) {
            free(text);
            return NULL;
        }
        text[len++] = c;
    }
    return text;
}

static bool is_digest(const char *text) {
    return strlen(text) == RECIPE_DIGEST_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == RECIPE_DIGEST_SIZE - 1;
}

enum { KEY_SIPTWIN, KEY_SCENARIO, KEY_FILES, KEY_SET, KEY_POINT, KEY_CAPTURE, KEYS };

static const char *const keys[KEYS + 1] = {"siptwin", "scenario", "files", "set", "point", "capture", NULL};

/* Takes one value, which is the recipe's from now on; false if it does not fit. */
static bool take(struct recipe *r, int key, char *value) {
    char **const texts[KEYS] = {
        [KEY_SIPTWIN] = &r->version, [KEY_SCENARIO] = &r->scenario, [KEY_POINT] = &r->point};
    char *const digests[KEYS] = {[KEY_FILES] = r->files, [KEY_CAPTURE] = r->capture};
    if (key == KEY_SET) {
        add_set(r, value);
        return true;
    }
    bool good = *value && (texts[key] ? !*texts[key] : !*digests[key] && is_digest(value));
    if (good && texts[key]) {
        *texts[key] = value;
        return true;
    }
    if (good) memcpy(digests[key], value, RECIPE_DIGEST_SIZE);
    free(value);
    return good;
}

static void parse_line(struct recipe *r, const struct source *source, struct span line, struct diag *diag) {
    struct source_pos at = source_at(source, line.p);
    ptrdiff_t colon = span_find(line, ':');
    if (line.len == 0 || line.p[0] == '#') return;
    if (colon < 0) {
        diag_error(diag, at, "expected `KEY: VALUE`");
        return;
    }
    struct span key = span_head(line, (size_t)colon);
    int number = 0;
    while (keys[number] && !span_is(key, keys[number]))
        number++;
    if (number == KEYS) {
        const char *meant = diag_suggest(key, keys);
        diag_error(diag, at, "a recipe has no \"" SPAN_FMT "\"%s%s%s", SPAN_ARG(key),
                   meant ? "; did you mean " : "", meant ? meant : "", meant ? "?" : "");
        return;
    }
    char *value = unescape(span_trim(span_skip(line, (size_t)colon + 1)));
    if (!value || !take(r, number, value))
        diag_error(diag, at, "%s: %s", keys[number],
                   number == KEY_FILES || number == KEY_CAPTURE
                       ? "expected one SHA-256 in hexadecimal digits"
                       : "expected one value, in which \\ is written \\\\");
}

bool recipe_load(struct recipe *r, const char *path, struct diag *diag) {
    struct source_set sources = {0};
    unsigned before = diag->errors;
    *r = (struct recipe){0};
    const struct source *source = source_load(&sources, path, path, (struct source_pos){0}, diag);
    struct span left = source ? (struct span){source->text, source->len} : (struct span){0};
    if (source && memchr(source->text, '\0', source->len)) {
        diag_error(diag, (struct source_pos){source, 0}, "this is no text");
        left.len = 0;
    }
    while (left.len)
        parse_line(r, source, span_trim(span_cut(&left, '\n')), diag);
    if (diag->errors == before && !(r->version && r->scenario && r->point && r->files[0] && r->capture[0]))
        diag_error(diag, (struct source_pos){source, 0},
                   "a recipe has the lines siptwin, scenario, files, point and capture; not all are here");
    source_set_free(&sources);
    if (diag->errors == before) return true;
    recipe_free(r);
    return false;
}

bool recipe_folder(struct buf *out, const struct recipe *r, const char *path) {
    struct buf beside = {0};
    if (is_path(r->scenario)) {
        path_folder(&beside, path);
        path_join(out, buf_text(&beside), r->scenario);
        buf_text(out);
        buf_free(&beside);
        return true;
    }
    for (const char *const *d = cli_scenario_directories(); *d; d++) {
        struct stat st;
        buf_reset(out);
        buf_addf(out, "%s/%s", *d, r->scenario);
        if (stat(buf_text(out), &st) == 0) return true;
    }
    buf_reset(out);
    buf_add_text(out, r->scenario);
    buf_text(out);
    return false;
}

void recipe_command(struct buf *out, const struct recipe *r, const char *path, const char *capture) {
    struct buf folder = {0}, shortest = {0};
    buf_add_text(out, "siptwin run ");
    if (is_path(r->scenario)) {
        recipe_folder(&folder, r, path);
        bool there = path_between(&shortest, ".", buf_text(&folder));
        path_quote(out, there ? buf_span(&shortest) : buf_span(&folder));
    } else {
        path_quote(out, span_of(r->scenario));
    }
    for (size_t i = 0; i < r->set_count; i++) {
        buf_add_text(out, " --set ");
        path_quote(out, span_of(r->set[i]));
    }
    buf_add_text(out, " -w ");
    path_quote(out, span_of(capture));
    buf_free(&folder);
    buf_free(&shortest);
}

void recipe_free(struct recipe *r) {
    for (size_t i = 0; i < r->set_count; i++)
        free(r->set[i]);
    free(r->set);
    free(r->version);
    free(r->scenario);
    free(r->point);
    *r = (struct recipe){0};
}
