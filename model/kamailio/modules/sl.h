/* SPDX-License-Identifier: MIT */
/* sl, the module of replies without a transaction (facts: Kamailio 5.3). */
#ifndef MODEL_KAMAILIO_MODULES_SL_H
#define MODEL_KAMAILIO_MODULES_SL_H

#include "model/kamailio/run.h"

/* Replies to the run's request. False for an ACK, or if it cannot be sent. */
bool kam_sl_reply(struct kam_run *run, unsigned status, struct span reason);

/* Replies with the transaction, if the run has one, else without: what send_reply() does. */
bool kam_sl_answer(struct kam_run *run, unsigned status, struct span reason);

#endif
