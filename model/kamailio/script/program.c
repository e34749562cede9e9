/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/program.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

static size_t module_count(void) {
    size_t n = 0;
    while (kam_modules[n].name)
        n++;
    return n;
}

struct kam_program *program_new(void) {
    struct kam_program *p = mem_new(sizeof *p);
    p->globals = (struct kam_globals){.children = 8, .tos = 0x10, .server_signature = true};
    p->default_port = 5060;
    p->max_while_loops = 100;
    p->max_recursive_level = 256;
    p->loaded = arena_new(&p->arena, module_count() * sizeof *p->loaded);
    p->loaded[0] = true;
    return p;
}

void kam_program_free(struct kam_program *p) {
    if (!p) return;
    for (struct program_regex *r = p->regexes; r; r = r->next)
        regfree(&r->regex);
    free((void *)p->globals.listens);
    arena_free(&p->arena);
    free(p);
}

const struct kam_globals *kam_program_globals(const struct kam_program *p) { return &p->globals; }

unsigned kam_program_children(const struct kam_program *p) { return p->globals.children; }

bool kam_program_has_module(const struct kam_program *p, const char *module) {
    for (size_t i = 0; kam_modules[i].name; i++)
        if (strcmp(kam_modules[i].name, module) == 0) return p->loaded[i];
    return false;
}

static const struct kam_param *find_param(const char *module, const char *name) {
    for (const struct kam_module *m = kam_modules; m->name; m++) {
        if (strcmp(m->name, module) != 0 || !m->params) continue;
        for (const struct kam_param *p = m->params; p->name; p++)
            if (strcmp(p->name, name) == 0) return p;
    }
    return NULL;
}

static const struct program_param *find_set(const struct kam_program *p, const struct kam_param *param) {
    const struct program_param *set = p->params;
    while (set && set->param != param)
        set = set->next;
    return set;
}

int64_t kam_program_param(const struct kam_program *p, const char *module, const char *name) {
    const struct kam_param *param = find_param(module, name);
    assert(param && param->type == KAM_PARAM_INT);
    const struct program_param *set = find_set(p, param);
    return set ? set->value.n : param->default_n;
}

struct span kam_program_param_text(const struct kam_program *p, const char *module, const char *name) {
    const struct kam_param *param = find_param(module, name);
    assert(param && param->type == KAM_PARAM_STR);
    const struct program_param *set = find_set(p, param);
    return set ? set->value.s : span_of(param->default_s);
}

struct kam_route *program_find_route(const struct kam_program *p, enum kam_route_kind kind,
                                     struct span name) {
    for (struct kam_route *r = p->routes; r; r = r->next)
        if (r->kind == kind && span_eq(r->name, name)) return r;
    return NULL;
}

const struct kam_route *kam_program_route(const struct kam_program *p, enum kam_route_kind kind,
                                          struct span name) {
    return program_find_route(p, kind, name);
}

ptrdiff_t program_find_number(const struct program_name *names, struct span name) {
    for (; names; names = names->next)
        if (span_eq(names->name, name)) return (ptrdiff_t)names->number;
    return -1;
}

size_t program_number(struct kam_program *p, struct program_name **names, struct span name) {
    ptrdiff_t known = program_find_number(*names, name);
    if (known >= 0) return (size_t)known;
    struct program_name *n = arena_new(&p->arena, sizeof *n);
    *n = (struct program_name){*names, arena_text(&p->arena, name), *names ? (*names)->number + 1 : 0};
    *names = n;
    return n->number;
}

const regex_t *program_regex(struct kam_program *p, struct span pattern, bool icase) {
    struct program_regex *r = arena_new(&p->arena, sizeof *r);
    /* arena_text ends with the NUL that regcomp wants */
    int flags = REG_EXTENDED | REG_NOSUB | (icase ? REG_ICASE : 0);
    if (regcomp(&r->regex, arena_text(&p->arena, pattern).p, flags) != 0) return NULL;
    r->next = p->regexes;
    p->regexes = r;
    return &r->regex;
}
