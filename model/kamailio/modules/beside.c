/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/beside.h"

#include "base/infile.h"
#include "model/kamailio/script/pv_name.h"

bool kam_beside(struct buf *path, const struct source *cfg, struct span name) {
    const char *why;
    struct buf content = {0};
    struct span last = name;
    for (ptrdiff_t slash = span_find(last, '/'); slash >= 0; slash = span_find(last, '/'))
        last = span_skip(last, (size_t)slash + 1);
    struct span tries[] = {name.len && *name.p == '/' ? last : name, name};
    bool found = false;
    for (size_t i = 0; i < 2 && name.len && !found; i++) {
        buf_reset(path);
        source_beside(path, cfg, tries[i]);
        buf_reset(&content);
        found = infile_read(&content, buf_text(path), SOURCE_MAX, &why);
    }
    buf_free(&content);
    return found;
}

const struct cfg_pv *kam_param_variable(struct kam_program *program, const struct kam_module *module,
                                        const char *param, struct span text, struct diag *diag, bool *good) {
    struct script_pv_maker m = {.program = program, .names = program, .arena = &program->arena};
    struct cfg_pv *pv = arena_new(&program->arena, sizeof *pv);
    if (text.len == 0) return NULL;
    bool made = script_pv_len(text) == text.len && script_pv_make(&m, text, pv);
    bool writes = made && (pv->kind == CFG_PV_VAR || pv->kind == CFG_PV_AVP ||
                           (pv->kind == CFG_PV_TABLE && pv->pv->set));
    if (!writes) {
        diag_error(diag, kam_program_param_at(program, module, param),
                   "%s.%s must be a pseudo-variable that can be written, not \"" SPAN_FMT "\"", module->name,
                   param, SPAN_ARG(text));
        *good = false;
    }
    buf_free(&m.why);
    return writes ? pv : NULL;
}
