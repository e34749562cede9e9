/* SPDX-License-Identifier: MIT */
/*
 * SIPp's variables (facts: SIPp 10.1): their names, known when the scenario is loaded, and their values, of
 * a call or of all calls.
 */
#ifndef MODEL_SIPP_SCENARIO_VARIABLE_H
#define MODEL_SIPP_SCENARIO_VARIABLE_H

#include "base/diag.h"
#include "base/real.h"
#include "base/source.h"

/* A name is looked for in this order: one that is declared outside does not hide one that a call has already.
 */
enum variable_level { VARIABLE_OF_CALL, VARIABLE_OF_USER, VARIABLE_GLOBAL };

struct variable {
    char *name;
    size_t len;
    enum variable_level level;
    unsigned uses;        /* how often the file names it */
    struct source_pos at; /* the first time */
};

/* All-zero is an empty table. A variable's id is its place in it. */
struct variable_table {
    struct variable *variables;
    size_t count, cap;
};

void variable_table_free(struct variable_table *t);

/*
 * The id of the variable of that name at that level or outside of it, which is one of that level if it is
 * new; counts the use. Any name will do, even none.
 */
int variable_declare(struct variable_table *t, enum variable_level level, struct span name,
                     struct source_pos at);

/*
 * The same for a call, where SIPp refuses names that are empty or have a $ or a comma: -1 after an error.
 */
int variable_use(struct variable_table *t, struct span name, struct source_pos at, struct diag *diag);

/* The id of a variable that a call finds, or -1; counts nothing. */
int variable_find(const struct variable_table *t, struct span name);

/* The same, as one more use of it. */
int variable_find_used(struct variable_table *t, struct span name);

/* SIPp refuses a variable that is named only once: it is a slip of the pen, except "_" (facts: SIPp 1.1). */
void variable_table_check(const struct variable_table *t, struct diag *diag);

enum value_type { VALUE_UNSET, VALUE_STRING, VALUE_NUMBER, VALUE_BOOL };

/* All-zero is an unset value. */
struct value {
    enum value_type type;
    struct buf text; /* of a string */
    struct real number;
    bool truth;
    bool matched; /* a string that an ereg has found */
};

/* Unset again; the memory is kept for the next text. */
static inline void value_clear(struct value *v) {
    v->type = VALUE_UNSET;
    v->number = REAL_ZERO;
    v->truth = v->matched = false;
    buf_reset(&v->text);
}

void value_set_string(struct value *v, struct span text);
void value_set_number(struct value *v, struct real number);
void value_set_bool(struct value *v, bool truth);

/* Does a test of it succeed? A number of 0 counts as not set. */
bool value_is_set(const struct value *v);

/* The text of a string; empty for anything else. */
struct span value_string(const struct value *v);

/* The number; 0 for anything else. */
struct real value_number(const struct value *v);

/* What the keyword [$name] gives. */
void value_write(struct buf *out, const struct value *v);

#endif
