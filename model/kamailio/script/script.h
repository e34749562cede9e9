/* SPDX-License-Identifier: MIT */
/*
 * The compiled kamailio.cfg as the running Kamailio uses it: its globals, its module parameters, its route
 * blocks, and the interpreter that runs a block over a message.
 */
#ifndef MODEL_KAMAILIO_SCRIPT_SCRIPT_H
#define MODEL_KAMAILIO_SCRIPT_SCRIPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/source.h"
#include "model/kamailio/script/module.h"
#include "model/kamailio/script/xavp.h"

/* A listen= line. Spans point into the program. */
struct kam_listen {
    struct span address; /* text as written; p NULL where the file has no listen at all */
    uint32_t ip;
    uint16_t port;              /* 5060 when not written */
    struct span advertise_host; /* p NULL: none */
    uint16_t advertise_port;    /* 0: none */
    struct span name;           /* empty: none */
    struct source_pos at;
};

/* alias=: another name of this machine. */
struct kam_alias {
    const struct kam_alias *next;
    struct span host;
    uint16_t port; /* 0: any */
};

/* A socket that force_send_socket() names: it must be there when Kamailio starts. */
struct kam_forced {
    const struct kam_forced *next;
    struct span text;
    struct source_pos at;
};

/* What the configuration's global lines say; only what has an effect here (facts: Kamailio 11.2). */
struct kam_globals {
    struct span via_host;             /* advertised_address: in Via and Path, and only there; p NULL: none */
    uint16_t via_port;                /* advertised_port; 0: none */
    unsigned children;                /* default 8 */
    unsigned max_branches;            /* of a request, its own URI among them; 0: KAM_BRANCHES_MAX */
    const struct kam_listen *listens; /* in the order of the file; count 0: none */
    size_t listen_count;
    size_t other_listens;          /* sockets that are not simulated */
    struct source_pos other_at;    /* the first of them */
    uint8_t tos;                   /* default 0x10 */
    bool pmtu_discovery;           /* default no: DF clear */
    bool server_signature;         /* default yes */
    struct span server_header;     /* p NULL: the default line, made from the version */
    struct span user_agent_header; /* p NULL: the default */
    const struct kam_alias *aliases;
    const struct kam_forced *forced;
    bool sip_warning, check_via, reply_to_via;
    bool async_workers; /* async_workers is more than 0 */
    bool mhomed;        /* sends from the first socket of the address that the way leads from */
    bool force_rport, local_rport;
    bool onsend_replies; /* onsend_route_reply: onsend_route runs for replies, too */
    int64_t server_id;
    struct span xavp_via_params; /* what via_add_xavp_params() adds; empty: nothing */
    bool tells_of_bytes;         /* received_route_mode: event_route[core:msg-received] runs */
};

struct kam_program; /* a compiled kamailio.cfg: immutable, may serve many runs */

const struct kam_globals *kam_program_globals(const struct kam_program *p);

/* children=N of the configuration (default 8). */
unsigned kam_program_children(const struct kam_program *program);

/* A variable of the environment; false: there is none of that name. */
bool kam_program_environment(const struct kam_program *p, struct span name, struct span *value);

/* A host of the lab, and its address. */
struct kam_host_name {
    struct span name;
    uint32_t ip;
};

/* The address that the lab's name server gives for a name, in any case; false: it knows none. */
bool kam_program_address(const struct kam_program *p, struct span name, uint32_t *ip);

bool kam_program_has_module(const struct kam_program *p, const char *module);

/* Is kam_modules[number] loaded? */
bool kam_program_loads(const struct kam_program *p, size_t number);

/* What a module has read with the configuration (its hook `load`); it ends with the program. */
void kam_program_keep(struct kam_program *p, size_t number, const void *what);
const void *kam_program_kept(const struct kam_program *p, size_t number);

/* Where the file sets a parameter; no place: it does not. */
struct source_pos kam_program_param_at(const struct kam_program *p, const struct kam_module *module,
                                       const char *param);

/* Writes the module's parameters, the file's or their defaults, to their places in its settings. */
void kam_program_settings(const struct kam_program *p, const struct kam_module *module, void *settings);

