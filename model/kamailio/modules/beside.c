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

bool kam_take_number(struct span *line, uint32_t *n) {
    size_t len = 0;
    uint32_t value = 0;
    for (; len < line->len && ascii_digit((unsigned char)line->p[len]); len++)
        value = value * 10 + (uint32_t)(line->p[len] - '0');
    *line = span_skip_space(span_skip(*line, len));
    if (len) *n = value;
    return len > 0;
}

struct span kam_take_word(struct span *line) {
    size_t len = 0;
    while (len < line->len && !ascii_space((unsigned char)line->p[len]))
        len++;
    struct span word = span_head(*line, len);
    *line = span_skip_space(span_skip(*line, len));
    return word;
}

const struct cfg_pv *kam_param_variable(struct kam_program *program, const struct kam_module *module,
                                        const char *param, struct span text, struct diag *diag, bool *good) {
    struct source_pos at = kam_program_param_at(program, module, param);
    struct script_pv_maker m = script_pv_maker_of(program, at);
    struct cfg_pv *pv = arena_new(&program->arena, sizeof *pv);
    if (text.len == 0) return NULL;
    struct span first = span_head(text, script_pv_len(text)); /* what stands behind it does not count */
    bool made = first.len && script_pv_make(&m, first, pv);
    bool writes = made && (pv->kind == CFG_PV_VAR || pv->kind == CFG_PV_AVP ||
                           (pv->kind == CFG_PV_TABLE && pv->pv->set));
    if (!writes) {
        diag_error(diag, at, "%s.%s must be a pseudo-variable that can be written, not \"" SPAN_FMT "\"",
                   module->name, param, SPAN_ARG(text));
        *good = false;
    }
    buf_free(&m.why);
    return writes ? pv : NULL;
}
