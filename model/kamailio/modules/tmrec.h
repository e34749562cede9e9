/* SPDX-License-Identifier: MIT */
/* tmrec's function that stands in a file of its own: recurrence.c */
#ifndef MODEL_KAMAILIO_MODULES_TMREC_H
#define MODEL_KAMAILIO_MODULES_TMREC_H

#include "model/kamailio/modules/module.h"

/* What the module keeps. */
struct tmrec {
    struct span separator;
};

/* tmrec_match(RECURRENCE[, TIME]) */
int tmrec_match(struct kam_run *run, const struct kam_arg *args, size_t count);

#endif
