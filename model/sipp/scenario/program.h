/* SPDX-License-Identifier: MIT */
/*
 * A compiled scenario: its steps with everything that can be decided before a call runs them
 * (facts: SIPp 1 and 2). Immutable once it is loaded; sipp_program_load is in sipp.h.
 */
#ifndef MODEL_SIPP_SCENARIO_PROGRAM_H
#define MODEL_SIPP_SCENARIO_PROGRAM_H

#include "model/sipp/scenario/action.h"
#include "model/sipp/sipp.h"

enum step_kind { STEP_SEND, STEP_RECV, STEP_PAUSE, STEP_NOP, STEP_SEND_CMD, STEP_RECV_CMD };
enum optional { OPTIONAL_FALSE, OPTIONAL_TRUE, OPTIONAL_GLOBAL };
enum pause_length { PAUSE_DEFAULT, PAUSE_DISTRIBUTION, PAUSE_VARIABLE };

/* "The callee thinks" (sipp_config.ring_after_ns, answer_after_ns): before this step. Bits. */
enum what_if { WHAT_IF_NONE = 0, WHAT_IF_RING = 1, WHAT_IF_ANSWER = 2 };

struct step {
    enum step_kind kind;
    struct source_pos at;
    struct action_list actions;

    /* send */
    struct template *template;
    struct template_head head;
    uint32_t retrans_ms;    /* 0: never by timer */
    int on_timeout;         /* a step; -1: none. Also of recv. */
    int start_txn, ack_txn; /* of a send: number of the transaction, from 0; -1: none */
    unsigned what_if;

    struct span peer; /* of a sendCmd: dest; of a recvCmd: src; p NULL: absent; views into the source */

    /* recv */
    struct span request; /* p NULL: a response is expected; views into the source */
    bool bad_regex;      /* there is a regexp_match that SIPp ends at when it wants to compile it */
    struct regex *regex; /* of the request, with regexp_match */
    unsigned response;
    struct span methods; /* all earlier requests' without transactions, in one word; in step_list.methods */
    int response_txn;    /* -1: matched by the CSeq's method */
    bool invite_txn;     /* ... and that transaction is an INVITE's */
    uint32_t timeout_ms; /* 0: none */
    enum optional optional;
    bool advance_state, rrs, auth, ignoresdp;

    /* pause */
    enum pause_length pause;
    struct distribution distribution;
    int variable;
    bool timewait;

    /* all */
    int next;       /* a step; -1: none */
    int test;       /* a variable that next depends on; -1: none */
    int32_t chance; /* 0: always; else next is taken only when rand() is larger */
    int condexec;   /* a variable; -1: none */
    bool condexec_inverse;
    int64_t lost;            /* percent, in billionths; -1: not given */
    int start_rtd, stop_rtd; /* response times that it starts and stops; -1: none */
    bool repeat_rtd;         /* it stops it each time, not only the first */
};

enum default_message { DEFAULT_ACK, DEFAULT_BYE, DEFAULT_CANCEL, DEFAULT_200, DEFAULT_MESSAGES };

struct step_list {
    struct step *steps;
    size_t count, cap;
    struct buf methods;  /* of its requests, in one word */
    int unexpected_main; /* the label _unexp.main, to which unexpected messages jump; -1: absent */
};

/* A response time: what start_rtd and rtd name. */
struct rtd {
    struct span name;
    struct source_pos at;
    bool is_started, is_stopped;
    struct sipp_bounds bounds;
};

struct rtd_table {
    struct rtd *list;
    size_t count, cap;
};

/* The numbers of a repartition. */
struct bounds_list {
    struct bounds_list *next;
    uint32_t ms[];
};

struct sipp_program {
    const struct source *source;
    struct xml_document *document, *other_document; /* names and methods are views into them */
    struct step_list main, init;
    struct step_list other_init; /* of -oocsf: never run, but init is run twice then (facts: SIPp 6.4) */
    struct step_list
        out_of_call; /* of -oocsf, or one recv that nothing fits; of the requests that are in no call */
    struct variable_table variables;
    struct template *templates; /* all of them */
    struct media *media;        /* the same; NULL: no call sends any */
    struct template *defaults[DEFAULT_MESSAGES];
    struct source_set files;
    size_t transaction_count;
    bool client;
    struct rtd_table rtds;
    struct sipp_bounds call_lengths;
    struct bounds_list *bounds;                    /* all of them */
    int unexpected_retaddr, unexpected_pausedaddr; /* two variables that belong to _unexp.main; -1: absent */
    bool lose_packets;                             /* some step has lost= */
    bool commanded;               /* its first message is a recvCmd: the twin makes its calls */
    struct source_pos command_at; /* of the first sendCmd or recvCmd; source NULL: there is none */
    bool master;                  /* it is a sendCmd */
    struct source_pos shell_at;   /* of the first <exec command=>; source NULL: there is none */
};

#endif
