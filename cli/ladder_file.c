/* SPDX-License-Identifier: MIT */
#include "cli/ladder_file.h"

#include "base/mem.h"
#include "base/outfile.h"

#include <stdlib.h>

#define FORMATS "txt, mmd, svg, html or json"

void ladder_files_add(struct ladder_files *files, const char *path) {
    files->list = mem_room(files->list, files->count, &files->cap, sizeof *files->list);
    files->list[files->count++] = (struct ladder_file){.path = path};
}

/* The index of word in a list that ends with NULL, or -1. */
static int find_word(struct span word, const char *const *list) {
    for (int i = 0; list[i]; i++)
        if (span_is(word, list[i])) return i;
    return -1;
}

static int settle(struct ladder_file *f, const struct command *self, const char *option, const char *format,
                  const char *fallback) {
    struct span base = cli_base_name(f->path);
    size_t dot = base.len;
    while (dot > 0 && base.p[dot - 1] != '.')
        dot--;
    if (strcmp(f->path, "-") == 0 && !format && !(format = fallback))
        return cli_error("%s: %s - needs --format " FORMATS, self->name, option);
    struct span word = format ? span_of(format) : dot ? span_skip(base, dot) : (struct span){0};
    int found = find_word(word, ladder_format_names);
    if (found < 0 && format) return cli_error("%s: --format is " FORMATS ", not \"%s\"", self->name, format);
    if (found < 0)
        return cli_error(
            "%s: %s %s: the name must end with .txt, .mmd, .svg, .html or .json, or --format say it",
            self->name, option, f->path);
    f->format = (enum ladder_format)found;
    return EXIT_GOOD;
}

int ladder_files_settle(struct ladder_files *files, const struct command *self, const char *option,
                        const char *format, const char *fallback) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < files->count && status == EXIT_GOOD; i++)
        status = settle(&files->list[i], self, option, format, fallback);
    return status;
}

unsigned ladder_files_to_stdout(const struct ladder_files *files) {
    unsigned count = 0;
    for (size_t i = 0; i < files->count; i++)
        count += strcmp(files->list[i].path, "-") == 0;
    return count;
}

int ladder_files_open(struct ladder_files *files) {
    for (size_t i = 0; i < files->count; i++) {
        struct ladder_file *f = &files->list[i];
        const char *why;
        f->file = outfile_open(f->path, &why);
        if (!f->file) return cli_error("%s: %s", outfile_label(f->path), why);
    }
    return EXIT_GOOD;
}

int ladder_files_write(struct ladder_files *files, struct ladder *ladder, bool colour) {
    struct buf text = {0};
    int status = EXIT_GOOD;
    const unsigned usual = ladder->columns;
    for (size_t i = 0; i < files->count; i++) {
        struct ladder_file *f = &files->list[i];
        bool to_stdout = strcmp(f->path, "-") == 0;
        buf_reset(&text);
        ladder->columns = to_stdout ? cli_columns() : usual;
        ladder_write(&text, ladder, f->format, colour && to_stdout);
        outfile_add(f->file, buf_span(&text));
        int failed = outfile_close(f->file);
        f->file = NULL;
        if (cli_is_failure(f->path, failed))
            status = cli_error("%s: %s", outfile_label(f->path), strerror(failed));
    }
    buf_free(&text);
    return status;
}

void ladder_files_free(struct ladder_files *files) {
    for (size_t i = 0; i < files->count; i++)
        outfile_abandon(files->list[i].file);
    free(files->list);
    *files = (struct ladder_files){0};
}
