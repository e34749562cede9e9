/* SPDX-License-Identifier: MIT */
/* What an [authentication] gives for a call: of a template, or in a field of an injection file. */
#ifndef MODEL_SIPP_PROCESS_CREDENTIALS_H
#define MODEL_SIPP_PROCESS_CREDENTIALS_H

#include "model/sipp/process/call.h"

/*
 * Compiles what stands for an absent user or password: -au or -s, and -ap, which may hold keywords, too.
 * Errors go to diag, if the scenario has an [authentication] without it.
 */
void credentials_begin(struct sipp *sipp, struct diag *diag);

/*
 * Compiles an [authentication ...] in the text of a field while a call runs. keyword is what stands from its
 * bracket up to the other one. Returns what credentials_release() wants; NULL: SIPp ends at it.
 */
struct template *credentials_of_field(struct sipp *sipp, struct span keyword, struct source_pos at,
                                      struct template *param[AUTH_PARAMS]);

/* Frees what was compiled since the template before; the last one that was compiled goes first. */
void credentials_release(struct sipp *sipp, struct template *before);
void credentials_free(struct sipp *sipp);

/*
 * Adds the whole header for a message with that method and body. Returns NULL, or why SIPp ends at it: a
 * static text, empty if it has been told.
 */
const char *credentials_write(struct buf *out, struct call *call, struct template *const param[AUTH_PARAMS],
                              struct span method, struct span body);

#endif
