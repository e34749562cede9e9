/* SPDX-License-Identifier: MIT */
/* loadmodule and modparam. (facts: Kamailio 11.2) */
#include "model/kamailio/cfg/limits.h"
#include "model/kamailio/cfg/parse.h"
#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/pv_name.h"

#include <stdio.h>

/* "/usr/lib/kamailio/modules/tm.so" -> tm */
static struct span module_name(struct span path) {
    for (size_t i = path.len; i-- > 0;) {
        if (path.p[i] != '/') continue;
        path = span_skip(path, i + 1);
        break;
    }
    if (path.len > 3 && span_is((struct span){path.p + path.len - 3, 3}, ".so")) path.len -= 3;
    return path;
}

/* Is the directory one of those that lead to Debian's modules? */
static bool leads_there(struct span directory) {
    static const char *const parts[] = {"usr", "lib", "kamailio", "modules"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_is(directory, parts[i])) return true;
    return span_search(directory, SPAN("-linux-gnu")) > 0;
}

/* The path without `//`, `.`, and `..` behind a directory that is there. */
static void add_path(struct buf *out, struct span path) {
    while (path.len) {
        struct span part = span_cut(&path, '/');
        size_t last = out->len;
        while (last > 0 && out->p[last - 1] != '/')
            last--;
        if (part.len == 0 || span_is(part, ".")) continue;
        if (span_is(part, "..") && leads_there(span_skip(buf_span(out), last)))
            out->len = last - 1;
        else
            buf_addf(out, "/" SPAN_FMT, SPAN_ARG(part));
    }
}

/* Where Debian's package has a module of that name: /usr/lib/x86_64-linux-gnu/kamailio/modules/tm.so */
static bool is_debians(struct span path, struct span name) {
    struct buf end = {0};
    buf_addf(&end, "kamailio/modules/" SPAN_FMT ".so", SPAN_ARG(name));
    path = span_skip(path, span_starts(path, "/usr/lib/") ? strlen("/usr/lib/") : path.len);
    struct span machine = span_cut(&path, '/');
    bool result = leads_there(machine) && span_eq(path, buf_span(&end));
    buf_free(&end);
    return result;
}

/* A file, or a name that is looked for in directories. */
static bool is_installed(struct span text, struct span name, struct span directories) {
    bool absolute = span_starts(text, "/"), found = false;
    struct buf path = {0};
    if (absolute) directories = SPAN("/");
    while (directories.len && !found) {
        struct span directory = span_cut(&directories, ':');
        buf_reset(&path);
        if (!span_starts(directory, "/")) continue;
        add_path(&path, directory);
        add_path(&path, text);
        if (span_find(text, '/') < 0 && !span_ends(text, SPAN(".so"))) buf_addf(&path, ".so");
        found = is_debians(buf_span(&path), name);
    }
    buf_free(&path);
    return found;
}

/* Of a directory without modules this is told once. */
static void look_for_module(struct cfg_parse *p, const struct cfg_token *t, struct span name) {
    static const char debians[] = "/usr/lib/x86_64-linux-gnu/kamailio/modules/";
    struct span directories = p->module_path.p ? p->module_path : span_of(debians);
    if (is_installed(t->text, name, directories)) return;
    if (span_find(t->text, '/') >= 0) {
        diag_error(p->diag, t->at, "there is no \"" SPAN_FMT "\": Debian has its modules in %s",
                   SPAN_ARG(t->text), debians);
    } else if (!p->module_path_told) {
        diag_error(p->diag, t->at,
                   "there is no module \"" SPAN_FMT "\" in \"" SPAN_FMT "\": Debian has its modules in %s",
                   SPAN_ARG(name), SPAN_ARG(directories), debians);
        p->module_path_told = true;
    }
}

static void note_load(struct cfg_parse *p, struct span name, struct source_pos at) {
    struct program_load **end = &p->program->loads;
    while (*end)
        end = &(*end)->next;
    *end = arena_new(&p->program->arena, sizeof **end);
    **end = (struct program_load){.name = arena_text(&p->program->arena, name), .at = at};
}

