/* SPDX-License-Identifier: MIT */
/* sst, session timers: what module dialog tells it (facts: Kamailio 81). Nothing happens if it is not loaded.
 */
#ifndef MODEL_KAMAILIO_MODULES_SST_H
#define MODEL_KAMAILIO_MODULES_SST_H

#include "model/kamailio/modules/dialog/dialog.h"

/* The run's INVITE begins that dialog; by_flag: its transaction is being made. */
void kam_sst_begins(struct kam_run *run, struct dialog *dlg, bool by_flag);

/* The run's request belongs to that dialog, which is answered. */
void kam_sst_belongs(struct kam_run *run, const struct dialog *dlg);

#endif
