/* SPDX-License-Identifier: MIT */
/*
 * siptrace: copies of messages go to another machine, as they are or in HEP (facts: Kamailio 73). copy: the
 * copies themselves. transaction: those of what tm and sl send and get. siptrace: what scripts call, and
 * trace_mode.
 */
#ifndef MODEL_KAMAILIO_MODULES_SIPTRACE_H
#define MODEL_KAMAILIO_MODULES_SIPTRACE_H

#include "model/kamailio/modules/tm/tm.h"

/* Where copies of what belongs to a transaction go. */
struct kam_trace {
    struct kam_trace *next; /* one that was asked for before */
    struct udp_address to;
    struct kam_socket *socket; /* they leave from there; NULL: from that of the process that works */
};

/* What the module keeps. */
struct siptrace {
    int64_t trace_on, trace_flag, hep_version, hep_capture_id, trace_mode;
    bool trace_sl_acks, hep_mode_on;
    struct span duplicate_uri, auth_key, send_sock_name, send_sock_addr, force_send_sock;
    struct kam_socket *socket; /* that copies leave from; NULL: that of the process that works */
};

static inline struct siptrace *siptrace_of(const struct kamailio *k) {
    return kam_module_data(k, KAM_MODULE_SIPTRACE);
}

/* A message on its way, to be copied. */
struct traced_message {
    struct span bytes;
    struct udp_address from, to;
};

static inline struct traced_message traced_came(struct span bytes, struct udp_address from,
                                                const struct kam_socket *to) {
    return (struct traced_message){bytes, from, {to->ip, to->port}};
}

static inline struct traced_message traced_leaves(struct span bytes, const struct kam_socket *from,
                                                  struct udp_address to) {
    return (struct traced_message){bytes, {from->ip, from->port}, to};
}

/* How it is wrapped: as the parameters say, or in one of the two ways. */
enum trace_wrap { TRACE_AS_SET, TRACE_PLAIN, TRACE_HEP };

/* Sends a copy to `trace`. correlation: of HEP 3; empty: none. */
void siptrace_copy(struct kamailio *k, const struct kam_trace *trace, enum trace_wrap wrap,
                   const struct traced_message *m, struct span correlation);

/* Sends copies, wrapped as set, to all of a list, the one that was asked for last first. */
void siptrace_copy_to_all(struct kamailio *k, const struct kam_trace *traces, const struct traced_message *m,
                          struct span correlation);

/* The same of the message that a run handles, as it came in. */
void siptrace_copy_came(const struct kam_run *run, const struct kam_trace *traces, struct span correlation);

/* The same, but in onsend_route as it leaves. */
void siptrace_copy_of_run(const struct kam_run *run, const struct kam_trace *traces, struct span correlation);

/* A text goes to `trace` in HEP 3, whatever the parameters say, as of that process' socket. */
void siptrace_log(struct kamailio *k, const struct kam_trace *trace, struct span text,
                  struct span correlation);

/* The place that duplicate_uri names; false: none. */
bool siptrace_usual(struct kamailio *k, struct kam_trace *trace);

/* The socket that copies leave from now. */
struct kam_socket *siptrace_socket(const struct kamailio *k);

/*
 * From now on, what belongs to the transaction of that request is copied there. False: it is an ACK or CANCEL
 * to one of which all is copied already.
 */
bool siptrace_transaction(struct kam_run *run, const struct kam_trace *trace);

/* tm's hook (script/module.h). */
void siptrace_transaction_made(struct kam_run *run);

/* What others tell it of. All do nothing where it is not loaded, or where nobody has asked for copies. */

/* sl has absorbed that ACK; is about to send a reply to that request. */
void kam_siptrace_absorbed(struct kam_run *run);
void kam_siptrace_answers(struct kam_run *run, const struct payload *reply, const struct kam_destination *to);

/* tm has sent something that belongs to t; run: the request that the script relays; NULL: not by one. */
void kam_siptrace_sent(struct kam_transaction *t, const struct kam_run *run, const struct payload *payload,
                       const struct kam_destination *to);

/* A reply has come for t; the ACK to its negative reply. */
void kam_siptrace_reply(struct kam_transaction *t, const struct kam_run *reply);
void kam_siptrace_ack(struct kam_transaction *t, const struct kam_run *ack);

/* A CANCEL for t has come; it is about to be answered. */
void kam_siptrace_cancel(struct kam_transaction *t, const struct kam_run *cancel);
void kam_siptrace_cancel_answered(struct kam_transaction *t, const struct payload *reply,
                                  const struct kam_destination *to);

/* The transaction ends. */
void kam_siptrace_end(struct kam_transaction *t);

#endif
