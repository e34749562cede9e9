/* SPDX-License-Identifier: MIT */
/* Commands between SIPps: two with -3pcc, several with -master and -slave (facts: SIPp 16). */
#ifndef MODEL_SIPP_PROCESS_COMMAND_H
#define MODEL_SIPP_PROCESS_COMMAND_H

#include "model/sipp/process/call.h"

/* Sends a <sendCmd>'s text. False: the call, or the process, has ended by an error. */
bool command_send(struct call *call, const struct step *step, int index);

/* A call gets what it does not expect: the twin's call is to be aborted, too (-3pcc). */
void command_abort(struct call *call);

/* What the loop reads from a connection: a command, or that the other one has ended. */
void command_recv(struct sipp *sipp, struct datagram *d);

/* The process ends, and with it its connections. */
void command_close(struct sipp *sipp);

/* Forgets what is on its way to this one. */
void command_free(struct sipp *sipp);

#endif
