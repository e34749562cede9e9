/* SPDX-License-Identifier: MIT */
/* The options of SIPp, for those who give them to siptwin. */
#ifndef CLI_SIPP_OPTION_H
#define CLI_SIPP_OPTION_H

#include "base/buf.h"

/* What says in siptwin what this option, "-sf" say, says to SIPp, as the end of a sentence; false: it is none
 * that is known, or one of a single letter that siptwin has, too. */
bool sipp_option_hint(struct buf *out, struct span option);

#endif
