/* SPDX-License-Identifier: MIT */
/*
 * What the parser makes of kamailio.cfg and the interpreter runs: statements and expressions, everything
 * named in them already looked up. All of it lives in the program's arena. (facts: Kamailio 11.3 - 11.6)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_TREE_H
#define MODEL_KAMAILIO_SCRIPT_TREE_H

#include "base/regex.h"
#include "base/source.h"
#include "model/kamailio/script/function.h"
#include "model/kamailio/script/pv.h"

struct cfg_piece;

/* A pseudo-variable as written somewhere. */
struct cfg_pv {
    enum {
        CFG_PV_TABLE,
        CFG_PV_VAR,
        CFG_PV_VAR_OR_NULL, /* $vn(x): no value until it is set */
        CFG_PV_AVP,
        CFG_PV_AVP_NAMED, /* $avp($var(x)): argument is the variable that holds the name */
        CFG_PV_RETCODE,
        CFG_PV_NULL,
        CFG_PV_DOLLAR,
        CFG_PV_MISSING /* siptwin has it not: a run that reaches it stops */
    } kind;
    const struct kam_pv *pv;                   /* of CFG_PV_TABLE */
    struct kam_pv_at at;                       /* what stands between the parentheses, and the index */
    const struct cfg_piece *argument;          /* its text, where variables stand in it; NULL: at has it */
    const struct cfg_pv *index;                /* a variable that gives the index; NULL: at has it */
    size_t number;                             /* of CFG_PV_VAR, CFG_PV_VAR_OR_NULL, CFG_PV_AVP: which name */
    const char *missing;                       /* of CFG_PV_MISSING: what the run says when it stops */
    const struct script_transform *transforms; /* what is done to the value, in order; NULL: nothing */
};

/* Operators; where Kamailio has several spellings, they are one here. */
enum cfg_op {
    CFG_INT,  /* a number */
    CFG_TEXT, /* a string */
    CFG_PV,   /* a pseudo-variable */
    CFG_CALL, /* statements whose result counts: f(), route(X), { ... }, ($a = 1) */
    CFG_TEST, /* method == ..., uri == myself ... */
    CFG_NOT,
    CFG_MINUS, /* unary */
    CFG_INVERT,
    CFG_TO_INT, /* (int) */
    CFG_TO_STR, /* (str) */
    CFG_STRLEN,
    CFG_STREMPTY,
    CFG_DEFINED,
    CFG_NOT_DEFINED, /* == $null */
    CFG_PLUS,
    CFG_SUBTRACT,
    CFG_MULTIPLY,
    CFG_DIVIDE,
    CFG_MODULO,
    CFG_BIT_OR,
    CFG_BIT_AND,
    CFG_BIT_XOR,
    CFG_SHIFT_LEFT,
    CFG_SHIFT_RIGHT,
    CFG_GREATER,
    CFG_LESS,
    CFG_GREATER_EQUAL,
    CFG_LESS_EQUAL,
    CFG_EQUAL,
    CFG_DIFFERENT,
    CFG_INT_EQUAL,
    CFG_INT_DIFFERENT,
    CFG_STR_EQUAL,
    CFG_STR_DIFFERENT,
    CFG_MATCH,
    CFG_AND,
    CFG_OR
};

/* The words that a condition may begin with: method == "INVITE". */
enum cfg_subject {
    CFG_METHOD,
    CFG_URI, /* uri or status: the request's URI, the reply's code */
    CFG_FROM_URI,
    CFG_TO_URI,
    CFG_SRC_IP,
    CFG_DST_IP,
    CFG_SRC_PORT,
    CFG_DST_PORT,
    CFG_PROTO,
    CFG_AF,
    CFG_MSG_LEN,
    CFG_SUBJECTS
};

struct cfg_test {
    enum cfg_subject subject;
    enum cfg_op op;                /* CFG_EQUAL, CFG_DIFFERENT, CFG_MATCH or, for numbers, an order */
    const struct kam_pv *pv;       /* gives the left side; NULL: it is the number n */
    const struct kam_pv *reply_pv; /* of CFG_URI in a reply */
    struct span argument;          /* of pv */
    int64_t n;
    struct span myself;           /* p not NULL: the right side is `myself`, this is the argument of pv */
    bool with_net;                /* the right side is an IPv4 network */
    uint32_t net, mask;           /* host order; a net with bits that the mask has not is none of IPv4 */
    const struct cfg_expr *right; /* otherwise */
    struct regex *regex;          /* of CFG_MATCH with a constant on the right */
};

struct cfg_expr {
    enum cfg_op op;
    unsigned depth; /* of the tree below */
    struct source_pos at;
    const struct cfg_expr *left, *right;
    struct kam_value constant;      /* of CFG_INT, CFG_TEXT */
    const struct cfg_pv *pv;        /* of CFG_PV, and of the CFG_TO_STR that @x.y is */
    const struct cfg_stmt *actions; /* of CFG_CALL */
    const struct cfg_test *test;    /* of CFG_TEST */
    struct regex *regex;            /* of CFG_MATCH with a constant on the right */
};

/* A text cut at its variables: one piece is a text, then a variable. */
struct cfg_piece {
    const struct cfg_piece *next;
    struct span text;
    const struct cfg_pv *pv; /* NULL: none, and this is the last piece */
};

/* Where an argument comes from that is not known when the file is read. */
struct cfg_arg {
    enum { CFG_ARG_KNOWN, CFG_ARG_VARIABLE, CFG_ARG_FORMAT, CFG_ARG_EXPRESSION } from;
    const struct cfg_pv *pv;
    const struct cfg_piece *pieces;
    const struct cfg_expr *expr;
};

enum cfg_stmt_kind {
    CFG_STMT_FUNCTION,
    CFG_STMT_ROUTE,
    CFG_STMT_IF,
    CFG_STMT_SWITCH,
    CFG_STMT_WHILE,
    CFG_STMT_ASSIGN,
    CFG_STMT_END,    /* drop, exit, return, break */
    CFG_STMT_MISSING /* a function that siptwin has not: a run that reaches it stops */
};

/* Why a run of statements ends, as bits. */
enum cfg_end { CFG_END_BREAK = 1, CFG_END_RETURN = 2, CFG_END_EXIT = 4, CFG_END_DROP = 8 };

struct cfg_case {
    const struct cfg_case *next;
    bool is_default;
    struct kam_value label;
    struct regex *regex;          /* case /"...": */
    const struct cfg_stmt *stmts; /* from here to the end of the switch: a case falls through */
};

struct cfg_stmt {
    struct cfg_stmt *next;
    enum cfg_stmt_kind kind;
    struct source_pos at, closes_at; /* the latter: its end, if it holds no others */
    const struct cfg_expr *expr;     /* condition, value, or name of the route; NULL: none */
    const struct cfg_stmt *then;     /* body */
    const struct cfg_stmt *otherwise;
    const struct cfg_case *cases;
    const struct cfg_pv *target;   /* of an assignment */
    unsigned ends;                 /* enum cfg_end */
    struct span route_name;        /* of a route() whose name is known; p NULL: expr gives it */
    const struct kam_route *route; /* ... and found */
    const struct kam_function *function;
    const char *missing;      /* of CFG_STMT_MISSING: what the run says when it stops */
    const char *const *stops; /* points at what the run says if the function's module has a parameter that is
                                 not simulated, or at NULL */
    bool in_core;             /* the function is the core's: it leaves $rc alone */
    size_t arg_count;
    const struct kam_arg *known; /* its arguments; those that come from elsewhere are left out */
    const struct cfg_arg *args;  /* where they come from; NULL: all are known */
};

#endif
