/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/folder.h"

#include "model/lab/lab.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EVENTS_MAX 20000

static char folder[] = "/dev/shm/siptwin-fuzz-XXXXXX";
static struct buf path;
static struct source_set originals; /* by their names in the folder */
static const struct source *replaced;

const char *fuzz_folder_path(const char *file) {
    buf_reset(&path);
    buf_addf(&path, "%s/%s", folder, file);
    return buf_text(&path);
}

static void remove_folder(void) {
    DIR *dir = opendir(folder);
    for (const struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.') unlink(fuzz_folder_path(e->d_name));
    if (dir) closedir(dir);
    rmdir(folder);
    buf_free(&path);
    source_set_free(&originals);
}

void fuzz_folder_write(const char *file, struct span text) {
    FILE *f = fopen(fuzz_folder_path(file), "wb");
    assert(f);
    size_t written = fwrite(text.p, 1, text.len, f);
    assert(written == text.len);
    fclose(f);
}

static struct span text_of(const struct source *s) { return (struct span){s->text, s->len}; }

void fuzz_folder_begin(const char *name) {
    struct diag diag = {0};
    struct buf from = {0};
    const char *made = mkdtemp(folder);
    assert(made);
    atexit(remove_folder);
    buf_addf(&from, "%s/%s", SCENARIOS, name);
    DIR *dir = opendir(buf_text(&from));
    assert(dir);
    for (const struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.') continue;
        struct buf file = {0};
        buf_addf(&file, "%s/%s", buf_text(&from), e->d_name);
        const struct source *s =
            source_load(&originals, buf_text(&file), e->d_name, (struct source_pos){0}, &diag);
        assert(s);
        fuzz_folder_write(s->name, text_of(s));
        buf_free(&file);
    }
    closedir(dir);
    buf_free(&from);
    diag_free(&diag);
}

void fuzz_folder_replace(const char *file, struct span text) {
    if (replaced && strcmp(replaced->name, file) != 0) fuzz_folder_write(replaced->name, text_of(replaced));
    for (replaced = originals.first; replaced && strcmp(replaced->name, file) != 0;)
        replaced = replaced->next;
    fuzz_folder_write(file, text);
}

static void run(struct lab *lab) {
    struct event_queue *queue = net_queue(lab_net(lab));
    for (unsigned n = 0; n < EVENTS_MAX && queue->now_ns < 120 * NS_PER_S; n++)
        if (!event_queue_step(queue)) return;
}

void fuzz_folder_run(const char *const *overrides, size_t count, void (*begin)(struct lab *lab, void *arg),
                     void *arg) {
    struct source_set sources = {0};
    struct diag diag = {0};
    struct lab_config *config = lab_load(&sources, folder, overrides, count, &diag);
    assert((config != NULL) == (diag.errors == 0)); /* a refusal has a reason, and nothing else has */
    struct lab *lab = config ? lab_new(config, NULL, &diag) : NULL;
    if (lab) {
        if (begin) begin(lab, arg);
        run(lab);
        lab_free(lab);
    }
    if (config) lab_config_free(config);
    diag_free(&diag);
    source_set_free(&sources);
}
