/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/pv_name.h"

#include "base/diag.h"
#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/transform.h"

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

/* Those that the interpreter keeps itself. */
static const struct {
    const char *name;
    int kind;
} kept[] = {{"rc", CFG_PV_RETCODE},
            {"retcode", CFG_PV_RETCODE},
            {"?", CFG_PV_RETCODE},
            {"null", CFG_PV_NULL},
            {"$", CFG_PV_DOLLAR}};

/* What is $NAME(x)? 0: something else. */
static int named_kind(struct span name) {
    if (span_is(name, "var") || span_is(name, "vz")) return CFG_PV_VAR;
    return span_is(name, "avp") ? CFG_PV_AVP : span_is(name, "vn") ? CFG_PV_VAR_OR_NULL : 0;
}

static const struct kam_pv *in_table(const struct kam_pv *pv, struct span name) {
    for (; pv && pv->name; pv++)
        if (span_is(name, pv->name)) return pv;
    return NULL;
}

const struct kam_pv *script_pv_row(struct span name, const struct kam_module **module) {
    const struct kam_pv *found = NULL;
    if (module) *module = NULL;
    for (size_t i = 0; kam_pv_tables[i] && !found; i++)
        found = in_table(kam_pv_tables[i], name);
    for (size_t i = 0; kam_modules[i] && !found; i++) {
        found = in_table(kam_modules[i]->pvs, name);
        if (found && module) *module = kam_modules[i];
    }
    return found;
}

bool script_pv_known(struct span name) {
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (span_is(name, kept[i].name)) return true;
    return named_kind(name) || script_pv_row(name, NULL);
}

/* Why not. Always false. */
static bool wrong(struct script_pv_maker *m, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buf_reset(&m->why);
    buf_addv(&m->why, format, args);
    va_end(args);
    return false;
}

/* Kamailio has it, and siptwin has not. */
static bool make_missing(struct script_pv_maker *m, struct span owner, struct span name, struct cfg_pv *out) {
    struct buf called = {0};
    buf_addf(&called, "$" SPAN_FMT, SPAN_ARG(name));
    *out = (struct cfg_pv){
        .kind = CFG_PV_MISSING,
        .missing = m->names ? program_missing_reached(m->names, owner, m->at, "%s", buf_text(&called))
                            : program_missing_now(m->arena, owner, buf_text(&called))};
    buf_free(&called);
    return true;
}

/* No row has the name. */
static bool make_unknown(struct script_pv_maker *m, struct span name, struct span text, struct cfg_pv *out) {
    struct span owner = kam_names_owner(m->program, KAM_NAME_VARIABLE, name);
    if (owner.len && program_loads_name(m->program, owner)) return make_missing(m, owner, name, out);
    if (owner.len)
        return wrong(m, "unknown pseudo-variable " SPAN_FMT ": module \"" SPAN_FMT "\" is not loaded",
                     SPAN_ARG(text), SPAN_ARG(owner));
    const char *names[512] = {"var", "avp", "rc", "retcode", "null"};
    size_t n = 5;
    for (size_t t = 0; kam_pv_tables[t]; t++)
        for (const struct kam_pv *pv = kam_pv_tables[t]; pv->name && n < 511; pv++)
            if (pv->get) names[n++] = pv->name;
    const char *meant = diag_suggest(name, names);
    if (meant)
        return wrong(m, "unknown pseudo-variable " SPAN_FMT "; did you mean $%s?", SPAN_ARG(text), meant);
    return wrong(m, "unknown pseudo-variable " SPAN_FMT, SPAN_ARG(text));
}

static bool loaded(const struct script_pv_maker *m, const struct kam_module *module) {
    return kam_program_has_module(m->program, module ? module->name : "pv");
}

/* Is the argument one of the words? */
static bool among(struct span argument, const char *words) {
    for (struct span left = span_of(words); left.len;)
        if (span_eq_nocase(span_cut(&left, '|'), argument)) return true;
    return false;
}

