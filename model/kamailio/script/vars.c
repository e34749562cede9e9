/* SPDX-License-Identifier: MIT */
/* What scripts remember: $var(x) and $avp(x). (facts: Kamailio 11.6) */
#include "model/kamailio/script/vars.h"

#include "base/mem.h"
#include "model/kamailio/script/error.h"
#include "model/kamailio/script/xavp.h"

#include <stdlib.h>

struct kam_var {
    struct kam_var *below;  /* what it hides */
    struct kam_value value; /* its text is this entry's own */
};

static void forget_text(struct kam_vars *vars, struct kam_var *v) {
    if (v->value.type != KAM_STR) return;
    vars->bytes -= v->value.s.len;
    free((char *)v->value.s.p);
}

void script_vars_pop(struct kam_vars *vars, size_t number) {
    struct kam_var *v = number < vars->count ? vars->tops[number] : NULL;
    if (!v) return;
    vars->tops[number] = v->below;
    forget_text(vars, v);
    free(v);
}

/* Most messages have no variables. */
static bool is_empty(const struct kam_vars *vars) {
    const struct kam_xavp *any = NULL;
    for (size_t i = 0; i < KAM_LISTS && !any; i++)
        any = vars->lists[i];
    return !vars->tops && !any;
}

void kam_vars_forget(struct kam_vars *vars) {
    if (is_empty(vars)) return;
    for (size_t i = 0; i < vars->count; i++)
        while (vars->tops[i])
            script_vars_pop(vars, i);
    free(vars->tops);
    for (size_t i = 0; i < KAM_LISTS; i++)
        xavp_free(&vars->lists[i]);
    *vars = (struct kam_vars){0};
}

void kam_process_init(struct kam_process *process) { *process = (struct kam_process){.error = KAM_E_UNSPEC}; }

void kam_process_free(struct kam_process *process) {
    kam_vars_free(&process->vars);
    xavp_free(&process->sbranch);
    buf_free(&process->unended);
}

struct kam_value script_vars_get(const struct kam_vars *vars, size_t number) {
    const struct kam_var *v = number < vars->count ? vars->tops[number] : NULL;
    return v ? v->value : (struct kam_value){0};
}

size_t script_vars_count(const struct kam_vars *vars, size_t number) {
    size_t count = 0;
    for (const struct kam_var *v = number < vars->count ? vars->tops[number] : NULL; v; v = v->below)
        count++;
    return count;
}

struct kam_value script_vars_nth(const struct kam_vars *vars, size_t number, int64_t n, uint64_t *steps) {
    const struct kam_var *top = number < vars->count ? vars->tops[number] : NULL, *v;
    *steps = 0;
    if (n < 0) {
        *steps = script_vars_count(vars, number);
        return n + (int64_t)*steps == 0 && top ? top->value : (struct kam_value){0};
    }
    for (v = top; v && n > 0; v = v->below, n--)
        ++*steps;
    return v ? v->value : (struct kam_value){0};
}

/* The text may be the one that is replaced. */
static void assign(struct kam_vars *vars, struct kam_var *v, struct kam_value value) {
    struct kam_var old = *v;
    v->value = (struct kam_value){.type = value.type}; /* a text is no number any more */
    if (value.type == KAM_STR) {
        v->value.s = (struct span){mem_text(value.s), value.s.len};
        vars->bytes += value.s.len;
    } else {
        v->value.n = value.n;
    }
    forget_text(vars, &old);
}

void script_vars_push(struct kam_vars *vars, size_t number, struct kam_value value) {
    if (number >= vars->count) {
        size_t count = number + 1 > 2 * vars->count ? number + 1 : 2 * vars->count;
        vars->tops = mem_resize(vars->tops, count * sizeof *vars->tops);
        memset(vars->tops + vars->count, 0, (count - vars->count) * sizeof *vars->tops);
        vars->count = count;
    }
    struct kam_var *v = mem_new(sizeof *v);
    v->below = vars->tops[number];
    vars->tops[number] = v;
    assign(vars, v, value);
}

void script_vars_set(struct kam_vars *vars, size_t number, struct kam_value value) {
    if (number < vars->count && vars->tops[number])
        assign(vars, vars->tops[number], value);
    else
        script_vars_push(vars, number, value);
}
