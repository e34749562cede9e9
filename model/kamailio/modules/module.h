/* SPDX-License-Identifier: MIT */
/* The tables of the modules (model/kamailio/modules/modules.c lists them), and what their functions share. */
#ifndef MODEL_KAMAILIO_MODULES_MODULE_H
#define MODEL_KAMAILIO_MODULES_MODULE_H

#include "model/kamailio/run.h"

extern const struct kam_function kam_core_functions[], kam_corex_functions[], kam_sl_functions[],
    kam_tm_functions[], kam_maxfwd_functions[], kam_rr_functions[], kam_siputils_functions[],
    kam_textops_functions[], kam_xlog_functions[];
extern const struct kam_param kam_sl_params[], kam_tm_params[], kam_maxfwd_params[], kam_rr_params[],
    kam_xlog_params[];

/* A Max-Forwards value as it stands now: maxfwd_process() changes it in place. */
struct span kam_max_forwards(const struct kam_run *run, const struct sip_header *h);

#endif
