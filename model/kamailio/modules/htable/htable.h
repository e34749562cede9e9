/* SPDX-License-Identifier: MIT */
/*
 * htable: tables of values by name that all processes share, $sht(table=>name) (facts: Kamailio 21).
 *
 * table: the tables themselves. define: what modparam says of them. variables: $sht and its kin. htable:
 * functions.
 */
#ifndef MODEL_KAMAILIO_MODULES_HTABLE_HTABLE_H
#define MODEL_KAMAILIO_MODULES_HTABLE_HTABLE_H

#include "model/kamailio/modules/module.h"

/* One modparam: "name=>size=8;autoexpire=60;initval=0". */
struct ht_definition {
    const struct ht_definition *next;
    struct span name;
    size_t slots;
    int64_t expire_s;               /* autoexpire; 0: values stay */
    bool has_initial, keeps_expiry; /* initval is set; updateexpire=0 */
    int64_t initial;
};

/* The hook that reads them (script/module.h). */
bool ht_definitions_load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                         struct diag *diag);

struct ht_cell {
    struct ht_cell *next; /* in its slot, by order */
    uint64_t order;       /* the hash of its name, then the number of its kind */
    struct span name;     /* its own, like a text in value */
    struct kam_value value;
    int64_t expires_s; /* since 1970; 0: never */
};

struct ht_table {
    struct ht_table *next;
    const struct ht_definition *definition;
    struct ht_cell **slots;
};

/* A walk over a table; the place is that of the cell it stands at, which may have gone since. */
struct ht_iterator {
    struct span name; /* its own; p NULL: not in use */
    struct ht_table *table;
    size_t slot;
    uint64_t order; /* 0: before the slot's first cell */
};

#define HT_ITERATORS 4

struct htable {
    int64_t timer_interval;
    struct span db_url;
    struct kamailio *k;
    struct ht_table *tables;
    uint32_t numbered;            /* cells so far */
    int64_t swept_s;              /* seconds of simulated time of the last look for what has expired */
    const struct ht_cell *record; /* that has expired: $shtrecord() */
    struct ht_iterator iterators[HT_ITERATORS];
};

/* table.c */

/* All of an instance's tables, empty. */
void ht_begin(struct kamailio *k, struct htable *h);
void ht_end(struct htable *h);

/* The table of that name, after what has expired was removed; NULL: none. */
struct ht_table *ht_table_find(struct htable *h, struct span name);

/* Takes "table=>name" apart; NULL: there is no such table. *name is what follows the arrow. */
struct ht_table *ht_table_of(struct htable *h, struct span text, struct span *name);

/* The cell of that name; NULL: none, or it has expired. */
struct ht_cell *ht_find(const struct htable *h, const struct ht_table *t, struct span name);

/* Sets a value; null removes the cell. expires_s 0: as the table says. */
void ht_set(struct htable *h, struct ht_table *t, struct span name, struct kam_value value,
            int64_t expires_s);

/* Gives a cell another value, its time as it is. */
void ht_assign(struct ht_cell *c, struct kam_value value);

void ht_remove(struct ht_table *t, const struct ht_cell *c);
void ht_clear(struct ht_table *t);

/* The cell behind a place, which moves there: by slot, then by hash; NULL: there is none. */
struct ht_cell *ht_next(const struct ht_table *t, size_t *slot, uint64_t *order);

/* match.c */

/* How names and values are compared. */
enum ht_compare { HT_REGEX, HT_ENDS_WITH, HT_EQUAL, HT_EQUAL_NUMBER, HT_ALL, HT_STARTS_WITH, HT_DIFFERENT };

struct ht_match {
    struct kam_script_state *state;
    enum ht_compare how;
    struct span text;
    int64_t n;
    struct regex *regex; /* of HT_REGEX */
};

/* "re", "sw", "eq" or "ne"; "~~text", "~%text", "==text", "eq5", "**" or a regular expression. False:
 * neither. */
bool ht_match_begin(struct ht_match *m, struct kam_run *run, struct span op, struct span text);
bool ht_match_begin_prefixed(struct ht_match *m, struct kam_run *run, struct span text);
bool ht_matches(struct ht_match *m, struct kam_value value);
void ht_match_end(struct ht_match *m);

extern const struct kam_pv ht_pvs[]; /* variables.c */

static inline struct htable *htable_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_HTABLE);
}

#endif
