/* SPDX-License-Identifier: MIT */
/* Pseudo-variables as they are written: $ru, $var(x), $(ru), and inside formats. (facts: Kamailio 11.1, 11.6)
 */
#include "model/kamailio/cfg/pv.h"

#include <stdio.h>

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

size_t cfg_pv_len(struct span text) {
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

bool cfg_pv_cut(struct span text, struct cfg_pv_parts *out) {
    *out = (struct cfg_pv_parts){0};
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

bool cfg_pv_look(struct span name, struct span argument, struct cfg_pv *out) {
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

/* What Kamailio's core and the modules here have besides. */
static const char *const not_simulated[] = {
    "_s",        "aa",        "ad",          "adu",     "ai",      "ar",    "AU",   "Au",     "aU",
    "au",        "bF",        "bf",          "bR",      "branch",  "bs",    "C",    "ccp",    "conid",
    "csb",       "def",       "di",          "dip",     "dir",     "dP",    "ds",   "env",    "err.class",
    "err.level", "err.rcode", "err.rreason", "expires", "fn",      "from",  "fs",   "fsn",    "fti",
    "hdrc",      "hfl",       "lsock",       "mF",      "mf",      "mi",    "msg",  "msgbuf", "mt",
    "oP",        "pd",        "pn",          "pp",      "prid",    "pU",    "pu",   "RAut",   "re",
    "Rn",        "rn",        "rP",          "rt",      "ruri",    "Rut",   "rv",   "sas",    "sel",
    "shv",       "sid",       "siz",         "snd",     "sndfrom", "sndto", "stat", "su",     "sut",
    "Tb",        "TF",        "Tf",          "time",    "timef",   "tn",    "to",   "TS",     "Ts",
    "TV",        "utimef",    "version",     "via0",    "via1",    "vn",    "xavi", "xavp",   "xavu",
    NULL};

static bool is_listed(struct span name) {
    for (size_t i = 0; not_simulated[i]; i++)
        if (span_is(name, not_simulated[i])) return true;
    return false;
}

bool cfg_pv_exists(struct span text) {
    struct cfg_pv_parts parts;
    struct cfg_pv pv;
    if (!cfg_pv_cut(text, &parts)) return false;
    bool kept_here = span_is(parts.name, "var") || span_is(parts.name, "avp");
    return (kept_here && parts.argument.len) || is_listed(parts.name) ||
           (parts.name.p[0] != '_' && cfg_pv_look(parts.name, parts.argument, &pv));
}

/* $avp(s:name) and $avp(name) are one; $avp(i:5) and $avp($x) are not simulated. */
static bool avp_name(struct cfg_parse *p, struct span *name, struct source_pos at) {
    if (span_starts(*name, "s:"))
        *name = span_skip(*name, 2);
    else if (span_starts(*name, "i:") || name->p[0] == '$') {
        diag_error(p->diag, at, "$avp(" SPAN_FMT ") is not simulated: give the name itself", SPAN_ARG(*name));
        return false;
    }
    return true;
}

static void unknown(struct cfg_parse *p, const struct cfg_pv_parts *parts, struct span text,
                    struct source_pos at) {
    const char *names[256] = {"var", "avp", "rc", "retcode", "null"};
    size_t n = 5;
    for (const struct kam_pv *pv = kam_pvs; pv->name && n < 255; pv++)
        if (pv->name[0] != '_') names[n++] = pv->name;
    if (is_listed(parts->name)) {
        diag_error(p->diag, at, "the pseudo-variable " SPAN_FMT " is not simulated", SPAN_ARG(text));
        return;
    }
    const char *meant = diag_suggest(parts->name, names);
    bool known = meant && span_is(parts->name, meant);
    if (known && !parts->argument.p)
        diag_error(p->diag, at, "$%s needs an argument: $%s(...)", meant, meant);
    else if (known)
        diag_error(p->diag, at, "$%s takes no argument", meant);
    else if (meant)
        diag_error(p->diag, at, "unknown pseudo-variable " SPAN_FMT "; did you mean $%s?", SPAN_ARG(text),
                   meant);
    else
        diag_error(p->diag, at, "unknown pseudo-variable " SPAN_FMT, SPAN_ARG(text));
}

const struct cfg_pv *cfg_pv_find(struct cfg_parse *p, struct span text, struct source_pos at) {
    struct cfg_pv_parts parts;
    struct cfg_pv pv = {0};
    if (!cfg_pv_cut(text, &parts)) {
        diag_error(p->diag, at, "invalid pseudo-variable " SPAN_FMT, SPAN_ARG(text));
        return NULL;
    }
    if (parts.rest.len > 0) {
        diag_error(p->diag, at, "%s " SPAN_FMT " is not simulated",
                   parts.rest.p[0] == '{' ? "the transformation" : "the index", SPAN_ARG(parts.rest));
        return NULL;
    }
    if (span_is(parts.name, "var") && parts.argument.len) {
        pv.kind = CFG_PV_VAR;
        pv.number = program_number(p->program, &p->program->vars, parts.argument);
    } else if (span_is(parts.name, "avp") && parts.argument.len) {
        if (!avp_name(p, &parts.argument, at)) return NULL;
        pv.kind = CFG_PV_AVP;
        pv.number = program_number(p->program, &p->program->avps, parts.argument);
    } else if (!cfg_pv_look(parts.name, parts.argument, &pv) || parts.name.p[0] == '_') {
        unknown(p, &parts, text, at);
        return NULL;
    }
    if (pv.argument.p) pv.argument = arena_text(&p->program->arena, pv.argument);
    if (pv.kind != CFG_PV_RETCODE && !kam_program_has_module(p->program, "pv")) {
        diag_error(p->diag, at, "unknown pseudo-variable " SPAN_FMT ": module \"pv\" is not loaded",
                   SPAN_ARG(text));
        return NULL;
    }
    struct cfg_pv *found = cfg_new(p, sizeof *found);
    *found = pv;
    return found;
}

const struct cfg_piece *cfg_format_parse(struct cfg_parse *p, struct span text, struct source_pos at) {
    const struct cfg_piece *first = NULL, **end = &first;
    for (;;) {
        struct cfg_piece *piece = cfg_new(p, sizeof *piece);
        ptrdiff_t i = span_find(text, '$');
        *end = piece;
        end = &piece->next;
        piece->text = arena_text(&p->program->arena, i < 0 ? text : span_head(text, (size_t)i));
        if (i < 0) return first;
        text = span_skip(text, (size_t)i);
        size_t len = cfg_pv_len(text);
        if (len == 0) {
            diag_error(p->diag, at, "invalid pseudo-variable in the text at \"" SPAN_FMT "\"",
                       SPAN_ARG(span_head(text, 20)));
            return NULL;
        }
        piece->pv = cfg_pv_find(p, span_head(text, len), at);
        if (!piece->pv) return NULL;
        text = span_skip(text, len);
    }
}

bool cfg_pv_run_time(const struct kam_program *program, struct span text, struct cfg_pv *out) {
    struct cfg_pv_parts parts;
    if (!cfg_pv_cut(text, &parts) || parts.rest.len > 0 || parts.name.p[0] == '_') return false;
    bool var = span_is(parts.name, "var"), avp = span_is(parts.name, "avp");
    if (!parts.argument.len || (!var && !avp)) return cfg_pv_look(parts.name, parts.argument, out);
    if (avp && span_starts(parts.argument, "s:")) parts.argument = span_skip(parts.argument, 2);
    ptrdiff_t number = program_find_number(var ? program->vars : program->avps, parts.argument);
    *out = (struct cfg_pv){.kind = number < 0 ? CFG_PV_NULL : var ? CFG_PV_VAR : CFG_PV_AVP};
    if (number >= 0) out->number = (size_t)number;
    return true;
}
