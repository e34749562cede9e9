/* SPDX-License-Identifier: MIT */
/*
 * tm, the transaction module (facts: Kamailio 6). A transaction is one request that came in, with the
 * branches it went out on and the last reply that was sent back. The core gives it requests through the
 * script's functions and replies through kam_tm_recv_reply(); the rest are timers.
 *
 * state: what becomes of each, in words. table: finding them. server: the side towards the caller. client:
 * the branches. reply: what to do with a reply. cancel, ack: CANCEL, and the requests that are made from the
 * INVITE as sent. timer: when. failure: failure_route. functions: what the script may call.
 */
#ifndef MODEL_KAMAILIO_MODULES_TM_TM_H
#define MODEL_KAMAILIO_MODULES_TM_TM_H

#include "model/kamailio/message/branch.h"
#include "model/kamailio/modules/module.h"
#include "sim/event.h"
#include "sim/random.h"

struct kam_tm;
struct kam_trace; /* modules/siptrace/siptrace.h */

/* What a kam_resend sends again. */
enum kam_resend_kind { KAM_RESEND_REQUEST, KAM_RESEND_CANCEL, KAM_RESEND_RESPONSE };

/* What has become of it. */
enum kam_resend_state {
    KAM_RESEND_IDLE,    /* nothing was sent yet, or its end has come */
    KAM_RESEND_RUNNING, /* copies and an end are to come */
    KAM_RESEND_WAITING, /* no more copies; the end still comes */
    KAM_RESEND_STOPPED  /* for good: it cannot be started again */
};

/* Whose end it waits for. */
enum kam_patience { KAM_FR_TIMER, KAM_FR_INV_TIMER };

/*
 * Something that is sent again until an answer comes: one timer for both the next copy and the end of
 * patience, as in the original. Changing either does not move the timer: it looks when it fires.
 */
struct kam_resend {
    struct event event;
    struct kam_transaction *transaction;
    enum kam_resend_kind kind : 4;
    enum kam_resend_state state : 4;
    enum kam_patience patience : 4;
    bool last : 1; /* only the end is left: the slow timers see to it, behind the fast ones of the tick */
    bool slow : 1; /* T2 from now on: a provisional reply to another request than INVITE */
    unsigned branch : 8;
    uint32_t copies;         /* sent so far, the first one not counted */
    struct payload *payload; /* NULL: nothing was sent yet */
    struct kam_destination destination;
    int64_t copy_tick, end_tick;
    int64_t last_ms, next_ms; /* the interval that runs and the one that comes after it */
    int64_t end_ms;           /* the patience that ran when it was set, for people */
};

/* Is a branch given up? (RFC 3261 9.1) */
enum kam_cancel_state {
    KAM_NOT_CANCELED,
    KAM_CANCEL_PICKED, /* it will be now */
    KAM_CANCEL_DUE,    /* it is: its CANCEL goes as soon as it has answered provisionally */
    KAM_CANCEL_BEGUN   /* its CANCEL was sent or is being made */
};

/* The final reply of a branch, kept until the best one of all is known. */
enum kam_stored { KAM_STORED_NOTHING, KAM_STORED_REPLY, KAM_STORED_TIMEOUT };

/* One branch: a request that went out (RFC 3261 17.1). */
struct kam_client {
    struct kam_client *next; /* in the free list */
    struct kam_resend request;
    struct kam_resend *cancel; /* NULL: no CANCEL was sent, as for nearly all */
    bool is_sent;              /* replies are matched to it; its payload may have gone already */
    unsigned last_status;      /* of the last reply that counted; 0: none */
    enum kam_cancel_state cancel_state;
    enum kam_stored stored;
    struct payload *reply;    /* of KAM_STORED_REPLY: as it would be relayed */
    struct payload *received; /* and as it came in */
    bool timed_out, replied;  /* for t_branch_timeout() and its like */
    bool has_path;            /* lookup() had found a way to it */
    bool first_of_step;       /* the first one that a t_relay() added */
    uint32_t flags;           /* setbflag() */
    const struct kam_route *on_reply, *on_failure, *on_branch_failure;
};

/* The side towards the caller (RFC 3261 17.2): what it was sent last. */
enum kam_tm_state {
    KAM_TM_NEW,        /* nothing */
    KAM_TM_PROCEEDING, /* a provisional reply */
    KAM_TM_COMPLETED   /* a final one */
};

