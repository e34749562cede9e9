/* SPDX-License-Identifier: MIT */
/*
 * domain: questions about domains that a table of a data base has. In the lab that table is empty: what the
 * proxy is responsible for stands in listen= and alias= (facts: Kamailio 44).
 */
#include "model/kamailio/modules/module.h"

#define ROUTES (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)

static int no(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

static const struct kam_function functions[] = {
    {"is_from_local", 0, 0, ROUTES, no},
    {"is_uri_host_local", 0, 0, ROUTES, no},
    {"is_domain_local", 1, 1, ROUTES, no, {ARG_FORMAT}, .expressions = true},
    {"lookup_domain", 1, 2, ROUTES, no, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("db_url", ""), KAM_NO_EFFECT},
    {KAM_TEXT("domain_table", ""), KAM_NO_EFFECT},
    {KAM_TEXT("domain_attrs_table", ""), KAM_NO_EFFECT},
    {KAM_TEXT("did_col", ""), KAM_NO_EFFECT},
    {KAM_TEXT("domain_col", ""), KAM_NO_EFFECT},
    {KAM_TEXT("name_col", ""), KAM_NO_EFFECT},
    {KAM_TEXT("type_col", ""), KAM_NO_EFFECT},
    {KAM_TEXT("value_col", ""), KAM_NO_EFFECT},
    {KAM_FLAG("register_myself", 0), KAM_NO_EFFECT},
    {0},
};

const struct kam_module kam_domain_module = {.name = "domain", .functions = functions, .params = params};
