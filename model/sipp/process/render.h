/* SPDX-License-Identifier: MIT */
/* From a template to the text it stands for in a call (facts: SIPp 2 and 3). */
#ifndef MODEL_SIPP_PROCESS_RENDER_H
#define MODEL_SIPP_PROCESS_RENDER_H

#include "model/sipp/process/call.h"

/* The message index of a text that is none of the scenario's messages: of an action, of a parameter. */
enum { RENDER_ACTION = -2, RENDER_DEFAULT = -1 };

/*
 * Adds the text to out; index is what [branch] and [msg_index] show. False after an error that ends the
 * process, which has been told.
 */
bool render(struct buf *out, struct call *call, const struct template *t, int index);

#endif