/* Whose reply that was. */
enum kam_reply_origin { KAM_REPLY_OF_OTHERS, KAM_REPLY_MADE_HERE };

/* Who sent a request, by its topmost Via, and that Via's whole text. */
struct kam_sender {
    struct span via, branch, host, port, transport;
};

/* A request as the script had left it, for failure_route: gone when a final reply was sent. */
struct kam_saved {
    struct kam_saved *next; /* in the free list */
    struct edit_list edits;
    struct buf reply_lines, reply_body;
};

/* What a script can switch on and off for one transaction: bits. */
enum kam_tm_switch {
    KAM_TM_AUTO_100 = 1,
    KAM_TM_DISABLE_6XX = 2,       /* a 6xx cancels no other branch */
    KAM_TM_NO_CANCEL_REASON = 4,  /* the caller's Reason does not go into CANCELs */
    KAM_TM_NO_INTERNAL_REPLY = 8, /* the script answers itself where t_relay() fails */
    KAM_TM_SENT_HEADERS = 16,     /* CANCELs have the To as it was sent */
    KAM_TM_SUSPENDED = 32         /* it waits for somebody to go on with it */
};

struct kam_transaction {
    struct kam_transaction_head head;
    struct kam_transaction *prev, *next; /* in its bucket, oldest first; or in the free list */
    struct kam_transaction *next_of_branch;
    struct kam_tm *tm;
    uint16_t hash, branch_index;
    unsigned client_count;
    struct kam_client **clients; /* the only one, or of several an array of KAM_BRANCHES_MAX */
    struct kam_client *only_client;
    struct span method_name;
    char md5[KAM_MD5_LEN + 1];

    /* The request as it came in. Views lie in its payload. */
    struct kam_socket *socket, *came_to; /* as in struct kam_run */
    struct udp_address source;
    uint64_t about;  /* its datagram */
    uint64_t number; /* as in struct kam_run */
    enum kam_method method;
    bool force_rport, local_rport;
    bool was_saved;    /* what the script had made of it, below */
    bool replicated;   /* by t_replicate(): no reply of its branches goes upstream */
    bool canceled;     /* a CANCEL came for it */
    bool uri_is_new;   /* while it is suspended: its Request-URI makes a branch when it goes on */
    unsigned switches; /* enum kam_tm_switch */
    struct span uri, call_id, cseq_number, from_tag, to_tag;
    struct kam_sender sender;

    /* What the script had made of it when the transaction was made: new_uri, next_hop, path; when it was
     * relayed first: saved. */
    struct buf new_uri, next_hop, path;

    /* The server side. */
    enum kam_tm_state state;
    unsigned status; /* of the last reply sent, 0: none */
    enum kam_reply_origin origin;
    uint32_t flags;       /* setflag() */
    struct buf local_tag; /* the To tag it has, if it was */
    int64_t end_of_life_tick;
    struct buf cancel_reason; /* Reason lines for CANCELs of it */
    const struct kam_route *on_failure, *on_reply, *on_branch, *on_branch_failure;
    int64_t fr_ms, fr_inv_ms;
    uint32_t t1_ms, t2_ms;
    struct kam_advertised advertised;
    struct kam_socket *forced; /* $fs when the transaction was made */
    bool had_6xx;

    /* What is given back at its end, which comes when all this has long been out of the processor's caches:
     * together. */
    struct payload *request;
    struct kam_resend response;
    struct event wait;   /* the end of the transaction, wt_timer after its final reply */
    struct buf contacts; /* t_load_contacts(): those that are still to be tried; empty in nearly all */
    struct kam_saved *saved;
    struct kam_vars avps;
    struct kam_trace *traces; /* where siptrace copies to what belongs to it; NULL: nowhere */
    bool traced;              /* that was asked for before it was made: its replies are copied, too */
};

/* The module parameters. */
struct kam_tm_settings {
    int64_t fr_timer_ms, fr_inv_timer_ms, wt_timer_ms, retr_timer1_ms, retr_timer2_ms;
    int64_t max_inv_lifetime_ms, max_noninv_lifetime_ms;
    bool auto_inv_100, restart_fr_on_each_reply, remap_503_500, via1_matching, ruri_matching;
    bool local_cancel_reason, e2e_cancel_reason, noisy_ctimer, aggregate_challenges, reparse_invite;
    bool disable_6xx_block, relay_100, failure_exec_mode, callid_matching, callid_cseq_matching;
    int64_t rich_redirect, failure_reply_mode, faked_reply_prio, cancel_b_method, unmatched_cancel;
    int64_t default_code, local_ack_mode;
    const struct cfg_pv *fr_timer_avp, *fr_inv_timer_avp; /* NULL: not set */
    struct span auto_inv_100_reason, ac_extra_hdrs, default_reason, contacts_avp;
    struct span on_sl_reply; /* the onreply_route for replies to no transaction; empty: none */
};

