/* SPDX-License-Identifier: MIT */
/*
 * SIPp: one simulated SIPp 3.6.1 process. The lab gives it a compiled scenario and a host; it makes or
 * answers calls on its own (facts: SIPp). It knows nothing of Kamailio.
 */
#ifndef MODEL_SIPP_SIPP_H
#define MODEL_SIPP_SIPP_H

#include "base/diag.h"
#include "base/real.h"
#include "base/source.h"
#include "model/net/net.h"
#include "model/sipp/stats.h"

struct sipp_program; /* a compiled XML scenario: immutable, may serve many runs */

/* A name and a value of -key or -set. */
struct sipp_setting {
    const char *name, *value;
    struct source_pos at;
};

/* A file of -inf. */
struct sipp_inject {
    const struct source *source;
    int64_t index_field; /* -infindex: the field by which <lookup> finds a line; -1: none */
};

/* What becomes of <exec command="...">: it is never run. */
enum sipp_exec { SIPP_EXEC_REFUSE, SIPP_EXEC_SKIP };

/* What -default_behaviors can take away, as bits. */
enum sipp_behavior {
    SIPP_BYE = 1,        /* saying goodbye when a call is given up; answering an unexpected BYE or CANCEL */
    SIPP_ABORTUNEXP = 2, /* giving a call up for an unexpected message */
    SIPP_PINGREPLY = 4,  /* answering PING */
    SIPP_BEHAVIORS = 7
};

/* When a SIPp makes its calls: at regular times as the real one does, or at random (a Poisson process). */
enum sipp_arrivals { SIPP_REGULAR, SIPP_POISSON };

/* What it calls from, and by what it knows a message again. */
enum sipp_sockets { SIPP_ONE_SOCKET, SIPP_SOCKET_PER_CALL };
enum sipp_repeat_check { SIPP_FULL_CHECK, SIPP_LOOSE_CHECK };

/* -tdmmap {X-X}{H}{Y-Y}{Z-Z}: the first of each, and how many there are; xs 0: no circuits. */
struct sipp_tdmmap {
    uint32_t x, h, y, z, xs, ys, zs;
};

/* False if it is none, or of more than 1023 circuits. */
bool sipp_tdmmap_parse(struct sipp_tdmmap *map, struct span text);

/*
 * The command line of one SIPp, as scenario.yaml gives it. Texts outlive the SIPp. Defaults:
 * sipp_config_default.
 */
struct sipp_config {
    struct udp_address local;    /* -i, -p */
    struct udp_address remote;   /* the positional host:port; ip 0: none, this SIPp answers */
    struct udp_address outbound; /* -rsa: where a caller's packets really go; ip 0: as remote */
    enum sipp_sockets sockets;   /* -t un: each call that is made has a port of its own */
    const uint16_t *ports;       /* that the kernel gives them, in order; those that are missing are drawn */
    size_t port_count;
    const char *service;       /* -s */
    uint32_t calls;            /* -m; 0: no end */
    struct real rate;          /* -r, calls per rate_period_ms */
    uint32_t rate_period_ms;   /* -rp */
    uint32_t rate_increase;    /* -rate_increase: by so much the rate grows ... */
    uint32_t rate_interval_ms; /* -rate_interval: ... every so often ... */
    uint32_t rate_max;         /* -rate_max: ... up to this; 0: without end */
    bool rate_quit;            /* not -no_rate_quit: at its most it makes no new calls */
    enum sipp_arrivals arrivals;
    uint32_t timeout_ms;     /* -timeout: no new calls from then on; 0: none */
    bool timeout_error;      /* -timeout_error: SIPp ends there */
    uint32_t sleep_ms;       /* -sleep: it starts so late */
    uint32_t limit;          /* -l; 0: SIPp's own (facts: SIPp 8) */
    uint32_t users;          /* -users; 0: calls come by the rate */
    uint32_t pause_ms;       /* -d */
    uint32_t receive_buffer; /* SO_RCVBUF, bytes as Linux accounts them; 0: no bound */
    uint32_t pid;
    uint32_t hz;                                                     /* the kernel's HZ, divides 1000 */
    uint16_t media_port;                                             /* -mp */
    uint32_t rtp_payload;                                            /* -rtp_payload */
    uint32_t rtp_threadtasks;                                        /* -rtp_threadtasks */
    bool rtp_echo;                                                   /* -rtp_echo */
    uint32_t rtp_echo_buffer;                                        /* -mb */
    int32_t max_retrans, max_invite_retrans, max_non_invite_retrans; /* -1: SIPp's own */
    uint32_t base_cseq;                                              /* -base_cseq */
    const char *call_id;                                             /* -cid_str */
    bool call_id_prefix;                                             /* not -callid_slash_ign */
    bool retransmit;                                                 /* not -nr */
    enum sipp_repeat_check
        repeat_check; /* -rtcheck loose: messages are the same if what RFC 2543 compares is */
    uint32_t lost;    /* -lost: millionths, of a step without lost= */
    uint32_t dynamic_start, dynamic_max, dynamic_step; /* of [dynamic_id] */
    struct sipp_tdmmap tdmmap;                         /* -tdmmap */
    uint32_t timer_resolution_ms;                      /* -timer_resol */
    uint32_t t2_ms;                                    /* -T2 */
    uint32_t deadcall_wait_ms;                         /* -deadcall_wait */
    bool auto_answer;                                  /* -aa */
    bool ignore_in_pause;                              /* -pause_msg_ign */
    unsigned behaviors;                                /* -default_behaviors: bits of enum sipp_behavior */
    uint32_t recv_timeout_ms;                          /* -recv_timeout; 0: none */
    const char *auth_user;                             /* -au; NULL: service */
    const char *auth_password;                         /* -ap */
    const char *auth_uri;                              /* -auth_uri; NULL: of the remote host */
    const struct sipp_inject *inject;                  /* -inf, the default one first */
    size_t inject_count;
    const struct sipp_setting *variables; /* -set */
    size_t variable_count;
    const struct sipp_setting *keys; /* -key: for sipp_program_load */
    size_t key_count;
    enum sipp_exec exec;
    bool out_of_call;           /* -oocsf: its scenario takes all requests that are in no call */
    const char *master, *slave; /* -master, -slave: its name for the others; NULL: it is none */
    int64_t ring_after_ns;      /* what-if: pause before the first response to an INVITE */
    int64_t answer_after_ns;    /* what-if: pause before the first final response to an INVITE */
    int64_t start_s; /* the first simulated instant, seconds since 1970 (UTC): for [timestamp] and [date] */
};

