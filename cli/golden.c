/* SPDX-License-Identifier: MIT */
#include "cli/golden.h"

#include "base/infile.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/path.h"
#include "cli/recipe.h"
#include "cli/recording.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Datagrams that differ in a report. */
enum { LIMIT = 20 };

static void file_name(struct buf *out, const char *folder, const char *name, const char *suffix) {
    buf_reset(out);
    path_join(out, folder, name);
    buf_add_text(out, suffix);
    buf_text(out);
}

/* The largest golden capture that is read, in bytes. */
#define GOLDEN_MAX ((size_t)1 << 30)

static bool is_digest_of(const char *digest, struct span bytes) {
    char real[RECIPE_DIGEST_SIZE];
    recipe_digest_of(real, bytes);
    return strcmp(digest, real) == 0;
}

static void unusable(struct golden_result *result, const char *reason) {
    result->verdict = GOLDEN_UNUSABLE;
    buf_add_text(&result->reason, reason);
}

/* The capture of the recipe's point: the only one, or the one that the host took. */
static const struct recording_capture *find_capture(const struct recording *r, const char *host) {
    for (size_t i = 0; i < r->count; i++)
        if (r->count == 1 || strcmp(r->captures[i].host, host) == 0) return &r->captures[i];
    return NULL;
}

/* What two captures of different bytes differ in. */
static void add_report(struct golden_result *result, const char *golden_name, struct span golden,
                       struct span now, const struct recording *r, bool colour) {
    struct reader a = {0}, b = {0};
    char *error = NULL;
    struct compare_options options = {.scope = {.strict = true}};
    if (reader_load_bytes(&a, golden, golden_name, &error) && reader_load_bytes(&b, now, "now", &error)) {
        struct compare_side sides[2] = {{golden_name, &a, r->hosts, r->host_count},
                                        {"now", &b, r->hosts, r->host_count}};
        struct compare c;
        compare_init(&c, &sides[0], &sides[1], &options);
        if (compare_same(&c))
            buf_add_text(&result->report,
                         "all datagrams are the same to the byte; other bytes of the file differ\n");
        else
            compare_write(&result->report, &c, LIMIT, colour);
        compare_free(&c);
    }
    if (error) buf_addf(&result->report, "%s\n", error);
    free(error);
    reader_free(&a);
    reader_free(&b);
}

/* Judges by the bytes and by who has changed: the golden file, the scenario, or siptwin. */
static void judge(struct golden_result *result, const struct recipe *recipe, const char *golden_name,
                  const struct recording *r, bool colour) {
    struct buf golden = {0};
    const char *why;
    const struct recording_capture *c = find_capture(r, recipe->point);
    bool same_files = strcmp(r->digest, recipe->files) == 0;
    const char *files = same_files ? "its scenario's files have not changed" : "so do its scenario's files";
    if (!c) {
        unusable(result, "the scenario has no capture point ");
        buf_add_text(&result->reason, recipe->point);
    } else if (!infile_read(&golden, golden_name, GOLDEN_MAX, &why)) {
        unusable(result, golden_name);
        buf_addf(&result->reason, ": %s", why);
    } else if (span_eq(buf_span(&golden), buf_span(&c->bytes))) {
        result->verdict = GOLDEN_GOOD;
        if (!same_files)
            buf_add_text(&result->reason, "the scenario's files have changed, the capture has not");
    } else {
        result->verdict = GOLDEN_DIFFERENT;
        if (!is_digest_of(recipe->capture, buf_span(&golden)))
            buf_addf(&result->reason, "%s is not the capture that was recorded", golden_name);
        else if (strcmp(recipe->version, SIPTWIN_VERSION) != 0)
            buf_addf(&result->reason,
                     "the capture differs, and %s; recorded by siptwin %s, this is " SIPTWIN_VERSION, files,
                     recipe->version);
        else
            buf_addf(&result->reason, "the capture differs, and %s", files);
        add_report(result, golden_name, buf_span(&golden), buf_span(&c->bytes), r, colour);
    }
    buf_free(&golden);
}

/* The errors of a diag, as the report. */
static void take_errors(struct golden_result *result, const char *reason, struct diag *diag) {
    unusable(result, reason);
    buf_add(&result->report, buf_span(&diag->text));
}

static bool has_scenario(const char *folder) {
    struct buf path = {0};
    struct stat st;
    file_name(&path, folder, "scenario.yaml", "");
    bool there = stat(path.p, &st) == 0;
    buf_free(&path);
    return there;
}

static void check_recipe(struct golden_result *result, const struct recipe *recipe, const char *path,
                         const char *golden_name, bool colour) {
    struct buf folder = {0};
    struct diag diag = {0};
    struct recording r = {0};
    recipe_folder(&folder, recipe, path);
    if (!has_scenario(buf_text(&folder))) {
        unusable(result, "its scenario is not there any more: ");
        buf_add(&result->reason, buf_span(&folder));
    } else {
        int status = recording_make(&r, folder.p, (const char *const *)recipe->set, recipe->set_count, &diag);
        if (status == EXIT_GOOD)
            judge(result, recipe, golden_name, &r, colour);
        else if (status == EXIT_INTERRUPTED)
            result->verdict = GOLDEN_INTERRUPTED;
        else
            take_errors(result, "its scenario has errors", &diag);
    }
    recording_free(&r);
    diag_free(&diag);
    buf_free(&folder);
}

