/* SPDX-License-Identifier: MIT */
/* The scenarios of a directory, by name. */
#include "base/mem.h"
#include "model/lab/lab.h"
#include "model/lab/layer.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct lab_entry *)a)->name, ((const struct lab_entry *)b)->name);
}

/* The title of the scenario in a folder, taken over from an included one if need be; to be freed. */
static char *load_title(const char *folder, struct diag *diag) {
    struct source_set sources = {0};
    struct layers layers = {0};
    struct tree_node *tree = layers_load(&layers, &sources, folder, NULL, 0, diag);
    const struct tree_node *title = tree ? tree_get(tree, "title") : NULL;
    struct span text = title && title->kind == TREE_SCALAR ? span_of(title->text) : (struct span){0};
    ptrdiff_t line = span_find(text, '\n');
    char *copy = mem_text(line >= 0 ? span_head(text, (size_t)line) : text);
    tree_free(tree);
    layers_free(&layers);
    source_set_free(&sources);
    return copy;
}

struct lab_entry *lab_list(const char *directory, size_t *count, struct diag *diag) {
    struct lab_entry *entries = NULL;
    size_t cap = 0;
    struct buf path = {0};
    *count = 0;
    DIR *dir = opendir(directory);
    if (!dir) {
        diag_error(diag, (struct source_pos){0}, "%s: %s", directory, strerror(errno));
        return NULL;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        struct stat st;
        if (e->d_name[0] == '.') continue;
        buf_reset(&path);
        buf_addf(&path, "%s/%s/scenario.yaml", directory, e->d_name);
        if (stat(buf_text(&path), &st) != 0) continue;
        entries = mem_room(entries, *count, &cap, sizeof *entries);
        entries[(*count)++] = (struct lab_entry){mem_text(span_of(e->d_name)), NULL};
    }
    closedir(dir);
    if (*count) qsort(entries, *count, sizeof *entries, by_name);
    for (size_t i = 0; i < *count; i++) {
        buf_reset(&path);
        buf_addf(&path, "%s/%s", directory, entries[i].name);
        entries[i].title = load_title(buf_text(&path), diag);
    }
    buf_free(&path);
    return entries;
}

void lab_list_free(struct lab_entry *entries, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(entries[i].name);
        free(entries[i].title);
    }
    free(entries);
}