bool cfg_loadmodule_parse(struct cfg_parse *p) {
    cfg_get(p);
    if (p->t->kind != CFG_TOKEN_STRING) return cfg_expected(p, "the module's name, a string");
    const struct cfg_token *t = cfg_get(p);
    struct span name = module_name(t->text);
    size_t m = program_module(name);
    if (m && p->program->loaded[m]) {
        diag_error(p->diag, t->at, "module \"%s\" is already loaded", kam_modules[m]->name);
        return false;
    }
    if (m || kam_names_module(name)) look_for_module(p, t, name);
    if (m) {
        note_load(p, name, t->at);
        return p->program->loaded[m] = true;
    }
    if (kam_names_module(name)) {
        if (program_missing_load(p->program, name, t->at)) {
            note_load(p, name, t->at);
            return true;
        }
        diag_error(p->diag, t->at, "module \"" SPAN_FMT "\" is already loaded", SPAN_ARG(name));
        return false;
    }
    const char *names[256] = {0};
    for (size_t i = 1; kam_modules[i] && i < 256; i++)
        names[i - 1] = kam_modules[i]->name;
    char hint[CFG_HINT_MAX];
    diag_error(p->diag, t->at, "there is no module \"" SPAN_FMT "\"%s", SPAN_ARG(name),
               cfg_hint(name, names, hint));
    return false;
}

static const struct kam_param *find_param(const struct kam_module *m, struct span name) {
    for (const struct kam_param *param = m->params; param && param->name; param++)
        if (span_is(name, param->name)) return param;
    return NULL;
}

static void unknown_param(const struct kam_module *m, struct span name, struct source_pos at,
                          struct diag *diag) {
    const char *names[200] = {0};
    size_t n = 0;
    for (const struct kam_param *param = m->params; param && param->name && n < 199; param++)
        names[n++] = param->name;
    char hint[CFG_HINT_MAX];
    diag_error(diag, at, "module \"%s\" has no parameter \"" SPAN_FMT "\"%s", m->name, SPAN_ARG(name),
               cfg_hint(name, names, hint));
}

static bool is_default(const struct kam_param *param, struct kam_value value) {
    if (value.type == KAM_INT) return value.n == param->default_n;
    return param->default_s ? span_is(value.s, param->default_s) : value.s.len == 0;
}

/* Type, whether Kamailio takes it, and whether the simulation knows what to do with it. */
static bool check_value(const struct kam_module *m, const struct kam_param *param, struct kam_value value,
                        struct source_pos at, struct diag *diag) {
    if (!cfg_limit_check(span_of(m->name), span_of(param->name), value, at, diag)) return false;
    if (param->type == KAM_PARAM_FLAG) value.n = value.n != 0;
    bool is_number = param->type != KAM_PARAM_TEXT && param->type != KAM_PARAM_AVP;
    if (is_number != (value.type == KAM_INT)) {
        diag_error(diag, at, "%s.%s must be %s", m->name, param->name, is_number ? "a number" : "a string");
        return false;
    }
    if (param->type == KAM_PARAM_INT && param->use != KAM_PARAM_NO_EFFECT &&
        (value.n < param->min_n || value.n > param->max_n)) {
        diag_error(diag, at, "%s.%s=%lld is not simulated, only %lld to %lld", m->name, param->name,
                   (long long)value.n, (long long)param->min_n, (long long)param->max_n);
        return false;
    }
    if (param->use != KAM_PARAM_NOT_SIMULATED || is_default(param, value)) return true;
    diag_error(diag, at, "%s.%s is simulated only with its default value", m->name, param->name);
    return false;
}