#define KAM_TM_BUCKETS     0x10000
#define KAM_TM_BRANCH_BITS 14

struct kam_uac; /* uac.c */

struct kam_tm {
    struct kamailio *k;
    struct kam_tm_settings set;
    struct kam_run request_run; /* a transaction's request, parsed again to be answered */
    struct kam_run failure_run; /* the request that a failure_route handles, while a reply or a timer runs */
    struct kam_bucket {
        struct kam_transaction *first;
    } * buckets; /* KAM_TM_BUCKETS, by the hash index that Kamailio writes into branches */
    struct kam_transaction *
        *branches;        /* 1 << KAM_TM_BRANCH_BITS, by the branch they came with, oldest first */
    struct kam_uac *uacs; /* Kamailio's own requests that wait for an answer, newest first */
    uint64_t uac_count;   /* such requests so far */
    size_t first_caller;  /* rank of the process that sent the first one with a Call-ID of Kamailio's own */
    bool has_called;      /* one has */
    struct random_stream uac_random;
    struct arena memory; /* of transactions and clients */
    struct kam_transaction *free_transactions;
    struct kam_client *free_clients;
    struct kam_saved *free_saved;
    struct kam_run *in_hand;          /* the reply that is being relayed; NULL: none */
    struct kam_transaction *canceled; /* while the CANCEL for it is answered; NULL: none is */
    size_t count;                     /* transactions now */
    uint64_t numbered;                /* transactions so far */
    int64_t timer_free_ns;            /* when the timer process has sent what it had to send */
    struct sip_msg sent;              /* for reading a request as it was sent */
    struct buf text;
};

/* tm of that instance; NULL: not loaded. */
static inline struct kam_tm *kam_tm_of(const struct kamailio *k) { return kam_module_data(k, KAM_MODULE_TM); }

/* Its hooks (script/module.h). */
void kam_tm_init(struct kamailio *k, void *data);
void kam_tm_free(void *data);

/* Their names, for people. */
extern const char *const kam_resend_state_names[], *const kam_cancel_state_names[],
                                                       *const kam_tm_state_names[];

/* state.c */

/*
 * All changes of state go through one of these; each tells the trace of it. The request, CANCEL or response
 * that is resent; the branch; the transaction, by the status of the reply that it sends.
 */
void kam_resend_enter(struct kam_resend *r, enum kam_resend_state state);
void kam_client_enter(struct kam_client *c, enum kam_cancel_state state);
void kam_tm_enter(struct kam_transaction *t, unsigned status);

/* table.c */

struct kam_transaction *kam_tm_new(struct kam_run *run);
void kam_tm_release(struct kam_transaction *t);

/*
 * Lets go of what a transaction needs no more that has sent its final reply and only waits. Thousands do: at
 * 1000 calls/s they are most of a run's memory.
 */
void kam_tm_shrink(struct kam_transaction *t);

/* Room for what the script has made of the request. */
struct kam_saved *kam_tm_save(struct kam_transaction *t);

/* The next branch, without a request yet. There are fewer than KAM_BRANCHES_MAX. */
struct kam_client *kam_tm_add_client(struct kam_transaction *t);

/* Its final reply that was kept until it is known whether it is the best one. */
void kam_tm_forget_reply(struct kam_client *c);

/* The transaction that a request repeats, or whose final reply an ACK acknowledges; NULL: none. */
struct kam_transaction *kam_tm_find_request(struct kam_run *run);

/* The transaction that a CANCEL is meant for, or NULL. */
struct kam_transaction *kam_tm_find_canceled(struct kam_run *run);

/* The one with that Call-ID and CSeq number, whose headers are written in the usual way; NULL: none. */
struct kam_transaction *kam_tm_find_callid(struct kam_tm *tm, struct span call_id, struct span cseq_number);

/* Was there a CANCEL for this request before it came itself? */
bool kam_tm_was_canceled(struct kam_run *run);

/* The transaction and branch that a reply belongs to, by its topmost Via; NULL: none. */
struct kam_transaction *kam_tm_find_reply(struct kam_run *run, unsigned *branch);

