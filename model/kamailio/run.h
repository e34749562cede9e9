/* SPDX-License-Identifier: MIT */
/*
 * A run: one request or reply being handled, with everything that the script's functions change in it.
 * A run takes no simulated time; there is one for the workers' messages, since only one decides at a time.
 */
#ifndef MODEL_KAMAILIO_RUN_H
#define MODEL_KAMAILIO_RUN_H

#include "model/kamailio/message/address.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/resolve.h"
#include "model/kamailio/script/method.h"
#include "model/kamailio/script/script.h"
#include "model/kamailio/send.h"
#include "model/sip/edit.h"
#include "model/sip/msg.h"
#include "model/sip/uri.h"

struct kam_transaction; /* tm's; it begins with what the core knows of it */

/* What a request is marked with, and its transaction. */
enum kam_mark {
    KAM_RESTORE_FROM = 1, /* a module has replaced it */
    KAM_RESTORE_TO = 2,
    KAM_USE_FROM = 4, /* and replies get it back as the request had it */
    KAM_USE_TO = 8,
    KAM_UAC_AUTH = 16,
    KAM_VIA_SERVER = 32, /* what our own Via has behind its branch */
    KAM_VIA_PARAMS = 64
};

struct kam_transaction_head {
    uint64_t number;      /* 1 for the first one of an instance */
    struct span from, to; /* the values of its request's headers, as they came in */
    struct span to_line;  /* the whole To */
    unsigned marks;       /* enum kam_mark */
};

/* Kamailio's limit, unless max_branches sets a lower one. */
#define KAM_BRANCHES_MAX 12

/* A destination that append_branch() added. */
struct kam_added_branch {
    struct span uri, next_hop; /* next_hop empty: none */
    struct span path;          /* the Route that it gets, empty: none */
    struct kam_socket *forced; /* as in kam_run */
    uint32_t flags;            /* setbflag() */
    int q;                     /* in thousandths; -1: none */
};

/* What has been done with a request; a combination decides what tm does when the script has ended. */
enum kam_done {
    KAM_FORWARDED = 1,
    KAM_REPLIED = 2,
    KAM_RELEASED = 4,
    KAM_ERROR_DELAYED = 8, /* t_relay() failed: its error reply follows after the script */
    KAM_EXISTS = 16        /* a retransmission */
};

/* How a message came to be here. */
enum kam_origin {
    KAM_RECEIVED,
    KAM_MADE_UP,   /* for an event: no socket has received it */
    KAM_SENT_BY_US /* for an event: it has gone out */
};

/* What a script has told Via to say of this Kamailio: set_advertised_address(), set_advertised_port(). */
struct kam_advertised {
    struct span host, port; /* texts of the program; empty: not told */
};

/* The number of the branch where there is none. */
enum { KAM_NO_BRANCH = -1 };

/* A datagram on its way: what $rcv(...) and $snd(...) tell of. */
struct kam_passage {
    struct span bytes;
    const struct kam_socket *socket; /* that it has come to, or leaves from */
    struct udp_address other;        /* where it comes from, or goes */
};

/* What a script has set for a transaction before it was made; 0: not set. */
struct kam_plan {
    int64_t fr_ms, fr_inv_ms;                 /* t_set_fr() */
    int64_t t1_ms, t2_ms;                     /* t_set_retr() */
    int64_t life_inv_ticks, life_other_ticks; /* t_set_max_lifetime() */
    unsigned on, off;                         /* switches of tm, as bits */
};

struct kam_run {
    struct kam_script_state state; /* first: the interpreter's part */
    struct kamailio *k;

    /* The message. */
    struct payload *payload;    /* held */
    struct kam_socket *socket;  /* where it came in, or the script says so: replies leave from there */
    struct kam_socket *came_to; /* where it really did: what is relayed leaves from there */
    struct udp_address source;  /* where it came from, or the script says so: set by kam_run_set_source() */
    struct buf source_text;     /* the source address */
    struct sip_msg msg;
    enum kam_method method;                /* a reply's is its CSeq's */
    struct via via;                        /* the topmost one */
    struct via second_via;                 /* kam_via_second() */
    const struct sip_header *further_vias; /* the second header of Vias; NULL: none, or it is cut off */
    const struct sip_header *via_header, *from, *to, *call_id, *cseq;
    struct span cseq_number, cseq_method;
    struct span to_uri, to_tag;   /* p of the tag NULL: none */
    struct kam_address from_read; /* kam_run_from() */
    bool from_is_read;
    bool damaged;    /* not all of its headers can be read: msg holds those before the first bad one */
    bool unfinished; /* the empty line after them is missing */

