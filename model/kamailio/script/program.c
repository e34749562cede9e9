/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/program.h"

#include "base/mem.h"
#include "sim/event.h"

#include <stdlib.h>

static size_t module_count(void) {
    size_t n = 0;
    while (kam_modules[n])
        n++;
    return n;
}

struct kam_program *program_new(void) {
    struct kam_program *p = mem_new(sizeof *p);
    p->routes_end = &p->routes;
    p->globals = (struct kam_globals){.children = 8, .tos = 0x10, .server_signature = true};
    p->default_port = 5060;
    p->max_while_loops = 100;
    p->format_max = 8192;
    p->max_recursive_level = 256;
    p->loaded = arena_new(&p->arena, module_count() * sizeof *p->loaded);
    p->stops = arena_new(&p->arena, module_count() * sizeof *p->stops);
    p->kept = arena_new(&p->arena, module_count() * sizeof *p->kept);
    p->loaded[0] = true;
    return p;
}

void kam_program_free(struct kam_program *p) {
    if (!p) return;
    for (struct program_regex *r = p->regexes; r; r = r->next)
        regex_free(r->regex);
    free((void *)p->globals.listens);
    kam_vars_free(&p->start_vars);
    HASH_CLEAR(hh, p->route_table);
    HASH_CLEAR(hh, p->vars);
    HASH_CLEAR(hh, p->avps);
    HASH_CLEAR(hh, p->flags);
    arena_free(&p->arena);
    free(p);
}

const struct kam_globals *kam_program_globals(const struct kam_program *p) { return &p->globals; }

unsigned kam_program_children(const struct kam_program *p) { return p->globals.children; }

size_t program_module(struct span name) {
    for (size_t i = 1; kam_modules[i]; i++)
        if (span_is(name, kam_modules[i]->name)) return i;
    return 0;
}

bool kam_program_environment(const struct kam_program *p, struct span name, struct span *value) {
    for (const struct program_define *d = p->environment; d; d = d->next) {
        if (!span_eq(d->name, name)) continue;
        *value = d->value;
        return true;
    }
    return false;
}

bool kam_program_address(const struct kam_program *p, struct span name, uint32_t *ip) {
    for (size_t i = 0; i < p->host_count; i++) {
        if (!span_eq_nocase(p->hosts[i].name, name)) continue;
        *ip = p->hosts[i].ip;
        return true;
    }
    return false;
}

bool kam_program_has_module(const struct kam_program *p, const char *module) {
    size_t number = program_module(span_of(module));
    return number && p->loaded[number];
}

bool kam_program_loads(const struct kam_program *p, size_t number) { return p->loaded[number]; }

void kam_program_keep(struct kam_program *p, size_t number, const void *what) { p->kept[number] = what; }

const void *kam_program_kept(const struct kam_program *p, size_t number) { return p->kept[number]; }

static const struct cfg_pv *avp_of(const struct kam_program *p, const struct kam_param *param) {
    const struct program_param *set = p->params;
    while (set && set->param != param)
        set = set->next;
    return set ? set->avp : NULL;
}

static struct kam_value value_of(const struct kam_program *p, const struct kam_param *param) {
    for (const struct program_param *set = p->params; set; set = set->next)
        if (set->param == param) return set->value;
    if (param->type == KAM_PARAM_TEXT)
        return (struct kam_value){.type = KAM_STR, .s = span_of(param->default_s)};
    return (struct kam_value){.type = KAM_INT, .n = param->default_n};
}

void kam_program_settings(const struct kam_program *p, const struct kam_module *module, void *settings) {
    for (const struct kam_param *param = module->params; param && param->name; param++) {
        if (param->use != KAM_PARAM_SETTING) continue;
        char *where = (char *)settings + param->where;
        struct kam_value v = value_of(p, param);
        switch (param->type) {
        case KAM_PARAM_INT: *(int64_t *)(void *)where = v.n; break;
        case KAM_PARAM_FLAG: *(bool *)(void *)where = v.n != 0; break;
        case KAM_PARAM_TEXT: *(struct span *)(void *)where = v.s; break;
        case KAM_PARAM_AVP: *(const struct cfg_pv **)(void *)where = avp_of(p, param); break;
        }
    }
}

static bool is_of(const struct kam_module *module, const struct kam_param *param) {
    for (const struct kam_param *p = module->params; p && p->name; p++)
        if (p == param) return true;
    return false;
}

struct source_pos kam_program_param_at(const struct kam_program *p, const struct kam_module *module,
                                       const char *param) {
    for (const struct program_param *set = p->params; set; set = set->next)
        if (strcmp(set->param->name, param) == 0 && is_of(module, set->param)) return set->at;
    return (struct source_pos){0};
}

static const struct program_param *nth(const struct kam_program *p, const struct kam_module *module,
                                       const char *param, size_t n) {
    size_t count = 0; /* of those that come later: the newest stands first */
    for (const struct program_param *set = p->params; set; set = set->next)
        count += strcmp(set->param->name, param) == 0 && is_of(module, set->param);
    for (const struct program_param *set = p->params; set; set = set->next)
        if (strcmp(set->param->name, param) == 0 && is_of(module, set->param) && --count == n) return set;
    return NULL;
}

bool kam_program_value(const struct kam_program *p, const struct kam_module *module, const char *param,
                       size_t n, struct kam_value *out) {
    const struct program_param *set = nth(p, module, param, n);
    if (set) *out = set->value;
    return set != NULL;
}