/* timer.c */

/* How many ticks a duration takes: rounded up, at least one. */
int64_t kam_ticks_of(int64_t ms);

void kam_resend_init(struct kam_resend *r, struct kam_transaction *t, enum kam_resend_kind kind,
                     unsigned branch);

/* Starts both timers: copies from T1 on, the end after end_ms. */
void kam_resend_start(struct kam_resend *r, int64_t end_ms);
void kam_resend_stop(struct kam_resend *r);
void kam_resend_stop_copies(struct kam_resend *r);
void kam_resend_slow(struct kam_resend *r);
void kam_resend_restart_end(struct kam_resend *r, int64_t end_ms);

/* Sets fr_timer and fr_inv_timer, in ms, also of the branches that wait; 0 leaves one as it is. */
void kam_tm_change_fr(struct kam_transaction *t, int64_t fr_inv_ms, int64_t fr_ms);

/* Sets the intervals between copies, in ms, of what is sent from now on, and of the branches that wait the
 * one after the next copy; 0 leaves one as it is. */
void kam_tm_change_retr(struct kam_transaction *t, int64_t t1_ms, int64_t t2_ms);

/* From now on, no branch waits longer than that. */
void kam_tm_change_life(struct kam_transaction *t, int64_t ticks);

/* The transaction ends wt_timer from now; does nothing if that was said before. */
void kam_tm_wait(struct kam_transaction *t);

/* Lets the timer process send what a timer collected. */
void kam_tm_timer_sends(struct kam_tm *tm);

/* server.c */

/* What creating a transaction came to. */
enum kam_newtran {
    KAM_NEWTRAN_NEW,
    KAM_NEWTRAN_RETRANSMISSION, /* the last reply was sent again, or an ACK was absorbed */
    KAM_NEWTRAN_EXISTS,         /* this run has one already */
    KAM_NEWTRAN_ACK,            /* an ACK to a 2xx: it never has one */
    KAM_NEWTRAN_UNREADABLE,     /* nothing is done with it, nor with a Request-URI that is none */
    KAM_NEWTRAN_FAILED          /* the block has no transactions */
};
enum kam_newtran kam_tm_newtran(struct kam_run *run);

/* Has it all that tm needs to find a transaction for it, or to make one? */
bool kam_tm_can_read(struct kam_run *run);

enum { KAM_TM_BAD_REQUEST = -400 }; /* what functions return that find nothing that they can relay */

/* Finds out whether the message belongs to a transaction, once a run. */
struct kam_transaction *kam_tm_check(struct kam_run *run);

/* The last reply again, for a repeated request or because its time has come. */
void kam_tm_resend_reply(struct kam_transaction *t, const struct cause *cause);

/* A reply made here. false after a final one was sent. lines: more headers. */
bool kam_tm_reply(struct kam_transaction *t, const struct kam_run *request, unsigned status,
                  struct span reason, enum kam_send_kind kind, const struct cause *cause);

/* The reply that tells of an error of t_relay(), an enum kam_error; run is the script that had it. It has the
 * append_to_reply() lines of when t_relay() was called. false as above. */
bool kam_tm_reply_error(struct kam_transaction *t, const struct kam_run *run, int error);

/* The reply that the script asks for, to the run's transaction. */
bool kam_tm_script_reply(struct kam_run *run, unsigned status, struct span reason);

/* The same, to a request of another run. */
bool kam_tm_reply_by_script(struct kam_run *run, struct kam_run *request, unsigned status,
                            struct span reason);

/* Stops its timers for good: it has been answered for (an ACK came, or the script let it go). */
void kam_tm_let_go(struct kam_transaction *t);

/* The request of a transaction, parsed again; valid until the next call. */
struct kam_run *kam_tm_request(struct kam_transaction *t);

void kam_tm_stop_clients(struct kam_transaction *t);

/* After the script: the error reply that was put off; a transaction that nobody took care of. */
void kam_tm_script_ended(struct kam_run *run);

/* Sends the upstream reply and sets what has to come after it. The payload is taken. */
void kam_tm_send_reply(struct kam_transaction *t, struct payload *payload, unsigned status,
                       enum kam_send_kind kind, const struct cause *cause);
void kam_tm_start_final(struct kam_transaction *t);

/* relay.c */

/* A CANCEL goes to its INVITE's branches; 0: without an INVITE it is a request like others. */
int kam_tm_relay_cancel(struct kam_run *run);

