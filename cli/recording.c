/* SPDX-License-Identifier: MIT */
#include "cli/recording.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "cli/recipe.h"
#include "cli/run_lab.h"

#include <stdlib.h>

/* The captures while they are written. */
struct tapes {
    struct recording *r;
    struct capture **captures;
};

static void seen(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    capture_add(arg, now_ns, direction, d);
}

static int failed(struct diag *diag, char *error) {
    diag_error(diag, (struct source_pos){0}, "%s", error);
    free(error);
    return EXIT_BAD_INPUT;
}

static int open_tapes(struct tapes *t, const struct lab_config *config, struct lab *lab, struct diag *diag) {
    struct capture_options options = run_capture_options(config);
    struct recording *r = t->r;
    r->captures = mem_new(config->capture.at_count * sizeof *r->captures);
    t->captures = mem_new(config->capture.at_count * sizeof(struct capture *));
    for (; r->count < config->capture.at_count; r->count++) {
        size_t host = config->capture.at[r->count];
        struct recording_capture *c = &r->captures[r->count];
        char *error = NULL;
        t->captures[r->count] = capture_open_memory(&c->bytes, config->folder, &options, &error);
        if (!t->captures[r->count]) return failed(diag, error);
        c->host = mem_text(span_of(config->hosts[host].name));
        host_tap(lab_host_at(lab, host), seen, t->captures[r->count]);
    }
    return EXIT_GOOD;
}

static int close_tapes(struct tapes *t, struct diag *diag) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < t->r->count; i++) {
        char *error = NULL;
        if (!capture_close(t->captures[i], &error)) status = failed(diag, error);
        t->captures[i] = NULL;
    }
    return status;
}

static int run(struct recording *r, const struct lab_config *config, struct diag *diag) {
    struct tapes tapes = {.r = r};
    struct lab *lab = lab_new(config, NULL, diag);
    if (!lab) return EXIT_BAD_INPUT;
    int status = open_tapes(&tapes, config, lab, diag);
    if (status == EXIT_GOOD)
        status = lab_run(lab, &cli_interrupted) ? close_tapes(&tapes, diag) : EXIT_INTERRUPTED;
    for (size_t i = 0; i < r->count; i++)
        capture_abandon(tapes.captures[i]);
    free(tapes.captures);
    lab_free(lab);
    return status;
}

static void take_hosts(struct recording *r, const struct lab_config *config) {
    r->host_count = config->host_count;
    r->hosts = mem_new(r->host_count * sizeof *r->hosts);
    for (size_t i = 0; i < r->host_count; i++)
        r->hosts[i] =
            (struct compare_host){config->hosts[i].address, mem_text(span_of(config->hosts[i].name))};
}

int recording_make(struct recording *r, const char *folder, const char *const *overrides, size_t count,
                   struct diag *diag) {
    struct source_set sources = {0};
    *r = (struct recording){0};
    struct lab_config *config = lab_load(&sources, folder, overrides, count, diag);
    int status = EXIT_BAD_INPUT;
    if (config) {
        outfile_protect(&sources);
        recipe_digest(r->digest, &sources);
        take_hosts(r, config);
        status = run(r, config, diag);
    }
    lab_config_free(config);
    source_set_free(&sources);
    return status;
}

void recording_free(struct recording *r) {
    for (size_t i = 0; i < r->count; i++) {
        free(r->captures[i].host);
        buf_free(&r->captures[i].bytes);
    }
    for (size_t i = 0; i < r->host_count; i++)
        free((char *)(uintptr_t)r->hosts[i].name);
    free(r->captures);
    free(r->hosts);
    *r = (struct recording){0};
}