    /* What kam_run_begin() does not clear with the rest: memory that is used again, and what begins with
     * something else than zero. */
    struct edit_list edits;        /* what changes when it is relayed, in all copies of it */
    struct edit_list branch_edits; /* one branch's: a copy of edits and more */
    struct edit_list *target;      /* the one of the two that functions of the script add to */
    struct buf reply_lines;        /* append_to_reply() */
    struct buf rr_params;          /* for the Record-Route that is still to come */
    struct buf reply_body;         /* set_reply_body() */
    struct buf contacts;           /* t_load_contacts() before there is a transaction */
    struct arena scratch;
    struct kam_vars message_avps;
    struct kam_added_branch added[KAM_BRANCHES_MAX];
    char md5[KAM_MD5_LEN + 1]; /* of its branch parameter, if it is digested */
    int q;                     /* of the Request-URI, as kam_added_branch.q */
    bool uri_is_new;           /* the current Request-URI has not been used for a branch yet */
    bool force_rport, local_rport;

    /* All from here on is cleared for each message. How it came to be here. */
    enum kam_origin origin;  /* the first of them */
    uint32_t retransmission; /* of its datagram's cause */
    uint64_t about;          /* number of its datagram; 0: none */
    uint64_t number;         /* which message of its process it is: $mi */
    const struct kam_passage *arriving,
        *leaving; /* while an event of that is told, or onsend_route runs; NULL: not */

    /* What changes in it when it is relayed. */
    struct span new_uri, next_hop; /* $ru and $du where the script set them; p NULL: not */
    struct span path;              /* lookup(): the Route that it gets; empty: none */
    struct kam_socket *forced;     /* the socket that it leaves from: $fs, force_send_socket(); NULL: none */
    struct kam_socket
        *leaves; /* in failure_route: that of the first branch, where none is forced; NULL: the usual one */
    uint32_t flags, branch_flags; /* setflag(), setbflag(): of the Request-URI's branch */
    struct kam_advertised advertised;
    size_t added_count;
    unsigned marks;         /* enum kam_mark */
    struct span marred_uri; /* what nathelper has left of the Request-URI that came in; p NULL: all of it */
    struct span contact_was, contact_now; /* nathelper has changed the URI of a contact; p NULL: it has not */
    const struct sip_header
        *credentials[2]; /* the (Proxy-)Authorization that module auth has looked at; NULL: none */
    bool record_routed, via_edited;
    bool all_read;            /* somebody has read all its headers: Kamailio knows where they end */
    bool route_read;          /* loose_route(), or $rdir and the like, have read the Route */
    bool device_twice;        /* lookup() has found two contacts of one device */
    struct span route_params; /* of our own URI, which a strict router has put into the Request-URI; p NULL */
    bool taken_for_downstream; /* record_route() or is_direction() has asked without that */
    bool hashed, digested;     /* the two parts of its branch parameter are known */
    uint32_t hash;
    int64_t slept_ns; /* sleep(), usleep(): all that it does from now on is so much later */

    /* tm's part. */
    struct kam_transaction *transaction; /* that of the message; NULL: none (yet) */
    bool looked_up;                      /* NULL is known to be true */
    unsigned branch;                     /* of a reply, in branch_route: which one */
    unsigned done;                       /* enum kam_done */
    int error;                           /* what t_relay() failed with, enum kam_error */
    struct udp_address proxy;            /* t_relay(host, port): where all branches go; ip 0: by their URIs */
    bool no_auto_100;                    /* t_relay_to(flags) */
    bool other_transport;                /* t_relay_to_tcp() and its kin: there are no such sockets */
    bool replicates;                     /* t_replicate(): the replies end here */
    const struct kam_route *on_failure, *on_reply, *on_branch,
        *on_branch_failure;      /* armed before there is a transaction */
    struct kam_plan plan;        /* for the transaction that is not there yet */
    struct kam_trace *traces;    /* siptrace's, the same */
    bool traced;                 /* sip_trace() of a transaction was called */
    bool stateful;               /* tm had to do with it: what it cost */
    unsigned failure_status;     /* in failure_route: of the chosen reply */
    struct span failure_reply;   /* its bytes; p NULL: a timeout */
    struct span failure_request; /* what that branch was sent */
    int64_t failure_reply_mode;  /* in failure_route: what happens to the replies there are */
};

