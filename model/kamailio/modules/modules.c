/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/module.h"

#include <stdio.h>

static const struct kam_function no_functions[] = {{0}};
static const struct kam_param no_params[] = {{NULL, KAM_PARAM_INT, 0, NULL, 0, 0, false}};

const struct kam_module kam_modules[] = {
    {"core", kam_core_functions, no_params},
    {"sl", kam_sl_functions, kam_sl_params},
    {"tm", kam_tm_functions, kam_tm_params},
    {"maxfwd", kam_maxfwd_functions, kam_maxfwd_params},
    {"rr", kam_rr_functions, kam_rr_params},
    {"siputils", kam_siputils_functions, no_params},
    {"textops", kam_textops_functions, no_params},
    {"corex", kam_corex_functions, no_params},
    {"pv", no_functions, no_params},
    {"xlog", kam_xlog_functions, kam_xlog_params},
    {"kex", no_functions, no_params},
    {NULL, NULL, NULL},
};

struct span kam_text_arg(struct kam_run *run, const struct kam_value *arg) {
    if (arg->type == KAM_STR) return arg->s;
    if (arg->type == KAM_NULL) return (struct span){0};
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)arg->n);
    return arena_text(&run->scratch, (struct span){digits, (size_t)len});
}

bool kam_number_arg(const struct kam_value *arg, int64_t *out) {
    uint64_t n = 0;
    if (arg->type == KAM_INT) {
        *out = arg->n;
        return true;
    }
    if (arg->type != KAM_STR || !span_to_u64(arg->s, INT64_MAX, &n)) return false;
    *out = (int64_t)n;
    return true;
}

bool kam_status_arg(const struct kam_value *arg, unsigned *out) {
    int64_t n;
    if (!kam_number_arg(arg, &n) || n < 100 || n > 699) return false;
    *out = (unsigned)n;
    return true;
}

const char *kam_check_status(size_t index, struct kam_value literal) {
    unsigned status;
    return index == 0 && !kam_status_arg(&literal, &status) ? "must be a status from 100 to 699" : NULL;
}

const char *kam_check_numbers(size_t index, struct kam_value literal) {
    (void)index;
    int64_t n;
    return kam_number_arg(&literal, &n) ? NULL : "must be a number";
}

bool kam_format_arg(struct kam_run *run, const struct kam_value *arg, struct span *out) {
    struct span text = kam_text_arg(run, arg);
    *out = text;
    if (span_find(text, '$') < 0) return true;
    struct buf b = {0};
    bool ok = kam_format(&b, run, text);
    *out = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return ok;
}
