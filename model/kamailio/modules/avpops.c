/* SPDX-License-Identifier: MIT */
/* avpops: what is done to $avp(x) by its name (facts: Kamailio 30.8). There is no data base. */
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/eval.h"
#include "model/kamailio/script/pv_name.h"

/* What stands behind the first variable of an argument: "$avp(x)/$avp(y)/g" -> "g", "$ru/username" ->
 * "username". */
static struct span flags_of(struct span text) {
    for (int i = 0; i < 2 && text.len && *text.p == '$'; i++) {
        text = span_skip(text, script_pv_len(text));
        if (text.len) text = span_skip(text, 1);
    }
    return text;
}

static bool has_flag(struct span flags, char flag) {
    return span_find(flags, flag) >= 0 || span_find(flags, (char)(flag - 'a' + 'A')) >= 0;
}

/* The values of a name, newest first, in the run's memory. */
struct values {
    struct kam_value *list;
    size_t count;
};

static bool is_avp_pv(const struct cfg_pv *pv) {
    return pv->kind == CFG_PV_AVP || pv->kind == CFG_PV_AVP_NAMED;
}

static struct kam_value nth(struct kam_run *run, const struct cfg_pv *pv, size_t n) {
    struct cfg_pv one = *pv;
    one.index = NULL;
    one.transforms = NULL;
    one.at.index = KAM_INDEX_NUMBER;
    one.at.n = (int64_t)n;
    return kam_pv_value(run, &one); /* a text is the run's */
}

static struct values values_of(struct kam_run *run, const struct cfg_pv *pv) {
    struct values v = {0};
    size_t n = 0;
    while (is_avp_pv(pv) && nth(run, pv, n).type != KAM_NULL)
        n++;
    v.list = arena_new(&run->scratch, (n + 1) * sizeof *v.list);
    for (v.count = 0; v.count < n; v.count++)
        v.list[v.count] = nth(run, pv, v.count);
    return v;
}

/* A variable that is no AVP has one value, or none. */
static struct values any_values(struct kam_run *run, const struct cfg_pv *pv) {
    if (is_avp_pv(pv)) return values_of(run, pv);
    struct kam_value v = kam_pv_value(run, pv), *list = arena_new(&run->scratch, sizeof *list);
    *list = v;
    return (struct values){list, v.type != KAM_NULL};
}

static void push(struct kam_run *run, const struct cfg_pv *pv, struct kam_value v) {
    struct cfg_pv any = *pv;
    any.at.index = KAM_INDEX_NONE;
    kam_pv_assign(run, &any, v); /* null takes the newest away */
}

/* Leaves of the name only those that stay, in their order. */
static void keep(struct kam_run *run, const struct cfg_pv *pv, const struct values *v, const bool *gone) {
    for (size_t i = 0; i < v->count; i++)
        push(run, pv, (struct kam_value){0});
    for (size_t i = v->count; i-- > 0;)
        if (!gone[i]) push(run, pv, v->list[i]);
}

/* "0x1f", "-3", "12", as far as an int goes */
static bool read_int(struct span text, int64_t *n) {
    bool negative = span_starts(text, "-");
    text = span_skip(text, negative);
    bool hex = span_starts(text, "0x");
    if (hex) text = span_skip(text, 2);
    int base = hex ? 16 : 10;
    if (text.len == 0) return false;
    for (*n = 0; text.len; text = span_skip(text, 1)) {
        int digit = ascii_hex((unsigned char)*text.p);
        if (digit < 0 || digit >= base || *n > INT32_MAX) return false;
        *n = *n * base + digit;
    }
    if (negative) *n = -*n;
    return true;
}

/* An operation and its value: "eq/i:5/g", "re/^a", "add/$var(x)". */
struct operation {
    struct span name, flags;
    bool is_variable;
    struct kam_value value;
};

/* NULL, or what is wrong with it. */
static const char *operation_read(struct operation *o, struct span text) {
    *o = (struct operation){.name = span_cut(&text, '/')};
    if (text.len == 0) return "must be an operation and a value: \"eq/i:5\"";
    o->is_variable = *text.p == '$';
    if (o->is_variable) {
        o->flags = flags_of(text);
        return NULL;
    }
    struct span value = span_cut(&text, '/');
    o->flags = text;
    bool number = span_starts(value, "i:");
    if (number || span_starts(value, "s:")) value = span_skip(value, 2);
    o->value = (struct kam_value){.type = KAM_STR, .s = value};
    if (!number) return value.len ? NULL : "has no value";
    o->value = (struct kam_value){.type = KAM_INT};
    return read_int(value, &o->value.n) ? NULL : "has a value that is no number";
}

