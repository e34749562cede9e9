/* SPDX-License-Identifier: MIT */
/* speeddial: sd_lookup() in a table that is empty (facts: Kamailio 43). */
#include "model/kamailio/modules/module.h"

static int sd_lookup(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

static const struct kam_function functions[] = {
    {"sd_lookup", 1, 2, KAM_REQUEST_ROUTE, sd_lookup, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {0},
};

/* Its parameters have no effect: script/names.txt. */
const struct kam_module kam_speeddial_module = {.name = "speeddial", .functions = functions};
