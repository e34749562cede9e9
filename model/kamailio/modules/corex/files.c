/* SPDX-License-Identifier: MIT */
/*
 * corex's file_read() and file_write() (facts: Kamailio 74.1). Read are the files beside kamailio.cfg; what
 * is written is kept for file_read() and goes to no disk.
 */
#include "base/infile.h"
#include "base/mem.h"
#include "model/kamailio/modules/beside.h"
#include "model/kamailio/modules/corex/corex.h"
#include "model/kamailio/pv/pv.h"

#include <stdlib.h>

struct corex_file {
    struct corex_file *next;
    struct buf name, content;
    bool exists;
};

static struct span last_part(struct span name) {
    for (ptrdiff_t slash = span_find(name, '/'); slash >= 0; slash = span_find(name, '/'))
        name = span_skip(name, (size_t)slash + 1);
    return name;
}

static struct corex_file *add(struct corex *c, struct span name) {
    struct corex_file *f = mem_new(sizeof *f);
    buf_add(&f->name, name);
    f->next = c->files;
    c->files = f;
    return f;
}

/* One that scripts have named before; *doubt: another name may mean the same. */
static struct corex_file *find(const struct corex *c, struct span name, bool *doubt) {
    *doubt = false;
    for (struct corex_file *f = c->files; f; f = f->next) {
        if (span_eq(buf_span(&f->name), name)) return f;
        if (span_eq(last_part(buf_span(&f->name)), last_part(name))) *doubt = true;
    }
    return NULL;
}

static struct corex_file *read_it(struct kam_run *run, struct corex *c, struct span name) {
    const struct source *cfg = kam_program_kept(run->k->program, KAM_MODULE_COREX);
    struct corex_file *f = add(c, name);
    struct buf path = {0};
    const char *why;
    f->exists = kam_beside(&path, cfg, name) && infile_read(&f->content, buf_text(&path), SOURCE_MAX, &why);
    buf_free(&path);
    return f;
}

/* The file of that name; NULL: that is not known, and the run stops. */
static struct corex_file *file_of(struct kam_run *run, struct span name, bool reads) {
    struct corex *c = kam_module_data(run->k, KAM_MODULE_COREX);
    bool doubt;
    struct corex_file *f = find(c, name, &doubt);
    if (f) return f;
    if (doubt || last_part(name).len == 0) {
        kam_run_stop(run, "which file that name means is not known here, and the run has reached it");
        return NULL;
    }
    return reads ? read_it(run, c, name) : add(c, name);
}

int corex_file_read(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].s.len == 0) return -1;
    const struct corex_file *f = file_of(run, args[0].s, true);
    if (!f || !f->exists) return -1;
    return kam_pv_assign(run, args[1].pv, pv_text(buf_span(&f->content))) ? 1 : -1;
}

/* Is it known that the folder is there? The one that Kamailio runs in, and /tmp. */
static bool is_there(struct span name) {
    return span_find(name, '/') < 0 || (span_starts(name, "/tmp/") && span_find(span_skip(name, 5), '/') < 0);
}

int corex_file_write(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].s.len == 0 || args[1].s.len == 0) return -1;
    if (!is_there(args[0].s))
        return kam_run_stop(
            run, "file_write() to a folder of which it is not known whether it is there is not simulated, "
                 "and the run has reached it");
    struct corex_file *f = file_of(run, args[0].s, false);
    if (!f) return -1;
    buf_reset(&f->content);
    buf_add(&f->content, args[1].s);
    f->exists = true;
    return 1;
}

bool corex_files_load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                      struct diag *diag) {
    (void)set, (void)diag;
    kam_program_keep(program, KAM_MODULE_COREX, cfg);
    return true;
}

void corex_files_free(void *data) {
    struct corex *c = data;
    for (struct corex_file *f = c->files, *next; f; f = next) {
        next = f->next;
        buf_free(&f->name);
        buf_free(&f->content);
        free(f);
    }
}
