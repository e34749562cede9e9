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

/* An argument as text; a number is written out (it lives until the run ends), null is empty. */
struct span kam_text_arg(struct kam_run *run, const struct kam_value *arg);

/* An argument with the pseudo-variables in it expanded; false if that cannot be done. */
bool kam_format_arg(struct kam_run *run, const struct kam_value *arg, struct span *out);

/* An argument as a number; false if it is none. */
bool kam_number_arg(const struct kam_value *arg, int64_t *out);

/* An argument as the status of a reply, 100 to 699; false if it is none. */
bool kam_status_arg(const struct kam_value *arg, unsigned *out);

/* What is wrong with a literal argument, for a function's check: the first one a status, all numbers. NULL:
 * nothing. */
const char *kam_check_status(size_t index, struct kam_value literal);
const char *kam_check_numbers(size_t index, struct kam_value literal);

/* A Max-Forwards value as it stands now: maxfwd_process() changes it in place. */
struct span kam_max_forwards(const struct kam_run *run, const struct sip_header *h);

#endif