void sipp_config_default(struct sipp_config *config);

/*
 * Compiles an XML scenario with the keywords of -key, and the one of -oocsf (NULL: none). All errors go to
 * diag with their place in the source; NULL if there was one. What SIPp refuses is refused, what SIPp can do
 * and this cannot is an error that names it.
 */
struct sipp_program *sipp_program_load(const struct source *xml, const struct source *out_of_call,
                                       const struct sipp_setting *keys, size_t key_count, struct diag *diag);

/*
 * SIPp's built-in scenario "uac" or "uas" (facts: SIPp 9), as a source in the set; NULL if there is none of
 * that name.
 */
struct source *sipp_builtin(struct source_set *set, struct span name);

/* Does the scenario make calls itself (client), or answer them (server)? */
bool sipp_program_is_client(const struct sipp_program *program);

/* The same in full: a commanded one makes a call when its twin tells it to (a scenario that begins with
 * recvCmd). */
enum sipp_role { SIPP_CALLER, SIPP_CALLEE, SIPP_COMMANDED };
enum sipp_role sipp_program_role(const struct sipp_program *program);

/*
 * Where the scenario has its first <sendCmd> or <recvCmd>; source NULL: it has none, and needs no twin. Is it
 * a <sendCmd>, which makes it one for -master?
 */
struct source_pos sipp_program_command_at(const struct sipp_program *program);
bool sipp_program_is_master(const struct sipp_program *program);

/*
 * Errors, if a command names another SIPp than these, or none. names ends with NULL; NULL itself is -3pcc,
 * where nobody has a name.
 */
void sipp_program_check_names(const struct sipp_program *program, const char *const *names,
                              struct diag *diag);

/* The files that its [file name="..."] and media commands have read; live as long as the program. */
const struct source_set *sipp_program_files(const struct sipp_program *program);

void sipp_program_free(struct sipp_program *program);

struct sipp;

/* A call that did not go as its scenario says: told once, when it happens. reason is one line. */
typedef void sipp_failed_fn(void *arg, int64_t now_ns, struct source_pos at, const char *reason);

/*
 * Puts a SIPp on the host: it binds its port and, as a client, begins at time 0 of the queue. Errors that
 * only the configuration shows (a keyword that needs a remote host ...) go to diag, and NULL is returned.
 */
struct sipp *sipp_new(const struct sipp_config *config, const struct sipp_program *program, struct host *host,
                      const struct trace *trace, struct diag *diag);

/*
 * Commands of a go to b, in so long a time; name is what b is called there, NULL with -3pcc. To be called for
 * both.
 */
void sipp_pair(struct sipp *a, const char *name, struct sipp *b, int64_t delay_ns);

void sipp_on_failed(struct sipp *sipp, sipp_failed_fn *failed, void *arg);

/* What it has counted; lives as long as the SIPp. */
const struct sipp_stats *sipp_stats(const struct sipp *sipp);

/* The exit status the real one would have had if it ended now (facts: SIPp 13): 0, 1, 97, 255. */
int sipp_exit_status(const struct sipp *sipp);

/* When it ended, or -1: it runs. */
int64_t sipp_ended_ns(const struct sipp *sipp);

void sipp_free(struct sipp *sipp);

/* All words of SIPp's scenarios that have tables, and what siptwin does with them: a line each (base/word.h).
 */
void sipp_words_write(struct buf *out);

#endif