static struct kam_value get_setting(struct kam_run *run, const struct kam_pv_at *at) {
    (void)run;
    return (struct kam_value){.type = KAM_STR, .s = at->argument};
}

/* $sel(cfg_get.GROUP.NAME). Nothing sets it while the program runs: what the file says is the value. */
static bool make_setting(struct script_pv_maker *m, struct span path, struct cfg_pv *out) {
    static const struct kam_pv setting = {"sel", KAM_PV_NAMED, get_setting, NULL, NULL, NULL};
    struct span left = path, group = span_cut(&left, '.'), name = span_trim(left);
    const struct program_setting *s = program_find_setting(m->program, group, name);
    if (s) {
        *out = (struct cfg_pv){.kind = CFG_PV_TABLE, .pv = &setting, .at = {.argument = s->text}};
        return true;
    }
    if (span_is(group, "core") || kam_names_module(group))
        return wrong(m, "$sel(cfg_get." SPAN_FMT ") is not simulated", SPAN_ARG(path));
    return wrong(m, "$sel(cfg_get." SPAN_FMT "): the file sets no variable of that name", SPAN_ARG(path));
}

/* A row of the tables, with the argument that it wants. */
static bool make_row(struct script_pv_maker *m, const struct script_pv_parts *parts, struct span text,
                     struct cfg_pv *out) {
    const struct kam_module *module;
    const struct kam_pv *pv = script_pv_row(parts->name, &module);
    if (!pv) return make_unknown(m, parts->name, text, out);
    for (size_t i = 0; !loaded(m, module) && kam_modules[i]; i++) { /* another one that has it, too */
        const struct kam_pv *other = in_table(kam_modules[i]->pvs, parts->name);
        if (other && loaded(m, kam_modules[i])) pv = other, module = kam_modules[i];
    }
    if (!loaded(m, module))
        return wrong(m, "unknown pseudo-variable " SPAN_FMT ": module \"%s\" is not loaded", SPAN_ARG(text),
                     module ? module->name : "pv");
    if (!pv->get) return make_missing(m, span_of(module ? module->name : "pv"), parts->name, out);
    bool needs = pv->shape != KAM_PV_PLAIN && pv->shape != KAM_PV_EITHER;
    if (needs && !parts->argument.p) return wrong(m, "$%s needs an argument: $%s(...)", pv->name, pv->name);
    if (pv->shape == KAM_PV_PLAIN && parts->argument.p) return wrong(m, "$%s takes no argument", pv->name);
    *out = (struct cfg_pv){.kind = CFG_PV_TABLE, .pv = pv};
    if (!parts->argument.p) return true;
    bool fixed = pv->shape == KAM_PV_RAW || pv->arguments || (pv->takes && !pv->takes(parts->argument)) ||
                 (pv->shape == KAM_PV_PATH && span_search(parts->argument, SPAN("[$")) < 0);
    if (!fixed && span_find(parts->argument, '$') >= 0)
        return (out->argument = script_pv_format(m, parts->argument));
    struct span argument = parts->argument;
    bool is_select = span_is(parts->name, "sel");
    if (is_select) argument = pv_select_plain(m->arena, argument);
    struct span select = span_skip(argument, span_starts(argument, "@"));
    if (is_select && span_starts(select, "cfg_get."))
        return make_setting(m, span_skip(select, strlen("cfg_get.")), out);
    bool fits = pv->arguments ? among(argument, pv->arguments) : !pv->takes || pv->takes(argument);
    bool at_start = span_starts(argument, "@"); /* Kamailio starts with any @a.b, also one that it has not */
    if (!fits && is_select && (at_start || pv_select_exists(select))) {
        struct buf name = {0};
        buf_addf(&name, "sel(" SPAN_FMT ")", SPAN_ARG(select));
        struct span missing = arena_text(m->arena, buf_span(&name));
        buf_free(&name);
        return make_missing(m, span_of(kam_modules[0]->name), missing, out);
    }
    if (!fits && span_is(parts->name, "stat")) return make_missing(m, span_of("pv"), span_skip(text, 1), out);
    if (!fits && pv->wants)
        return wrong(m, "$%s(" SPAN_FMT "): expected %s", pv->name, SPAN_ARG(parts->argument), pv->wants);
    if (!fits) return wrong(m, "$%s(" SPAN_FMT ") is not simulated", pv->name, SPAN_ARG(parts->argument));
    out->at.argument = arena_text(m->arena, argument);
    return true;
}

