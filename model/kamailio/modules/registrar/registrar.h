/* SPDX-License-Identifier: MIT */
/* registrar: save(), lookup() and what belongs to them (facts: Kamailio 15), over usrloc's table. */
#ifndef MODEL_KAMAILIO_MODULES_REGISTRAR_REGISTRAR_H
#define MODEL_KAMAILIO_MODULES_REGISTRAR_REGISTRAR_H

#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/registrar/usrloc.h"

/* The module parameters. */
struct registrar {
    int64_t default_expires, min_expires, max_expires, default_q, max_contacts, retry_after;
    int64_t contact_max_size, xavp_rcd_mask;
    struct span received_param, realm_prefix, xavp_cfg, xavp_rcd;
    const struct cfg_pv *received_avp; /* NULL: not set */
    bool append_branches, method_filtering, case_sensitive, gruu_enabled, min_expires_mode, use_expired;
    int64_t use_path, path_mode, path_use_received, path_check_local;
    struct registrar_answer *answers;
};

/* What is wrong with a REGISTER: the status of its answer and the text of its P-Registrar-Error, or NULL. */
struct registrar_refusal {
    unsigned status;
    const char *why;
};
extern const struct registrar_refusal registrar_aor_unreadable, registrar_aor_too_long, registrar_too_brief;

/* What a process would answer (facts: Kamailio 15.3c): the last save() of it, or the last name that was no
 * good. */
struct registrar_answer {
    struct registrar_answer *next;
    const struct kam_process *process;
    const struct registrar_refusal *refusal; /* NULL: a 200 */
    struct buf contacts;                     /* the header that nobody has taken yet */
};

const struct registrar *registrar_of(const struct kam_run *run);

/* That of the run's process. */
struct registrar_answer *registrar_answer_of(const struct kam_run *run);
void registrar_answers_free(struct registrar_answer *answers);

/* What a script says to the module for this message: $xavp(xavp_cfg=>name). */
struct kam_value registrar_told(struct kam_run *run, const char *name);

/* Sends the answer that the process has, to a request. */
int registrar_send_reply(struct kam_run *run, const struct kam_arg *args, size_t count);

/* Its answer gets the contacts that are waiting; they are lost in a reply, which nobody answers. */
void registrar_add_contacts(struct kam_run *run);
struct usrloc *registrar_locations(const struct kam_run *run);

/* Flags of save(). */
enum { SAVE_MEMORY_ONLY = 1, SAVE_NO_REPLY = 2, SAVE_REPLACE = 4 };

/*
 * Does what the REGISTER asks for, for the address of record in that URI (p NULL: the To's), and answers it
 * unless the flags say no. What save() returns: 1, 2, 3 as contacts were inserted, updated, removed; 4
 * if it names none; -1: refused.
 */
int registrar_save(struct kam_run *run, unsigned flags, struct span uri);

/*
 * Makes the contacts of the Request-URI's user (or of that URI's, unless p is NULL) the request's
 * destinations. 1; -1: there are none; -2: none takes this method.
 */
int registrar_lookup(struct kam_run *run, struct span uri);

/* Makes them branches beside the Request-URI, which stays; -3: that is no URI, otherwise as above. */
int registrar_lookup_branches(struct kam_run *run, struct span uri);

/* Functions of fetch.c, as the module's table has them, and $ulc. */
int registrar_fetch(struct kam_run *run, const struct kam_arg *args, size_t count);
int registrar_forget(struct kam_run *run, const struct kam_arg *args, size_t count);
struct kam_value registrar_get_ulc(struct kam_run *run, const struct kam_pv_at *at);

/* Runs event_route[usrloc:contact-expired] for a contact that is about to be removed. */
void registrar_tell_expired(struct usrloc *u, struct span aor, const struct usrloc_contact *c);

void registrar_profiles_free(struct usrloc *u);

/* Is the address of record in that URI (p NULL: the Request-URI's) registered, with a contact that is what
 * the script has said? */
enum registrar_match { MATCH_CALL_ID = 1, MATCH_RECEIVED = 2, MATCH_CONTACT = 4 };
bool registrar_registered(struct kam_run *run, struct span uri, int64_t match);

/* Forgets the contacts of an address of record; false if that is no URI. */
bool registrar_unregister(struct kam_run *run, struct span uri);

/* The same of one contact; below 0: there is none. */
int registrar_unregister_one(struct kam_run *run, struct span uri, struct span ruid);

/*
 * Writes the Path headers of a request, one behind the other, and what the parameter received of the first
 * URI says; an empty path: there is none. False: they cannot be read, or the first one is not a loose
 * router's.
 */
bool registrar_path_write(struct buf *path, struct buf *received, const struct kam_run *run);

/* What is left of a path, and the next hop that it names: without its first entry, if that is one of ours and
 * `path_check_local` says so. Empty: nothing is left. */
struct span registrar_path_left(const struct kam_run *run, struct span path, struct span *next_hop);

/* gruu.c: the names of one device (RFC 5627) */

/* Writes them as parameters of the answer's contact, where the REGISTER asks for them. */
void registrar_gruu_write(struct buf *out, const struct kam_run *run, struct span aor,
                          const struct usrloc_contact *c);

/* Is that URI such a name? */
bool registrar_is_gruu(const struct uri *uri);

/* Its contact; 1, -1: there is none, or -3: it is no such name after all. */
int registrar_gruu_find(const struct usrloc_contact **c, const struct kam_run *run, const struct uri *uri,
                        struct span aor);

/* Writes the name by which usrloc knows the address of record in a URI; false, and the process's answer says
 * so: it is no URI, or too long. */
bool registrar_aor_write(struct buf *out, const struct kam_run *run, struct span uri);

/* The bits of all methods in a list as Allow has it; false: it cannot be read. */
bool registrar_methods(struct span list, uint32_t *bits);

#endif
