/* SPDX-License-Identifier: MIT */
/* One call of a SIPp: its place in the scenario and all that SIPp remembers for it (facts: SIPp 14). */
#ifndef MODEL_SIPP_PROCESS_CALL_H
#define MODEL_SIPP_PROCESS_CALL_H

#include "model/sipp/process/process.h"

/* A transaction that start_txn named. */
struct txn {
    struct buf branch;
    bool started;           /* has its first message been sent? */
    int ack_step;           /* 0: no ACK sent yet */
    uint64_t response_hash; /* of its last response; 0: none */
};

/* A response time of a call. */
struct rtd_clock {
    int64_t from_ms;
    bool stopped;
};

struct call {
    struct task task; /* first, so that a task of a call is the call */

    /* memory that the next call to use this one's takes over */
    struct value *values;     /* one for each variable of the program */
    int64_t *lines;           /* one for each injection file; -1: none */
    struct txn *txns;         /* one for each transaction with a name */
    struct rtd_clock *rtds;   /* one for each of the program */
    struct call_media *media; /* NULL: the scenario sends none */
    struct buf peer_tag, routes, next_url, challenge;

    struct sipp *sipp;             /* from here on all is zero at first */
    struct call *prev, *next;      /* among the open calls; next also among the free ones */
    struct known *known;           /* its Call-ID */
    const struct step_list *steps; /* the main part, or init */
    bool init, out_of_call;
    bool failed; /* marked by an action: counted at its end */
    uint32_t number;
    uint32_t user;    /* of -users; 0: none */
    uint32_t circuit; /* of -tdmmap, from 1; 0: none */
    int index;        /* the current step */
    struct udp_address to;

    /* sending */
    struct payload *sent; /* the last scenario message; NULL: none */
    int sent_step;
    bool sent_invite, established, ack_pending;
    int64_t retrans_ms; /* when it is due to be sent again; 0: never */
    uint32_t retrans_delay_ms;
    uint32_t retrans_count;
    uint32_t cseq;
    uint16_t port; /* its own, with -t un; 0: the SIPp's */

    /* receiving */
    struct payload *received;         /* the "last message"; NULL: none */
    struct payload *matched;          /* the last one that a step waited for; NULL: none */
    struct payload *queued;           /* waits for the next recv */
    int last_step;                    /* that the last message matched; -1: none was */
    bool unanswered;                  /* nothing was sent since */
    bool answers_received;            /* the message that a send followed is the last matched one still */
    uint64_t answered_hash;           /* else its hash; 0: none */
    int answered_recv, answered_send; /* -1: none */
    uint32_t repeats;                 /* how often an answer was repeated since the last step was sent */
    int64_t recv_timeout_ms;          /* when the receive timer expires; 0: it is not armed */
    int64_t paused_ms;                /* until when; 0: not */
    unsigned thought;                 /* what-if pauses of the current step that are over: enum what_if */
    unsigned challenge_status;
    uint32_t nonce_count;
    bool has_peer_tag, has_routes;
    bool lost_next_url;  /* SIPp has not set it, and shows a part of the message */
    bool vague_next_url; /* the same, and it shows whatever its memory holds, at first mostly nothing */
    bool closed;         /* by <closecon> */
    int64_t began_ms;
};

/* A new call at step 0; number is its call number. */
struct call *call_new(struct sipp *sipp, struct span id, struct udp_address to);

/* One of a request that is in no call, at a caller: it has no number, and nobody counts it. */
struct call *call_new_out_of_call(struct sipp *sipp, struct span id, struct udp_address to);

/* The call that runs the steps of <init> once, before all others; it takes a call number. */
struct call *call_new_init(struct sipp *sipp);

const struct step *call_step(const struct call *call);

/* Runs the call's task: a retransmission that is due, the end of a pause, or the current step. */
void call_run(struct task *task);

/* Goes to the step after the current one, or to its next label. False if the call has ended by this. */
bool call_next(struct call *call);

