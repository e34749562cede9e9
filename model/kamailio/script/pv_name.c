/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/pv_name.h"

/* The characters of a name; not of an argument. */
static bool name_char(char c) { return ascii_alnum((unsigned char)c) || c == '_' || c == '.' || c == '?'; }

/* The ) that closes the ( before text, or -1. */
static ptrdiff_t closing(struct span text) {
    unsigned depth = 1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '(') depth++;
        if (text.p[i] == ')' && --depth == 0) return (ptrdiff_t)i;
    }
    return -1;
}

size_t script_pv_len(struct span text) {
    if (text.len < 2 || text.p[0] != '$') return 0;
    if (text.p[1] == '$') return 2;
    size_t i = 1;
    while (i < text.len && name_char(text.p[i]))
        i++;
    if (i < text.len && text.p[i] == '(') {
        ptrdiff_t end = closing(span_skip(text, i + 1));
        return end < 0 ? 0 : i + 1 + (size_t)end + 1;
    }
    return i > 1 ? i : 0;
}

bool script_pv_cut(struct span text, struct script_pv_parts *out) {
    *out = (struct script_pv_parts){0};
    bool wrapped = text.len > 3 && text.p[1] == '(';
    struct span body = wrapped ? (struct span){text.p + 2, text.len - 3} : span_skip(text, 1);
    if (span_is(body, "$")) {
        out->name = body;
        return true;
    }
    size_t i = 0;
    while (i < body.len && name_char(body.p[i]))
        i++;
    out->name = span_head(body, i);
    body = span_skip(body, i);
    if (body.len && body.p[0] == '(') {
        ptrdiff_t end = closing(span_skip(body, 1));
        if (end <= 0) return false; /* open, or empty */
        out->argument = (struct span){body.p + 1, (size_t)end};
        body = span_skip(body, (size_t)end + 2);
    }
    out->rest = body;
    return out->name.len > 0 && (body.len == 0 || (wrapped && (body.p[0] == '[' || body.p[0] == '{')));
}

static const struct {
    const char *name;
    int kind;
} kept[] = {{"rc", CFG_PV_RETCODE},
            {"retcode", CFG_PV_RETCODE},
            {"?", CFG_PV_RETCODE},
            {"null", CFG_PV_NULL},
            {"$", CFG_PV_DOLLAR}};

bool script_pv_look(struct span name, struct span argument, struct cfg_pv *out) {
    *out = (struct cfg_pv){0};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (!span_is(name, kept[i].name) || argument.p) continue;
        out->kind = kept[i].kind;
        return true;
    }
    for (const struct kam_pv *pv = kam_pvs; pv->name; pv++) {
        if (!span_is(name, pv->name) || pv->has_argument != (argument.p != NULL)) continue;
        *out = (struct cfg_pv){.kind = CFG_PV_TABLE, .pv = pv, .argument = argument};
        return true;
    }
    return false;
}

bool script_pv_run_time(const struct kam_program *program, struct span text, struct cfg_pv *out) {
    struct script_pv_parts parts;
    if (!script_pv_cut(text, &parts) || parts.rest.len > 0 || parts.name.p[0] == '_') return false;
    bool var = span_is(parts.name, "var"), avp = span_is(parts.name, "avp");
    if (!parts.argument.len || (!var && !avp)) return script_pv_look(parts.name, parts.argument, out);
    if (avp && span_starts(parts.argument, "s:")) parts.argument = span_skip(parts.argument, 2);
    ptrdiff_t number = program_find_number(var ? program->vars : program->avps, parts.argument);
    *out = (struct cfg_pv){.kind = number < 0 ? CFG_PV_NULL : var ? CFG_PV_VAR : CFG_PV_AVP};
    if (number >= 0) out->number = (size_t)number;
    return true;
}