/* It is done with each of these: the values of an AVP, or one. */
static struct values operands_of(struct kam_run *run, const struct kam_arg *arg, struct operation *o) {
    operation_read(o, arg->s);
    if (o->is_variable) return any_values(run, arg->pv);
    return (struct values){&o->value, 1};
}

/* Comparisons: what they say of the sign of left - right. */
static const struct {
    const char *name;
    bool less, equal, greater;
} comparisons[] = {
    {"eq", false, true, false}, {"ne", true, false, true},  {"lt", true, false, false},
    {"le", true, true, false},  {"gt", false, false, true}, {"ge", false, true, true},
};

static bool compare(struct span name, int sign) {
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (span_is_nocase(name, comparisons[i].name))
            return sign < 0 ? comparisons[i].less : sign > 0 ? comparisons[i].greater : comparisons[i].equal;
    return false;
}

static int sign_of(int64_t n) { return n < 0 ? -1 : n > 0; }

static int text_sign(struct span a, struct span b, bool nocase) {
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];
        if (nocase) x = ascii_lower(x), y = ascii_lower(y);
        if (x != y) return x < y ? -1 : 1;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

/* * and ?, as the shell means them */
static bool glob(struct span pattern, struct span text) {
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.p[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.len && (pattern.p[p] == '?' || pattern.p[p] == text.p[t])) {
            p++, t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.p[p] == '*')
        p++;
    return p == pattern.len;
}

static bool check_numbers(struct span name, int64_t a, int64_t b) {
    if (span_is_nocase(name, "and")) return (a & b) != 0;
    if (span_is_nocase(name, "or")) return (a | b) != 0;
    if (span_is_nocase(name, "xor")) return (a ^ b) != 0;
    return compare(name, sign_of(a - b));
}

static bool check_text(struct kam_run *run, const struct operation *o, struct span text, struct span other) {
    int64_t match;
    if (span_is_nocase(o->name, "re")) return script_match(&run->state, NULL, other, text, &match) && match;
    if (span_is_nocase(o->name, "fm")) return glob(other, text);
    return compare(o->name, text_sign(text, other, has_flag(o->flags, 'i')));
}

/* Kamailio takes every value to be of the type of the first one: an address as a number, or a number as one.
 */
static bool check_mistaken(struct kam_run *run, const struct operation *o, enum kam_value_type type) {
    if (type == KAM_INT && span_is_nocase(o->name, "eq")) return false;
    kam_run_stop(run,
                 type == KAM_INT
                     ? "avp_check() compares the address of a text with a number, and the run has reached it"
                     : "avp_check() takes a number to be a text, which ends Kamailio, and the run has "
                       "reached it");
    return false;
}

/* Each value is compared with each; without g only the newest one. */
static int avp_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct values v = any_values(run, args[0].pv);
    struct operation o;
    struct values others = operands_of(run, &args[1], &o);
    (void)count;
    for (size_t i = 0; i < (has_flag(o.flags, 'g') ? v.count : v.count > 0); i++)
        for (size_t k = 0; k < others.count; k++) {
            enum kam_value_type type = v.list[0].type;
            if (others.list[k].type != type) continue;
            if (v.list[i].type != type ? check_mistaken(run, &o, type)
                : type == KAM_INT      ? check_numbers(o.name, v.list[i].n, others.list[k].n)
                                       : check_text(run, &o, v.list[i].s, others.list[k].s))
                return 1;
        }
    return -1;
}

static int64_t compute(struct span name, int64_t a, int64_t b) {
    bool add = span_is_nocase(name, "add"), sub = span_is_nocase(name, "sub");
    if (add || sub) return add ? a + b : a - b;
    if (span_is_nocase(name, "mul")) return a * b;
    if (span_is_nocase(name, "div")) return b ? a / b : 0;
    if (span_is_nocase(name, "mod")) return b ? a % b : 0;
    if (span_is_nocase(name, "and")) return a & b;
    if (span_is_nocase(name, "or")) return a | b;
    return span_is_nocase(name, "xor") ? a ^ b : ~b;
}