/* The nth value that the file gives a parameter that may be given several times; false: there are no more. */
bool kam_program_value(const struct kam_program *p, const struct kam_module *module, const char *param,
                       size_t n, struct kam_value *out);

/* Where the file gives it. */
struct source_pos kam_program_value_at(const struct kam_program *p, const struct kam_module *module,
                                       const char *param, size_t n);

/* Tells what is wrong with it, "keepalive.destination: must be ..."; why NULL: nothing is. Is it right? */
bool kam_program_value_right(const struct kam_program *p, const struct kam_module *module, const char *param,
                             size_t n, const char *why, struct diag *diag);

void kam_program_free(struct kam_program *program);

struct kam_route; /* a compiled block */
struct kam_script_state;

/* The block of that kind and name (empty for request_route and the nameless onreply_route), or NULL. */
const struct kam_route *kam_program_route(const struct kam_program *p, enum kam_route_kind kind,
                                          struct span name);

/* Is there a block of one of those kinds, an enum kam_route_kind each? */
bool kam_program_has_kinds(const struct kam_program *p, unsigned kinds);

/* Stops the simulation, and returns true, if something that is not simulated is done with each message
 * (routes in another language); with each dialog that begins; because of such a Contact or Route. */
bool kam_program_stops_message(struct kam_script_state *state);
bool kam_program_stops_dialog(struct kam_script_state *state);
bool kam_program_stops_value(struct kam_script_state *state, struct span value);

/* False: there is nothing in a Contact or Route that stops it. */
bool kam_program_asks_values(const struct kam_program *p);

/*
 * What scripts remember. $var(x) belongs to the worker process and lives as long as it; $avp(x) belongs to
 * the message, then to its transaction. All-zero is empty.
 */
struct kam_var;
/* $xavp(x) and its kin; $avp(x) of names that the program does not say. */
enum kam_list { KAM_LIST_XAVP, KAM_LIST_XAVI, KAM_LIST_XAVU, KAM_LIST_AVP, KAM_LISTS };
struct kam_vars {
    struct kam_xavp *lists[KAM_LISTS];
    struct kam_var **tops; /* by number: the newest value; NULL: none */
    size_t count;          /* of tops */
    size_t bytes;          /* of all texts */
};

/* What the texts of a process or a message may take: the memory that a process of Kamailio has by default. */
enum { KAM_VARS_MAX = 8 << 20 };

void kam_vars_forget(struct kam_vars *vars);

/* Forgets and frees all; most messages have none. */
static inline void kam_vars_free(struct kam_vars *vars) {
    if (vars->tops || vars->lists[KAM_LIST_XAVP] || vars->lists[KAM_LIST_XAVI] ||
        vars->lists[KAM_LIST_XAVU] || vars->lists[KAM_LIST_AVP])
        kam_vars_forget(vars);
}

/* What a process of Kamailio keeps from one message to the next. */
struct kam_process {
    struct kam_vars vars;
    struct kam_socket *socket; /* a worker's: what it sends of its own accord leaves from there */
    bool stuck;                /* it waits for ever: a worker takes no more messages */
    uint64_t messages;         /* it has begun with: $mi */
    uint64_t made_up;          /* of those that come from nowhere: they have numbers of their own */
    uint32_t contacts;         /* it has registered, for usrloc's ruid */
    uint32_t calls;            /* requests that it has sent with a Call-ID of its own */
    bool uri_is_new;           /* the last request that went on in it has left its URI unused */
    bool told_reply;           /* it has run event_route[tm:local-response], which it does once in its life */
    int error; /* what the last statement failed with, a KAM_E of error.h; KAM_E_UNSPEC: nothing that says
                  more */
    struct kam_xavp *sbranch; /* $sbranch(x), by x; without a uri there is nothing */
    struct buf unended;       /* the address that {nameaddr.*} has read last, if its < does not end */
};

void kam_process_init(struct kam_process *process);
void kam_process_free(struct kam_process *process);

struct cfg_stmt;

