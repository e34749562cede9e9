/* SPDX-License-Identifier: MIT */
/*
 * Transformations: {s.len}, {uri.host}, {re.subst,/a/b/} ... A row of a table says what one is called, which
 * parameters it takes and what it does. (facts: Kamailio 18.2)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_TRANSFORM_H
#define MODEL_KAMAILIO_SCRIPT_TRANSFORM_H

#include "model/kamailio/script/eval.h"

enum { TRANSFORM_ARGS_MAX = 2 };

/* A transformation at work. */
struct transform_call {
    struct script *script;
    struct arena *arena; /* for texts */
    size_t count;        /* of parameters that stand there */
    int64_t n[TRANSFORM_ARGS_MAX];
    struct span s[TRANSFORM_ARGS_MAX];
    const struct script_subst *subst; /* of {re.subst}; NULL: s[0] has it */
    size_t shared; /* 1 + the parameter that stands where the result is written to; 0: none does */
};

/* What one costs beside its statement: a base with 58 digits is a matter of the square of the length. */
enum transform_cost { TRANSFORM_CHEAP, TRANSFORM_DEAR, TRANSFORM_SQUARE };

/* Kamailio's buffer for what a transformation makes, bytes. */
enum { TRANSFORM_BUFFER = 65536 };

struct transform_row {
    const char *name; /* "s.substr" */
    /* One letter a parameter: n a number, N one that is not negative, s a text, c one character and no
     * variable, p the same but a comma, v one character or variable, C the same, with any text behind it, r
     * /expression/text/flags; behind a ? they may be missing. */
    const char *params;
    /* Changes the value, which is not null; false: it cannot be done, and there is no value then. NULL: not
     * simulated. */
    bool (*apply)(const struct transform_call *c, struct kam_value *v);
    size_t longest; /* the longest text that it takes; 0: any (facts: Kamailio 18.2) */
    enum transform_cost cost;
};

/* All of Kamailio's, in tables that end with a name NULL; the list ends with NULL. */
extern const struct transform_row *const script_transform_tables[];
extern const struct transform_row script_transform_strings[], script_transform_codes[],
    script_transform_uris[], script_transform_texts[], kam_transform_core[]; /* the last one is in pv/ */

/* What stands behind a variable. */
struct script_transform {
    const struct script_transform *next;
    const struct transform_row *row;
    size_t count;
    int64_t n[TRANSFORM_ARGS_MAX];
    struct span s[TRANSFORM_ARGS_MAX];
    const struct cfg_pv *pv[TRANSFORM_ARGS_MAX]; /* a parameter that is a variable; NULL: n and s have it */
    const struct script_subst *subst;
    const char *missing; /* siptwin has it not: what the run says that reaches it; NULL: it has */
};

struct script_pv_maker;

/* Makes what stands in text, "{s.len}{s.md5}"; false and a reason after an error. */
bool script_transform_make(struct script_pv_maker *m, struct span text, const struct script_transform **out);

/* Applies them all. Numbers are written into one place of the process: the one that a parameter writes
 * changes the text of the value. (facts: Kamailio 18.2) */
struct kam_value script_transform(struct script *h, const struct script_transform *transforms,
                                  struct kam_value v);

/* A value as a text for the rows: numbers are written out. */
struct span transform_text(const struct transform_call *c, struct kam_value v);

/* Results. */
bool transform_is_text(struct kam_value *v, struct span s);
bool transform_is_built(const struct transform_call *c, struct kam_value *v, struct buf *b); /* frees b */
bool transform_is_number(const struct transform_call *c, struct kam_value *v, int64_t n);

#endif