/* All numbers of the name, by one operand after the other; d takes them away. Each result stands in front of
 * what there is of the name, or of another one. */
static int avp_op(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct values v = values_of(run, args[0].pv);
    struct operation o;
    struct values operands = operands_of(run, &args[1], &o);
    const struct cfg_pv *to = args[0].second_pv ? args[0].second_pv : args[0].pv;
    bool *gone = arena_new(&run->scratch, v.count + 1);
    int result = -1;
    (void)count;
    for (size_t k = 0; k < operands.count; k++)
        if (operands.list[k].type == KAM_INT) result = 1;
    for (size_t i = 0; i < v.count; i++)
        gone[i] = v.list[i].type == KAM_INT;
    if (has_flag(o.flags, 'd') && result > 0) keep(run, args[0].pv, &v, gone);
    for (size_t i = 0; i < v.count; i++)
        for (size_t k = 0; gone[i] && k < operands.count; k++) {
            if (operands.list[k].type != KAM_INT) continue;
            v.list[i].n = (int32_t)(uint32_t)compute(o.name, v.list[i].n, operands.list[k].n);
            push(run, to, v.list[i]);
        }
    for (size_t i = 0; i < v.count; i++)
        if (gone[i]) return result;
    return -1;
}

/* n: a text becomes a number; s: the other way. */
static bool convert(struct kam_run *run, struct kam_value *v, struct span flags) {
    if (has_flag(flags, 'n') && v->type == KAM_STR) {
        if (!read_int(v->s, &v->n)) return false;
        v->type = KAM_INT;
    } else if (has_flag(flags, 's') && v->type == KAM_INT) {
        *v = (struct kam_value){.type = KAM_STR, .s = kam_value_text(*v, &run->scratch)};
    }
    return true;
}

static int avp_copy(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct values v = values_of(run, args[0].pv);
    struct span flags = flags_of(args[1].s);
    size_t n = has_flag(flags, 'g') ? v.count : v.count > 0;
    bool *gone = arena_new(&run->scratch, v.count + 1);
    (void)count;
    if (n == 0) return -1;
    size_t good = 0; /* up to one that cannot be converted */
    while (good < n && convert(run, &v.list[good], flags))
        gone[good++] = true;
    if (has_flag(flags, 'd')) keep(run, args[0].pv, &v, gone);
    for (size_t i = 0; i < good; i++)
        push(run, args[1].pv, v.list[i]);
    return good == n ? 1 : -1;
}

/* "*" and "a": all AVPs; "s" those with names, "i" those with numbers. */
static int delete_kind(struct kam_run *run, char kind) {
    int found = -1;
    for (const struct program_name *name = run->k->program->avps; name; name = name->hh.next) {
        const struct cfg_pv pv = {.kind = CFG_PV_AVP, .number = name->number, .at.index = KAM_INDEX_NONE};
        bool number = span_starts(name->name, "i:");
        if (kind == 'i' ? !number : kind == 's' && number) continue;
        for (; nth(run, &pv, 0).type != KAM_NULL; found = 1)
            push(run, &pv, (struct kam_value){0});
    }
    return found;
}

static int avp_delete(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (!args[0].pv) return delete_kind(run, *args[0].s.p);
    size_t n = values_of(run, args[0].pv).count;
    if (n == 0) return -1;
    for (size_t i = 0; i < (has_flag(flags_of(args[0].s), 'g') ? n : 1); i++)
        push(run, args[0].pv, (struct kam_value){0});
    return 1;
}

static int is_avp_set(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct values v = values_of(run, args[0].pv);
    struct span flags = flags_of(args[0].s);
    (void)count;
    if (v.count == 0) return -1;
    bool number = v.list[0].type == KAM_INT;
    if ((has_flag(flags, 'n') && !number) || (has_flag(flags, 's') && number)) return -1;
    bool empty = number ? v.list[0].n == 0 : v.list[0].s.len == 0;
    return has_flag(flags, 'e') && !empty ? -1 : 1;
}

