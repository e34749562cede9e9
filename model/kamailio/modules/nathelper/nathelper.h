/* SPDX-License-Identifier: MIT */
/* nathelper: users behind address translation (facts: Kamailio 41). */
#ifndef MODEL_KAMAILIO_MODULES_NATHELPER_NATHELPER_H
#define MODEL_KAMAILIO_MODULES_NATHELPER_NATHELPER_H

#include "model/kamailio/modules/module.h"

/* The module parameters. */
struct nathelper {
    const struct cfg_pv *received_avp; /* NULL: not set */
    struct span alias_name;
    struct span mark; /* nortpproxy_str */
    int64_t natping_interval, natping_processes, ping_nated_only, sipping_bflag, natping_disable_bflag,
        udpping_from_path;
    int64_t keepalive_timeout;
    struct span sipping_from, sipping_method, force_socket, natping_socket;
    bool append_oldmediaip; /* append_sdp_oldmediaip */
    bool reserved_too;      /* nat_addr_mode: 192.0.0.0/24 counts as private */
};

/* What one of its own processes does: it pings contacts (ping.c). */
struct nathelper_pings {
    struct kamailio *k;
    const struct nathelper *set;
    int64_t rank;              /* from 0 */
    struct kam_socket *socket; /* force_socket; NULL: those of the contacts */
    struct event event;
    int64_t next_ns, second; /* the next round, and how many seconds after Kamailio's start it is */
    size_t room;             /* bytes that it has asked for the contacts of a round the last time */
    uint32_t sent;           /* SIP pings */
    uint32_t first_tag, first_call, first_second, random; /* what they begin with */
    int64_t began_second;                                 /* when the first one was sent */
    struct random_stream branches;
};

bool nathelper_ping_begin(struct nathelper_pings *p, struct kamailio *k, const struct nathelper *set,
                          int64_t rank);
void nathelper_ping_end(struct nathelper_pings *p);

/* A reply to one of the pings tells that the contact is there. */
void nathelper_ping_answered(struct kam_run *run, const struct nathelper *set);

const struct nathelper *nathelper_of(const struct kam_run *run);

/* Is it an address of a private network (RFC 1918, RFC 6598, RFC 7335)? */
bool nathelper_is_private_address(uint32_t ip);

/* The same, and 192.0.0.0/24 if a parameter says so. */
bool nathelper_is_private(const struct kam_run *run, uint32_t ip);

/* Reads an address as generously as inet_aton(): "10.1" is one. */
bool nathelper_read_address(struct span text, uint32_t *ip);

/*
 * The URI of the contact that Kamailio takes first: the last one of the first Contact header. False if there
 * is none, or it is none.
 */
bool nathelper_contact(const struct kam_run *run, struct uri *uri);

/* nat_uac_test(): does one of the signs that the flags name say that the sender is behind a NAT? */
bool nathelper_test(const struct kam_run *run, int64_t flags);

/* Functions of contact.c, as the module's table has them. */
int nathelper_fix_contact(struct kam_run *run, const struct kam_arg *args, size_t count);
int nathelper_set_alias(struct kam_run *run, const struct kam_arg *args, size_t count);
int nathelper_add_alias(struct kam_run *run, const struct kam_arg *args, size_t count);
int nathelper_add_received(struct kam_run *run, const struct kam_arg *args, size_t count);

/* A function of sdp.c. */
int nathelper_fix_sdp(struct kam_run *run, const struct kam_arg *args, size_t count);

/* Functions of alias.c. */
int nathelper_handle_alias(struct kam_run *run, const struct kam_arg *args, size_t count);
int nathelper_alias_to_pv(struct kam_run *run, const struct kam_arg *args, size_t count);

/* The session description of a message: its body, or of multipart/mixed a part. */
struct span nathelper_session(const struct kam_run *run);

#endif
