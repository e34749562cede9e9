/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/eval.h"

#include "model/kamailio/script/transform.h"
#include "model/kamailio/script/vars.h"
#include "model/kamailio/script/xavp.h"

#include <stdio.h>

int64_t script_narrow(int64_t n) { return (int32_t)(uint32_t)(uint64_t)n; }

struct span kam_value_text(struct kam_value v, struct arena *arena) {
    char number[24];
    if (v.type == KAM_STR || v.s.p) return v.s;
    if (v.type == KAM_NULL) return SPAN("");
    int len = snprintf(number, sizeof number, "%lld", (long long)v.n);
    return arena_text(arena, (struct span){number, (size_t)len});
}

struct span script_text(struct script *h, struct kam_value v) {
    return kam_value_text(v, h->arena);
}

/* "12", "-12", "0xc" (of that, the last eight digits); anything else is 0, also what an int cannot hold */
static int64_t text_int(struct span s) {
    bool negative = s.len > 1 && s.p[0] == '-';
    bool hex = s.len > 2 && s.p[0] == '0' && ascii_lower((unsigned char)s.p[1]) == 'x';
    if (hex)
        s = span_skip(s, 2);
    else if (s.len > 1 && (negative || s.p[0] == '+'))
        s = span_skip(s, 1);
    int64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = ascii_hex(s.p[i]);
        if (digit < 0 || (!hex && digit > 9)) return 0;
        n = hex ? (int64_t)((uint32_t)n << 4 | (unsigned)digit) : n * 10 + digit;
        if (!hex && n > INT32_MAX + (int64_t)negative) return 0;
    }
    return script_narrow(negative ? -n : n);
}

int64_t script_int(struct kam_value v) {
    if (v.type == KAM_INT) return script_narrow(v.n);
    if (v.type == KAM_NULL) return 0;
    return v.n ? script_narrow(v.n) : text_int(v.s); /* $rm is a text and a number */
}

/* Pseudo-variables. A text is copied, so that it stays whatever happens to the variable. */

struct span script_expand(struct script *h, const struct cfg_piece *pieces) {
    struct buf b = {0};
    for (const struct cfg_piece *piece = pieces; piece; piece = piece->next) {
        buf_add(&b, piece->text);
        if (!piece->pv) break;
        script_add(h, &b, script_pv(h, piece->pv));
    }
    bool fits = b.len < h->state->program->format_max;
    struct span text = fits ? arena_text(h->arena, buf_span(&b)) : (struct span){0};
    buf_free(&b);
    return text;
}

void script_add(struct script *h, struct buf *out, struct kam_value v) {
    if (v.type != KAM_NULL)
        buf_add(out, script_text(h, v));
    else if (!v.failed)
        buf_add_text(out, "<null>");
}

/* What stands with it, as it is now. */
static struct kam_pv_at at_now(struct script *h, const struct cfg_pv *pv) {
    struct kam_pv_at at = pv->at;
    if (pv->argument) at.argument = script_expand(h, pv->argument);
    if (pv->index) at.n = script_int(script_pv(h, pv->index));
    return at;
}

/* Which AVP it is now: the name of one that the program does not say; name.p NULL: its number. */
struct avp {
    size_t number;
    struct span name;
};

/* False: the variable that holds the name has none; *v is what then is read. */
static bool find_avp(struct script *h, const struct cfg_pv *pv, struct avp *out, struct kam_value *v) {
    *out = (struct avp){.number = pv->number};
    *v = (struct kam_value){0};
    if (pv->kind == CFG_PV_AVP) return true;
    struct kam_value name = script_pv(h, pv->argument->pv);
    struct buf text = {0};
    *v = (struct kam_value){.failed = name.type == KAM_NULL};
    if (name.type == KAM_INT && (name.n & 0xffff)) buf_addf(&text, "i:%u", (unsigned)(name.n & 0xffff));
    if (name.type == KAM_STR && span_starts(name.s, "i:")) buf_add_text(&text, "s:"); /* no number's */
    if (name.type == KAM_STR) buf_add(&text, name.s);
    ptrdiff_t number = program_find_number(h->state->program->avps, buf_span(&text));
    if (number >= 0)
        out->number = (size_t)number;
    else
        out->name = arena_text(h->arena, buf_span(&text));
    bool found = text.len > 0;
    buf_free(&text);
    return found;
}