static int substitute(struct kam_run *run, const struct kam_arg *args, const struct script_subst *subst) {
    struct values v = values_of(run, args[0].pv), old = values_of(run, args[0].pv);
    struct span flags = flags_of(args[0].s);
    const struct cfg_pv *to = args[0].second_pv ? args[0].second_pv : args[0].pv;
    bool *gone = arena_new(&run->scratch, v.count + 1);
    int result = -1;
    for (size_t i = 0; i < v.count && (result < 0 || has_flag(flags, 'g')); i++) {
        struct span text = {0};
        if (v.list[i].type == KAM_STR) text = kam_subst_apply(run, subst, v.list[i].s);
        gone[i] = text.p != NULL;
        if (!gone[i]) continue;
        v.list[i].s = text;
        result = 1;
    }
    if (!args[0].second_pv || has_flag(flags, 'd')) keep(run, args[0].pv, &old, gone);
    for (size_t i = 0; i < v.count; i++)
        if (gone[i]) push(run, to, v.list[i]);
    return result;
}

static int avp_subst(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return substitute(run, args, args[1].subst);
}

/* The substitution is what the text gives. */
static int avp_subst_pv(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct script_subst *subst = kam_subst_new(run, args[1].s);
    int result = subst ? substitute(run, args, subst) : -3;
    (void)count;
    kam_subst_drop(subst);
    return result;
}

/* $ru, $ru/username, $ru/domain, $du, $br. An empty $ru is one; an empty branch is the one that there is. */
static bool push_to(struct kam_run *run, struct span where, struct span text) {
    struct span part = flags_of(where);
    if (span_starts(where, "$du")) {
        kam_run_set_next_hop(run, text);
        return true;
    }
    if (span_starts(where, "$br"))
        return kam_run_add_branch(run, text.len ? text : kam_run_uri(run), (struct span){0},
                                  run->branch_flags);
    if (span_is(part, "username")) return kam_run_replace_part(run, KAM_URI_USER, text);
    if (span_is(part, "domain")) return kam_run_replace_part(run, KAM_URI_HOST, text);
    if (!run->msg.is_request) return false;
    kam_run_set_uri(run, text);
    return true;
}

static int avp_pushto(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct values v = any_values(run, args[1].pv);
    size_t n = has_flag(flags_of(args[1].s), 'g') ? v.count : v.count > 0;
    (void)count;
    for (size_t i = 0; i < n; i++)
        if (!push_to(run, args[0].s, kam_value_text(v.list[i], &run->scratch))) return -1;
    return n ? 1 : -1;
}

