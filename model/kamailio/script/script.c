/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/script.h"

#include "model/kamailio/script/args.h"
#include "model/kamailio/script/error.h"
#include "model/kamailio/script/eval.h"
#include "model/kamailio/script/pv_name.h"
#include "model/kamailio/script/subst.h"
#include "model/kamailio/script/vars.h"

#include <assert.h>

/* What a statement or block gives when it could not be run; Kamailio calls the other one a bug. */
enum { FAILED = -1, BUG = -5 };

static int run_stmts(struct script *h, const struct cfg_stmt *stmts);

/*
 * Loops in loops and routes that call themselves twice may need longer than anyone waits, in Kamailio too:
 * the simulation gives up after so many statements.
 */
enum { STEPS_MAX = 1000000, CHEAP_STEPS = 200 };

/* The result of a function or route: what $rc shows. */
static void set_retcode(struct script *h, int retcode) { h->retcode = h->state->retcode = retcode; }

static int run_function(struct script *h, const struct cfg_stmt *s) {
    struct kam_arg room[KAM_ARGS_MAX];
    const struct kam_arg *args;
    if (*s->stops) {
        script_missing(h, *s->stops);
        return FAILED;
    }
    enum script_args_result had = script_args(h, s, room, &args);
    if (had == SCRIPT_ARGS_BAD) return FAILED;
    int result = had == SCRIPT_ARGS_GOOD ? s->function->call(h->run, args, s->arg_count) : FAILED;
    if (s->in_core) return result;
    if (result == 0) h->ends |= CFG_END_EXIT;
    set_retcode(h, result);
    return result;
}

/* Kamailio looks a name up to its end, a NUL: the value of a variable that is a part of the message has none.
 */
static bool has_no_end(const struct script *h, struct span text) {
    for (size_t i = 0; i < sizeof h->state->wholes / sizeof *h->state->wholes; i++) {
        const struct span *whole = h->state->wholes[i];
        if (whole && whole->p && text.p >= whole->p && text.p + text.len < whole->p + whole->len) return true;
    }
    return false;
}

static int run_route(struct script *h, const struct cfg_stmt *s) {
    const struct kam_route *route = s->route;
    if (!route) {
        struct kam_value name;
        if (s->expr->pv && !s->expr->pv->transforms)
            name = script_pv_in_place(h, s->expr->pv);
        else if (!script_eval(h, s->expr, &name))
            return FAILED;
        struct span text = script_text(h, name);
        if (text.len && !has_no_end(h, text))
            route = program_find_route(h->state->program, KAM_REQUEST_ROUTE, text);
        if (!route) return FAILED;
    }
    const struct kam_route *caller = h->state->route;
    h->state->route = route;
    int result = run_stmts(h, route->body);
    h->state->route = caller;
    set_retcode(h, result);
    h->ends &= ~(unsigned)(CFG_END_RETURN | CFG_END_BREAK);
    return result;
}

/*
 * A condition; one that cannot be computed is false. Statements in it may have ended the script. Most are a
 * function's result or its contrary: these are told at once (130 instructions a request less).
 */
static bool condition(struct script *h, const struct cfg_expr *e, int64_t *out) {
    const struct cfg_expr *inner = e->op == CFG_NOT ? e->left : e;
    if (inner->op == CFG_CALL)
        *out = (script_run_inside(h, inner->actions) > 0) == (inner == e);
    else if (!script_eval_int(h, e, out))
        *out = 0;
    if (h->ends & CFG_END_EXIT) return false;
    h->ends &= ~(unsigned)(CFG_END_RETURN | CFG_END_BREAK);
    return true;
}

static int run_if(struct script *h, const struct cfg_stmt *s) {
    int64_t n;
    if (!condition(h, s->expr, &n)) return 0;
    const struct cfg_stmt *body = n > 0 ? s->then : s->otherwise;
    return body ? run_stmts(h, body) : 1;
}

static int run_while(struct script *h, const struct cfg_stmt *s) {
    int result = 1;
    unsigned ends = 0;
    int64_t n;
    for (unsigned loops = 1; !ends && script_eval_int(h, s->expr, &n) && n != 0; loops++) {
        if (loops > h->state->program->max_while_loops) return FAILED;
        if (!s->then) continue;
        result = run_stmts(h, s->then);
        ends = h->ends;
        h->ends &= ~(unsigned)CFG_END_BREAK;
    }
    return result;
}