/* The variable's value, of the call or global. */
struct value *call_value(struct call *call, int variable);

/* The last message, as SIPp's string functions see it; empty if there is none. */
struct span call_last_message(const struct call *call);

/* The lines of a message or of the last one, until other ones are asked for. */
const struct header_lines *call_lines(const struct call *call, struct payload *payload);

/* A number of a distribution, in billionths. */
int64_t distribution_sample(struct sipp *sipp, const struct distribution *d);

/* Puts the call to sleep until whichever of its timers comes first. */
void call_sleep(struct call *call);

enum call_end {
    CALL_SUCCEEDED,
    CALL_FAILED,           /* told and counted; a dead call is remembered */
    CALL_FAILED_FORGOTTEN, /* the same, but nothing is remembered (facts: SIPp 6.4) */
    CALL_FORGOTTEN         /* neither counted nor remembered */
};

/* Takes the call out of the process, to be used again; frees its memory. */
void call_release(struct call *call);
void call_free(struct call *call, const struct sipp_program *program);

/* Ends the call, counts it and releases it. */
void call_end(struct call *call, enum call_end how);

/* Says that the call fails, and why, at a place. Once for each call. */
void call_fail(struct call *call, enum sipp_stat why, struct source_pos at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells the same of something that does not make the call fail. */
void call_warn(struct call *call, struct source_pos at, const char *reason);

/* stats.c: a call begins, ends, and comes by a step whose response times begin and end there. */
void stats_call_begins(struct call *call);
void stats_call_ends(struct call *call, bool successful);
void stats_step(struct call *call, const struct step *step);

/* What becomes of a message that cannot be sent, and of the call (facts: SIPp 4). */
enum unsent { UNSENT_ENDS_CALL, UNSENT_CRASHES };

/*
 * Sends the message of a scenario step, rendered anew, as SIPp's send_scene. False after a fatal error, and
 * if it cannot be sent, which ends the call: nothing is left of it.
 */
bool call_send_step(struct call *call, int step, const struct cause *cause);

/* Sends a rendered template that is no step. index is what [branch] takes. False as above. */
bool call_send_template(struct call *call, const struct template *t, int index, const struct cause *cause,
                        enum unsent unsent);

/*
 * Ends the call as SIPp does that gives up: with ACK, BYE or CANCEL where it is a client (facts: SIPp 6.2).
 */
void call_abort(struct call *call);

/*
 * retrans.c: is a retransmission due? Sends it or gives the call up. False if the call has ended or jumped.
 */
bool retrans_run(struct call *call);

/* The message that was sent is sent again then, if nothing comes. */
void retrans_arm(struct call *call, uint32_t delay_ms);

/* receive.c: a message for this call. */
void call_recv(struct call *call, struct payload *payload);

/* receive.c: what has come for a step is counted, and its actions are performed. False: the call has ended.
 */
bool call_accept(struct call *call, const struct step *step, struct payload *payload);

/* unexpected.c: the message fits nowhere: what depends on its method; and what ends every call. */
void call_unexpected(struct call *call, struct payload *payload);
void call_abort_unexpected(struct call *call, struct payload *payload);

/* When SIPp ends: the calls that it does not count are given up, whatever default_behaviors says. */
void call_abort_uncounted(struct sipp *sipp);

/* Does -aa answer requests of that method; the answer. */
bool call_answers(const struct sipp *sipp, struct span method);
void call_answer(struct call *call, struct payload *payload);

/* perform.c: performs a step's actions. payload is the message received or sent, or NULL. */
enum perform_result { PERFORM_OK, PERFORM_STOP_CALL, PERFORM_ENDED };
enum perform_result perform_list(struct call *call, const struct step *step, struct payload *payload);
static inline enum perform_result perform_actions(struct call *call, const struct step *step,
                                                  struct payload *payload) {
    return step->actions.count > 0 ? perform_list(call, step, payload) : PERFORM_OK;
}

#endif
