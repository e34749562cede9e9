/* SPDX-License-Identifier: MIT */
/* Arguments of functions by their types: what is known when the file is read, and what is left. (facts:
 * Kamailio 11.8) */
#include "model/kamailio/script/args.h"
#include "model/kamailio/cfg/pv.h"
#include "model/kamailio/script/subst.h"

/* One argument being compiled. */
struct reading {
    struct cfg_parse *p;
    const struct kam_function *function;
    size_t index;
    struct source_pos at;
    struct kam_arg *known;
    struct cfg_arg *arg;
};

static enum kam_arg_type type_of(const struct reading *r) { return r->function->args[r->index]; }

static bool wrong(const struct reading *r, const char *what) {
    diag_error(r->p->diag, r->at, "%s(): argument %zu %s", r->function->name, r->index + 1, what);
    return false;
}

/* "$name" of no pseudo-variable is $avp(name), an old way to write it. */
static bool old_avp(const struct reading *r, struct span text) {
    struct span name = span_skip(text, 1);
    if (span_starts(name, "s:")) name = span_skip(name, 2);
    if (name.len == 0 || span_find(name, ':') >= 0 || span_find(name, '.') >= 0) return false;
    struct cfg_pv *pv = cfg_new(r->p, sizeof *pv);
    *pv = (struct cfg_pv){.kind = CFG_PV_AVP,
                          .number = program_number(r->p->program, &r->p->program->avps, name)};
    r->arg->from = CFG_ARG_VARIABLE;
    r->arg->pv = pv;
    return true;
}

/* A text that begins with $: one variable, and what follows it does not count. */
static bool read_variable(const struct reading *r, struct span text, bool *done) {
    size_t len = script_pv_len(text);
    *done = true;
    struct script_pv_parts parts;
    if (len && script_pv_cut(span_head(text, len), &parts) && script_pv_known(parts.name)) {
        r->arg->from = CFG_ARG_VARIABLE;
        r->arg->pv = cfg_pv_find(r->p, span_head(text, len), r->at);
        return r->arg->pv != NULL;
    }
    bool old = type_of(r) != ARG_LOG_LEVEL && type_of(r) != ARG_NUMERAL && type_of(r) != ARG_PV_NUMBER;
    if (old && old_avp(r, text)) return true;
    *done = false;
    return true;
}

static bool read_format(const struct reading *r, struct span text) {
    r->arg->from = CFG_ARG_FORMAT;
    r->arg->pieces = cfg_format_parse(r->p, text, r->at);
    return r->arg->pieces != NULL;
}

static const struct {
    enum kam_arg_type type;
    const char *word;
} blocks[] = {{ARG_FAILURE_ROUTE, "failure_route"},
              {ARG_ONREPLY_ROUTE, "onreply_route"},
              {ARG_BRANCH_ROUTE, "branch_route"},
              {ARG_BRANCH_FAILURE_ROUTE, "event_route"}};

/* The events that stand for failures of branches. */
static struct span branch_failure(const struct reading *r, struct span name) {
    struct buf b = {0};
    buf_addf(&b, "tm:branch-failure:" SPAN_FMT, SPAN_ARG(name));
    name = arena_text(&r->p->program->arena, buf_span(&b));
    buf_free(&b);
    return name;
}

/* The block is looked up when all are known; one that is missing is warned of. */
static void refer(const struct reading *r) {
    struct span name = r->known->s;
    if (name.len == 0 || span_is(name, "0")) return;
    if (type_of(r) == ARG_BRANCH_FAILURE_ROUTE) name = branch_failure(r, name);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (type_of(r) == blocks[i].type)
            cfg_refer(r->p, &r->known->route, blocks[i].word, name, r->at, false);
}

/* A variable that the function itself reads or writes; what follows it does not count. */
static bool read_pv(const struct reading *r, struct span text) {
    size_t len = script_pv_len(text);
    if (len == 0) return wrong(r, "must be a pseudo-variable: \"$var(x)\"");
    text = span_head(text, len);
    const char *what = r->function->check ? r->function->check(r->p->program, r->index, text) : NULL;
    if (what) return wrong(r, what);
    const struct cfg_pv *pv = r->known->pv = cfg_pv_find(r->p, text, r->at);
    bool fixed = pv && (pv->kind == CFG_PV_TABLE ? !pv->pv->set
                                                 : pv->kind == CFG_PV_NULL || pv->kind == CFG_PV_RETCODE ||
                                                       pv->kind == CFG_PV_DOLLAR);
    if (fixed && type_of(r) == ARG_RESULT) return wrong(r, "must be a variable that can be set");
    return pv != NULL;
}