const char *script_avp_name(struct span *name, struct arena *arena) {
    static const char *const lists[] = {"f", "fr", "t", "tr", "fu", "fd", "tu", "td", "g"};
    struct span text = *name;
    uint64_t n;
    if (text.len < 2 || text.p[1] != ':') { /* without a type */
        struct span left = text, list = span_cut(&left, '.');
        if (!left.p || span_search(text, SPAN(":")) >= 0) return NULL;
        for (size_t i = 0; left.len && span_find(left, '.') < 0 && i < sizeof lists / sizeof *lists; i++) {
            if (!span_is(list, lists[i])) continue;
            *name = left;
            return i < 2 ? NULL : "is not simulated: only the first list of From is";
        }
        return "has a dot in its name";
    }
    *name = span_skip(text, 2);
    int type = ascii_lower((unsigned char)text.p[0]);
    if (type == 's' && name->len) {
        /* only such a name can look like a number's */
        if (span_starts(*name, "i:")) *name = text;
        return NULL;
    }
    if (type != 'i' || !span_to_u64(*name, UINT32_MAX, &n)) return "is neither s:NAME nor i:NUMBER";
    if (n == 0) return "is not simulated: the number 0 is never found";
    struct buf number = {0};
    buf_addf(&number, "i:%u", (unsigned)(n & 0xffff));
    *name = arena_text(arena, buf_span(&number));
    buf_free(&number);
    return NULL;
}

/* $avp($var(x)): a variable holds the name. */
static bool make_named(struct script_pv_maker *m, struct span name, struct cfg_pv *out) {
    *out = (struct cfg_pv){.kind = CFG_PV_AVP_NAMED};
    if (script_pv_len(name) != name.len)
        return wrong(m, "$avp(" SPAN_FMT ") is neither a name nor a variable", SPAN_ARG(name));
    return (out->argument = script_pv_format(m, name)) != NULL;
}

/* $var(x), $vz(x), $vn(x), $avp(x); a $ in a name is a character. */
static bool make_name(struct script_pv_maker *m, struct span name, int kind, struct cfg_pv *out) {
    struct span written = name;
    bool avp = kind == CFG_PV_AVP;
    if (avp && name.p[0] == '$') return make_named(m, name, out);
    const char *why = avp ? script_avp_name(&name, m->arena) : NULL;
    if (why) return wrong(m, "$avp(" SPAN_FMT ") %s", SPAN_ARG(written), why);
    struct buf own = {0}; /* $vn(x) is another one than $var(x) */
    if (kind == CFG_PV_VAR_OR_NULL) buf_add_char(&own, '(');
    buf_add(&own, name);
    ptrdiff_t number = program_find_number(avp ? m->program->avps : m->program->vars, buf_span(&own));
    if (number < 0 && m->names)
        number = (ptrdiff_t)program_number(m->names, avp ? &m->names->avps : &m->names->vars, buf_span(&own));
    buf_free(&own);
    *out = (struct cfg_pv){.kind = CFG_PV_NULL};
    if (number >= 0) *out = (struct cfg_pv){.kind = kind, .number = (size_t)number};
    return true;
}

