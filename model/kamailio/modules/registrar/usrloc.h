/* SPDX-License-Identifier: MIT */
/*
 * usrloc: who is registered where, in memory (facts: Kamailio 15.1). Addresses of record are found by their
 * name; the contacts of one stand in the order in which Kamailio lists and tries them.
 */
#ifndef MODEL_KAMAILIO_MODULES_REGISTRAR_USRLOC_H
#define MODEL_KAMAILIO_MODULES_REGISTRAR_USRLOC_H

#include "base/span.h"
#include "model/kamailio/interval.h"

#include <stdbool.h>
#include <stdint.h>

/* A contact without a q value. */
#define USRLOC_NO_Q (-1)

/* All methods. */
#define USRLOC_ALL_METHODS UINT32_MAX

struct diag;
struct kam_socket;
struct kamailio;
struct usrloc_contact {
    struct usrloc_contact *next;
    char *uri, *call_id, *ruid, *user_agent; /* the last NULL: none */
    char *received, *path, *instance;        /* NULL: none */
    uint32_t reg_id;                         /* 0: none */
    int q;                                   /* thousandths, or USRLOC_NO_Q */
    int64_t expires_s;                       /* since 1970: registered as long as this lies ahead */
    int64_t alive_s;    /* when something was heard of it: a REGISTER, the answer to a ping */
    int64_t modified_s; /* when its last REGISTER came */
    uint32_t cseq, methods, branch_flags;
    struct kam_socket *socket; /* where its last REGISTER came in */
};

struct usrloc_aor;

/* By what a REGISTER's contact is known again: the parameter `matching_mode`. */
enum usrloc_match { USRLOC_BY_URI, USRLOC_BY_URI_AND_CALL, USRLOC_BY_URI_AND_PATH, USRLOC_BY_CALL };

/* A table, "location": all-zero is empty. */
struct usrloc {
    bool use_domain;          /* the module parameter: names have a domain */
    bool desc_time_order;     /* the same: the newest contact stands in front, whatever its q */
    int64_t matching_mode;    /* the same: an enum usrloc_match */
    int64_t nat_bflag;        /* the same: a branch flag, below 0 none */
    int64_t db_mode;          /* the same: above 2, contacts are only in the data base */
    int64_t hash_size;        /* the same: a power of two, the slots of the table */
    int64_t cseq_delay;       /* the same: so many seconds long a REGISTER may come again */
    int64_t timer_interval;   /* the same: every so many seconds what has expired is removed */
    struct span xavp_contact; /* the same: what a contact keeps of the message */
    struct kamailio *k;
    struct kam_interval timer; /* at each round contacts that have expired are forgotten */
    struct usrloc_aor *aors;   /* hashed by name */
    struct profile *profiles;  /* copies for scripts: fetch.c */
};

void usrloc_free(struct usrloc *u);

/* The first contact of an address of record, NULL: it has none. Expired ones may be among them. */
struct usrloc_contact *usrloc_first(const struct usrloc *u, struct span aor);

/* What a REGISTER says of a contact, as far as it may matter for finding it; path empty: none. */
struct usrloc_key {
    struct span uri, call_id, path, instance;
    uint32_t reg_id; /* with the instance it decides alone; 0: it does not */
};

/* Whether `matching_mode` is one. */
bool usrloc_matches(const struct usrloc *u);

/* The contact that it means, as `matching_mode` says, or NULL. */
struct usrloc_contact *usrloc_find(const struct usrloc *u, struct span aor, const struct usrloc_key *key);

/* A new contact, with URI and q, at its place among the others. The caller fills in the rest. */
struct usrloc_contact *usrloc_add(struct usrloc *u, struct span aor, struct span uri, int q);

/* A contact of its own, with the same in it, in no list; and its end. */
struct usrloc_contact *usrloc_contact_copy(const struct usrloc_contact *c);
void usrloc_contact_free(struct usrloc_contact *c);

/* Gives a contact of that address of record, which has come again, another q, and with it another place. */
void usrloc_set_q(struct usrloc *u, struct span aor, struct usrloc_contact *c, int q);

/* Makes a text of a contact this one; p NULL: none. */
void usrloc_set_text(char **text, struct span value);

void usrloc_remove(struct usrloc *u, struct span aor, struct usrloc_contact *c);
void usrloc_remove_all(struct usrloc *u, struct span aor);

/*
 * Tells of each contact of the addresses of record in the slots number part, part + parts, part + 2 * parts
 * ..., in the order of Kamailio's table: by slot, by age of the address of record, in order of preference.
 */
void usrloc_each(const struct usrloc *u, uint32_t part, uint32_t parts,
                 void (*tell)(void *arg, struct span aor, struct usrloc_contact *c), void *arg);

/* The hash of an address of record, by which it has its slot. */
uint32_t usrloc_hash(struct span aor);

/* The module's hooks: removing what has expired every timer_interval seconds (usrloc_timer.c). */
bool usrloc_start(struct kamailio *k, void *data, struct diag *diag);
void usrloc_stop(struct usrloc *u);

/* Removes all contacts of the address of record but that one. */
void usrloc_remove_others(struct usrloc *u, struct span aor, const struct usrloc_contact *kept);

#endif
