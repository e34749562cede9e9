/* SPDX-License-Identifier: MIT */
/* uac: other URIs in From and To, and credentials for who asks for them (facts: Kamailio 30.3). */
#ifndef MODEL_KAMAILIO_MODULES_UAC_UAC_H
#define MODEL_KAMAILIO_MODULES_UAC_UAC_H

#include "model/kamailio/modules/module.h"

/* modparam restore_mode: who puts the old URIs back. */
enum uac_mode { UAC_NONE, UAC_MANUAL, UAC_AUTO };

/* What uac_req_send() sends: $uac_req(...). */
enum uac_req_field {
    UAC_REQ_METHOD,
    UAC_REQ_RURI,
    UAC_REQ_FURI,
    UAC_REQ_TURI,
    UAC_REQ_OURI,
    UAC_REQ_HDRS,
    UAC_REQ_BODY,
    UAC_REQ_SOCK,
    UAC_REQ_CALLID,
    UAC_REQ_AUSER,
    UAC_REQ_APASSWD,
    UAC_REQ_EVPARAM,
    UAC_REQ_FLAGS,
    UAC_REQ_FIELDS
};

/* What the module keeps. */
struct uac {
    struct span restore_mode, restore_passwd, rr_from_param, rr_to_param;
    struct buf req[UAC_REQ_FIELDS];
    bool req_event; /* event_route[uac:reply] is wanted */
    int64_t req_code,
        req_type;          /* what it is told: a status, 1 for a reply, 2 for none; 0: there is nothing */
    struct uac_sent *sent; /* requests that it waits for (request.c) */
    struct span reg_db_url, reg_contact_addr, default_socket;
    const struct cfg_pv *from_avp, *to_avp;     /* restore_from_avp ...; NULL: not set */
    struct span user_pv, realm_pv, password_pv; /* names of variables, as modparams give them */
    enum uac_mode mode;
    bool passwords_are_ha1;
};

/* What the program keeps: the variables that hold credentials; NULL: none. */
struct uac_names {
    const struct cfg_pv *user, *realm, *password;
};

static inline const struct uac *uac_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_UAC);
}

/* Reads restore_mode; false: it is none. */
bool uac_mode_read(struct span text, enum uac_mode *mode);

/* Replaces the display name (p NULL: not) and the URI (empty: not) of From or To. 1, or -1. */
int uac_replace(struct kam_run *run, enum kam_mark which, struct span display, struct span uri);

/* Puts the URI into From or To that the Route entry keeps for the other. 1, or -1. */
int uac_restore(struct kam_run *run, enum kam_mark which);

/* Answers the challenge of the reply that failure_route is about; mode 1: the password is the MD5 that it
 * goes into. 1, or -1. */
int uac_auth(struct kam_run *run, int64_t mode);

/* A challenge, and whose answer is wanted. */
struct uac_login {
    unsigned status;   /* 401, 407 */
    struct span reply; /* its bytes; p NULL: none */
    struct span method, uri, user, password;
    bool is_ha1; /* the password is the MD5 that it goes into */
};

/* Writes the line that answers the challenge; false: there is none that can be answered. */
bool uac_login_write(struct buf *out, const struct uac_login *login);

/* uac_req_send(), and what it sends (request.c). */
int uac_req_send(struct kam_run *run, const struct kam_arg *args, size_t count);
void uac_req_free(void *data);
extern const struct kam_pv uac_pvs[];

/* Functions of registrations: -1, or -2 where there would be some to switch on or off. */
int uac_reg_nothing(struct kam_run *run, const struct kam_arg *args, size_t count);
int uac_reg_switch(struct kam_run *run, const struct kam_arg *args, size_t count);

/* Hooks: loose_route() has found our own entry; a reply belongs to a transaction (script/module.h). */
void uac_routed(struct kam_run *run);
void uac_reply_matched(struct kam_run *run, const struct kam_transaction_head *t);

#endif
