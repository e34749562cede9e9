/* SPDX-License-Identifier: MIT */
/* The inside of struct sipp: one process, its calls and what they share. */
#ifndef MODEL_SIPP_PROCESS_PROCESS_H
#define MODEL_SIPP_PROCESS_PROCESS_H

#include "model/sipp/process/aka.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/loop.h"
#include "model/sipp/process/rand.h"
#include "model/sipp/process/twister.h"
#include "model/sipp/scenario/inject.h"
#include "model/sipp/scenario/program.h"
#include "model/sipp/sipp.h"

#include "base/arena.h"

struct call;
struct sipp_media;
struct command;
struct folded;

/* A Call-ID that SIPp knows: of an open call, or of one that has ended a short time ago. */
struct known {
    /* Among the dead, in the order in which they are forgotten; of the free ones next. */
    struct known *prev, *next;
    union {
        struct call *call; /* of one that lives */
        int64_t until_ms;  /* when a dead one is forgotten */
    };
    uint32_t hash;
    uint32_t len : 30;
    bool dead : 1;
    bool listed : 1; /* found by its Call-ID: a second call with the same one is not */
    char id[];
};

/* Its call; NULL: it is dead. */
static inline struct call *known_call(const struct known *k) { return k->dead ? NULL : k->call; }

/*
 * A set of them, found by the hashes of their Call-IDs alone, up to a free slot: they are far apart in
 * memory, and to walk over them took a sixth of the time of a call without a proxy.
 */
struct known_set {
    uint32_t *hashes; /* of each slot; 0: it is free */
    struct known **entries;
    size_t count, slots; /* the latter a power of two, or 0 */
};

/* At 1000 calls/s each SIPp knows 33 000 dead ones. They are kept apart, so that the others, of which nearly
 * all messages are, stay together. */
struct known_table {
    struct known_set live, dead;
    struct known *free[32]; /* by the room that they have for a Call-ID */
    struct arena memory;
    struct known *dead_first, *dead_last;
};

/* The call generator of a client (facts: SIPp 8). */
struct generator {
    struct task task; /* first */
    struct sipp *sipp;
    int64_t raised_ms;                     /* when that was done last; since then the slots count */
    struct real ms_per_call, calls_per_ms; /* of C's float, as SIPp reckons */
    uint64_t slots;                        /* used, for calls or in vain */
    uint32_t limit;
    /* Slots at random: how many have passed, and when the next one is. */
    struct random_stream random;
    uint64_t arrived;
    int64_t arrival_ns;
};

/* -rate_increase. */
struct raiser {
    struct task task; /* first */
    struct sipp *sipp;
};

/* -users. */
struct users {
    uint32_t *waiting;  /* a ring of those without a call */
    size_t first, free; /* where it begins, and how many they are */
    struct value
        *values;     /* for user 0, 1 ... one for each variable of the program; user 0 has the call of init */
    uint32_t caller; /* whose call the generator makes now */
};

struct sipp {
    struct sipp_config config;
    const struct sipp_program *program;
    struct host *host;
    struct net *net;
    const struct trace *trace;
    struct loop loop;
    struct generator generator;
    struct raiser raiser;
    struct users users;
    struct sipp_media *media;
    struct known_table known;
    struct arena memory; /* of calls */
    struct call *open, *free;
    struct peer *peers; /* those that it tells commands: the twin, or all of -slave_cfg */
    size_t peer_count, peer_cap;
    struct command *commands; /* on their way to this one */
    struct value *globals;    /* one for each variable of the program, used where it is global */
    struct inject *injects;   /* the default one first */
    size_t inject_count;
    size_t *inject_order;            /* their places, by name: so SIPp draws their lines */
    struct template *templates;      /* its own, then the program's */
    struct template *credentials[2]; /* the user and the password without others; of its own */
    struct folded *folded;           /* all templates, by their number */
    size_t folded_count;
    struct source_set files;   /* those of sipp_file */
    struct buf text, text2;    /* for rendering */
    struct header_index lines; /* of the payloads that were asked about last */
    struct rand rand;
    struct twister twister;
    bool rand_seeded;
    struct aka_memory aka;
    struct random_stream random, port_random;
    size_t ports_used;
    uint16_t reply_port; /* of one that answers, with -rsa: from where it sends; 0: from its port */
    uint32_t next_number, dynamic_id;
    bool *circuits; /* of -tdmmap: which ones are free; NULL: there are none */
    struct sipp_stats stats;
    struct event start, alarm; /* when it starts (-sleep), and its -timeout */
    bool started, timed_out;
    bool quitting; /* no new calls; ends when no call is open */
    bool ended;    /* the process has gone */
    int64_t ended_ns;
    int exit_status;
    uint64_t about; /* number of the datagram that is being processed; 0: none */
    sipp_failed_fn *failed;
    void *failed_arg;
};