static int avp_print(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

/* What Kamailio does not start with. */
static bool is_avp(struct span text) { return span_starts(text, "$avp(") || span_starts(text, "$(avp("); }

static const char *wants_avp(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    return is_avp(text) ? NULL : "must be an AVP: \"$avp(x)\"";
}

/* Is all of it among the letters, in either case? */
static bool are_flags(struct span flags, const char *letters) {
    for (size_t i = 0; i < flags.len; i++)
        if (!flags.p[i] || !strchr(letters, ascii_lower((unsigned char)flags.p[i]))) return false;
    return true;
}

/* A variable, and flags behind a slash. */
static bool has_only_flags(struct span text, const char *letters) {
    struct span rest = span_skip(text, script_pv_len(text));
    return rest.len == 0 || (rest.p[0] == '/' && are_flags(span_skip(rest, 1), letters));
}

static const char no_such_flag[] = "has a flag that there is not";

static const char *wants_avp_flags(const struct kam_program *program, size_t index, struct span text) {
    const char *why = wants_avp(program, index, text);
    return why || has_only_flags(text, "g") ? why : no_such_flag;
}

/* Or a kind of AVPs and, which changes nothing here, flags of scripts. */
static const char *wants_deletable(const struct kam_program *program, size_t index, struct span text) {
    struct span flags = text, kind = span_cut(&flags, '/'), number;
    uint64_t n;
    if (!kind.len || !memchr("*ais", *kind.p, 4)) return wants_avp_flags(program, index, text);
    number = span_skip(kind, 1);
    if (number.len && !span_to_u64(number, UINT32_MAX, &n)) return "must be a kind of AVPs and flags: i, s3";
    return !flags.len || span_is(flags, "g") ? NULL : no_such_flag;
}

/* A number, a text, an empty one. */
static const char *wants_question(const struct kam_program *program, size_t index, struct span text) {
    const char *why = wants_avp(program, index, text);
    struct span flags = flags_of(text);
    bool both = has_flag(flags, 's') && has_flag(flags, 'n');
    return why || (has_only_flags(text, "esn") && !both) ? why : no_such_flag;
}

static const char *wants_copy(const struct kam_program *program, size_t index, struct span text) {
    const char *why = wants_avp(program, index, text);
    return why || index == 0 || has_only_flags(text, "gdns") ? why : no_such_flag;
}

/* A second AVP may stand in front of the flags. */
static const char *wants_avps(const struct kam_program *program, size_t index, struct span text) {
    if (index > 0) return NULL;
    const char *why = wants_avp(program, index, text);
    return why || are_flags(flags_of(text), "gd") ? why : no_such_flag;
}

static bool is_word(struct span word, const char *words) {
    struct span left = span_of(words);
    while (left.len)
        if (span_eq_nocase(span_cut(&left, ' '), word)) return true;
    return false;
}

/* Behind the value of an operation: nothing, or a slash and flags. */
static bool operation_ends(struct span text, const char *letters) {
    span_cut(&text, '/');
    struct span value = text;
    if (*text.p == '$') return has_only_flags(text, letters) && text.p[text.len - 1] != '/';
    span_cut(&value, '/');
    return !value.p || (value.len && are_flags(value, letters));
}

static const char *wants_check(const struct kam_program *program, size_t index, struct span text) {
    struct operation o;
    (void)program;
    if (index == 0)
        return span_starts(text, "$") && !span_is(text, "$null") ? NULL
                                                                 : "must be a variable that can have a value";
    const char *why = operation_read(&o, text);
    if (!why && !is_word(o.name, "eq ne lt le gt ge re fm and or xor"))
        why = "has no operation that there is";
    if (!why && !operation_ends(text, "gi")) why = no_such_flag;
    if (!why && span_is_nocase(o.name, "fm") && !o.is_variable && span_find(o.value.s, '[') >= 0)
        why = "is simulated only with * and ?";
    return why;
}

static const char *wants_op(const struct kam_program *program, size_t index, struct span text) {
    struct operation o;
    struct span second = span_skip(text, script_pv_len(text));
    if (index == 0 && is_avp(text) && second.len > 1 && second.p[1] != '$')
        return "has flags where a second AVP may stand";
    if (index == 0) return wants_avp(program, index, text);
    const char *why = operation_read(&o, text);
    if (!why && !is_word(o.name, "add sub mul div mod and or xor not"))
        why = "has no operation that there is";
    if (!why && !operation_ends(text, "gd")) why = no_such_flag;
    return why || o.is_variable || o.value.type == KAM_INT ? why
                                                           : "must have a number as its value: \"add/i:2\"";
}

static const char *wants_target(const struct kam_program *program, size_t index, struct span text) {
    (void)program;
    if (index > 0 && !span_starts(text, "$")) return "must be a variable";
    if (index > 0) return has_only_flags(text, "g") ? NULL : no_such_flag;
    static const char *const targets[] = {"$ru", "$du", "$br", "$ru/username", "$ru/domain"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (span_is(text, targets[i])) return NULL;
    return "must be $ru, $ru/username, $ru/domain, $du or $br";
}

static const struct kam_function functions[] = {
    {"avp_check", 2, 2, KAM_USUAL_ROUTE, avp_check, {ARG_PVS, ARG_PVS}, .check = wants_check},
    {"avp_copy", 2, 2, KAM_USUAL_ROUTE, avp_copy, {ARG_PVS, ARG_PVS}, .check = wants_copy},
    {"avp_delete", 1, 1, KAM_USUAL_ROUTE, avp_delete, {ARG_PVS}, .check = wants_deletable},
    {"avp_op", 2, 2, KAM_USUAL_ROUTE, avp_op, {ARG_PVS, ARG_PVS}, .check = wants_op},
    {"avp_print", 0, 0, KAM_USUAL_ROUTE, avp_print},
    {"avp_pushto", 2, 2, KAM_USUAL_ROUTE, avp_pushto, {ARG_PVS, ARG_PVS}, .check = wants_target},
    {"avp_subst", 2, 2, KAM_USUAL_ROUTE, avp_subst, {ARG_PVS, ARG_SUBST}, .check = wants_avps},
    {"avp_subst_pv",
     2,
     2,
     KAM_USUAL_ROUTE,
     avp_subst_pv,
     {ARG_PVS, ARG_FORMAT},
     .check = wants_avps,
     .expressions = true},
    {"is_avp_set", 1, 1, KAM_USUAL_ROUTE, is_avp_set, {ARG_PVS}, .check = wants_question},
    {0},
};

const struct kam_module kam_avpops_module = {.name = "avpops", .functions = functions};