static bool case_matches(struct script *h, const struct cfg_case *c, struct kam_value v) {
    if (c->is_default) return false;
    if (c->regex) {
        int64_t yes;
        return script_match(h->state, c->regex, SPAN(""), script_text(h, v), &yes) && yes;
    }
    return c->label.type == KAM_STR ? span_eq(c->label.s, script_text(h, v)) : c->label.n == script_int(v);
}

static int run_switch(struct script *h, const struct cfg_stmt *s) {
    struct kam_value v;
    const struct cfg_case *found = NULL;
    bool computed = script_eval(h, s->expr, &v);
    if (h->ends & CFG_END_EXIT) return 0;
    h->ends &= ~(unsigned)(CFG_END_RETURN | CFG_END_BREAK);
    for (const struct cfg_case *c = s->cases; computed && c && !found; c = c->next)
        if (case_matches(h, c, v)) found = c;
    for (const struct cfg_case *c = s->cases; c && !found; c = c->next)
        if (c->is_default) found = c;
    /* a switch over a constant is resolved when Kamailio starts: nothing is left then */
    if (!found || !found->stmts) return script_is_constant(s->expr) ? BUG : computed ? 1 : FAILED;
    int result = run_stmts(h, found->stmts);
    h->ends &= ~(unsigned)CFG_END_BREAK;
    return result;
}

static int run_assign(struct script *h, const struct cfg_stmt *s) {
    struct kam_value v;
    if (s->expr->op == CFG_CALL)
        v = (struct kam_value){.type = KAM_INT, .n = script_run_inside(h, s->expr->actions)};
    else if (!script_eval(h, s->expr, &v))
        return FAILED;
    h->ends &= ~(unsigned)(CFG_END_RETURN | CFG_END_BREAK);
    if (s->expr->op == CFG_PV && v.type == KAM_INT) v.s = script_text(h, v); /* a computed one has none */
    bool readable = v.type != KAM_NULL || !v.failed; /* what fails is assigned as null, and is a failure */
    return script_pv_set(h, s->target, v) && readable ? 1 : FAILED;
}

static int run_end(struct script *h, const struct cfg_stmt *s) {
    int64_t n = 0;
    script_eval_int(h, s->expr, &n);
    h->ends |= s->ends;
    if ((s->ends & CFG_END_RETURN) && n == 0) h->ends |= CFG_END_EXIT; /* return 0 ends the whole script */
    return (int)n;
}

static int run_stmt(struct script *h, const struct cfg_stmt *s) {
    switch (s->kind) {
    case CFG_STMT_FUNCTION: return run_function(h, s);
    case CFG_STMT_ROUTE: return run_route(h, s);
    case CFG_STMT_IF: return run_if(h, s);
    case CFG_STMT_SWITCH: return run_switch(h, s);
    case CFG_STMT_WHILE: return run_while(h, s);
    case CFG_STMT_ASSIGN: return run_assign(h, s);
    case CFG_STMT_END: return run_end(h, s);
    case CFG_STMT_MISSING: script_missing(h, s->missing); return FAILED;
    }
    assert(false);
    return FAILED;
}

/* The value of a block is that of its last statement. */
static int run_stmts(struct script *h, const struct cfg_stmt *stmts) {
    if (h->level >= h->state->program->max_recursive_level || h->total >= PROGRAM_LEVEL_MAX) return FAILED;
    h->level++;
    h->total++;
    int result = 1;
    for (const struct cfg_stmt *s = stmts; s; s = s->next) {
        h->state->stmt = s;
        h->state->last_error = h->state->process->error;
        h->state->process->error = KAM_E_UNSPEC;
        /* a few functions are what a message costs, thousands of them are many times that */
        bool dear = s->kind == CFG_STMT_FUNCTION && *h->steps > CHEAP_STEPS;
        event_spend(h->state->queue, dear ? 50 : 1);
        if (++*h->steps > STEPS_MAX || event_queue_stopped(h->state->queue)) {
            h->ends |= CFG_END_EXIT;
            result = FAILED;
            break;
        }
        result = run_stmt(h, s);
        if (!h->ends) continue;
        if (h->ends & CFG_END_EXIT) set_retcode(h, result);
        break;
    }
    h->level--;
    h->total--;
    return result;
}

int script_run_inside(struct script *h, const struct cfg_stmt *stmts) {
    struct script inside = {
        .run = h->run, .state = h->state, .arena = h->arena, .total = h->total, .steps = h->steps};
    set_retcode(&inside, 0);
    int result = run_stmts(&inside, stmts);
    h->retcode = inside.retcode;
    h->ends = inside.ends & ~(unsigned)(CFG_END_RETURN | CFG_END_BREAK);
    return result;
}

