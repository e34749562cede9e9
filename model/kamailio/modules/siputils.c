/* SPDX-License-Identifier: MIT */
/* siputils: questions about a message. */
#include "model/kamailio/modules/module.h"

static int has_totag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->to_tag.len ? 1 : -1;
}

static int is_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->msg.is_request ? 1 : -1;
}

static int is_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->msg.is_request ? -1 : 1;
}

static const struct kam_function functions[] = {
    {"has_totag", 0, 0, KAM_ANY_ROUTE, has_totag},
    {"is_request", 0, 0, KAM_ANY_ROUTE, is_request},
    {"is_reply", 0, 0, KAM_ANY_ROUTE, is_reply},
    {0},
};

const struct kam_module kam_siputils_module = {.name = "siputils", .needs = {"sl"}, .functions = functions};
