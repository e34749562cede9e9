/* SPDX-License-Identifier: MIT */
/* textops: the table of its functions. */
#include "model/kamailio/modules/textops/textops.h"

#define ANSWERED (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)

/* A row of a function that may stand anywhere: name, arguments, body, types; and one that takes expressions.
 */
#define ANY(name, n, body, ...)                                                                              \
    {                                                                                                        \
        name, n, n, KAM_ANY_ROUTE, textops_##body, { __VA_ARGS__ }                                           \
    }
#define ANY_E(name, n, body, ...)                                                                            \
    { name, n, n, KAM_ANY_ROUTE, textops_##body, {__VA_ARGS__}, .expressions = true }

static const struct kam_function functions[] = {
    ANY_E("search", 1, search, ARG_LINES),
    ANY_E("search_body", 1, search_body, ARG_LINES),
    ANY("search_hf", 3, search_hf, ARG_HEADER, ARG_LINES, ARG_TEXT),
    ANY_E("search_append", 2, search_append, ARG_LINES, ARG_TEXT),
    ANY_E("search_append_body", 2, search_append_body, ARG_LINES, ARG_TEXT),
    ANY_E("replace", 2, replace, ARG_LINES, ARG_TEXT),
    ANY_E("replace_all", 2, replace_all, ARG_LINES, ARG_TEXT),
    ANY_E("replace_body", 2, replace_body, ARG_LINES, ARG_TEXT),
    ANY_E("replace_body_all", 2, replace_body_all, ARG_LINES, ARG_TEXT),
    ANY_E("replace_body_atonce", 2, replace_body_atonce, ARG_PATTERN, ARG_TEXT),
    ANY_E("replace_hdrs", 2, replace_hdrs, ARG_LINES, ARG_TEXT),
    ANY_E("replace_str", 3, replace_str, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    ANY_E("replace_body_str", 3, replace_body_str, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    ANY("subst", 1, subst, ARG_SUBST),
    ANY("subst_body", 1, subst_body, ARG_SUBST),
    ANY("subst_hf", 3, subst_hf, ARG_HEADER, ARG_SUBST, ARG_TEXT),
    {"subst_uri", 1, 1, KAM_USUAL_ROUTE, textops_subst_uri, {ARG_SUBST}},
    {"subst_user", 1, 1, KAM_USUAL_ROUTE, textops_subst_user, {ARG_SUBST}},
    {"append_hf", 1, 2, KAM_ANY_ROUTE, textops_append_hf, {ARG_FORMAT, ARG_HEADER}},
    {"insert_hf", 1, 2, KAM_ANY_ROUTE, textops_insert_hf, {ARG_FORMAT, ARG_HEADER}},
    {"append_urihf", 2, 2, ANSWERED, textops_append_urihf, {ARG_TEXT, ARG_TEXT}, .expressions = true},
    ANY_E("remove_hf", 1, remove_hf, ARG_HEADER),
    ANY_E("remove_hf_pv", 1, remove_hf_pv, ARG_FORMAT),
    ANY_E("remove_hf_idx", 2, remove_hf_idx, ARG_FORMAT, ARG_NUMBER),
    ANY_E("remove_hf_re", 1, remove_hf_re, ARG_PATTERN),
    ANY_E("remove_hf_re_pv", 1, remove_hf_re, ARG_FORMAT),
    ANY_E("remove_hf_exp", 2, remove_hf_exp, ARG_PATTERN, ARG_PATTERN),
    ANY_E("remove_hf_exp_pv", 2, remove_hf_exp, ARG_FORMAT, ARG_FORMAT),
    ANY_E("remove_hf_match", 3, remove_hf_match, ARG_FORMAT, ARG_FORMAT, ARG_FORMAT),
    ANY_E("is_present_hf", 1, is_present_hf, ARG_HEADER),
    ANY_E("is_present_hf_pv", 1, is_present_hf, ARG_FORMAT),
    ANY_E("is_present_hf_re", 1, is_present_hf_re, ARG_PATTERN),
    ANY_E("is_present_hf_re_pv", 1, is_present_hf_re, ARG_FORMAT),
    {"append_to_reply", 1, 1, ANSWERED, textops_append_to_reply, {ARG_FORMAT}, .expressions = true},
    {"append_time", 0, 0, ANSWERED, textops_append_time},
    ANY("append_time_to_request", 0, append_time_to_request, ARG_NONE),
    ANY("is_method", 1, is_method, ARG_METHODS),
    ANY("is_privacy", 1, is_privacy, ARG_PRIVACY),
    {"has_body", 0, 1, KAM_ANY_ROUTE, textops_has_body, {ARG_MIME}},
    {"set_body", 2, 2, KAM_USUAL_ROUTE, textops_set_body, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"set_reply_body", 2, 2, ANSWERED, textops_set_reply_body, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    ANY("is_audio_on_hold", 0, is_audio_on_hold, ARG_NONE),
    ANY_E("in_list", 3, in_list, ARG_FORMAT, ARG_FORMAT, ARG_SEPARATOR),
    ANY_E("in_list_prefix", 3, in_list_prefix, ARG_FORMAT, ARG_FORMAT, ARG_SEPARATOR),
    ANY_E("cmp_str", 2, cmp_str, ARG_FORMAT, ARG_FORMAT),
    ANY_E("cmp_istr", 2, cmp_istr, ARG_FORMAT, ARG_FORMAT),
    ANY_E("search_str", 2, search_str, ARG_FORMAT, ARG_FORMAT),
    ANY_E("starts_with", 2, starts_with, ARG_FORMAT, ARG_FORMAT),
    ANY_E("ends_with", 2, ends_with, ARG_FORMAT, ARG_FORMAT),
    ANY_E("str_find", 2, str_find, ARG_FORMAT, ARG_FORMAT),
    ANY_E("str_ifind", 2, str_ifind, ARG_FORMAT, ARG_FORMAT),
    {0},
};

const struct kam_module kam_textops_module = {.name = "textops", .functions = functions};