struct kam_outcome kam_route_run(const struct kam_route *route, struct kam_run *run) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    const struct kam_route *caller = state->route;
    state->route = route;
    struct kam_outcome outcome = kam_stmts_run(route->body, run);
    state->route = caller;
    return outcome;
}

struct span kam_route_shown(const struct kam_route *route) {
    if (route->name.len) return route->name;
    if (route->kind == KAM_CORE_ONREPLY_ROUTE) return SPAN("DEFAULT_ONREPLY");
    return route->kind == KAM_ONSEND_ROUTE ? SPAN("DEFAULT_SEND") : SPAN("DEFAULT_ROUTE");
}

unsigned kam_stmt_line(const struct cfg_stmt *stmt) {
    unsigned line, column;
    source_locate(stmt->closes_at, &line, &column);
    return line;
}

const struct cfg_stmt *kam_route_stmts(const struct kam_route *route) { return route->body; }

struct source_pos kam_script_at(const struct kam_script_state *state) {
    return state->stmt ? state->stmt->at : (struct source_pos){0};
}

const struct cfg_stmt *kam_script_rest(const struct kam_script_state *state) {
    return state->stmt && state->stmt->kind == CFG_STMT_FUNCTION ? state->stmt->next : NULL;
}

struct kam_outcome kam_stmts_run(const struct cfg_stmt *stmts, struct kam_run *run) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    unsigned steps = 0;
    struct script h = {.run = run, .state = state, .arena = state->scratch, .steps = &steps};
    const struct cfg_stmt *before = state->stmt;
    set_retcode(&h, 0);
    int result = run_stmts(&h, stmts);
    if (before) state->stmt = before; /* a block that ran inside a statement of another */
    return (struct kam_outcome){result, (h.ends & CFG_END_DROP) != 0, (h.ends & CFG_END_EXIT) != 0,
                                steps > STEPS_MAX};
}

struct kam_value kam_pv_value(struct kam_run *run, const struct cfg_pv *pv) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    struct script h = {.run = run, .state = state, .arena = state->scratch};
    return script_pv(&h, pv);
}

bool kam_pv_assign(struct kam_run *run, const struct cfg_pv *pv, struct kam_value value) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    struct script h = {.run = run, .state = state, .arena = state->scratch};
    bool writes = pv->kind != CFG_PV_TABLE || pv->pv->set;
    return writes && script_pv_set(&h, pv, value);
}

void kam_avp_add(struct kam_run *run, struct span name, struct span text) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    ptrdiff_t number = program_find_number(state->program->avps, name);
    if (number >= 0)
        script_vars_push(state->avps, (size_t)number, (struct kam_value){.type = KAM_STR, .s = text});
}

bool kam_subst_run(struct kam_run *run, const struct script_subst *subst, struct span text,
                   kam_subst_found *found, void *arg) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    struct script h = {.run = run, .state = state, .arena = state->scratch};
    return script_subst_run(&h, subst, text, found, arg);
}

struct span kam_subst_apply(struct kam_run *run, const struct script_subst *subst, struct span text) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    struct script h = {.run = run, .state = state, .arena = state->scratch};
    unsigned count;
    struct span replaced = script_subst_apply(&h, subst, text, &count);
    return count ? replaced : (struct span){0};
}

const struct script_subst *kam_subst_new(struct kam_run *run, struct span text) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    struct script_pv_maker maker = {.program = state->program, .arena = state->scratch};
    const struct script_subst *subst = script_subst_make(&maker, text);
    buf_free(&maker.why);
    if (subst) event_spend_match(state->queue, kam_script_at(state), REGEX_NO, script_subst_steps(subst));
    return subst;
}

void kam_subst_drop(const struct script_subst *subst) { script_subst_drop(subst); }

bool kam_format(struct buf *out, struct kam_run *run, struct span text) {
    struct kam_script_state *state = (struct kam_script_state *)run;
    struct script h = {.run = run, .state = state, .arena = state->scratch};
    size_t start = out->len;
    struct script_pv_maker maker = {.program = state->program, .arena = h.arena};
    bool good = true;
    for (ptrdiff_t i; good && (i = span_find(text, '$')) >= 0;) {
        buf_add(out, span_head(text, (size_t)i));
        text = span_skip(text, (size_t)i);
        struct cfg_pv pv;
        size_t len = script_pv_len(text);
        good = len > 0 && script_pv_make(&maker, span_head(text, len), &pv);
        if (good) script_add(&h, out, script_pv(&h, &pv));
        text = span_skip(text, len);
    }
    buf_free(&maker.why);
    if (good)
        buf_add(out, text);
    else
        out->len = start;
    return good;
}