/* What the script calls: t_relay(), t_relay(host, port), t_relay_to(), t_forward_nonack(). */
int kam_tm_relay(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_relay_there(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_relay_to(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_forward_nonack(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_relay_to_other(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_relay_to_named(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_forward_nonack_other(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_forward_nonack_named(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_replicate(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_replicate_there(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_replicate_other(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_replicate_named(struct kam_run *run, const struct kam_arg *args, size_t count);

/* contacts.c: t_load_contacts(), t_next_contacts() */
int kam_tm_load_contacts(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_next_contacts(struct kam_run *run, const struct kam_arg *args, size_t count);

/* adjust.c: what a script may set for its transaction, or for the one that is to come */
int kam_tm_set_fr(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_reset_fr(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_retr(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_reset_retr(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_max_lifetime(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_reset_max_lifetime(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_use_uac_headers(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_auto_inv_100(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_disable_6xx(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_disable_failover(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_no_cancel_reason(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_set_no_internal_reply(struct kam_run *run, const struct kam_arg *args, size_t count);

/* client.c */

/* Keeps the edits as they stand, for failure_route: the first time only. */
void kam_tm_save_edits(struct kam_transaction *t, const struct kam_run *run);

/* Relays the request of the run on new branches. 1, or a negative error number. */
int kam_tm_forward(struct kam_transaction *t, struct kam_run *run);

/* The same, whoever may ask for them: for what a suspended transaction goes on with. */
void kam_tm_keep_edits(struct kam_transaction *t, const struct kam_run *run);

/* reply.c */

/* A reply has come in. False: it belongs to no transaction. */
bool kam_tm_recv_reply(struct kam_run *run);

/* A branch's patience ended: as if the reply `status` had come. */
void kam_tm_fake_reply(struct kam_transaction *t, unsigned branch, unsigned status);

/* The text that belongs to a status Kamailio makes itself. */
const char *kam_status_text(unsigned status);

/* cancel.c */

/* A CANCEL that has its own transaction and is meant for t. */
void kam_tm_cancel_received(struct kam_transaction *cancel, struct kam_run *run, struct kam_transaction *t);

/* A set of branches, one bit each. */
typedef uint32_t kam_branch_set;

/* The branches that are to be cancelled and are not yet, without that one, or KAM_NO_BRANCH; they must then
 * be given to kam_tm_cancel_branches(). */
kam_branch_set kam_tm_pick_canceled(struct kam_transaction *t, int but);
bool kam_tm_pick_canceled_branch(struct kam_transaction *t, unsigned branch, bool unanswered_too);

/* The branch is to be cancelled: now if it was picked, else when it answers. */
void kam_tm_give_up(struct kam_client *c);

/* How to cancel a branch that has not answered. */
enum kam_cancel_how {
    KAM_CANCEL_KILL = 1,  /* stop its timers */
    KAM_CANCEL_FORCE = 2, /* send a CANCEL all the same */
    KAM_CANCEL_FAKE = 4,  /* as if it had answered 487 */
    KAM_CANCEL_KEEP_RESENDING = 8
};

/* Reason lines of a CANCEL: Kamailio's own, or those of the caller's CANCEL. */
struct kam_reason {
    struct span lines;
    bool is_own;
};

/* cause_status: for a Reason header; 0: none. */
void kam_tm_cancel_branches(struct kam_transaction *t, kam_branch_set branches, unsigned cause_status,
                            unsigned how);
/* The same for one branch. False: only an INVITE can be cancelled, and nothing was sent. */
bool kam_tm_cancel_branch(struct kam_transaction *t, unsigned branch, struct kam_reason reason, unsigned how);

/* What modparam cancel_b_method says, enum kam_cancel_how. */
unsigned kam_tm_how_to_cancel(const struct kam_tm *tm);

/* The Reason line for a status, written into out: of a 200 with a text or without; nothing for 0. */
struct kam_reason kam_tm_own_reason(struct buf *out, const struct kam_tm *tm, unsigned cause_status,
                                    bool with_text);

/* ack.c */

/* An ACK or CANCEL made from the branch's INVITE; to_line replaces its To unless p is NULL. NULL: it is no
 * INVITE. */
struct payload *kam_tm_from_invite(struct kam_client *c, const char *method, struct span to_line,
                                   struct kam_reason reason);

/* The ACK to a 2xx of a request that was replicated: to the Contact of the reply. NULL: it has none. */
struct payload *kam_tm_ack_2xx(struct kam_client *c, struct kam_run *reply, struct kam_destination *to);

/* The same of an INVITE of Kamailio's own; an ACK to a negative reply or a CANCEL of one. */
struct payload *kam_tm_ack_own_2xx(struct kam_tm *tm, const struct payload *invite, struct kam_run *reply,
                                   struct kam_destination *to);
struct payload *kam_tm_from_own_invite(struct kam_tm *tm, const struct payload *invite, const char *method,
                                       struct span to_line);

/* suspend.c */

enum { KAM_TM_GOES_ON = 500 }; /* the status of a branch that has waited, once somebody goes on */

/* A transaction that waits for somebody to go on with it: it is known by two numbers. */
struct kam_suspended {
    uint32_t index; /* its bucket */
    uint64_t label; /* its number */
};

/* Makes one for the request of the run if there is none, and suspends it. False: it cannot be. */
bool kam_tm_suspend(struct kam_run *run, struct kam_suspended *out);

/* Goes on: the statements run over the request as it was. False: there is no such transaction, or it waits
 * no more. */
bool kam_tm_continue(struct kam_tm *tm, const struct kam_suspended *s, const struct cfg_stmt *stmts,
                     struct kam_process *process);

/* t_suspend(), t_continue(index, label, route) */
int kam_tm_suspend_call(struct kam_run *run, const struct kam_arg *args, size_t count);
int kam_tm_continue_call(struct kam_run *run, const struct kam_arg *args, size_t count);

/* uac.c */

/* A request that Kamailio itself sends: a keep-alive, or one in a dialog of others. */
struct kam_uac_request {
    struct span method, uri, next_hop, from;     /* next_hop.p NULL: the URI says it; from: a URI */
    struct span to, more_lines, body;            /* to.p NULL: the URI */
    struct span to_tag, from_tag, call_id, cseq; /* p NULL: none, or one that is made here */
    struct span route;                           /* the value of its Route; empty: none */
    bool two_more; /* two bytes that are zero end it: what Kamailio counts too much behind a strict router */
    bool own_max_forwards;     /* it is among more_lines */
    struct kam_socket *socket; /* NULL: kam_socket_to() finds it */
    /* By a final reply, or 408: none has come, reply is NULL. NULL: nobody wants to know. */
    void (*ended)(void *arg, unsigned status, struct kam_run *reply);
    void *arg;         /* outlives the instance */
    bool awaited;      /* the simulation goes on until it has ended */
    int64_t ago_ticks; /* 0, or how long ago it was sent, before the simulation began: only its copies go */
};

/* Puts it into the outbox; false: it cannot be sent. A keep-alive does not keep the simulation going. */
bool kam_tm_send_request(struct kamailio *k, const struct kam_uac_request *r);

/* Whether there is an address that it goes to, and a socket that it leaves from. */
bool kam_tm_has_way(struct kamailio *k, const struct kam_uac_request *r);

/* t_uac_send(method, URI, next hop, socket, headers, body) */
int kam_tm_uac_send(struct kam_run *run, const struct kam_arg *args, size_t count);

/* The hook for replies: to one of these, or to a transaction. */
bool kam_tm_reply_came(struct kam_run *run);
void kam_tm_uacs_free(struct kam_tm *tm);

/* failure.c */

/* What a block is told of a branch that has failed: its final status, the bytes of that reply, of which p is
 * NULL after a timeout, and the process that finds out. */
struct kam_failure {
    unsigned status;
    struct span reply;
    struct kam_process *process;
};

/*
 * Runs the branch's failure_route, if it has one; true if it ran. The mode is modparam failure_reply_mode,
 * which the script may change for this time.
 */
bool kam_tm_run_failure_route(struct kam_transaction *t, unsigned branch, const struct kam_failure *failure,
                              int64_t *failure_reply_mode);

/* The run for going on with a transaction's request, as the script had left it; kam_run_end() ends it. */
struct kam_run *kam_tm_resume(struct kam_transaction *t, struct kam_process *process);

/* Runs the branch's event_route[tm:branch-failure:...], if it has one. */
void kam_tm_run_branch_failure(struct kam_transaction *t, unsigned branch, const struct kam_failure *failure);

/*
 * For failure_route: the bytes of the final reply of a branch of the t_relay() that has failed, and its
 * status; p NULL where it has none, or where the branch is an earlier one's.
 */
struct span kam_tm_branch_reply(const struct kam_transaction *t, unsigned branch, unsigned *status);

#endif