/* What the interpreter needs of a run; run.h's struct kam_run begins with it. */
struct kam_script_state {
    const struct kam_program *program;
    enum kam_route_kind kind;      /* of the block that runs */
    struct kam_process *process;   /* the worker, or the timer */
    struct event_queue *queue;     /* what scripts cost is counted there; NULL: nobody counts */
    int last_error;                /* of the statement before the one that runs */
    struct kam_vars *avps;         /* the message's */
    const struct span *wholes[3];  /* the message, $ru and $du: parts of these are texts without an end */
    struct arena *scratch;         /* for texts that live until the run ends; reset by the owner of the run */
    const struct cfg_stmt *stmt;   /* the one that runs, or has run last; NULL: none has */
    const struct kam_route *route; /* the block that it stands in; NULL: none, or it is not known */
    int retcode;                   /* $rc */
    char number[24];               /* where transformations write numbers, to its end */
};

/* An expression that is compiled now, with flags of base/regex.h; NULL: it is none. One that is not simulated
 * stops the simulation. */
struct regex *script_regex(struct kam_script_state *state, struct span pattern, unsigned flags);

/* Does the text match? regex NULL: the pattern is compiled first, without regard to case; false if it is no
 * regular expression. A match that takes too long stops the simulation. */
bool script_match(struct kam_script_state *state, struct regex *regex, struct span pattern, struct span text,
                  int64_t *out);

struct kam_outcome {
    int value;    /* what the block returned: > 0, 0, < 0 */
    bool dropped; /* ended by drop */
    bool exited;  /* ended by exit, drop or a return of 0 */
    bool endless; /* given up after a million statements: Kamailio would still be at it */
};

/* Runs a block to its end. run begins with a struct kam_script_state that is set up. */
struct kam_outcome kam_route_run(const struct kam_route *route, struct kam_run *run);

/* What $cfg(route) calls a block. */
struct span kam_route_shown(const struct kam_route *route);

/* The place of the statement that runs, or has run last: for causes and errors; of none without one. */
struct source_pos kam_script_at(const struct kam_script_state *state);

/* What $cfg(line) shows: the line where the statement ends, if it holds no others. */
unsigned kam_stmt_line(const struct cfg_stmt *stmt);

/* The statements of a block, and what stands behind the one that runs, in the block that it stands in; NULL:
 * nothing, or it stands in an expression. They live as long as the program. */
const struct cfg_stmt *kam_route_stmts(const struct kam_route *route);
const struct cfg_stmt *kam_script_rest(const struct kam_script_state *state);

/* As kam_route_run(), of statements. */
struct kam_outcome kam_stmts_run(const struct cfg_stmt *stmts, struct kam_run *run);

/* The value of a variable that a function was given, and giving it another one; false: it cannot have it. */
struct kam_value kam_pv_value(struct kam_run *run, const struct cfg_pv *pv);
bool kam_pv_assign(struct kam_run *run, const struct cfg_pv *pv, struct kam_value value);

/* Adds a text to $avp(NAME), where the program names one that is called so: nobody else would see it. */
void kam_avp_add(struct kam_run *run, struct span name, struct span text);

/* Told of each match of a substitution: its place, and what replaces it. */
typedef void kam_subst_found(void *arg, size_t at, size_t len, struct span text);

/*
 * Looks for all that a substitution that a function was given would replace. False: a match is empty, and
 * nothing may be replaced, whatever was found before.
 */
struct script_subst;
bool kam_subst_run(struct kam_run *run, const struct script_subst *subst, struct span text,
                   kam_subst_found *found, void *arg);

/* The text with all of it replaced, valid as long as the run; p NULL: nothing is to be, or a match is empty.
 */
struct span kam_subst_apply(struct kam_run *run, const struct script_subst *subst, struct span text);

/* One that is built at run time; NULL: it is none. It is to be dropped. */
const struct script_subst *kam_subst_new(struct kam_run *run, struct span text);
void kam_subst_drop(const struct script_subst *subst);

/*
 * Writes a text with its pseudo-variables expanded, as functions that take a format do (xlog, append_hf);
 * one without a value gives "<null>". Texts that the compiler could not see (built at run time) and that
 * name no pseudo-variable return false, and nothing is written: the function then fails, as Kamailio's does.
 */
bool kam_format(struct buf *out, struct kam_run *run, struct span text);

#endif