static struct kam_value avp_nth(struct script *h, const struct avp *a, int64_t n) {
    if (!a->name.p) {
        uint64_t steps;
        struct kam_value value = script_vars_nth(h->state->avps, a->number, n, &steps);
        event_spend(h->state->queue, steps / 16);
        return value;
    }
    struct kam_xavp *list = h->state->avps->lists[KAM_LIST_AVP];
    if (n < 0) n = n == -xavp_count(list, a->name, XAVP_PLAIN) ? 0 : -1;
    struct kam_xavp *x = n < 0 ? NULL : xavp_find(list, a->name, XAVP_PLAIN, n);
    return x ? x->value : (struct kam_value){0};
}

/* null takes the newest away. */
static void push_avp(struct script *h, const struct avp *a, struct kam_value v) {
    struct kam_xavp **list = &h->state->avps->lists[KAM_LIST_AVP];
    struct kam_xavp *x = a->name.p ? xavp_find(*list, a->name, XAVP_PLAIN, 0) : NULL;
    if (a->name.p && v.type != KAM_NULL)
        xavp_assign(xavp_add(list, a->name), v);
    else if (x)
        xavp_remove(list, x);
    else if (!a->name.p && v.type != KAM_NULL)
        script_vars_push(h->state->avps, a->number, v);
    else if (!a->name.p)
        script_vars_pop(h->state->avps, a->number);
}

static struct kam_value get_avp(struct script *h, const struct cfg_pv *pv) {
    struct avp a;
    struct kam_value v;
    if (!find_avp(h, pv, &a, &v)) return v;
    if (!pv->at.index || pv->at.index == KAM_INDEX_ADD) return avp_nth(h, &a, 0);
    int64_t i = pv->index ? script_int(script_pv(h, pv->index)) : pv->at.n;
    if (pv->at.index == KAM_INDEX_NUMBER) return avp_nth(h, &a, i);
    struct buf b = {0};
    for (i = 0; avp_nth(h, &a, i).type != KAM_NULL; i++) {
        if (b.len) buf_add_text(&b, ", "); /* none behind empty ones in front */
        buf_add(&b, script_text(h, avp_nth(h, &a, i)));
    }
    if (i) v = (struct kam_value){.type = KAM_STR, .s = arena_text(h->arena, buf_span(&b))};
    buf_free(&b);
    return v;
}

static bool set_avp(struct script *h, const struct cfg_pv *pv, struct kam_value v) {
    struct avp a;
    struct kam_value none;
    if (!find_avp(h, pv, &a, &none)) return v.type == KAM_NULL && !none.failed;
    while (pv->at.index == KAM_INDEX_ALL && avp_nth(h, &a, 0).type != KAM_NULL)
        push_avp(h, &a, none);
    push_avp(h, &a, v);
    return true;
}

void script_missing(struct script *h, const char *why) {
    event_queue_stop(h->state->queue, kam_script_at(h->state), why);
}

struct kam_value script_pv_in_place(struct script *h, const struct cfg_pv *pv) {
    struct kam_value v = {0};
    switch (pv->kind) {
    case CFG_PV_TABLE:
        if (pv->argument || pv->index) {
            struct kam_pv_at at = at_now(h, pv);
            v = pv->pv->get(h->run, &at);
        } else {
            v = pv->pv->get(h->run, &pv->at);
        }
        break;
    case CFG_PV_VAR:
        v = script_vars_get(&h->state->process->vars, pv->number);
        if (v.type == KAM_NULL) v = script_vars_get(&h->state->program->start_vars, pv->number);
        if (v.type == KAM_NULL) v.type = KAM_INT; /* a new $var is 0 */
        break;
    case CFG_PV_VAR_OR_NULL: v = script_vars_get(&h->state->process->vars, pv->number); break;
    case CFG_PV_AVP:
    case CFG_PV_AVP_NAMED: v = get_avp(h, pv); break;
    case CFG_PV_RETCODE: v = (struct kam_value){.type = KAM_INT, .n = h->state->retcode}; break;
    case CFG_PV_NULL: break;
    case CFG_PV_MISSING: script_missing(h, pv->missing); break;
    case CFG_PV_DOLLAR: v = (struct kam_value){.type = KAM_STR, .s = SPAN("$")}; break;
    }
    return v;
}

