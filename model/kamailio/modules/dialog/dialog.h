/* SPDX-License-Identifier: MIT */
/*
 * dialog: calls that are counted and have properties, from dlg_manage() to the BYE (facts: Kamailio 22).
 *
 * table: the dialogs. follow: what messages do to them. variables: $dlg and its kin. dialog: functions.
 * request: what dialog sends itself. bye: how it hangs up. keepalive: how it asks both sides.
 * cseq: what becomes of CSeq after uac_auth().
 */
#ifndef MODEL_KAMAILIO_MODULES_DIALOG_DIALOG_H
#define MODEL_KAMAILIO_MODULES_DIALOG_DIALOG_H

#include "base/table.h"
#include "model/kamailio/interval.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/xavp.h"
#include "model/sip/edit.h"
#include "model/sip/msg.h"
#include "sim/event.h"
#include "sim/random.h"

enum dlg_state { DLG_UNCONFIRMED = 1, DLG_EARLY, DLG_CONFIRMED_NO_ACK, DLG_CONFIRMED, DLG_DELETED };

/* A profile that a dialog is in. */
struct dlg_membership {
    struct dlg_membership *next;
    size_t profile;    /* in struct dialogs */
    struct span value; /* its own; p NULL: the profile has none */
};

/* dlg_set_property() */
enum dlg_switch { DLG_NO_RESET = 1, DLG_ASKS_CALLER = 2, DLG_ASKS_CALLEE = 4 };

/* Who a request of dialog's own goes to. */
enum dlg_side { DLG_CALLER, DLG_CALLEE };

/* What scripts may give a dialog, also before it is there. */
struct dlg_properties {
    uint32_t flags;
    unsigned switches;
    struct kam_xavp *vars;
    struct dlg_membership *memberships;
};

/* What is told of the end of a request that dialog has sent: whose it is. */
struct dlg_leg {
    struct dialog *dlg;
    enum dlg_side side;
};

struct dialog {
    UT_hash_handle hh;    /* by Call-ID */
    struct dialog *same;  /* another one with that Call-ID */
    uint64_t transaction; /* of the INVITE that began it, whose replies change it; 0: there is none yet */
    struct dialog *next;  /* among the deleted ones: the one that was deleted after it */
    struct span call_id, from_tag, to_tag, from_uri, to_uri, from_cseq, from_contact; /* its own */
    struct span cseq_told[2]; /* $dlg(from_cseq), $dlg(to_cseq): of the last request but a BYE */
    uint32_t entry, id;       /* its internal name: did= in Record-Route */
    enum dlg_state state;
    int64_t init_s;     /* since 1970: when it began */
    int64_t start_s;    /* when it was confirmed; 0: not yet */
    int64_t lifetime_s; /* from then on, and from each request within it */
    int64_t end_ns;     /* when that is over; 0: it is not confirmed */
    int64_t deleted_ns;
    struct span to_contact;
    uint64_t cseq[2]; /* the highest of the caller's and of the callee's requests */
    struct dlg_leg legs[2];
    size_t caller_routes;         /* entries of Record-Route that the INVITE had */
    struct span route[2];         /* of requests to them, by enum dlg_side: the entries of Route */
    struct kam_socket *socket[2]; /* that they leave from */
    unsigned requests;            /* that it has sent and that wait for an answer */
    unsigned failures[2];         /* keep-alives in a row that had no good one */
    int64_t first_second;         /* of Kamailio's own clock: since when they are asked */
    int64_t ask_second;           /* when they are asked next */
    bool well;                    /* the last answer was a good one */
    struct dialog *asked_after;   /* the one that is asked behind it */
    struct event bye;             /* the tick at which dialog hangs up */
    struct dialogs *table;        /* that it stands in */
    bool timeout_bye, waits_for_ack;
    int64_t session_s; /* module sst: answers to its INVITE tell that; 0: they do not */
    bool timed;        /* module sst looks after it */
    bool over;         /* its time is; it waits for the answer to a BYE */
    bool hung_up;      /* a BYE of dialog's own was answered */
    bool gone;         /* it was let go of: nobody knows it any more */
    struct dlg_properties has;
};

/* What dialog keeps of the message at hand. */
struct dlg_context {
    uint64_t of;           /* the number of its datagram; 0: none */
    struct dialog *dialog; /* that it begins or belongs to; NULL: none (yet) */
    bool managed;
    struct dlg_properties pending;
    int64_t on, timeout, timeout_bye, dir;
};

struct dlg_profile {
    struct span name;
    bool has_value;
    size_t size;
};

struct dialogs {
    struct span rr_param, with_value, without_value, extra_lines, callee_lines;
    int64_t default_timeout, early_timeout, noack_timeout, match_mode, hash_size, dlg_flag;
    int64_t id_start, id_step, keep_own_routes, ka_timer, ka_interval, ka_failed_limit;
    bool send_bye, detect_spirals, track_cseq, timeout_noreset;
    const struct cfg_pv *timeout_avp; /* NULL: not set */
    struct kamailio *k;
    struct random_stream random;
    size_t drawn;      /* entries that had a dialog so far */
    uint32_t *next_id; /* of each entry; 0: none yet */
    struct dialog *by_call;
    struct dialog *deleted, *last_deleted;
    size_t confirmed;      /* $DLG_count */
    size_t unacknowledged; /* that will be hung up if no ACK comes */
    int64_t next_end_ns;   /* no dialog ends by itself before */
    struct event cleaning, asking;
    struct dialog *asked, *asked_last; /* those that get keep-alives, by when */
    struct event next_end;             /* then, where a script is told of it */
    struct dlg_profile *profiles;
    size_t profile_count;
    struct dlg_context context;
    bool cseq_counts;    /* uac_auth() has answered a challenge, with track_cseq */
    struct sip_msg seen; /* cseq.c: what comes or leaves, and what changes in it */
    struct edit_list edits;
    struct dialog *told; /* that an event without a message tells of; NULL: none */
};