static inline int64_t sipp_now(const struct sipp *sipp) { return sipp->loop.queue->now_ns; }

/*
 * Sends a payload to where the call's messages go, from its port, and accounts for its cost. False if that
 * cannot be done: no datagram holds it (NULL), or no network has the address.
 */
bool sipp_send(struct call *call, struct payload *payload, const struct cause *cause);

/* sockets.c: the port from which a SIPp that answers sends (-rsa), and its end. */
void sipp_open_reply_port(struct sipp *sipp);
void sipp_close_reply_port(struct sipp *sipp);

/* The port of a call (-t un), and its end. */
void sipp_open_port(struct call *call);
void sipp_close_port(struct call *call);

/* What arrives at a port of the SIPp. */
void sipp_arrive(void *arg, struct datagram *d);

/* A note for the trace: something happened without a datagram. */
void sipp_note(struct sipp *sipp, const struct cause *cause);

/* An error that ends the process (exit status 255): told like a failed call. */
void sipp_fatal(struct sipp *sipp, struct source_pos at, const char *reason);

/* The run has reached what SIPp can do and siptwin cannot: the whole simulation stops. */
void sipp_missing(struct sipp *sipp, struct source_pos at, const char *reason);

/* No new calls once as many were made as -m allows. */
void sipp_check_quitting(struct sipp *sipp);

/* Ends the process if it is quitting and no call is open. */
void sipp_check_end(struct sipp *sipp);

/* The process exits: its port closes, nothing happens any more. */
void sipp_exit(struct sipp *sipp, int status);

/* A number from rand(), which lost= and uniform distributions seed at their first use. */
int32_t sipp_rand(struct sipp *sipp, bool seeds);

/* The injection file of that name, or without a name the default one; NULL: there is none. */
struct inject *sipp_inject(struct sipp *sipp, struct span name);

/* A file that is first asked for while calls run, beside the scenario; NULL: it cannot be read. */
const struct source *sipp_file(struct sipp *sipp, struct source_pos asked, struct span name);

/* Is a message of this step to be lost? */
bool sipp_loses(struct sipp *sipp, const struct step *step);

/* Something happened that SIPp counts. */
static inline void sipp_count(struct sipp *sipp, enum sipp_stat what) { sipp->stats.of[what]++; }

/* stats.c */
void stats_begin(struct sipp_stats *stats, const struct sipp_program *program);

/* known.c */
struct known *known_add(struct sipp *sipp, struct span id, struct call *call);
struct known *known_find(struct sipp *sipp, struct span id);
void known_die(struct sipp *sipp, struct known *k);   /* its call has ended */
void known_renew(struct sipp *sipp, struct known *k); /* a dead one got a message */
void known_forget(struct sipp *sipp, struct known *k);
void known_free_all(struct sipp *sipp);

/* generate.c */
void generator_start(struct sipp *sipp);

/* users.c; users_take gives 0 when no user is free. A user who is put back may call again at once. */
void users_begin(struct sipp *sipp);
uint32_t users_take(struct sipp *sipp);
void users_put(struct sipp *sipp, uint32_t user);
bool users_have_lines(const struct sipp *sipp, uint32_t user); /* in each USER file */
struct value *users_values(struct sipp *sipp, uint32_t user);
void users_free(struct sipp *sipp);

/* tdmmap.c: a call takes a circuit (false: all are taken), and gives it back; [tdmmap]. */
void tdmmap_begin(struct sipp *sipp);
bool tdmmap_take(struct call *call);
void tdmmap_put(struct call *call);
void tdmmap_write(struct buf *out, const struct call *call);

/* receive.c */
void sipp_recv(void *arg, struct datagram *d);

#endif