struct kam_value script_pv(struct script *h, const struct cfg_pv *pv) {
    struct kam_value v = script_pv_in_place(h, pv);
    if (v.type == KAM_STR) v.s = arena_text(h->arena, v.s);
    return pv->transforms ? script_transform(h, pv->transforms, v) : v;
}

/* Kamailio would have run out of memory, and what it does then is not simulated. */
static void check_bytes(struct script *h, const struct kam_vars *vars) {
    event_spend(h->state->queue, vars->bytes / 65536);
    if (vars->bytes > KAM_VARS_MAX)
        event_queue_stop(h->state->queue, kam_script_at(h->state),
                         "the variables hold more than 8 MiB, all that Kamailio has");
}

bool script_pv_set(struct script *h, const struct cfg_pv *pv, struct kam_value v) {
    switch (pv->kind) {
    case CFG_PV_TABLE: {
        struct kam_pv_at at = at_now(h, pv);
        return pv->pv->set(h->run, &at, v);
    }
    case CFG_PV_VAR:
    case CFG_PV_VAR_OR_NULL:
        if (v.type == KAM_NULL && pv->kind == CFG_PV_VAR) v.type = KAM_INT;
        script_vars_set(&h->state->process->vars, pv->number, v);
        check_bytes(h, &h->state->process->vars);
        return true;
    case CFG_PV_AVP:
    case CFG_PV_AVP_NAMED: {
        bool set = set_avp(h, pv, v);
        check_bytes(h, h->state->avps);
        return set;
    }
    case CFG_PV_MISSING: script_missing(h, pv->missing); return false;
    default: return false;
    }
}

/* Operators. */

static bool int_op(enum cfg_op op, int64_t a, int64_t b, int64_t *out) {
    /* shifts by 32 and more do what x86 does */
    unsigned shift = (unsigned)b & 31;
    int64_t result;
    switch (op) {
    case CFG_PLUS: result = a + b; break;
    case CFG_SUBTRACT: result = a - b; break;
    case CFG_MULTIPLY: result = a * b; break;
    case CFG_DIVIDE:
        if (b == 0) return false;
        result = a / b;
        break;
    case CFG_MODULO:
        if (b == 0) return false;
        result = a % b;
        break;
    case CFG_BIT_OR: result = a | b; break;
    case CFG_BIT_AND: result = a & b; break;
    case CFG_BIT_XOR: result = a ^ b; break;
    case CFG_SHIFT_LEFT: result = (int64_t)((uint64_t)a << shift); break;
    case CFG_SHIFT_RIGHT: result = a >= 0 ? a >> shift : ~(~a >> shift); break;
    case CFG_GREATER: result = a > b; break;
    case CFG_LESS: result = a < b; break;
    case CFG_GREATER_EQUAL: result = a >= b; break;
    case CFG_LESS_EQUAL: result = a <= b; break;
    case CFG_EQUAL:
    case CFG_INT_EQUAL: result = a == b; break;
    case CFG_DIFFERENT:
    case CFG_INT_DIFFERENT: result = a != b; break;
    default: return false;
    }
    *out = script_narrow(result);
    return true;
}

struct regex *script_regex(struct kam_script_state *state, struct span pattern, unsigned flags) {
    const char *why = "";
    uint64_t steps = 0;
    struct regex *regex = regex_new(pattern, flags, &why, &steps);
    event_spend_match(state->queue, kam_script_at(state), REGEX_NO, steps);
    if (!regex && span_starts(span_of(why), "not simulated"))
        event_queue_stop(state->queue, kam_script_at(state), why);
    return regex;
}

bool script_match(struct kam_script_state *state, struct regex *regex, struct span pattern, struct span text,
                  int64_t *out) {
    uint64_t steps = 0;
    struct regex *now = regex ? NULL : script_regex(state, pattern, REGEX_ICASE);
    enum regex_answer answer = REGEX_NO;
    if (regex || now) answer = regex_find(regex ? regex : now, text, false, NULL, 0, &steps);
    event_spend_match(state->queue, kam_script_at(state), answer, steps);
    if (!regex && !now) return false;
    regex_free(now);
    *out = answer == REGEX_YES;
    return true;
}