/* A text in which variables stand at the beginning or behind a slash. */
static bool read_pvs(const struct reading *r, struct span text) {
    const struct cfg_pv **to[] = {&r->known->pv, &r->known->second_pv};
    const char *what = r->function->check ? r->function->check(r->p->program, r->index, text) : NULL;
    if (what) return wrong(r, what);
    r->known->s = arena_text(&r->p->program->arena, text);
    for (size_t n = 0; text.len && n < 2;) {
        size_t len = script_pv_len(text);
        if (*text.p == '$' && !len) return wrong(r, "names no pseudo-variable");
        if (*text.p == '$') {
            *to[n] = cfg_pv_find(r->p, span_head(text, len), r->at);
            if (!*to[n++]) return false;
        }
        ptrdiff_t slash = span_find(span_skip(text, len), '/');
        text = slash < 0 ? (struct span){0} : span_skip(text, len + (size_t)slash + 1);
    }
    return true;
}

static bool read_regex(const struct reading *r, struct span text) {
    enum kam_arg_type type = type_of(r);
    const char *why;
    if (type != ARG_REGEX && type != ARG_PATTERN && type != ARG_LINES) return true;
    unsigned flags = REGEX_ICASE | (type == ARG_LINES ? REGEX_LINES : 0);
    r->known->regex = program_regex_flags(r->p->program, text, flags, &why);
    return r->known->regex || wrong(r, "must be a regular expression");
}

static bool read_subst(const struct reading *r, struct span text) {
    struct script_pv_maker maker = script_pv_maker_of(r->p->program, r->at);
    r->known->subst = script_subst_make(&maker, text);
    if (!r->known->subst) diag_error(r->p->diag, r->at, "%s(): %s", r->function->name, buf_text(&maker.why));
    buf_free(&maker.why);
    return r->known->subst != NULL;
}

static bool read_text(const struct reading *r, struct span text) {
    enum kam_arg_type type = type_of(r);
    if (type == ARG_PV || type == ARG_RESULT) return read_pv(r, text);
    if (type == ARG_PVS) return read_pvs(r, text);
    if (type == ARG_SUBST) return read_subst(r, text);
    if (type == ARG_KEY && span_search(text, SPAN("=>")) < 0) return wrong(r, "must be TABLE=>NAME");
    bool done = false;
    if (script_arg_takes_variable(type) && text.len && text.p[0] == '$') {
        if (!read_variable(r, text, &done)) return false;
        if (done) return true;
    }
    if (script_arg_takes_variable(type) && type != ARG_LOG_LEVEL && text.len && text.p[0] == '@')
        return wrong(r, "is a select: these are not simulated");
    if (script_arg_takes_format(type) && span_find(text, '$') >= 0) return read_format(r, text);
    const char *what = script_arg_read(r->p->program, type, text, r->known);
    if (!what && r->function->check) what = r->function->check(r->p->program, r->index, text);
    if (what) return wrong(r, what);
    if (!read_regex(r, text)) return false;
    refer(r);
    return true;
}

/* The functions of the core take what stands there, and nothing that has to be computed. */
static const char *core_wants(enum kam_arg_type type, const struct cfg_expr *e) {
    if (type == ARG_NAMED_FLAG && e->op == CFG_TEXT) return NULL;
    if (type == ARG_INTEGER || type == ARG_NAMED_FLAG)
        return e->op != CFG_INT || e->constant.n < 0          ? "must be a number without quotes"
               : type == ARG_NAMED_FLAG && e->constant.n > 31 ? "must be a flag, 0 to 31"
                                                              : NULL;
    return e->op == CFG_TEXT ? NULL : "must be a text";
}

static bool read_arg(const struct reading *r, const struct cfg_expr *e, bool core) {
    struct kam_value v;
    const char *what = core ? core_wants(type_of(r), e) : NULL;
    if (what) return wrong(r, what);
    if (type_of(r) == ARG_NAMED_FLAG && e->op == CFG_TEXT) {
        ptrdiff_t flag = program_find_number(r->p->program->flags, e->constant.s);
        if (flag < 0) return wrong(r, "is the name of no flag that is declared");
        return read_text(r, cfg_literal_text(r->p, (struct kam_value){.type = KAM_INT, .n = flag}));
    }
    if (script_is_constant(e) && cfg_expr_constant(r->p, e, &v))
        return read_text(r, cfg_literal_text(r->p, v));
    if (!r->function->expressions || e->op == CFG_CALL)
        return wrong(r, "must be a text or a number that stands there");
    r->arg->from = CFG_ARG_EXPRESSION;
    r->arg->expr = e;
    return true;
}

bool cfg_args_parse(struct cfg_parse *p, struct cfg_stmt *call, const struct cfg_expr *const *exprs) {
    size_t n = call->arg_count;
    bool all_known = true;
    if (n == 0) return true;
    struct kam_arg *known = cfg_new(p, n * sizeof *known);
    struct cfg_arg *args = cfg_new(p, n * sizeof *args);
    for (size_t i = 0; i < n; i++) {
        struct reading r = {p, call->function, i, exprs[i]->at, &known[i], &args[i]};
        if (!read_arg(&r, exprs[i], call->in_core)) return false;
        if (args[i].from != CFG_ARG_KNOWN) all_known = false;
    }
    call->known = known;
    if (!all_known) call->args = args;
    return true;
}