void golden_check(struct golden_result *result, const char *folder, const char *name, bool colour) {
    struct buf recipe_name = {0}, golden_name = {0};
    struct recipe recipe;
    struct diag diag = {0};
    file_name(&recipe_name, folder, name, RECIPE_SUFFIX);
    file_name(&golden_name, folder, name, ".pcap");
    if (recipe_load(&recipe, recipe_name.p, &diag)) {
        check_recipe(result, &recipe, recipe_name.p, golden_name.p, colour);
        recipe_free(&recipe);
    } else {
        take_errors(result, "its recipe has errors", &diag);
    }
    diag_free(&diag);
    buf_free(&recipe_name);
    buf_free(&golden_name);
}

/* What is to be made. */
struct order {
    const char *folder, *scenario;
    const char *const *overrides;
    size_t override_count;
    bool pinned;
    void (*told)(const char *name, const char *what);
};

/* Writes one golden capture and its recipe: the capture first, so a recipe never tells of one that is not
 * there. */
static int write_golden(const struct order *o, const char *name, const struct recording *r,
                        const struct recording_capture *c) {
    struct buf path = {0}, recipe_name = {0}, before = {0};
    struct span bytes = buf_span(&c->bytes);
    struct recipe recipe;
    file_name(&path, o->folder, name, ".pcap");
    file_name(&recipe_name, o->folder, name, RECIPE_SUFFIX);
    const char *bad = path.p, *failed = NULL;
    const char *what = !infile_read(&before, path.p, GOLDEN_MAX, &failed) ? "new"
                       : span_eq(buf_span(&before), bytes)                ? "same"
                                                                          : "changed";
    failed = recipe_make(&recipe, path.p, o->scenario, o->overrides, o->override_count, c->host, o->pinned)
                 ? NULL
                 : strerror(errno);
    memcpy(recipe.files, r->digest, sizeof recipe.files);
    recipe_digest_of(recipe.capture, bytes);
    if (!failed && strcmp(what, "same") != 0) failed = outfile_write(path.p, bytes);
    if (!failed) failed = recipe_save(&recipe, bad = recipe_name.p);
    recipe_free(&recipe);
    int status = failed ? cli_error("%s: %s", bad, failed) : EXIT_GOOD;
    if (!failed) o->told(name, what);
    buf_free(&path);
    buf_free(&recipe_name);
    buf_free(&before);
    return status;
}

static int make(const struct order *o, const char *name) {
    struct recording r;
    struct diag diag = {0};
    struct buf full = {0};
    int status = recording_make(&r, o->scenario, o->overrides, o->override_count, &diag);
    cli_report(&diag);
    for (size_t i = 0; i < r.count && status == EXIT_GOOD; i++) {
        struct order one = *o;
        one.pinned = r.count > 1;
        buf_reset(&full);
        buf_add_text(&full, name);
        if (one.pinned) buf_addf(&full, ".%s", r.captures[i].host);
        status = write_golden(&one, buf_text(&full), &r, &r.captures[i]);
    }
    recording_free(&r);
    buf_free(&full);
    return status;
}

int golden_make(const char *folder, const char *name, const char *scenario, const char *const *overrides,
                size_t count, void (*told)(const char *name, const char *what)) {
    struct order o = {.folder = folder,
                      .scenario = scenario,
                      .overrides = overrides,
                      .override_count = count,
                      .told = told};
    return make(&o, name);
}

int golden_remake(const char *folder, const char *name, void (*told)(const char *name, const char *what)) {
    struct buf path = {0}, scenario = {0};
    struct recipe recipe;
    struct diag diag = {0};
    int status = EXIT_BAD_INPUT;
    file_name(&path, folder, name, RECIPE_SUFFIX);
    if (recipe_load(&recipe, path.p, &diag)) {
        recipe_folder(&scenario, &recipe, path.p);
        if (has_scenario(buf_text(&scenario)))
            status = golden_make(folder, name, scenario.p, (const char *const *)recipe.set, recipe.set_count,
                                 told);
        else
            cli_error("%s: its scenario is not there any more: %s", path.p, scenario.p);
        recipe_free(&recipe);
    }
    cli_report(&diag);
    buf_free(&path);
    buf_free(&scenario);
    return status;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

char **golden_names(const char *folder) {
    DIR *dir = opendir(folder);
    if (!dir) return NULL;
    size_t count = 0, cap = 0;
    char **names = NULL;
    for (struct dirent *e; (e = readdir(dir));) {
        struct span name = span_of(e->d_name), suffix = SPAN(RECIPE_SUFFIX);
        if (name.p[0] == '.' || name.len == suffix.len || !span_ends(name, suffix)) continue;
        names = mem_room(names, count, &cap, sizeof *names);
        names[count++] = mem_text(span_head(name, name.len - suffix.len));
    }
    closedir(dir);
    if (count) qsort(names, count, sizeof *names, by_bytes);
    names = mem_room(names, count, &cap, sizeof *names);
    names[count] = NULL;
    return names;
}

void golden_names_free(char **names) {
    for (char **n = names; n && *n; n++)
        free(*n);
    free(names);
}
