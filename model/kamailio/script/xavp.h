/* SPDX-License-Identifier: MIT */
/*
 * Lists of named values: $xavp(a=>b), $xavi, $xavu, and what is stored by one name alone, $shv. Newest first;
 * an entry holds a value or a list of its own. (facts: Kamailio 18.1)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_XAVP_H
#define MODEL_KAMAILIO_SCRIPT_XAVP_H

#include "model/kamailio/script/value.h"

struct kam_xavp {
    struct kam_xavp *next;
    struct span name;       /* its own */
    struct kam_value value; /* its text is its own; unless it is a list */
    struct kam_xavp *list;  /* what it holds; NULL: a value, or nothing */
};

/* The kinds: xavi's names have no case, of xavu's there is one each. */
enum xavp_kind { XAVP_PLAIN, XAVP_NOCASE, XAVP_UNIQUE };

/* The nth of that name; NULL: there is none. */
struct kam_xavp *xavp_find(struct kam_xavp *list, struct span name, enum xavp_kind kind, int64_t n);

/* How many of that name there are. */
int64_t xavp_count(struct kam_xavp *list, struct span name, enum xavp_kind kind);

/* A new one, in front. */
struct kam_xavp *xavp_add(struct kam_xavp **list, struct span name);

/* A new one, at the end. */
struct kam_xavp *xavp_append(struct kam_xavp **list, struct span name);

/* Gives one the value or the list of another one. */
void xavp_copy_to(struct kam_xavp *to, const struct kam_xavp *from);

/* Sets a value in the first list called root, which is made of what is called so; a new value is in front. */
void xavp_set_child(struct kam_xavp **list, struct span root, struct span name, enum xavp_kind kind,
                    struct kam_value value);

/* Gives it a value in place of what it had; the text is copied. */
void xavp_assign(struct kam_xavp *x, struct kam_value value);

void xavp_remove(struct kam_xavp **list, struct kam_xavp *x);
void xavp_free(struct kam_xavp **list);

/* Indexes beside numbers: none or [+], and [*]. */
#define XAVP_NONE  INT64_MIN
#define XAVP_EVERY (INT64_MIN + 1)

/* "a[0]=>b[1]" taken apart: names and indexes. False if it is not of that form. */
struct xavp_path {
    struct span root, key; /* key.p NULL: none */
    int64_t root_n, key_n;
};

bool xavp_path_parse(struct xavp_path *path, struct span text);

/* Is it one, maybe with a variable as index? */
bool xavp_is_path(struct span text);

/* The value that a path leads to; null if none does. A list is a text with an address, which Kamailio's
 * memory decides: any. */
struct kam_value xavp_get(struct kam_xavp *list, const struct xavp_path *path, enum xavp_kind kind,
                          struct arena *arena);

/* Sets it as $xavp(path) = value does; false if the path leads nowhere. */
bool xavp_set(struct kam_xavp **list, const struct xavp_path *path, enum xavp_kind kind,
              struct kam_value value);

#endif
