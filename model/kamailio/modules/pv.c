/* SPDX-License-Identifier: MIT */
/* pv: the functions and parameters of the module that has the pseudo-variables (facts: Kamailio 18.4). */
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/eval.h"

/* "name=s:text" or "name=i:number" */
static bool read_start(struct span text, struct span *name, struct kam_value *value) {
    uint64_t n;
    *name = span_cut(&text, '=');
    bool number = span_starts(text, "i:");
    if (name->len == 0 || (!number && !span_starts(text, "s:"))) return false;
    struct span rest = span_skip(text, 2);
    bool negative = rest.len && rest.p[0] == '-';
    *value = (struct kam_value){.type = KAM_STR, .s = rest};
    if (!number) return true;
    if (!span_to_u64(span_skip(rest, negative), INT32_MAX, &n)) return false;
    *value = (struct kam_value){.type = KAM_INT, .n = negative ? -(int64_t)n : (int64_t)n};
    return true;
}

static void init(struct kamailio *k, void *data) {
    struct kam_value text, value;
    struct span name;
    (void)data;
    for (size_t i = 0; kam_program_value(k->program, &kam_pv_module, "shvset", i, &text); i++)
        if (read_start(text.s, &name, &value)) xavp_assign(xavp_add(&k->shared, name), value);
}

static const struct kam_param params[] = {
    {KAM_TEXT("shvset", ""), KAM_EACH},
    {KAM_TEXT("varset", ""), KAM_NOT_SIMULATED},
    {KAM_TEXT("avp_aliases", ""), KAM_NOT_SIMULATED},
    {0},
};

const struct kam_module kam_pv_module = {.name = "pv", .params = params, .init = init};
