/* SPDX-License-Identifier: MIT */
/*
 * dispatcher: sets of destinations, and one of them for each request (facts: Kamailio 20).
 *
 * list: the file of destinations. sets: those of an instance, with what has become of them. ping:
 * keep-alives. select: which one, by algorithm. calls: how many calls each has. dispatcher: what scripts may
 * ask.
 */
#ifndef MODEL_KAMAILIO_MODULES_DISPATCHER_DISPATCHER_H
#define MODEL_KAMAILIO_MODULES_DISPATCHER_DISPATCHER_H

#include "base/table.h"
#include "model/kamailio/interval.h"
#include "model/kamailio/modules/module.h"
#include "sim/random.h"

/* What a destination is, as bits: the third field of its line. */
enum ds_flag { DS_INACTIVE = 1, DS_TRYING = 2, DS_DISABLED = 4, DS_PROBING = 8, DS_NO_DNS = 16 };

/* A line of the file that Kamailio takes. Texts end with the program. */
struct ds_line {
    const struct ds_line *next; /* in the order of the file */
    struct source_pos at;
    uint32_t set, flags, priority;
    struct span uri, attrs; /* attrs.p NULL: none */
    struct span duid, socket, sockname, ping_from, obproxy;
    int64_t weight, rweight, maxload;
};

/* What is read with the configuration. */
struct ds_file {
    const struct ds_line *lines;
    struct source_pos asked; /* the modparam that names the file */
    bool missing;            /* there is no such file, nor a data base: no instance can start */
    struct span name;        /* as asked for */
    const struct cfg_pv *setid_pv, *attrs_pv; /* NULL: none */
};

/* The hook that reads it (script/module.h). */
bool ds_file_load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                  struct diag *diag);

/* The module parameters. */
struct ds_settings {
    struct span list_file, xavp_dst, xavp_ctx, hash_pvar, setid_pvname, attrs_pvname, default_socket,
        default_sockname, db_url, ping_method, ping_from, reply_codes, outbound_proxy;
    int64_t flags, xavp_dst_mode, xavp_ctx_mode, hash_size, hash_expire, hash_initexpire, hash_check_interval,
        probing_threshold, load_mode, ping_interval, probing_mode, inactive_threshold;
    bool force_dst, use_default, attrs_none;
};

/* Bits of ds_settings.flags. */
enum { DS_HASH_USER_ONLY = 1, DS_FAILOVER = 2 };

struct dispatcher;
struct ds_set;

struct ds_target {
    struct dispatcher *dispatcher;
    struct ds_set *set;
    const struct ds_line *line;
    struct span attrs; /* p NULL: none */
    uint32_t flags;
    unsigned failures;         /* in a row: TRYING until there are enough */
    unsigned answers;          /* in a row, of an inactive one that is pinged */
    int64_t calls;             /* by ds_select_dst(), algorithm 10 */
    struct kam_socket *socket; /* NULL: any */
    uint32_t ip;               /* 0: its name is not known */
    uint16_t port;             /* 0: it names none */
    unsigned proto;            /* what its transport parameter says, 0: nothing */
};

#define DS_SHARES 100

/* Destinations in the order in which they are tried: by priority, among equal ones the last line first. */
struct ds_set {
    struct ds_set *left, *right; /* a balanced tree by number: it says in which order sets are searched */
    int height;
    uint32_t number;
    struct ds_target *targets;
    size_t count, last;          /* last: the next one of the round */
    size_t by_weight[DS_SHARES]; /* places of targets */
    size_t by_rweight[DS_SHARES];
    size_t weight_at, rweight_at; /* the next share */
};

/* A call that a destination has, by algorithm 10. */
struct ds_call {
    UT_hash_handle hh;
    struct span call_id;
    struct ds_set *set;
    struct span duid;
    int64_t made_s; /* since 1970 */
    bool confirmed; /* ds_load_update() has seen its 2xx */
};

struct dispatcher {
    struct ds_settings set;
    const struct ds_file *file;
    struct ds_set *sets;
    struct ds_call *calls;
    struct random_stream random;
    struct kamailio *k;
    struct kam_interval pings, expiries;
};

/* sets.c */

/* Makes the sets of the file's lines; false after an error. */
bool ds_sets_begin(struct kamailio *k, struct dispatcher *d, struct diag *diag);
void ds_sets_free(struct ds_set *set);

struct ds_set *ds_find(const struct dispatcher *d, int64_t number);

/* May it be chosen? */
static inline bool ds_usable(const struct ds_target *t) {
    return (t->flags & (DS_INACTIVE | DS_DISABLED)) == 0;
}

/* The target of the set with that URI; NULL: none. */
struct ds_target *ds_target_find(const struct ds_set *s, struct span uri);

/* Calls back for each set, in Kamailio's order, until one returns true. */
bool ds_each_set(struct ds_set *s, bool (*visit)(struct ds_set *s, void *arg), void *arg);

/* Gives the shares to the targets anew: after some target went up or down. */
void ds_share_rweights(struct dispatcher *d, struct ds_set *s);

/* Changes the flags of all targets with that URI in the set, as ds_mark_dst() does; false: there is none. */
bool ds_mark(struct dispatcher *d, struct ds_set *s, struct span uri, uint32_t state);

/* select.c */

enum ds_goal { DS_TO_NEXT_HOP, DS_TO_URI, DS_TO_XAVP };

/* One ds_select...(): what it adds up over the sets that it is asked for. */
struct ds_selection {
    enum ds_goal goal;
    int64_t limit; /* of targets in the list; 0 and less: none */
    int64_t count; /* in the list */
    bool done;     /* the first one was pushed to the goal */
    struct kam_xavp *records, **end;
};

/* Selects from a set by an algorithm. Above 0: it did. */
int ds_select_from(struct kam_run *run, struct ds_selection *s, int64_t set, int64_t algorithm);

/* Puts the list in front of what the message has; the selection is over. */
void ds_selection_end(struct kam_run *run, struct ds_selection *s, bool good);

/* Makes a target's URI the next hop or the Request-URI's host. */
int ds_push(struct kam_run *run, enum ds_goal goal, struct span uri, struct kam_socket *socket);

/* ping.c */

void ds_ping_begin(struct dispatcher *d);
void ds_ping_end(struct dispatcher *d);

/* calls.c */

/* Counts the run's call for the target; false: it has no duid, or the call is counted already. */
bool ds_call_add(struct kam_run *run, struct dispatcher *d, struct ds_set *s, struct ds_target *t);

/* The call goes to another target of the set it was in; does nothing for a call that is not counted. */
void ds_call_move(struct kam_run *run, struct dispatcher *d, struct span duid);
void ds_call_end(struct kam_run *run, struct dispatcher *d);
void ds_call_confirm(struct kam_run *run, struct dispatcher *d);

/* Those are forgotten that were made too long ago. */
void ds_calls_begin(struct dispatcher *d);
void ds_calls_free(struct dispatcher *d);

static inline struct dispatcher *dispatcher_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_DISPATCHER);
}

#endif
