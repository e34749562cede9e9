/* SPDX-License-Identifier: MIT */
/*
 * Reading a message the way Kamailio's parser does: lazily, header by header, up to what is asked for. A
 * header that it cannot read is no trouble until somebody needs it or one behind it.
 */
#ifndef MODEL_KAMAILIO_MESSAGE_READ_H
#define MODEL_KAMAILIO_MESSAGE_READ_H

#include "model/kamailio/run.h"

/*
 * Lays the run's views over its payload. False if Kamailio would drop it before its script: no SIP, or no
 * readable Via, From, To, Call-ID and CSeq (facts: Kamailio 5.3).
 */
bool kam_msg_read(struct kam_run *run);

/* Is the text a URI that Kamailio can take apart? */
bool kam_uri_readable(struct span uri);

/* The value of a Via header with the blanks and folds behind it: they count. */
struct span kam_via_value(const struct sip_header *h);

#endif
