/* SPDX-License-Identifier: MIT */
/* What the files of textopsx share. */
#ifndef MODEL_KAMAILIO_MODULES_TEXTOPSX_TEXTOPSX_H
#define MODEL_KAMAILIO_MODULES_TEXTOPSX_TEXTOPSX_H

#include "model/kamailio/modules/module.h"

enum { TEXTOPSX_ITERATORS = 4, TEXTOPSX_NAME_LEN = 32 };

struct textopsx_iterator {
    char name[TEXTOPSX_NAME_LEN]; /* empty: it is free */
    size_t count;                 /* of headers: the number of the one it stands at, from 1; 0: at none */
    size_t at, len;               /* of lines: the one it stands at, in the message; len 0: at none */
    bool started, ended;
};

struct textopsx {
    struct textopsx_iterator headers[TEXTOPSX_ITERATORS], lines[TEXTOPSX_ITERATORS];
};

#define TEXTOPSX_FUNCTION(name) int name(struct kam_run *run, const struct kam_arg *args, size_t count)

/* iterator.c */
TEXTOPSX_FUNCTION(textopsx_hf_start);
TEXTOPSX_FUNCTION(textopsx_hf_next);
TEXTOPSX_FUNCTION(textopsx_hf_remove);
TEXTOPSX_FUNCTION(textopsx_hf_append);
TEXTOPSX_FUNCTION(textopsx_hf_insert);
TEXTOPSX_FUNCTION(textopsx_iterator_prev);
TEXTOPSX_FUNCTION(textopsx_iterator_end);
TEXTOPSX_FUNCTION(textopsx_bl_start);
TEXTOPSX_FUNCTION(textopsx_bl_next);
TEXTOPSX_FUNCTION(textopsx_bl_remove);
TEXTOPSX_FUNCTION(textopsx_bl_append);
TEXTOPSX_FUNCTION(textopsx_bl_insert);
TEXTOPSX_FUNCTION(textopsx_lines_end);

/* Another status for the reply; false: it cannot have that. */
bool textopsx_change_status(struct kam_run *run, int64_t status);

/* values.c */
TEXTOPSX_FUNCTION(textopsx_value_exists);
TEXTOPSX_FUNCTION(textopsx_include_value);
TEXTOPSX_FUNCTION(textopsx_exclude_value);
TEXTOPSX_FUNCTION(textopsx_append_value);
TEXTOPSX_FUNCTION(textopsx_insert_value);
TEXTOPSX_FUNCTION(textopsx_remove_value);
TEXTOPSX_FUNCTION(textopsx_assign_value);
TEXTOPSX_FUNCTION(textopsx_remove_value2);
TEXTOPSX_FUNCTION(textopsx_assign_value2);

/* Is the text, the first argument, what a function takes: a name; one with an index; also with a parameter;
 * the same to be assigned. */
#define TEXTOPSX_CHECK(name)                                                                                 \
    const char *name(const struct kam_program *program, size_t index, struct span text)
TEXTOPSX_CHECK(textopsx_check_name);
TEXTOPSX_CHECK(textopsx_check_value);
TEXTOPSX_CHECK(textopsx_check_part);
TEXTOPSX_CHECK(textopsx_check_assigned);

extern const struct kam_pv textopsx_pvs[];

#endif
