/* SPDX-License-Identifier: MIT */
/*
 * Reads a YAML map into a struct by a table: one row a key. So every unknown key gets the nearest known one
 * in its message, every wrong value what was expected, and the table is the documentation too.
 */
#ifndef MODEL_LAB_SCHEMA_H
#define MODEL_LAB_SCHEMA_H

#include "model/lab/tree.h"

enum schema_type {
    SCHEMA_TEXT,     /* const char *, owned by the tree */
    SCHEMA_LINE,     /* the same, without a line end in it */
    SCHEMA_NUMBER,   /* an integer of any size, min to max */
    SCHEMA_DURATION, /* int64_t nanoseconds, min to max */
    SCHEMA_MS,       /* uint32_t: a duration of whole milliseconds, min to max */
    SCHEMA_SHARE,    /* uint32_t, millionths */
    SCHEMA_ADDRESS,  /* uint32_t, an IPv4 address that a host can have */
    SCHEMA_TIME,     /* int64_t nanoseconds since 1970 */
    SCHEMA_CHOICE,   /* an enum: the index of one of the choices */
    SCHEMA_SCALAR, /* any scalar; whoever needs it looks into the tree, the table's help says what is expected
                    */
    SCHEMA_MAP,    /* a map with its own table, into the same struct */
    SCHEMA_OTHER   /* read() does it */
};

struct schema;
struct schema_key;

/* Reads a value; object is the struct that the table describes. */
typedef void schema_read_fn(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                            void *object);

struct schema_key {
    const char *name; /* NULL: end of the table */
    enum schema_type type;
    size_t offset, size; /* of the member */
    uint64_t min, max;
    const char *const *choices;    /* ends with NULL */
    const struct schema_key *keys; /* of SCHEMA_MAP, and of SCHEMA_OTHER for the documentation */
    const char *path; /* for the documentation: stands between the name and those keys: "NAME." */
    schema_read_fn *read;
    bool required;
    const char *shape;    /* for the JSON schema: members of its own; of SCHEMA_OTHER; NULL: by the above */
    const char *fallback; /* what it is when absent, as text; NULL: nothing */
    const char *help;
};

/* The member that a row fills. */
#define SCHEMA_MEMBER(type, member) offsetof(type, member), sizeof(((type *)0)->member)

/* A reading in progress. */
struct schema {
    struct diag *diag;
    struct buf path; /* "hosts.uac.sipp", for messages */
    void *context;   /* the readers' own */
};

/* Reads a whole map; anything else is an error. */
void schema_map(struct schema *s, const struct tree_node *map, const struct schema_key *keys, void *object);

/* Reads one value, whose key is in s->path already. False after an error. */
bool schema_value(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                  void *object);

/* Puts one more key behind s->path, returning what schema_leave needs to take it away again. */
size_t schema_enter(struct schema *s, const char *key);
void schema_leave(struct schema *s, size_t before);

/* Is it a scalar, a list, a map? If not, the error says what was expected instead. */
bool schema_is_scalar(struct schema *s, const struct tree_node *value, const char *expected);
bool schema_is_list(struct schema *s, const struct tree_node *value, const char *expected);
bool schema_is_map(struct schema *s, const struct tree_node *value, const char *expected);

/* The error `PATH: TEXT`. */
void schema_error(struct schema *s, struct source_pos at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The error `PATH: expected EXPECTED, got VALUE`. */
void schema_expected(struct schema *s, const struct tree_node *value, const char *expected);

/* The error about a word that is none of the candidates, with the nearest one or else all of them. */
void schema_unknown(struct schema *s, struct source_pos at, const char *what, const char *word,
                    const char *const *candidates);

/* Writes the documentation of a table: a line each, `dotted.key<TAB>default<TAB>help`. */
void schema_write(struct buf *out, const char *prefix, const struct schema_key *keys);

/* Writes a table as a JSON schema (schema_json.c): one that has include, or hosts. */
void schema_json_write(struct buf *out, const char *title, const struct schema_key *keys);

#endif