/* A run that calls a function of the module stops. */
static void stop_functions(struct kam_program *program, const struct kam_module *m,
                           const struct kam_param *param, struct source_pos at, struct diag *diag) {
    struct buf text = {0};
    diag_warning(
        diag, at,
        "%s.%s is simulated only with its default value: a run that calls a function of module \"%s\" stops",
        m->name, param->name, m->name);
    buf_addf(&text,
             "%s.%s is simulated only with its default value, and the run has reached a function of it",
             m->name, param->name);
    buf_add_char(&text, '\0');
    program->stops[program_module(span_of(m->name))] = arena_text(&program->arena, buf_span(&text)).p;
    buf_free(&text);
}

/* "$avp(name)", ready to be used; NULL after an error. */
static const struct cfg_pv *make_avp(struct kam_program *program, const struct kam_module *m,
                                     const struct kam_param *param, struct span text, struct source_pos at,
                                     struct diag *diag) {
    struct script_pv_maker maker = script_pv_maker_of(program, at);
    struct cfg_pv *pv = arena_new(&program->arena, sizeof *pv);
    text.len = script_pv_len(text); /* Kamailio does not look at what stands behind it */
    bool good = text.len > 0 && script_pv_make(&maker, text, pv) && pv->kind == CFG_PV_AVP;
    buf_free(&maker.why);
    if (good) return pv;
    diag_error(diag, at, "%s.%s is simulated only with an AVP, such as $avp(name)", m->name, param->name);
    return NULL;
}

static void store(struct kam_program *program, const struct kam_param *param, struct kam_value value,
                  const struct cfg_pv *avp, struct source_pos at) {
    struct program_param *set = program->params;
    while (set && (set->param != param || param->use == KAM_PARAM_EACH))
        set = set->next;
    if (!set) {
        set = arena_new(&program->arena, sizeof *set);
        *set = (struct program_param){.next = program->params, .param = param};
        program->params = set;
    }
    if (value.type == KAM_STR) value.s = arena_text(&program->arena, value.s);
    set->value = value;
    set->at = at;
    set->avp = avp;
}

/* A parameter that is known by its name. False after an error; *idle: it has no effect on the wire. */
static bool check_name(struct span module, struct span name, struct kam_value value, struct source_pos at,
                       struct diag *diag, bool *idle) {
    const char *wants = kam_names_wants(module, name, value.type == KAM_INT);
    *idle = kam_names_idle_parameter(module, name);
    if (wants)
        diag_error(diag, at, SPAN_FMT "." SPAN_FMT " must be %s", SPAN_ARG(module), SPAN_ARG(name), wants);
    return !wants && cfg_limit_check(module, name, value, at, diag);
}

/* The first argument of modparam is a regular expression over the names of the loaded modules: "tm|rr". */
static bool set_matching(struct kam_program *program, struct regex *modules, struct span name,
                         struct kam_value value, struct source_pos at, struct diag *diag, bool *any) {
    bool good = true;
    for (size_t i = 1; kam_modules[i]; i++) {
        const struct kam_module *m = kam_modules[i];
        if (!program->loaded[i] || regex_find(modules, span_of(m->name), false, NULL, 0, NULL) != REGEX_YES)
            continue;
        *any = true;
        const struct kam_param *param = find_param(m, name);
        if (!param && kam_names_has(span_of(m->name), KAM_NAME_PARAMETER, name)) {
            bool idle;
            if (!check_name(span_of(m->name), name, value, at, diag, &idle))
                good = false;
            else if (!idle)
                program_missing_parameter(program, span_of(m->name), name, value, at);
            continue;
        }
        if (!param) unknown_param(m, name, at, diag);
        const struct cfg_pv *avp = NULL;
        bool fits = param && check_value(m, param, value, at, diag);
        if (fits && param->type == KAM_PARAM_AVP && value.s.len)
            fits = (avp = make_avp(program, m, param, value.s, at, diag)) != NULL;
        if (fits)
            store(program, param, value, avp, at);
        else
            good = false;
        if (fits && param->use == KAM_PARAM_STOPS && !is_default(param, value))
            stop_functions(program, m, param, at, diag);
    }
    return good;
}

