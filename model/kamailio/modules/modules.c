/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/module.h"

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
