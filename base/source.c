/* SPDX-License-Identifier: MIT */
#include "base/source.h"

#include "base/diag.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static struct source *adopt(struct source_set *set, const char *name, char *text, size_t len) {
    struct source *s = mem_new(sizeof *s);
    *s = (struct source){set->first, mem_text(span_of(name)), text, len};
    set->first = s;
    return s;
}

struct source *source_load(struct source_set *set, const char *path, const char *name,
                           struct source_pos asked, struct diag *diag) {
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (!f || fstat(fileno(f), &st) != 0) {
        diag_error(diag, asked, "%s: %s", name, strerror(errno));
        if (f) fclose(f);
        return NULL;
    }
    if (S_ISDIR(st.st_mode)) {
        diag_error(diag, asked, "%s: is a directory", name);
        fclose(f);
        return NULL;
    }
    size_t cap = 65536, len = 0;
    char *text = mem_new(cap + 1);
    for (size_t n; (n = fread(text + len, 1, cap - len, f)) > 0;) {
        len += n;
        if (len > SOURCE_MAX) break;
        if (len == cap) text = mem_resize(text, (cap *= 2) + 1);
    }
    bool failed = ferror(f);
    int why = errno;
    fclose(f);
    if (failed || len > SOURCE_MAX) {
        if (failed)
            diag_error(diag, asked, "%s: %s", name, strerror(why));
        else
            diag_error(diag, asked, "%s: larger than %u bytes", name, SOURCE_MAX);
        free(text);
        return NULL;
    }
    text[len] = '\0';
    return adopt(set, name, text, len);
}

struct source *source_text(struct source_set *set, const char *name, struct span text) {
    return adopt(set, name, mem_text(text), text.len);
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
