/* SPDX-License-Identifier: MIT */
/*
 * Modules that ask tables of a data base, which are empty here: what their functions return then (asked over
 * db_text: facts, Kamailio 69). Their parameters have no effect: script/names.txt.
 */
#include "model/kamailio/modules/module.h"

enum {
    REQUESTS = KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE,
    USUAL = KAM_USUAL_ROUTE,
    ANYWHERE = KAM_ANY_ROUTE,
};

#define RETURNS(name, value)                                                                                 \
    static int name(struct kam_run *run, const struct kam_arg *args, size_t count) {                         \
        (void)run, (void)args, (void)count;                                                                  \
        return value;                                                                                        \
    }
RETURNS(one, 1)
RETURNS(two, 2)
RETURNS(no, -1)
RETURNS(no_partition, -2)

#define THREE                                                                                                \
    { ARG_FORMAT, ARG_FORMAT, ARG_FORMAT }
#define FOUR                                                                                                 \
    { ARG_FORMAT, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT }

static const struct kam_function dialplan_functions[] = {
    {"dp_translate", 1, 2, ANYWHERE, no_partition, THREE, .expressions = true},
    {"dp_match", 2, 2, ANYWHERE, no_partition, THREE, .expressions = true},
    {"dp_replace", 3, 3, ANYWHERE, no_partition, THREE, .expressions = true},
    {0}};

static const struct kam_function drouting_functions[] = {
    {"do_routing", 0, 1, REQUESTS, no, THREE, .expressions = true},
    {"use_next_gw", 0, 0, REQUESTS, no},
    {"next_routing", 0, 0, KAM_FAILURE_ROUTE, no},
    {"is_from_gw", 0, 2, REQUESTS, no, THREE, .expressions = true},
    {"goes_to_gw", 0, 1, USUAL, no, THREE, .expressions = true},
    {0}};

static const struct kam_function mtree_functions[] = {
    {"mt_match", 3, 3, ANYWHERE, no, THREE, .expressions = true}, {0}};

static const struct kam_function pdt_functions[] = {
    {"prefix2domain", 0, 2, REQUESTS, no, THREE, .expressions = true},
    {"pd_translate", 2, 2, ANYWHERE, no, THREE, .expressions = true},
    {0}};

/* Who is on no blocklist is not blocked. */
static const struct kam_function userblocklist_functions[] = {
    {"check_user_blocklist", 2, 4, USUAL, one, FOUR, .expressions = true},
    {"check_user_allowlist", 2, 4, USUAL, no, FOUR, .expressions = true},
    {"check_blocklist", 0, 1, USUAL, one, THREE, .expressions = true},
    {"check_allowlist", 1, 1, USUAL, no, THREE, .expressions = true},
    {0}};

static const struct kam_function lcr_functions[] = {
    {"load_gws", 1, 3, KAM_REQUEST_ROUTE, two, THREE, .expressions = true},
    {"next_gw", 0, 0, REQUESTS, no},
    {"from_gw", 1, 1, USUAL, no, THREE, .expressions = true},
    {"from_gw", 3, 4, USUAL, no, FOUR, .expressions = true},
    {"from_any_gw", 0, 0, USUAL, no},
    {"from_any_gw", 2, 3, USUAL, no, THREE, .expressions = true},
    {"to_gw", 1, 1, USUAL, no, THREE, .expressions = true},
    {"to_gw", 3, 3, USUAL, no, THREE, .expressions = true},
    {"to_any_gw", 0, 0, USUAL, no},
    {"to_any_gw", 2, 2, USUAL, no, THREE, .expressions = true},
    {0}};

/* What may attack a data base, whatever is in the table. */
static int check_text(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const char *const bad[] = {"'", "\"", "--", "%27", "%24", "%60"};
    (void)run, (void)count;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (span_search(args[0].s, span_of(bad[i])) >= 0) return -1;
    return 1;
}

static const struct kam_function secfilter_functions[] = {
    {"secf_check_ua", 0, 0, ANYWHERE, one},
    {"secf_check_ip", 0, 0, ANYWHERE, one},
    {"secf_check_from_hdr", 0, 0, ANYWHERE, one},
    {"secf_check_to_hdr", 0, 0, ANYWHERE, one},
    {"secf_check_contact_hdr", 0, 0, ANYWHERE, one},
    {"secf_check_dst", 1, 1, ANYWHERE, one, THREE, .expressions = true},
    {"secf_check_country", 1, 1, ANYWHERE, one, THREE, .expressions = true},
    {"secf_check_sqli_hdr", 1, 1, ANYWHERE, check_text, {ARG_FORMAT}, .expressions = true},
    {0}};

/* A file that has rows in mind must be told that there are none. */
static bool warn(struct kam_program *p, const struct kam_module *m, struct diag *diag) {
    diag_warning(diag, kam_program_param_at(p, m, "db_url"),
                 "%s.db_url: no database is read; its tables are empty", m->name);
    return true;
}

static const struct kam_param params[] = {{KAM_TEXT("db_url", ""), KAM_NO_EFFECT}, {0}};

#define MODULE(NAME)                                                                                         \
    static bool warn_##NAME(struct kam_program *p, const struct source *cfg, struct source_set *set,         \
                            struct diag *diag) {                                                             \
        (void)cfg, (void)set;                                                                                \
        return warn(p, &kam_##NAME##_module, diag);                                                          \
    }                                                                                                        \
    const struct kam_module kam_##NAME##_module = {                                                          \
        .name = #NAME, .functions = NAME##_functions, .params = params, .load = warn_##NAME}

MODULE(dialplan);
MODULE(drouting);
MODULE(mtree);
MODULE(pdt);
MODULE(userblocklist);
MODULE(lcr);
MODULE(secfilter);