/* The same for modules that are not simulated: only the names count. */
static bool note_matching(struct kam_program *program, struct regex *modules, struct span name,
                          struct kam_value value, struct source_pos at, struct diag *diag, bool *any) {
    for (const struct program_missing *m = program->missing; m; m = m->next) {
        if (!m->whole || regex_find(modules, m->module, false, NULL, 0, NULL) != REGEX_YES) continue;
        *any = true;
        if (!kam_names_has(m->module, KAM_NAME_PARAMETER, name)) {
            diag_error(diag, at, "module \"" SPAN_FMT "\" has no parameter \"" SPAN_FMT "\"",
                       SPAN_ARG(m->module), SPAN_ARG(name));
            return false;
        }
        bool idle;
        if (!check_name(m->module, name, value, at, diag, &idle)) return false;
        if (!idle) program_missing_parameter(program, m->module, name, value, at);
    }
    return true;
}

static void note_set(struct kam_program *program, struct regex *modules, struct span name,
                     struct kam_value value, struct source_pos at) {
    for (struct program_load *l = program->loads; l; l = l->next) {
        if (regex_find(modules, l->name, false, NULL, 0, NULL) != REGEX_YES) continue;
        struct program_set *set = arena_new(&program->arena, sizeof *set);
        *set = (struct program_set){
            .next = l->sets, .name = arena_text(&program->arena, name), .value = value, .at = at};
        if (value.type == KAM_STR) set->value.s = arena_text(&program->arena, value.s);
        l->sets = set;
    }
}

bool cfg_modparam_set(struct kam_program *program, struct span module, struct span name,
                      struct kam_value value, struct source_pos at, struct diag *diag) {
    program->has_modparam = true;
    struct buf pattern = {0};
    const char *why;
    buf_addf(&pattern, "^(" SPAN_FMT ")$", SPAN_ARG(module));
    struct regex *modules = regex_new(buf_span(&pattern), REGEX_ICASE, &why, NULL);
    buf_free(&pattern);
    if (!modules) {
        cfg_regex_error(module, why, at, diag);
        return false;
    }
    bool any = false;
    bool good = set_matching(program, modules, name, value, at, diag, &any) &&
                note_matching(program, modules, name, value, at, diag, &any);
    if (any) note_set(program, modules, name, value, at);
    regex_free(modules);
    if (any) return good;
    const char *names[64] = {0};
    char hint[CFG_HINT_MAX];
    for (size_t i = 1, n = 0; kam_modules[i] && n < 63; i++)
        if (program->loaded[i]) names[n++] = kam_modules[i]->name;
    diag_error(diag, at, "module \"" SPAN_FMT "\" is not loaded%s", SPAN_ARG(module),
               cfg_hint(module, names, hint));
    return false;
}

/* modparam("module", "name", value), or modparamx, in which variables may stand */
bool cfg_modparam_parse(struct cfg_parse *p) {
    const struct cfg_token *word = cfg_get(p), *text[2];
    if (!cfg_expect(p, "(")) return false;
    for (int i = 0; i < 2; i++) {
        if (p->t->kind != CFG_TOKEN_STRING)
            return cfg_expected(p, i == 0 ? "the module's name, a string" : "the parameter's name, a string");
        text[i] = cfg_get(p);
        if (!cfg_expect(p, ",")) return false;
    }
    struct kam_value value = {.type = KAM_STR, .s = p->t->text};
    bool negative = cfg_take(p, "-");
    if (p->t->kind == CFG_TOKEN_NUMBER)
        value = (struct kam_value){.type = KAM_INT, .n = negative ? (int32_t) - (uint32_t)p->t->n : p->t->n};
    else if (p->t->kind != CFG_TOKEN_STRING || negative)
        return cfg_expected(p, "a number or string");
    cfg_get(p);
    if (!cfg_expect(p, ")")) return false;
    if (span_is(word->text, "modparamx") && value.type == KAM_STR && span_find(value.s, '$') >= 0) {
        diag_error(p->diag, word->at, "modparamx with variables is not simulated");
        return false;
    }
    return cfg_modparam_set(p->program, text[0]->text, text[1]->text, value, word->at, p->diag);
}