/* [1], [-1], [*], [+], [$var(i)]; *rest is what follows. */
static bool make_index(struct script_pv_maker *m, struct span *rest, struct cfg_pv *out) {
    ptrdiff_t end = span_find(*rest, ']');
    if (end < 0) return wrong(m, "the index " SPAN_FMT " has no ]", SPAN_ARG(*rest));
    struct span index = {rest->p + 1, (size_t)end - 1};
    *rest = span_skip(*rest, (size_t)end + 1);
    out->at.index = KAM_INDEX_NUMBER;
    if (span_is(index, "*") || span_is(index, "+")) {
        out->at.index = index.p[0] == '*' ? KAM_INDEX_ALL : KAM_INDEX_ADD;
        return true;
    }
    if (index.len && index.p[0] == '$') {
        struct cfg_pv *pv = arena_new(m->arena, sizeof *pv);
        out->index = pv;
        return script_pv_len(index) == index.len ? script_pv_make(m, index, pv)
                                                 : wrong(m, "invalid index [" SPAN_FMT "]", SPAN_ARG(index));
    }
    bool negative = index.len && index.p[0] == '-';
    uint64_t n;
    if (!span_to_u64(span_skip(index, negative), INT32_MAX, &n))
        return wrong(m, "invalid index [" SPAN_FMT "]", SPAN_ARG(index));
    out->at.n = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

bool script_pv_make(struct script_pv_maker *m, struct span text, struct cfg_pv *out) {
    struct script_pv_parts parts;
    *out = (struct cfg_pv){0};
    if (!script_pv_cut(text, &parts)) return wrong(m, "invalid pseudo-variable " SPAN_FMT, SPAN_ARG(text));
    bool is_kept = false;
    int named = named_kind(parts.name);
    for (size_t i = 0; i < sizeof kept / sizeof *kept && !parts.argument.p && !is_kept; i++) {
        if (!span_is(parts.name, kept[i].name)) continue;
        out->kind = kept[i].kind;
        is_kept = true;
    }
    if (is_kept) {
        if (out->kind != CFG_PV_RETCODE && !loaded(m, NULL))
            return wrong(m, "unknown pseudo-variable " SPAN_FMT ": module \"pv\" is not loaded",
                         SPAN_ARG(text));
    } else if (named) {
        if (!parts.argument.p)
            return wrong(m, "$" SPAN_FMT " needs an argument: $" SPAN_FMT "(...)", SPAN_ARG(parts.name),
                         SPAN_ARG(parts.name));
        if (!loaded(m, NULL))
            return wrong(m, "unknown pseudo-variable " SPAN_FMT ": module \"pv\" is not loaded",
                         SPAN_ARG(text));
        if (!make_name(m, parts.argument, named, out)) return false;
    } else if (!make_row(m, &parts, text, out)) {
        return false;
    }
    bool index = parts.rest.len && parts.rest.p[0] == '[';
    bool indexed = out->kind == CFG_PV_AVP || out->kind == CFG_PV_AVP_NAMED || out->kind == CFG_PV_MISSING ||
                   (out->kind == CFG_PV_TABLE && out->pv->indexed) ||
                   span_is(parts.name, "avp"); /* also one that is never set */
    if (index && !indexed) return wrong(m, "$" SPAN_FMT " takes no index", SPAN_ARG(parts.name));
    if (index && !make_index(m, &parts.rest, out)) return false;
    return parts.rest.len == 0 || script_transform_make(m, parts.rest, &out->transforms);
}

const struct cfg_piece *script_pv_format(struct script_pv_maker *m, struct span text) {
    const struct cfg_piece *first = NULL, **end = &first;
    for (;;) {
        struct cfg_piece *piece = arena_new(m->arena, sizeof *piece);
        ptrdiff_t i = span_find(text, '$');
        *end = piece;
        end = &piece->next;
        piece->text = arena_text(m->arena, i < 0 ? text : span_head(text, (size_t)i));
        if (i < 0) return first;
        text = span_skip(text, (size_t)i);
        size_t len = script_pv_len(text);
        if (len == 0) {
            wrong(m, "invalid pseudo-variable in the text at \"" SPAN_FMT "\"",
                  SPAN_ARG(span_head(text, 20)));
            return NULL;
        }
        struct cfg_pv *pv = arena_new(m->arena, sizeof *pv);
        piece->pv = pv;
        if (!script_pv_make(m, span_head(text, len), pv)) return NULL;
        text = span_skip(text, len);
    }
}
