/* SPDX-License-Identifier: MIT */
/* cfgutils: a script that takes its time (facts: Kamailio 11.7). */
#include "model/kamailio/modules/module.h"

/* The worker sleeps: what it sends after that leaves later. More than an hour is an hour. */
static int sleep_for(struct kam_run *run, int64_t number, int64_t unit_ns) {
    int64_t most = 3600 * NS_PER_S / unit_ns;
    if (number > 0) run->slept_ns += (number < most ? number : most) * unit_ns;
    return 1;
}

static int sleep_s(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return sleep_for(run, args[0].n, NS_PER_S);
}

static int sleep_us(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return sleep_for(run, args[0].n, NS_PER_US);
}

static const struct kam_function functions[] = {
    {"sleep", 1, 1, KAM_ANY_ROUTE, sleep_s, {ARG_NUMBER}, .expressions = true},
    {"usleep", 1, 1, KAM_ANY_ROUTE, sleep_us, {ARG_NUMBER}, .expressions = true},
    {0},
};

const struct kam_module kam_cfgutils_module = {.name = "cfgutils", .functions = functions};
