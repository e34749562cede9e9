/* SPDX-License-Identifier: MIT */
/*
 * A YAML text as a tree whose every node knows its place in the source. libyaml parses; what a scenario
 * never needs (anchors, tags, several documents, keys that are no words) is an error.
 */
#ifndef MODEL_LAB_TREE_H
#define MODEL_LAB_TREE_H

#include "base/diag.h"
#include "base/source.h"
#include "base/table.h"

/* Deeper nesting is an error; so is a text with more values than TREE_NODES_MAX. */
#define TREE_DEPTH_MAX 16
#define TREE_NODES_MAX 100000

enum tree_kind { TREE_NULL, TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree_node {
    enum tree_kind kind;
    bool plain;                            /* of a scalar: written without quotes */
    char *text;                            /* of a scalar, NUL-terminated */
    struct source_pos at;                  /* where the value begins; of a TREE_NULL: where it would */
    char *key;                             /* in a map */
    struct source_pos key_at;              /* source NULL: it is in no map */
    struct tree_node *first, *last, *next; /* of a list or map, in the order written */
    struct tree_node *by_key;              /* of a map */
    size_t count;
    UT_hash_handle hh;
};

/*
 * Parses the source's text from offset `from` on; empty gives TREE_NULL. The errors go to diag; NULL if the
 * text could not be read to its end. A key given twice is an error too, but the tree is there, with its first
 * value.
 */
struct tree_node *tree_parse(const struct source *source, size_t from, struct diag *diag);

/* The same for files of others: with aliases (*x is a copy of what &x marks) and merge keys (<<), tags are
 * passed over. */
struct tree_node *tree_parse_aliases(const struct source *source, struct diag *diag);

/* A copy without a key. */
struct tree_node *tree_copy(const struct tree_node *node);

/* The same bytes as one plain scalar, whatever they are; empty: TREE_NULL. */
struct tree_node *tree_scalar(const struct source *source, size_t from);

/* A text as a scalar; plain: it needs no quotes. */
struct tree_node *tree_text(struct span text, bool plain, struct source_pos at);

/* An empty map, whose entries come by tree_put, each key once; it owns its values. */
struct tree_node *tree_map(struct source_pos at);
void tree_put(struct tree_node *map, struct span key, struct source_pos key_at, struct tree_node *value);

/* The same for a list: a map whose kind was changed. */
void tree_append(struct tree_node *list, struct tree_node *value);

/* The value of that key, or NULL. */
struct tree_node *tree_get(const struct tree_node *map, const char *key);

/* The entry of a list whose index, from 0, a text such as "[0]" names; NULL: there is none. */
struct tree_node *tree_entry(const struct tree_node *list, struct span index);

/* Takes the entry of that key out of the map; the caller owns it. NULL: there is none. */
struct tree_node *tree_take(struct tree_node *map, const char *key);

/*
 * Lays `over` over `base`, both given up, and returns the result: maps are merged key by key, and so is a map
 * with keys such as "[0]" with the entries of a list; anything else is replaced. Each value keeps its place
 * in its own source, a merged map the one in base. Either may be NULL.
 */
struct tree_node *tree_merge(struct tree_node *base, struct tree_node *over);

/* Where a message about the whole node points: its key, or else its begin. */
struct source_pos tree_place(const struct tree_node *node);

void tree_free(struct tree_node *node);

#endif
