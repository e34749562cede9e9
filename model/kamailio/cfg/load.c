/* SPDX-License-Identifier: MIT */
/* kamailio.cfg to a program: parse, apply what scenario.yaml adds, and find the routes that are named. */
#include "model/kamailio/cfg/cfg.h"
#include "model/kamailio/cfg/limits.h"
#include "model/kamailio/cfg/needs.h"
#include "model/kamailio/cfg/parse.h"
#include "model/kamailio/cfg/reserved.h"
#include "model/kamailio/script/missing.h"

/* Where a route("NAME") is not there, Kamailio refuses to start; t_on_failure("NAME") it accepts. */
static void find_route(struct kam_program *program, const struct cfg_route_ref *ref, struct diag *diag) {
    const char *names[256] = {0};
    size_t n = 0;
    const struct kam_route *found = program_find_route(program, ref->kind, ref->name);
    *ref->out = found;
    if (found || diag->errors > DIAG_MAX || diag->warnings > DIAG_MAX) return;
    for (struct kam_route *r = program->routes; r && n < 255; r = r->next)
        if (r->kind == ref->kind && r->name.len) names[n++] = r->name.p; /* arena texts end with a NUL */
    char hint[CFG_HINT_MAX];
    cfg_hint(ref->name, names, hint);
    if (ref->must_exist)
        diag_error(diag, ref->at, "route not found: " SPAN_FMT "%s", SPAN_ARG(ref->name), hint);
    else
        diag_warning(diag, ref->at, "there is no %s[" SPAN_FMT "]: nothing will run%s", ref->word,
                     SPAN_ARG(ref->name), hint);
}

static void apply_modparams(struct kam_program *program, const struct kam_modparam *extra, size_t count,
                            struct diag *diag) {
    for (size_t i = 0; i < count; i++) {
        const struct kam_modparam *m = &extra[i];
        struct kam_value value = {.type = KAM_STR, .s = span_of(m->value)};
        if (m->is_number) {
            bool negative = m->value[0] == '-';
            uint64_t n;
            if (!span_to_u64(span_of(m->value + negative), INT32_MAX, &n)) {
                diag_error(diag, m->at, "\"%s\" is no number", m->value);
                continue;
            }
            value = (struct kam_value){.type = KAM_INT, .n = negative ? -(int64_t)n : (int64_t)n};
        }
        cfg_modparam_set(program, span_of(m->module), span_of(m->name), value, m->at, diag);
    }
}

static void add_environment(struct kam_program *program, const struct kam_additions *more) {
    for (size_t i = 0; i < more->environment_count; i++) {
        struct program_define *d = arena_new(&program->arena, sizeof *d);
        *d = (struct program_define){.next = program->environment,
                                     .name = span_of(more->environment[i].name),
                                     .value = span_of(more->environment[i].value)};
        program->environment = d;
    }
}

/* What is passed over is told each time: the capture lacks what it would do. */
static void tell_skips(const struct kam_program *program, const struct kam_additions *more,
                       struct diag *diag) {
    for (const struct kam_define *d = more->skips; d < more->skips + more->skip_count; d++) {
        bool simulated = false, core = false;
        for (size_t i = 0; kam_modules[i]; i++)
            for (const struct kam_function *f = kam_modules[i]->functions; f && f->name; f++)
                if (strcmp(f->name, d->name) == 0)
                    simulated = simulated || (f->call && !f->partly), core = core || i == 0;
        bool known = core || cfg_reserved(span_of(d->name)) ||
                     kam_names_owner(program, KAM_NAME_FUNCTION, span_of(d->name)).len;
        if (simulated)
            diag_error(diag, d->at, "skip: %s() is simulated", d->name);
        else if (!known)
            diag_error(diag, d->at, "skip: Kamailio has no function %s()", d->name);
        else
            diag_warning(diag, d->at,
                         "%s() is passed over, and returns %s: what it does in a real lab is missing",
                         d->name, d->value);
    }
}

struct kam_program *kam_program_load(const struct source *cfg, struct source_set *set,
                                     const struct kam_additions *more, struct diag *diag) {
    static const struct kam_additions nothing;
    if (!more) more = &nothing;
    struct kam_program *program = program_new();
    program->hosts = more->hosts;
    program->host_count = more->host_count;
    add_environment(program, more);
    unsigned errors = diag->errors;
    struct cfg_route_ref *refs = cfg_parse_file(program, cfg, set, more, diag);
    for (; refs; refs = refs->next)
        find_route(program, refs, diag);
    if (diag->errors == errors) cfg_needs_check(program, diag);
    tell_skips(program, more, diag);
    apply_modparams(program, more->modparams, more->modparam_count, diag);
    if (diag->errors == errors) cfg_limits_end(program, diag);
    if (diag->errors == errors) cfg_needs_parameters(program, diag);
    program_missing_tell(program, diag);
    for (size_t i = 0; kam_modules[i] && diag->errors == errors; i++)
        if (program->loaded[i] && kam_modules[i]->load) kam_modules[i]->load(program, cfg, set, diag);
    if (diag->errors == errors) program_missing_tell(program, diag); /* what parameters have named */
    if (diag->errors == errors) return program;
    kam_program_free(program);
    return NULL;
}
