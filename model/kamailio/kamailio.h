/* SPDX-License-Identifier: MIT */
/*
 * Kamailio: one simulated Kamailio 5.6.3. The lab gives it a compiled kamailio.cfg and a host; its worker
 * processes take the datagrams, run request_route, and tm keeps the transactions (facts: Kamailio). It
 * knows nothing of SIPp.
 */
#ifndef MODEL_KAMAILIO_KAMAILIO_H
#define MODEL_KAMAILIO_KAMAILIO_H

#include "base/diag.h"
#include "model/kamailio/cfg/cfg.h"
#include "model/kamailio/script/script.h"
#include "model/net/net.h"

/*
 * What each kind of message costs, in nanoseconds from the worker running to the datagram leaving
 * (facts: Kamailio 10.4, the medians less the wake-up).
 */
enum kam_cost {
    KAM_COST_INVITE_100, /* stateful: INVITE in, 100 out */
    KAM_COST_INVITE,     /* stateful: INVITE in, INVITE out */
    KAM_COST_REQUEST,    /* stateful: BYE and other requests */
    KAM_COST_ACK,
    KAM_COST_PROVISIONAL, /* 1xx */
    KAM_COST_FINAL,       /* final reply to INVITE */
    KAM_COST_REPLY,       /* reply to other requests */
    KAM_COST_SL_INVITE,   /* the same, stateless */
    KAM_COST_SL_REQUEST,
    KAM_COST_SL_ACK,
    KAM_COST_SL_PROVISIONAL,
    KAM_COST_SL_FINAL,
    KAM_COST_SL_REPLY,
    KAM_COSTS
};
extern const char
    *const kam_cost_names[KAM_COSTS + 1]; /* "invite_100" ...; ends with NULL: keys of `processing:` */

/* A point of a distribution: that share of all draws, in millionths, is at most ns. */
struct kam_quantile {
    uint32_t ppm;
    int64_t ns;
};

/* How long a woken worker takes until it runs: always ns, or drawn each time anew. */
struct kam_wakeup {
    int64_t ns;
    const struct kam_quantile
        *quantiles; /* NULL: always ns. Otherwise from ppm 0 to 1000000; ppm rises, ns does not fall */
    size_t quantile_count;
};

/* A row of the table of passwords that auth_db asks; NULL: not given. */
struct kam_subscriber {
    const char *username, *domain, *password;
    const char *ha1,
        *ha1b; /* instead of those that the password gives, without and with the domain in the name */
};

/* A row of the table of other names that alias_db asks; a domain NULL: the host's address. */
struct kam_user_alias {
    const char *alias_username, *alias_domain; /* the other name */
    const char *username, *domain;             /* whose it is */
};

/* A row of the table of groups that group asks; domain NULL: the host's address. */
struct kam_group {
    const char *username, *domain, *grp;
};

/* A row of the table of expressions that group asks: users whose URI it matches are in the group. */
struct kam_group_pattern {
    const char *reg_exp;
    int64_t group_id;
};

struct kam_config {
    const char *version;              /* "5.6.3": what the Server header says */
    const struct kam_wakeup *wakeups; /* one a worker, or one for all; their quantiles outlive the Kamailio */
    size_t wakeup_count;
    int64_t cost_ns[KAM_COSTS];
    int64_t timer_phase_ns;   /* 0 <= phase < 62.5 ms */
    int64_t seconds_phase_ns; /* where a second of Kamailio's own clock begins, after its start: below 1 s */
    int64_t start_ns;         /* the first simulated instant, since 1970 */
    uint32_t children;        /* what-if: workers a socket; 0: as the file says */
    uint32_t receive_buffer;  /* SO_RCVBUF of each socket, bytes as Linux accounts them; 0: no bound */
    const struct kam_subscriber *subscribers; /* they outlive the Kamailio */
    size_t subscriber_count;
    const struct kam_user_alias *aliases;
    size_t alias_count;
    const struct kam_group *groups;
    size_t group_count;
    const struct kam_group_pattern *group_patterns;
    size_t group_pattern_count;
    int64_t up_for_ns;         /* how long it has been running at the first simulated instant */
    const char *call_id;       /* "4974184f7a707e6d-14": of its first own request; NULL: drawn by the seed */
    const char *const *labels; /* "8e6ad8d1": in the branches of its own requests, one each; those that are
                                  missing are drawn by the seed */
    size_t label_count;
    const uint32_t *dialog_ids; /* what Kamailio drew at its start: of each entry of dialog's table, in order
                                   of use, the first id; those that are missing are drawn by the seed */
    size_t dialog_id_count;
    const char *nonce_id; /* of its first nonce with nonce_count, hexadecimal; NULL: drawn */
    const char *natping_tag, *natping_call_id; /* of its first SIP ping of a contact: the From tag, and the
                                                  Call-ID before the @; NULL: drawn by the seed */
    const uint32_t *natping_branches; /* in the branches of these pings; those that are missing are drawn */
    size_t natping_branch_count;
    uint32_t address; /* the host's address: where it listens without a listen= */
};

void kam_config_default(struct kam_config *config);

struct kamailio;

/* Puts a Kamailio on the host; binds its sockets. Errors (listen= of an address that the host has not) go to
 * diag: NULL. */
struct kamailio *kamailio_new(const struct kam_config *config, const struct kam_program *program,
                              struct host *host, const struct trace *trace, struct diag *diag);

/* Transactions that tm holds now: 0 at the end of every run. */
size_t kamailio_transactions(const struct kamailio *k);

void kamailio_free(struct kamailio *k);

#endif
