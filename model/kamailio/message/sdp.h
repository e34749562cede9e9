/* SPDX-License-Identifier: MIT */
/* Which session descriptions Kamailio can read at all (facts: Kamailio 30.7). */
#ifndef MODEL_KAMAILIO_MESSAGE_SDP_H
#define MODEL_KAMAILIO_MESSAGE_SDP_H

#include "base/span.h"

#include <stdbool.h>

/*
 * A line that begins with v=, behind it o= with an address and, of each stream, an m= line of three words and
 * a connection: its own one, or that of the session, which stands between o= and the first stream.
 */
bool kam_sdp_readable(struct span body);

/* That of the session's own connection. */
enum kam_sdp_family { KAM_SDP_NO_FAMILY, KAM_SDP_IP4 = 4, KAM_SDP_IP6 = 6 };
enum kam_sdp_family kam_sdp_session_family(struct span body);

/* Cuts off the first word of an m= line, and the blanks and tabs before it. */
struct span kam_sdp_word(struct span *left);

/*
 * The session of a body of that type, the value of a Content-Type with the blanks behind it: the body of
 * application/sdp, the last part of multipart/mixed that is it, or an empty one where there is no such part.
 * False: Kamailio reads none.
 * *count: how many sessions the body holds.
 */
bool kam_sdp_session(struct span *session, size_t *count, struct span content_type, struct span body);

#endif
