/* SPDX-License-Identifier: MIT */
#include "base/source.h"

#include "base/diag.h"
#include "base/infile.h"
#include "base/mem.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct source *adopt(struct source_set *set, const char *name, char *text, size_t len) {
    struct source *s = mem_new(sizeof *s);
    *s = (struct source){.next = set->first, .name = mem_text(span_of(name)), .text = text, .len = len};
    set->first = s;
    return s;
}

struct source *source_load(struct source_set *set, const char *path, const char *name,
                           struct source_pos asked, struct diag *diag) {
    struct buf text = {0};
    struct stat st = {0};
    const char *why;
    if (!infile_read(&text, path, SOURCE_MAX, &why)) {
        diag_error(diag, asked, "%s: %s", name, why);
        buf_free(&text);
        return NULL;
    }
    buf_text(&text);
    struct source *s = adopt(set, name, mem_resize(text.p, text.len + 1), text.len);
    if (stat(path, &st) == 0) s->device = st.st_dev, s->inode = st.st_ino;
    return s;
}

const struct source *source_find(const struct source_set *set, const char *name) {
    const struct source *s = set->first;
    while (s && strcmp(s->name, name) != 0)
        s = s->next;
    return s;
}

void source_load_like(struct source_set *set, const char *first, struct span end) {
    const char *begin = source_base_name(first);
    struct buf folder = {0}, path = {0};
    struct dirent **entries;
    buf_add(&folder, span_between(first, begin));
    int count = scandir(folder.len ? buf_text(&folder) : ".", &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct span name = span_of(entries[i]->d_name);
        bool fits = name.len >= strlen(begin) + end.len && span_starts(name, begin) && span_ends(name, end);
        struct diag untold = {0};
        struct stat st;
        buf_reset(&path);
        buf_add(&path, buf_span(&folder));
        buf_add(&path, name);
        if (fits && stat(buf_text(&path), &st) == 0 && S_ISREG(st.st_mode) &&
            !source_find(set, buf_text(&path)))
            source_load(set, buf_text(&path), buf_text(&path), (struct source_pos){0}, &untold);
        diag_free(&untold);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    buf_free(&folder);
    buf_free(&path);
}

struct source *source_text(struct source_set *set, const char *name, struct span text) {
    return adopt(set, name, mem_text(text), text.len);
}

const char *source_base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void source_beside(struct buf *path, const struct source *source, struct span name) {
    if (name.len == 0 || name.p[0] != '/')
        buf_add(path, span_between(source->name, source_base_name(source->name)));
    buf_add(path, name);
}

void source_set_free(struct source_set *set) {
    for (struct source *s = set->first, *next; s; s = next) {
        next = s->next;
        free(s->name);
        free(s->text);
        free(s);
    }
    set->first = NULL;
}

void source_locate(struct source_pos pos, unsigned *line, unsigned *column) {
    *line = *column = 1;
    if (!pos.source) return;
    size_t end = pos.offset < pos.source->len ? pos.offset : pos.source->len;
    for (size_t i = 0; i < end; i++) {
        if (pos.source->text[i] == '\n')
            (*line)++, *column = 1;
        else
            (*column)++;
    }
}
