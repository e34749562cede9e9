/* SPDX-License-Identifier: MIT */
/* What scripts remember: $var(x) and $avp(x). (facts: Kamailio 11.6) */
#include "model/kamailio/script/vars.h"

#include "base/mem.h"
#include "model/kamailio/script/error.h"

#include <stdlib.h>

struct kam_var {
    size_t number;
    struct kam_value value; /* its text is this entry's own */
};

void kam_vars_free(struct kam_vars *vars) {
    for (size_t i = 0; i < vars->count; i++)
        free((char *)vars->all[i].value.s.p);
    free(vars->all);
    *vars = (struct kam_vars){0};
}

void kam_process_init(struct kam_process *process) { *process = (struct kam_process){.error = KAM_E_UNSPEC}; }

void kam_process_free(struct kam_process *process) { kam_vars_free(&process->vars); }

static struct kam_var *find(const struct kam_vars *vars, size_t number) {
    for (size_t i = vars->count; i-- > 0;)
        if (vars->all[i].number == number) return &vars->all[i];
    return NULL;
}

struct kam_value script_vars_get(const struct kam_vars *vars, size_t number) {
    const struct kam_var *v = find(vars, number);
    return v ? v->value : (struct kam_value){0};
}

static void add(struct kam_vars *vars, size_t number) {
    vars->all = mem_room(vars->all, vars->count, &vars->cap, sizeof *vars->all);
    vars->all[vars->count++] = (struct kam_var){.number = number};
}

/* The text may be the one that is replaced. */
static void assign(struct kam_var *v, struct kam_value value) {
    char *old = (char *)v->value.s.p;
    v->value = (struct kam_value){.type = value.type}; /* a text is no number any more */
    if (value.type == KAM_STR)
        v->value.s = (struct span){mem_text(value.s), value.s.len};
    else
        v->value.n = value.n;
    free(old);
}

void script_vars_set(struct kam_vars *vars, size_t number, struct kam_value value) {
    if (!find(vars, number)) add(vars, number);
    assign(find(vars, number), value);
}

void script_vars_push(struct kam_vars *vars, size_t number, struct kam_value value) {
    add(vars, number);
    assign(find(vars, number), value);
}

void script_vars_pop(struct kam_vars *vars, size_t number) {
    struct kam_var *v = find(vars, number);
    if (!v) return;
    free((char *)v->value.s.p);
    size_t after = vars->count - (size_t)(v - vars->all) - 1;
    memmove(v, v + 1, after * sizeof *v);
    vars->count--;
}
