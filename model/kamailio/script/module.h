/* SPDX-License-Identifier: MIT */
/*
 * A module of Kamailio as one row: what it is called, the functions and parameters that it has, and where the
 * core calls it. All modules stand in kam_modules (model/kamailio/modules/modules.c). The compiler and the
 * core know modules only by this. (facts: Kamailio 11.2, 11.7)
 */
#ifndef MODEL_KAMAILIO_SCRIPT_MODULE_H
#define MODEL_KAMAILIO_SCRIPT_MODULE_H

#include "base/diag.h"
#include "model/kamailio/script/function.h"
#include "model/kamailio/script/pv.h"

#include <stddef.h>

struct kam_program;
struct payload;
struct datagram;
struct kam_destination;      /* model/kamailio/send.h */
struct kam_socket;           /* model/kamailio/instance.h */
struct kam_transaction_head; /* a transaction: model/kamailio/run.h */
struct sip_msg;
struct kamailio; /* an instance: model/kamailio/instance.h */

enum kam_param_type { KAM_PARAM_INT, KAM_PARAM_FLAG, KAM_PARAM_TEXT, KAM_PARAM_AVP };

/* What a parameter does here. */
enum kam_param_use {
    KAM_PARAM_SETTING,      /* it goes to its place in the module's settings */
    KAM_PARAM_EACH,         /* every modparam of it counts: kam_program_value() gives them in order */
    KAM_PARAM_NO_EFFECT,    /* taken; nothing on the wire depends on it */
    KAM_PARAM_STOPS,        /* the same, but with another value than the default the module's functions stop
                               the run: nothing but them depends on it */
    KAM_PARAM_NOT_SIMULATED /* another value than the default is an error that says so */
};

/* A parameter that modparam() may set. */
struct kam_param {
    const char *name;
    enum kam_param_type type;
    int64_t default_n;
    const char *default_s;
    int64_t min_n, max_n;
    enum kam_param_use use;
    size_t where; /* of a setting: its offset. An int64_t, a bool, a struct span that the program owns, or
                     of an AVP a const struct cfg_pv *, NULL without one */
};

/* A row: {KAM_INT("wt_timer", 5000, 0, MAX), KAM_INTO(struct tm_settings, wt_timer_ms)}, or KAM_NO_EFFECT ...
 */
#define KAM_INT(name, standard, min, max) (name), KAM_PARAM_INT, (standard), NULL, (min), (max)
#define KAM_FLAG(name, standard)          (name), KAM_PARAM_FLAG, (standard), NULL, 0, 1
#define KAM_TEXT(name, standard)          (name), KAM_PARAM_TEXT, 0, (standard), 0, 0
#define KAM_AVP(name)                     (name), KAM_PARAM_AVP, 0, NULL, 0, 0
#define KAM_INTO(settings, member)        KAM_PARAM_SETTING, offsetof(settings, member)
#define KAM_EACH                          KAM_PARAM_EACH, 0
#define KAM_NO_EFFECT                     KAM_PARAM_NO_EFFECT, 0
#define KAM_STOPS                         KAM_PARAM_STOPS, 0
#define KAM_NOT_SIMULATED                 KAM_PARAM_NOT_SIMULATED, 0

/* A reply that tm sends upstream: of a request with that method. */
struct kam_replied {
    struct span method, call_id, from_tag, to_tag; /* to_tag: the reply's; empty below 200 */
    uint64_t transaction;                          /* its number */
    unsigned status;
    const struct sip_msg *msg; /* from 200 on: the reply itself; NULL: it cannot be read */
    struct kam_run *reply;     /* that has come and is relayed so; NULL: it is made here */
    struct kam_vars *avps;     /* the transaction's */
};

struct kam_module {
    const char *name;                     /* "tm" */
    const struct kam_function *functions; /* ends with a name NULL; NULL: none */
    const struct kam_param *params;       /* the same */
    const struct kam_pv *pvs;             /* the same: pseudo-variables */
    const char *const *events; /* the event_routes that it runs, by name; ends with NULL; NULL: none */
    size_t data_size;          /* what it keeps in an instance: zeros and its settings at first */
    size_t settings;           /* where its settings stand in that */

    /* Reads what belongs to the configuration besides kamailio.cfg: files beside it, which go into the set,
     * and formats in parameters. False after an error. NULL: nothing. What it keeps: kam_program_keep(). */
    bool (*load)(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag);

    /* Where the core calls a module that is loaded, in the order of kam_modules; NULL: not there. */
    void (*init)(struct kamailio *k, void *data); /* the settings are set; the sockets are not open yet */
    bool (*start)(struct kamailio *k, void *data, struct diag *diag); /* they are; false after an error */
    void (*free)(void *data);
    /* What comes and what leaves, as bytes: others that take their place, held once; NULL: none do. */
    struct payload *(*bytes_come)(struct kamailio *k, struct payload *payload);
    struct payload *(*bytes_leave)(struct kamailio *k, const struct kam_destination *to,
                                   struct payload *payload);
    /* The same, when a message has come, before anybody else, and when one has been handed over. */
    void (*came)(struct kamailio *k, struct kam_socket *socket, const struct datagram *d);
    void (*sent)(struct kamailio *k, const struct kam_destination *to, struct payload *payload);
    bool (*request_came)(struct kam_run *run);     /* before request_route; true: that was all */
    void (*request_ended)(struct kam_run *run);    /* after request_route */
    bool (*reply_came)(struct kam_run *run);       /* after onreply_route; true: it is the module's */
    void (*routed)(struct kam_run *run);           /* loose_route() has found an entry of ours */
    void (*transaction_made)(struct kam_run *run); /* tm has made one for the request */
    void (*reply_matched)(struct kam_run *run,
                          const struct kam_transaction_head *t);      /* before onreply_route */
    void (*branch_leaves)(struct kam_run *run, unsigned branch);      /* tm is about to make it */
    void (*reply_leaves)(struct kam_run *run);                        /* tm is about to relay it */
    void (*replied)(struct kamailio *k, const struct kam_replied *r); /* tm has sent a reply upstream */
    /* Is that another name of this machine? port 0, transport empty: any. */
    bool (*owns)(const struct kamailio *k, struct span host, uint64_t port, struct span transport);
    size_t (*pending)(const void *data); /* how many things it has begun and not ended, transactions ... */
};

/* All of them, in the order of enum kam_module_number; ends with NULL. The first one, "core", is always
 * loaded. */
extern const struct kam_module *const kam_modules[];

#endif