static bool match(struct script *h, struct span text, struct regex *regex, const struct cfg_expr *right,
                  int64_t *out) {
    struct kam_value pattern = {0};
    if (!regex && !script_eval(h, right, &pattern)) return false;
    return script_match(h->state, regex, regex ? SPAN("") : script_text(h, pattern), text, out);
}

/* == and != go by the left side's type; without a value there, by the right side's. */
static bool equal(struct script *h, const struct cfg_expr *e, int64_t *out) {
    struct kam_value l, r;
    int64_t n;
    if (!script_eval(h, e->left, &l)) return false;
    if (l.type == KAM_INT) {
        if (!script_eval_int(h, e->right, &n)) return false;
        return int_op(e->op, l.n, n, out);
    }
    if (!script_eval(h, e->right, &r)) return false;
    bool same =
        l.type == KAM_NULL && r.type == KAM_INT ? r.n == 0 : span_eq(script_text(h, l), script_text(h, r));
    *out = same == (e->op == CFG_EQUAL);
    return true;
}

static bool str_equal(struct script *h, const struct cfg_expr *e, int64_t *out) {
    struct kam_value l, r;
    if (!script_eval(h, e->left, &l) || !script_eval(h, e->right, &r)) return false;
    *out = span_eq(script_text(h, l), script_text(h, r)) == (e->op == CFG_STR_EQUAL);
    return true;
}

/* && and || look at the right side only when they have to. */
static bool logic(struct script *h, const struct cfg_expr *e, int64_t *out) {
    int64_t n;
    if (!script_eval_int(h, e->left, &n)) return false;
    if ((n != 0) == (e->op == CFG_OR)) {
        *out = n != 0;
        return true;
    }
    if (!script_eval_int(h, e->right, &n)) return false;
    *out = n != 0;
    return true;
}

static bool unary(struct script *h, const struct cfg_expr *e, int64_t *out) {
    struct kam_value v;
    int64_t n;
    if (e->op == CFG_STRLEN || e->op == CFG_STREMPTY) {
        if (!script_eval(h, e->left, &v)) return false;
        n = (int64_t)script_text(h, v).len;
        *out = e->op == CFG_STRLEN ? n : n == 0;
        return true;
    }
    if (!script_eval_int(h, e->left, &n)) return false;
    if (e->op == CFG_NOT)
        *out = n == 0;
    else if (e->op == CFG_MINUS)
        *out = script_narrow(-n);
    else if (e->op == CFG_INVERT)
        *out = ~n;
    else
        *out = n;
    return true;
}

/* Is it a variable without a value, or a select that finds nothing? An empty place in a message is something.
 */
static bool has_nothing(struct script *h, const struct cfg_expr *e) {
    bool converted = e->op == CFG_TO_STR;
    if (converted) e = e->left;
    if (e->op != CFG_PV ||
        (converted && !(e->pv->kind == CFG_PV_TABLE && strcmp(e->pv->pv->name, "sel") == 0)))
        return false;
    struct kam_value v = script_pv(h, e->pv);
    return v.type == KAM_NULL && !(converted && v.s.p);
}

/* Everything that gives a number whatever it is made of. */
static bool eval_number(struct script *h, const struct cfg_expr *e, int64_t *out) {
    int64_t a, b;
    struct kam_value v;
    switch (e->op) {
    case CFG_CALL: *out = script_run_inside(h, e->actions) > 0; return true;
    case CFG_TEST: return script_test(h, e->test, out);
    case CFG_DEFINED:
    case CFG_NOT_DEFINED: *out = has_nothing(h, e->left) == (e->op == CFG_NOT_DEFINED); return true;
    case CFG_AND:
    case CFG_OR: return logic(h, e, out);
    case CFG_EQUAL:
    case CFG_DIFFERENT: return equal(h, e, out);
    case CFG_STR_EQUAL:
    case CFG_STR_DIFFERENT: return str_equal(h, e, out);
    case CFG_MATCH:
        return script_eval(h, e->left, &v) && match(h, script_text(h, v), e->regex, e->right, out);
    case CFG_NOT:
    case CFG_MINUS:
    case CFG_INVERT:
    case CFG_TO_INT:
    case CFG_STRLEN:
    case CFG_STREMPTY: return unary(h, e, out);
    default:
        return script_eval_int(h, e->left, &a) && script_eval_int(h, e->right, &b) &&
               int_op(e->op, a, b, out);
    }
}