struct source_pos kam_program_value_at(const struct kam_program *p, const struct kam_module *module,
                                       const char *param, size_t n) {
    const struct program_param *set = nth(p, module, param, n);
    return set ? set->at : (struct source_pos){0};
}

bool kam_program_value_right(const struct kam_program *p, const struct kam_module *module, const char *param,
                             size_t n, const char *why, struct diag *diag) {
    if (why)
        diag_error(diag, kam_program_value_at(p, module, param, n), "%s.%s: %s", module->name, param, why);
    return !why;
}

/* What a block is found by in the table. */
static struct span route_key(struct buf *key, enum kam_route_kind kind, struct span name) {
    buf_reset(key);
    buf_add_char(key, (char)('0' + kind));
    buf_add(key, name);
    return buf_span(key);
}

struct kam_route *program_add_route(struct kam_program *p, enum kam_route_kind kind, struct span name,
                                    struct source_pos at) {
    struct buf key = {0};
    struct kam_route *r = arena_new(&p->arena, sizeof *r);
    *r = (struct kam_route){.kind = kind, .name = name, .at = at};
    r->key = arena_text(&p->arena, route_key(&key, kind, name));
    HASH_ADD_KEYPTR(hh, p->route_table, r->key.p, r->key.len, r);
    if (kind != KAM_ANY_ROUTE) p->route_kinds |= kind;
    *p->routes_end = r;
    p->routes_end = &r->next;
    buf_free(&key);
    return r;
}

struct kam_route *program_find_route(const struct kam_program *p, enum kam_route_kind kind,
                                     struct span name) {
    struct buf buf = {0};
    struct kam_route *found;
    /* Each message asks for blocks that few programs have. */
    if (kind != KAM_ANY_ROUTE && !(p->route_kinds & kind)) return NULL;
    struct span key = route_key(&buf, kind, name);
    HASH_FIND(hh, p->route_table, key.p, key.len, found);
    buf_free(&buf);
    return found;
}

const struct kam_route *kam_program_route(const struct kam_program *p, enum kam_route_kind kind,
                                          struct span name) {
    return program_find_route(p, kind, name);
}

bool kam_program_has_kinds(const struct kam_program *p, unsigned kinds) { return p->route_kinds & kinds; }

ptrdiff_t program_find_number(const struct program_name *names, struct span name) {
    const struct program_name *found;
    HASH_FIND(hh, names, name.p, name.len, found);
    return found ? (ptrdiff_t)found->number : -1;
}

size_t program_number(struct kam_program *p, struct program_name **names, struct span name) {
    ptrdiff_t known = program_find_number(*names, name);
    if (known >= 0) return (size_t)known;
    struct program_name *n = arena_new(&p->arena, sizeof *n);
    n->name = arena_text(&p->arena, name);
    n->number = HASH_COUNT(*names);
    HASH_ADD_KEYPTR(hh, *names, n->name.p, n->name.len, n);
    return n->number;
}

const struct program_setting *program_find_setting(const struct kam_program *p, struct span group,
                                                   struct span name) {
    for (const struct program_setting *s = p->settings; s; s = s->next)
        if (span_eq(s->group, group) && span_eq(s->name, name)) return s;
    return NULL;
}

void program_force(struct kam_program *p, struct span socket, struct source_pos at) {
    struct kam_forced *f = arena_new(&p->arena, sizeof *f);
    *f = (struct kam_forced){p->globals.forced, arena_text(&p->arena, socket), at};
    p->globals.forced = f;
}

bool program_add_flag(struct kam_program *p, struct span name, int64_t number) {
    uint32_t taken = 0;
    for (const struct program_name *n = p->flags; n; n = n->hh.next)
        taken |= UINT32_C(1) << n->number;
    while (number < 0 && taken & 1)
        taken >>= 1, number--;
    if (number < 0) number = -1 - number;
    if (number > 31 || program_find_number(p->flags, name) >= 0) return false;
    struct program_name *n = arena_new(&p->arena, sizeof *n);
    n->name = arena_text(&p->arena, name);
    n->number = (size_t)number;
    HASH_ADD_KEYPTR(hh, p->flags, n->name.p, n->name.len, n);
    return true;
}

static bool stop(struct kam_script_state *state, const struct program_stop *s) {
    if (s->why) event_queue_stop(state->queue, s->at, s->why);
    return s->why != NULL;
}

bool kam_program_stops_message(struct kam_script_state *state) {
    return stop(state, &state->program->on_message);
}

bool kam_program_stops_dialog(struct kam_script_state *state) {
    return stop(state, &state->program->on_dialog);
}

bool kam_program_asks_values(const struct kam_program *p) { return p->asked_texts.len > 0; }

bool kam_program_stops_value(struct kam_script_state *state, struct span value) {
    const struct kam_program *p = state->program;
    for (struct span left = p->asked_texts; left.len;)
        if (span_search_nocase(value, span_cut(&left, ' ')) >= 0) return stop(state, &p->on_asked);
    return false;
}

struct regex *program_regex(struct kam_program *p, struct span pattern, bool icase, const char **why) {
    return program_regex_flags(p, pattern, icase ? REGEX_ICASE : 0, why);
}

struct regex *program_regex_flags(struct kam_program *p, struct span pattern, unsigned flags,
                                  const char **why) {
    struct regex *regex = regex_new(pattern, flags, why, NULL);
    if (!regex) return NULL;
    struct program_regex *r = arena_new(&p->arena, sizeof *r);
    *r = (struct program_regex){p->regexes, regex};
    p->regexes = r;
    return regex;
}
