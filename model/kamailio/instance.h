/* SPDX-License-Identifier: MIT */
/* The state of one simulated Kamailio, for the files of this folder. */
#ifndef MODEL_KAMAILIO_INSTANCE_H
#define MODEL_KAMAILIO_INSTANCE_H

#include "model/kamailio/run.h"
#include "model/kamailio/script/script.h"
#include "model/kamailio/send.h"
#include "model/kamailio/worker.h"

/* One listen= line, opened: a UDP port, served by worker processes of its own. */
struct kam_socket {
    struct kamailio *k;
    uint32_t ip;
    uint16_t port;
    struct span name;         /* listen=... name "x"; empty: none */
    struct span address;      /* "172.20.0.10" as written */
    struct span port_text;    /* "5060" */
    struct span sent_by;      /* what stands in Via and Record-Route: host, and port where it is shown */
    struct span via_begin;    /* of its own Via, up to the branch */
    struct span advertised;   /* p NULL: none */
    uint16_t advertised_port; /* 0: none */
    struct buf text;          /* holds the texts */
    bool open;
    struct kam_worker_pool pool;
};

/* Where modules are called while a message is handled (script/module.h). */
enum kam_hook {
    KAM_HOOK_BYTES_COME,
    KAM_HOOK_BYTES_LEAVE,
    KAM_HOOK_CAME,
    KAM_HOOK_SENT,
    KAM_HOOK_REQUEST_CAME,
    KAM_HOOK_REQUEST_ENDED,
    KAM_HOOK_REPLY_CAME,
    KAM_HOOK_ROUTED,
    KAM_HOOK_TRANSACTION_MADE,
    KAM_HOOK_REPLY_MATCHED,
    KAM_HOOK_BRANCH_LEAVES,
    KAM_HOOK_REPLY_LEAVES,
    KAM_HOOK_REPLIED,
    KAM_HOOK_OWNS,
    KAM_HOOKS
};

struct kamailio {
    const struct kam_program *program;
    const struct kam_globals *globals;
    struct host *host;
    struct event_queue *queue;
    struct pool *pool;
    const struct trace *trace;
    struct kam_config config; /* its wakeups are a copy */
    struct random_stream wakeup_random;
    const struct kam_route *request_route, *reply_route; /* NULL: none, as of those that follow */
    const struct kam_route *onsend_route, *pre_routing;  /* the latter: event_route[core:pre-routing] */

    struct kam_socket *sockets;
    size_t socket_count;

    struct buf server_line; /* "Server: ...\r\n", or empty */
    struct buf agent_line;  /* "User-Agent: ...\r\n", or empty */
    char sl_tag[33], tm_tag[33], uac_tag[33];

    void **module_data;                          /* what each of kam_modules keeps; NULL: it is not loaded */
    const struct kam_module **having[KAM_HOOKS]; /* the loaded ones that have that hook, in that order; ends
                                                    with NULL: most have none, and each message asks */
    struct buf text;                             /* for texts that are needed for a moment */

    struct kam_resolved resolved[KAM_RESOLVED];
    struct kam_outbox outbox;
    struct kam_run run;          /* the message that a worker handles now */
    struct kam_xavp *shared;     /* $shv(x): of all processes */
    struct kam_xavp *statistics; /* what scripts count, "group.name": $stat(name) */
    uint32_t script_flags;       /* setsflag(), $sf */
    bool routes_name_sockets;    /* Record-Routes say which socket by its name, too: rr's sockname_mode */
    struct kam_process timer;    /* the timer process, which runs failure_routes too */
    struct kam_process *at_work; /* the process that does what is done now */
};

/* Does the URI's host and port name one of our sockets, by its address or the advertised one? */
bool kam_is_own(const struct kamailio *k, const struct uri *uri);

/* The same of a host, a port (0: any) and a transport (empty: any). */
bool kam_is_own_host(const struct kamailio *k, struct span host, uint64_t port, struct span transport);

/* The socket that is called so, or that has the address and port (0: any); NULL: none. */
struct kam_socket *kam_socket_named(struct kamailio *k, struct span name);
struct kam_socket *kam_socket_at(struct kamailio *k, uint32_t ip, uint16_t port);

/* The one that what goes to there leaves from if nothing else says it. NULL: with mhomed=yes, no way from a
 * socket leads there (facts: Kamailio 5.3). */
struct kam_socket *kam_socket_to(struct kamailio *k, uint32_t ip);

/* The socket that a text names, [udp:]HOST[:PORT]; NULL: there is none. */
struct kam_socket *kam_socket_parse(struct kamailio *k, struct span text);

/* The timer's ticks of 62.5 ms: how many there have been, and when one is (facts: Kamailio 6.1). */
int64_t kam_tick(const struct kamailio *k, int64_t at_ns);
int64_t kam_tick_ns(const struct kamailio *k, int64_t tick);

/* The calendar's seconds since 1970, as usrloc counts them. */
int64_t kam_now_s(const struct kamailio *k);

/* A note about the datagram that is handled, for people (sim/trace.h). about 0: no datagram. */
void kam_note(struct kamailio *k, uint64_t about, const struct cause *cause);

#endif