enum { TEXT_MAX = 1 << 20 };

/* As a text; the lowest number, if it stands there, loses its sign. */
static struct span joined_text(struct script *h, const struct cfg_expr *e, struct kam_value v) {
    bool lowest = script_is_constant(e) && v.type == KAM_INT && !v.s.p && v.n == INT32_MIN;
    return lowest ? SPAN("2147483648") : script_text(h, v);
}

/* A sum of numbers, or texts joined: the left side decides. */
static bool eval_plus(struct script *h, const struct cfg_expr *e, struct kam_value *out) {
    struct kam_value l, r;
    if (!script_eval(h, e->left, &l)) return false;
    if (l.type == KAM_INT) {
        int64_t n;
        out->type = KAM_INT;
        return script_eval_int(h, e->right, &n) && int_op(CFG_PLUS, l.n, n, &out->n);
    }
    if (!script_eval(h, e->right, &r)) return false;
    struct span a = script_text(h, l), b = joined_text(h, e->right, r);
    if (a.len + b.len > TEXT_MAX) {
        if (h->state)
            event_queue_stop(h->state->queue, kam_script_at(h->state), "a text of more than 1048576 bytes");
        return false;
    }
    if (h->state) event_spend(h->state->queue, (a.len + b.len) / 1024);
    char *text = arena_new(h->arena, a.len + b.len + 1);
    if (a.len) memcpy(text, a.p, a.len);
    if (b.len) memcpy(text + a.len, b.p, b.len);
    out->type = KAM_STR;
    out->s = (struct span){text, a.len + b.len};
    return true;
}

/* Does it give a number whatever it is made of? */
static bool gives_number(enum cfg_op op) {
    return op != CFG_INT && op != CFG_TEXT && op != CFG_PV && op != CFG_PLUS && op != CFG_TO_STR;
}

bool script_eval(struct script *h, const struct cfg_expr *e, struct kam_value *out) {
    *out = (struct kam_value){0};
    switch (e->op) {
    case CFG_INT:
    case CFG_TEXT: *out = e->constant; return true;
    case CFG_PV: *out = script_pv(h, e->pv); return true;
    case CFG_PLUS: return eval_plus(h, e, out);
    case CFG_TO_STR:
        if (!script_eval(h, e->left, out)) return false;
        *out = (struct kam_value){.type = KAM_STR, .s = joined_text(h, e->left, *out)};
        return true;
    default: out->type = KAM_INT; return eval_number(h, e, &out->n);
    }
}

/* Is it a text whatever its variables hold? */
static bool is_text(const struct cfg_expr *e) {
    return e->op == CFG_TEXT || e->op == CFG_TO_STR || (e->op == CFG_PLUS && is_text(e->left));
}

bool script_eval_int(struct script *h, const struct cfg_expr *e, int64_t *out) {
    struct kam_value v;
    int64_t n;
    /* Where a number is wanted, + adds, even if the variable on its left holds a text. */
    if (e->op == CFG_PLUS && !is_text(e)) return eval_number(h, e, out);
    if (gives_number(e->op)) {
        if (!eval_number(h, e, &n)) return false;
        *out = script_narrow(n);
        return true;
    }
    if (!script_eval(h, e, &v)) return false;
    *out = script_int(v);
    return true;
}

bool script_is_constant(const struct cfg_expr *e) {
    if (e->op == CFG_INT || e->op == CFG_TEXT) return true;
    if (e->op == CFG_PV || e->op == CFG_CALL || e->op == CFG_TEST || e->op == CFG_MATCH) return false;
    return script_is_constant(e->left) && (!e->right || script_is_constant(e->right));
}

bool script_constant(struct kam_program *program, const struct cfg_expr *e, struct kam_value *out) {
    struct script h = {.arena = &program->arena};
    return script_eval(&h, e, out);
}
