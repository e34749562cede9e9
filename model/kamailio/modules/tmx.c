/* SPDX-License-Identifier: MIT */
/* tmx: more questions to tm. */
#include "model/kamailio/modules/module.h"

/*
 * Is another worker process at work on the same request? Here a worker's decisions take no time, so two
 * copies of a request are never in the making at once; what differs from the real program is a retransmission
 * within the microseconds that it needs.
 */
static int t_precheck_trans(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

static const struct kam_function functions[] = {
    {"t_precheck_trans", 0, 0, KAM_REQUEST_ROUTE, t_precheck_trans},
    {0},
};

const struct kam_module kam_tmx_module = {.name = "tmx", .functions = functions};
