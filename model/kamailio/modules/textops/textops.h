/* SPDX-License-Identifier: MIT */
/* What the files of textops share: the parts of a message, and the functions that stand in its table. */
#ifndef MODEL_KAMAILIO_MODULES_TEXTOPS_TEXTOPS_H
#define MODEL_KAMAILIO_MODULES_TEXTOPS_TEXTOPS_H

#include "model/kamailio/modules/module.h"

#include <stddef.h>

enum textops_part {
    TEXTOPS_ALL,     /* the whole message */
    TEXTOPS_REST,    /* from its first header on */
    TEXTOPS_HEADERS, /* its headers */
    TEXTOPS_BODY
};

/* A part of the message, with what was changed in place; *at is its offset. Empty if there is none. */
struct span textops_part(struct kam_run *run, enum textops_part part, size_t *at);

/* The offset of a place in the run's message. */
static inline size_t textops_offset(const struct kam_run *run, const char *p) {
    return (size_t)(p - run->msg.bytes.p);
}

#define TEXTOPS_FUNCTION(name) int name(struct kam_run *run, const struct kam_arg *args, size_t count)

/* search.c: expressions and texts, found and replaced */
TEXTOPS_FUNCTION(textops_search);
TEXTOPS_FUNCTION(textops_search_body);
TEXTOPS_FUNCTION(textops_search_hf);
TEXTOPS_FUNCTION(textops_search_append);
TEXTOPS_FUNCTION(textops_search_append_body);
TEXTOPS_FUNCTION(textops_replace);
TEXTOPS_FUNCTION(textops_replace_all);
TEXTOPS_FUNCTION(textops_replace_body);
TEXTOPS_FUNCTION(textops_replace_body_all);
TEXTOPS_FUNCTION(textops_replace_body_atonce);
TEXTOPS_FUNCTION(textops_replace_hdrs);
TEXTOPS_FUNCTION(textops_replace_str);
TEXTOPS_FUNCTION(textops_replace_hdrs_str);
TEXTOPS_FUNCTION(textops_replace_body_str);

/* subst.c: substitutions */
TEXTOPS_FUNCTION(textops_subst);
TEXTOPS_FUNCTION(textops_subst_body);
TEXTOPS_FUNCTION(textops_subst_hf);
TEXTOPS_FUNCTION(textops_subst_uri);
TEXTOPS_FUNCTION(textops_subst_user);

/* headers.c: header fields */
TEXTOPS_FUNCTION(textops_append_hf);
TEXTOPS_FUNCTION(textops_insert_hf);
TEXTOPS_FUNCTION(textops_append_urihf);
TEXTOPS_FUNCTION(textops_remove_hf);
TEXTOPS_FUNCTION(textops_remove_hf_pv);
TEXTOPS_FUNCTION(textops_remove_hf_idx);
TEXTOPS_FUNCTION(textops_remove_hf_re);
TEXTOPS_FUNCTION(textops_remove_hf_exp);
TEXTOPS_FUNCTION(textops_remove_hf_match);
TEXTOPS_FUNCTION(textops_is_present_hf);
TEXTOPS_FUNCTION(textops_is_present_hf_re);
TEXTOPS_FUNCTION(textops_append_to_reply);
TEXTOPS_FUNCTION(textops_append_time);
TEXTOPS_FUNCTION(textops_append_time_to_request);
TEXTOPS_FUNCTION(textops_is_method);
TEXTOPS_FUNCTION(textops_is_privacy);

/* bodies.c: what stands behind the headers */
TEXTOPS_FUNCTION(textops_has_body);
TEXTOPS_FUNCTION(textops_set_body);
TEXTOPS_FUNCTION(textops_set_reply_body);
TEXTOPS_FUNCTION(textops_is_audio_on_hold);

/* Puts another text in the place of the body; what was done with that before is taken back. */
void textops_replace_body_by(struct kam_run *run, struct span text);

/* parts.c: bodies of several parts */
TEXTOPS_FUNCTION(textops_filter_body);
TEXTOPS_FUNCTION(textops_get_body_part);
TEXTOPS_FUNCTION(textops_get_body_part_raw);
TEXTOPS_FUNCTION(textops_remove_body_part);
TEXTOPS_FUNCTION(textops_append_body_part);
TEXTOPS_FUNCTION(textops_append_body_part_hex);
TEXTOPS_FUNCTION(textops_set_body_multipart);

/* texts.c: texts that have nothing to do with the message */
TEXTOPS_FUNCTION(textops_in_list);
TEXTOPS_FUNCTION(textops_in_list_prefix);
TEXTOPS_FUNCTION(textops_cmp_str);
TEXTOPS_FUNCTION(textops_cmp_istr);
TEXTOPS_FUNCTION(textops_search_str);
TEXTOPS_FUNCTION(textops_starts_with);
TEXTOPS_FUNCTION(textops_ends_with);
TEXTOPS_FUNCTION(textops_str_find);
TEXTOPS_FUNCTION(textops_str_ifind);
TEXTOPS_FUNCTION(textops_regex_substring);

#endif
