/* SPDX-License-Identifier: MIT */
/* A request that Kamailio itself has sent: what uac.c and uac_invite.c share. */
#ifndef MODEL_KAMAILIO_MODULES_TM_UAC_H
#define MODEL_KAMAILIO_MODULES_TM_UAC_H

#include "model/kamailio/modules/tm/tm.h"

struct kam_uac {
    struct kam_uac *next;
    struct kam_tm *tm;
    struct kam_uac_request request;
    struct kam_destination destination;
    struct payload *payload;
    struct payload *cancel;     /* of an INVITE that has been given up; NULL: none */
    struct span branch, method; /* in the payload */
    const struct kam_route *on_reply;
    int64_t fr_ms;
    bool is_invite;
    unsigned last_status; /* of an INVITE; 0: nothing has come */
    struct event event;
    int64_t copy_tick, end_tick, interval_ms;
    uint32_t copies;
};

void kam_uac_drop(struct kam_uac *u);

/* Puts it, or its CANCEL, into the outbox. */
void kam_uac_send(struct kam_uac *u);

/* Waits for the next tick at which something is due. */
void kam_uac_fire_next(struct kam_uac *u);

/* uac_invite.c */

/* The ACK to a final reply. */
void kam_uac_ack(struct kam_uac *u, struct kam_run *reply);

/* A reply that its onreply_route has seen. */
void kam_uac_invite_answered(struct kam_uac *u, struct kam_run *reply);

/* Its end has come: nobody has answered in time, or it has waited long enough for repeated answers. */
void kam_uac_invite_times_out(struct kam_uac *u, int64_t tick);

/* A reply to its CANCEL. True: the hook's result. */
bool kam_uac_cancel_answered(struct kam_uac *u, struct kam_run *reply);

#endif