/* What the core knows of the message's transaction; NULL: it has none (yet). */
static inline struct kam_transaction_head *kam_run_transaction(const struct kam_run *run) {
    return (struct kam_transaction_head *)(void *)run->transaction;
}

/* Its number; 0: it has none. */
static inline uint64_t kam_run_transaction_number(const struct kam_run *run) {
    return run->transaction ? kam_run_transaction(run)->number : 0;
}

void kam_run_init(struct kam_run *run, struct kamailio *k);
void kam_run_free(struct kam_run *run);

/*
 * Begins with a message: lays the views over it and clears all else. False if Kamailio would drop it
 * before its script: no SIP, or without Via, From, To, Call-ID or CSeq (facts: Kamailio 5.3).
 */
bool kam_run_begin(struct kam_run *run, struct payload *payload, struct kam_socket *socket,
                   struct udp_address source);

/*
 * Another message takes the place of the run's, with all that the script has set but its edits; the payload
 * is taken. False: it cannot be read, and the run keeps its own.
 */
bool kam_run_change_message(struct kam_run *run, struct payload *payload);

/* Tells where it came from. */
void kam_run_set_source(struct kam_run *run, struct udp_address source);

/* Lets go of the message. */
void kam_run_end(struct kam_run *run);

/* The Request-URI as it came in, or what is left of it: for branches and $ou. */
static inline struct span kam_run_original_uri(const struct kam_run *run) {
    return run->marred_uri.p ? run->marred_uri : run->msg.uri;
}

/* The message's From, read when somebody asks for it, as Kamailio does: of most replies nobody does. */
const struct kam_address *kam_run_from(struct kam_run *run);

/* The method's name; a reply's is its CSeq's. */
struct span kam_run_method(const struct kam_run *run);

/* The Request-URI as it goes out. */
struct span kam_run_uri(const struct kam_run *run);

/* Sets it ($ru) or the next hop ($du); the text is copied. */
void kam_run_set_uri(struct kam_run *run, struct span text);
void kam_run_set_next_hop(struct kam_run *run, struct span text);

/* The socket that copies of the message leave from; kam_run_socket_to(): NULL if, with mhomed=yes, no way
 * from a socket leads there (facts: Kamailio 5.3). */
struct kam_socket *kam_run_send_socket(const struct kam_run *run);
struct kam_socket *kam_run_socket_to(const struct kam_run *run, uint32_t ip);

/* Forces the socket that a text names, as kam_socket_parse() reads it; false if there is none. */
bool kam_run_force_socket(struct kam_run *run, struct span text);

/* How many branches a request may have, its own URI among them. */
unsigned kam_run_max_branches(const struct kam_run *run);

/* Adds a branch; false if there are too many. next_hop.p NULL: none. */
bool kam_run_add_branch(struct kam_run *run, struct span uri, struct span next_hop, uint32_t flags);

/* A Max-Forwards value as it stands now: maxfwd_process() changes it in place. */
struct span kam_run_max_forwards(const struct kam_run *run, const struct sip_header *h);

uint32_t kam_run_hash(struct kam_run *run);
const char *kam_run_md5(struct kam_run *run);

/* Where replies to the request go (facts: Kamailio 2.3). */
struct kam_destination kam_reply_destination(const struct kam_run *run);

/* The bit of a flag, of setflag() and setbflag(); 0: there is no flag of that number. */
static inline uint32_t kam_flag_bit(int64_t flag) { return flag >= 0 && flag < 32 ? UINT32_C(1) << flag : 0; }

/* Remembers what a function failed with, for the statement after it. */
void kam_run_fail(struct kam_run *run, int error);

/* Stops the simulation where the script stands: what comes next is not simulated, or ends the real Kamailio.
 * why lives on. Returns -1, as a function that has failed does. */
int kam_run_stop(const struct kam_run *run, const char *why);

/* A cause that says the script did it, where, and of which transaction. */
struct cause kam_cause(const struct kam_run *run, const char *why, const char *reference);

#endif