static inline struct dialogs *dialogs_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_DIALOG);
}

/* table.c */

/* track_cseq_updates is set, which concerns who answers a challenge. */
bool dlg_tracks_cseq(const struct kamailio *k);

void dlg_begin(struct kamailio *k, struct dialogs *d);
void dlg_end_all(struct dialogs *d);

/* How long it lives, says the AVP, or else the parameter. */
int64_t dlg_lifetime_s(const struct dialogs *d, struct kam_run *run);

/* A new dialog for the run's request. */
struct dialog *dlg_new(struct kam_run *run);

/* The dialog with that Call-ID and tag of the caller or, of an answered one, of the callee; NULL: none.
 * *upstream: it is the callee's. With deleted ones, if they still are known. */
struct dialog *dlg_find(struct dialogs *d, struct span call_id, struct span tag, bool deleted,
                        bool *upstream);

/* That of the run's message, whose To tag is the other one, if both have one. */
struct dialog *dlg_find_for(struct kam_run *run, bool deleted, bool *upstream);

/* It is confirmed, has ended; does nothing if that was known. */
void dlg_confirm(struct dialogs *d, struct dialog *dlg);
void dlg_delete(struct dialogs *d, struct dialog *dlg);

/* Ends those whose time is over. */
void dlg_sweep(struct dialogs *d);

/* The ACK has come, or it need not come any more. */
void dlg_wait_no_more(struct dialogs *d, struct dialog *dlg);

/* One of them ends then. */
void dlg_ends_at(struct dialogs *d, int64_t end_ns);

void dlg_properties_free(struct dialogs *d, struct dlg_properties *p, bool counted);
void dlg_text_set(struct span *text, struct span value);

/* request.c */

struct dlg_request {
    struct span method;
    unsigned cseq_more; /* than the highest that was used */
    struct span lines;  /* among which there is Max-Forwards; p NULL: none */
    void (*ended)(void *leg, unsigned status, struct kam_run *reply);
    bool awaited;
};

/* Sends it to the one; false: it cannot. */
bool dlg_send(struct dialogs *d, struct dialog *dlg, enum dlg_side to, const struct dlg_request *r);

/* The URI of the only contact in the first Contact header; p NULL: there is none, or not one alone. */
struct span dlg_contact(const struct sip_msg *msg);

/* What the INVITE, and the answer, say of where requests to the caller and the callee go. */
void dlg_read_invite(struct dialog *dlg, struct kam_run *run);
void dlg_read_answer(struct dialogs *d, struct dialog *dlg, const struct sip_msg *msg);

/* bye.c */

/* A call that is to last longer does not keep the simulation going. */
#define DLG_WORTH_WAITING_S 300

/* Will it be hung up when its time is over? */
static inline bool dlg_hangs_up(const struct dialogs *d, const struct dialog *dlg) {
    return d->send_bye || dlg->timeout_bye;
}

/* Sends a BYE to the one; false: it cannot. */
bool dlg_bye(struct dialogs *d, struct dialog *dlg, enum dlg_side to);

void dlg_bye_init(struct dialog *dlg);

/* An answered one ends so many seconds from now; it will be hung up then, if that is wanted. */
void dlg_live_on(struct dialogs *d, struct dialog *dlg);

/* cseq.c */

/* uac_auth() answers a challenge of the run's dialog, if it has one. */
void dlg_cseq_login(struct kam_run *run);

/* A request of the caller within it. */
void dlg_cseq_within(struct kam_run *run, const struct dialog *dlg);

/* Does that line of an INVITE go into its CANCEL and ACK? */
bool dlg_cseq_stays(const struct kamailio *k, struct span line);

struct payload *dlg_cseq_come(struct kamailio *k, struct payload *payload);
struct payload *dlg_cseq_leave(struct kamailio *k, const struct kam_destination *to, struct payload *payload);

/* keepalive.c */

void dlg_asking_init(struct dialogs *d);
void dlg_ask_later(struct dialogs *d, struct dialog *dlg);
void dlg_ask_no_more(struct dialogs *d, struct dialog *dlg);

/* The profile of that name; NULL: none. */
struct dlg_profile *dlg_profile_find(struct dialogs *d, struct span name);
size_t dlg_profile_size(const struct dialogs *d, const struct dlg_profile *p, struct span value);

/* follow.c */

/* What is known of the message that is handled. */
struct dlg_context *dlg_context(struct kam_run *run);

/* The dialog of the message; NULL: none. */
struct dialog *dlg_current(struct kam_run *run);

/* Where the script's properties go: to the dialog, or to what waits for one. */
struct dlg_properties *dlg_properties(struct kam_run *run);

/* Runs an event's block over the run's message, or without one (NULL), with those AVPs (NULL: its own). */
void dlg_tell(struct dialogs *d, struct dialog *dlg, const char *event, struct kam_run *run,
              struct kam_vars *avps);

/* It has ended with that request, or by itself (NULL); the event's block still counts it. */
void dlg_end(struct dialogs *d, struct dialog *dlg, struct kam_run *run);

/* dlg_manage() */
int dlg_manage(struct kam_run *run);

/* Hooks (script/module.h). */
void dlg_routed(struct kam_run *run);
void dlg_request_ended(struct kam_run *run);
void dlg_transaction_made(struct kam_run *run);
void dlg_replied(struct kamailio *k, const struct kam_replied *r);

extern const struct kam_pv dlg_pvs[]; /* variables.c */

#endif
