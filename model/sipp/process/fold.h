/* SPDX-License-Identifier: MIT */
/*
 * Templates of one process: what is the same in all its messages, such as its address, is written into them
 * once. A message of SIPp's default scenarios then has about ten parts where it had forty.
 */
#ifndef MODEL_SIPP_PROCESS_FOLD_H
#define MODEL_SIPP_PROCESS_FOLD_H

#include "model/sipp/process/process.h"

/* Writes a keyword that no call and no moment changes; false: it is another one. */
bool constant_write(struct buf *out, const struct sipp *sipp, const struct template *t,
                    const struct template_part *part);

/* The process's own form of a template of its scenario, made when it is first asked for. */
const struct template *template_folded(struct sipp *sipp, const struct template *t);

/* Room for the templates of the process's scenario. */
void fold_init(struct sipp *sipp);
void fold_free(struct sipp *sipp);

#endif
