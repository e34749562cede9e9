/* SPDX-License-Identifier: MIT */
/* Pseudo-variables where the file names them: they must be known, and their modules loaded. */
#include "model/kamailio/cfg/pv.h"

#include <stdio.h>

/* What Kamailio's core and the modules here have besides. */
static const char *const not_simulated[] = {
    "_s",        "aa",          "ad",      "adu",    "ai",   "ar",     "AU",   "Au",        "aU",
    "au",        "bF",          "bR",      "branch", "bs",   "C",      "ccp",  "conid",     "csb",
    "def",       "di",          "dip",     "dir",    "dP",   "ds",     "env",  "err.class", "err.level",
    "err.rcode", "err.rreason", "expires", "fn",     "from", "fs",     "fsn",  "fti",       "hdrc",
    "hfl",       "lsock",       "mF",      "mi",     "msg",  "msgbuf", "mt",   "oP",        "pd",
    "pn",        "pp",          "prid",    "pU",     "pu",   "RAut",   "re",   "Rn",        "rn",
    "rP",        "rt",          "ruri",    "Rut",    "rv",   "sas",    "sel",  "shv",       "sid",
    "siz",       "snd",         "sndfrom", "sndto",  "stat", "su",     "sut",  "Tb",        "TF",
    "Tf",        "time",        "timef",   "tn",     "to",   "TS",     "Ts",   "TV",        "utimef",
    "version",   "via0",        "via1",    "vn",     "xavi", "xavp",   "xavu", NULL};

static bool is_listed(struct span name) {
    for (size_t i = 0; not_simulated[i]; i++)
        if (span_is(name, not_simulated[i])) return true;
    return false;
}

bool cfg_pv_exists(struct span text) {
    struct script_pv_parts parts;
    struct cfg_pv pv;
    if (!script_pv_cut(text, &parts)) return false;
    bool kept_here = span_is(parts.name, "var") || span_is(parts.name, "avp");
    return (kept_here && parts.argument.len) || is_listed(parts.name) ||
           (parts.name.p[0] != '_' && script_pv_look(parts.name, parts.argument, &pv));
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

static void unknown(struct cfg_parse *p, const struct script_pv_parts *parts, struct span text,
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
    struct script_pv_parts parts;
    struct cfg_pv pv = {0};
    if (!script_pv_cut(text, &parts)) {
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
    } else if (!script_pv_look(parts.name, parts.argument, &pv) || parts.name.p[0] == '_') {
        unknown(p, &parts, text, at);
        return NULL;
    }
    if (pv.kind == CFG_PV_TABLE && pv.pv->module && !kam_program_has_module(p->program, pv.pv->module)) {
        diag_error(p->diag, at, "unknown pseudo-variable " SPAN_FMT ": module \"%s\" is not loaded",
                   SPAN_ARG(text), pv.pv->module);
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
        size_t len = script_pv_len(text);
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
