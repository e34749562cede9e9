/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/words.h"

#include "model/kamailio/cfg/cfg.h"
#include "model/kamailio/cfg/reserved.h"
#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/transform.h"

static void write_transformations(struct buf *out) {
    for (size_t t = 0; script_transform_tables[t]; t++)
        for (const struct transform_row *row = script_transform_tables[t]; row->name; row++)
            word_write(out, "transformation", row->apply ? WORD_SIMULATED : WORD_NOT_SIMULATED, "{%s}",
                       row->name);
}

static void write_variables(struct buf *out, const char *part, const struct kam_pv *pv) {
    for (; pv && pv->name; pv++)
        word_write(out, part, pv->get ? WORD_SIMULATED : WORD_NOT_SIMULATED, "$%s", pv->name);
}

/* Is the function simulated with that number of arguments? * is any. */
static bool takes(const struct kam_module *m, struct span name, struct span count) {
    uint64_t n = 0;
    bool any = !span_to_u64(count, UINT32_MAX, &n);
    for (const struct kam_function *f = m ? m->functions : NULL; f && f->name; f++)
        if (span_is(name, f->name) && (any || (n >= f->min_args && n <= f->max_args))) return true;
    return false;
}

/* "t_relay/0/2": the name once if all its numbers of arguments are alike, else each with its own. */
static void write_function(struct buf *out, const char *part, const struct kam_module *m, struct span word) {
    struct span name = span_cut(&word, '/'), counts = word, left = counts;
    size_t all = 0, simulated = 0;
    struct span count;
    while (left.len) {
        count = span_cut(&left, '/');
        all++;
        simulated += takes(m, name, count);
    }
    if (simulated == 0 || simulated == all) {
        word_write(out, part, simulated ? WORD_SIMULATED : WORD_NOT_SIMULATED, SPAN_FMT "()", SPAN_ARG(name));
        return;
    }
    for (left = counts; left.len;) {
        count = span_cut(&left, '/');
        word_write(out, part, takes(m, name, count) ? WORD_SIMULATED : WORD_NOT_SIMULATED,
                   SPAN_FMT "() with " SPAN_FMT, SPAN_ARG(name), SPAN_ARG(count));
    }
}

static enum word_state param_state(const struct kam_module *m, struct span module, struct span name) {
    for (const struct kam_param *p = m ? m->params : NULL; p && p->name; p++) {
        if (!span_is(name, p->name)) continue;
        if (p->use == KAM_PARAM_NO_EFFECT) return WORD_NO_EFFECT;
        return p->use == KAM_PARAM_NOT_SIMULATED || p->use == KAM_PARAM_STOPS ? WORD_NOT_SIMULATED
                                                                              : WORD_SIMULATED;
    }
    return kam_names_idle_parameter(module, name) ? WORD_NO_EFFECT : WORD_NOT_SIMULATED;
}

static enum word_state variable_state(const struct kam_module *m, struct span name) {
    for (const struct kam_pv *pv = m ? m->pvs : NULL; pv && pv->name; pv++)
        if (span_is(name, pv->name) && pv->get) return WORD_SIMULATED;
    return WORD_NOT_SIMULATED;
}

static void write_line(struct buf *out, struct span module, enum kam_name_kind kind, struct span words) {
    static const char *const kinds[] = {"function", "parameter", "variable"};
    size_t number = program_module(module);
    const struct kam_module *m = number ? kam_modules[number] : NULL;
    /* the variables of core and pv stand in tables of their own */
    if (kind == KAM_NAME_VARIABLE && span_is(module, "pv")) return;
    struct buf part = {0};
    buf_addf(&part, "module " SPAN_FMT " %s", SPAN_ARG(module), kinds[kind]);
    while (words.len) {
        struct span word = span_cut(&words, ' ');
        if (kind == KAM_NAME_FUNCTION)
            write_function(out, buf_text(&part), m, word);
        else
            word_write(out, buf_text(&part),
                       kind == KAM_NAME_PARAMETER ? param_state(m, module, word) : variable_state(m, word),
                       "%s" SPAN_FMT, kind == KAM_NAME_VARIABLE ? "$" : "", SPAN_ARG(word));
    }
    buf_free(&part);
}

void kam_words_write(struct buf *out) {
    cfg_lex_words(out);
    cfg_global_words(out);
    cfg_parse_words(out);
    for (size_t i = 0; cfg_statement_words[i]; i++)
        word_write(out, "statement", WORD_SIMULATED, "%s", cfg_statement_words[i]);
    cfg_test_words(out);
    cfg_call_words(out);
    for (size_t t = 0; kam_pv_tables[t]; t++)
        write_variables(out, "pseudo-variable", kam_pv_tables[t]);
    write_transformations(out);
    kam_names_each(write_line, out);
}
