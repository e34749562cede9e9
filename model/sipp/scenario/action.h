/* SPDX-License-Identifier: MIT */
/* The children of <action> (facts: SIPp 10.2), compiled. Performing them is perform.c. */
#ifndef MODEL_SIPP_SCENARIO_ACTION_H
#define MODEL_SIPP_SCENARIO_ACTION_H

#include "base/real.h"
#include "base/regex.h"
#include "model/sipp/scenario/distribution.h"
#include "model/sipp/scenario/media.h"
#include "model/sipp/scenario/template.h"
#include "model/sipp/scenario/xml.h"

enum action_kind {
    ACTION_ADD,
    ACTION_ASSIGN,
    ACTION_ASSIGNSTR,
    ACTION_DIVIDE,
    ACTION_EREG,
    ACTION_ERROR,
    ACTION_EXEC,
    ACTION_GETTIMEOFDAY,
    ACTION_INDEX,
    ACTION_INSERT,
    ACTION_JUMP,
    ACTION_LOG, /* also warning: neither is seen on the wire */
    ACTION_LOOKUP,
    ACTION_MULTIPLY,
    ACTION_CLOSECON,
    ACTION_PAUSERESTORE,
    ACTION_REPLACE,
    ACTION_RTP_ECHO,
    ACTION_SAMPLE,
    ACTION_SETDEST,
    ACTION_STRCMP,
    ACTION_SUBTRACT,
    ACTION_TEST,
    ACTION_TODOUBLE,
    ACTION_TRIM,
    ACTION_VERIFYAUTH
};

enum ereg_place { EREG_MSG, EREG_HDR, EREG_BODY, EREG_VAR };
enum compare {
    COMPARE_EQUAL,
    COMPARE_NOT_EQUAL,
    COMPARE_GREATER,
    COMPARE_LESS,
    COMPARE_GREATER_EQUAL,
    COMPARE_LESS_EQUAL
};
enum exec_command {
    EXEC_STOP_CALL,
    EXEC_STOP_GRACEFULLY,
    EXEC_STOP_NOW,
    EXEC_SHELL,
    EXEC_MEDIA,
    EXEC_NOTHING
};

/* The whole match and nine groups. */
enum { ACTION_TARGETS = 10 };

struct action {
    enum action_kind kind;
    struct source_pos at;
    int target[ACTION_TARGETS]; /* variables of assign_to */
    bool too_many;              /* more of them than SIPp fills */
    size_t target_count;
    int variable, variable2;       /* -1: not given */
    struct real number;            /* value="..." where it is a number */
    struct template *text, *text2; /* message, value, host and port, user and password, key, line */
    struct template *file;         /* of lookup, insert, replace */
    struct span plain;             /* value of strcmp, header of ereg: in action.strings */
    struct buf strings;
    enum compare compare;
    enum exec_command command;
    const struct media *media; /* of EXEC_MEDIA */
    struct distribution distribution;
    enum ereg_place place;
    struct regex *regex;             /* of an ereg; NULL: it is one that is not simulated */
    bool check_it, check_it_inverse; /* also of test and strcmp */
    bool case_indep, start_line;
    bool other_protocol; /* of setdest */
    int64_t occurrence;
};

struct action_list {
    struct action *actions;
    size_t count, cap;
};

void action_list_free(struct action_list *list);

/* Compiles the children of an <action> element to the end of the list. */
void action_list_compile(struct action_list *list, const struct template_compiler *c,
                         const struct xml_element *e);

#endif
