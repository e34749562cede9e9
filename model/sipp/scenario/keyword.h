/* SPDX-License-Identifier: MIT */
/* The keywords that SIPp knows between [ and ] (facts: SIPp 3). */
#ifndef MODEL_SIPP_SCENARIO_KEYWORD_H
#define MODEL_SIPP_SCENARIO_KEYWORD_H

#include "base/span.h"

enum keyword_id {
    KEYWORD_LITERAL, /* no keyword: text as it is */
    KEYWORD_AUTHENTICATION,
    KEYWORD_AUTO_MEDIA_PORT,
    KEYWORD_BRANCH,
    KEYWORD_CALL_ID,
    KEYWORD_CALL_NUMBER,
    KEYWORD_CLOCK_TICK,
    KEYWORD_CSEQ,
    KEYWORD_DATE,
    KEYWORD_DYNAMIC_ID,
    KEYWORD_FIELD,
    KEYWORD_FILE,
    KEYWORD_FILL,
    KEYWORD_IP_TYPE, /* local_ip_type, media_ip_type: always 4 */
    KEYWORD_LAST_CSEQ_NUMBER,
    KEYWORD_LAST_HEADER,
    KEYWORD_LAST_MESSAGE,
    KEYWORD_LAST_REQUEST_URI,
    KEYWORD_LEN,
    KEYWORD_LOCAL_IP, /* also server_ip and media_ip: there is one address */
    KEYWORD_LOCAL_PORT,
    KEYWORD_MEDIA_PORT,
    KEYWORD_MSG_INDEX,
    KEYWORD_NEXT_URL,
    KEYWORD_PEER_TAG_PARAM,
    KEYWORD_PID,
    KEYWORD_REMOTE_IP, /* also remote_host, which is a number here */
    KEYWORD_REMOTE_PORT,
    KEYWORD_ROUTES,
    KEYWORD_RTPSTREAM_PORT,
    KEYWORD_SERVICE,
    KEYWORD_SIPP_VERSION,
    KEYWORD_TIMESTAMP,
    KEYWORD_TRANSPORT,
    KEYWORD_USERID,
    KEYWORD_USERS,
    KEYWORD_VARIABLE,
    KEYWORD_TDMMAP,
    KEYWORD_UNKNOWN
};

/*
 * The keyword that a name without parameters and offset is: "call_id", "last_Via:", "field0 line=1", "$name".
 * KEYWORD_UNKNOWN if SIPp has none of that name.
 */
enum keyword_id keyword_find(struct span name);

/* All names without parameters, ended by NULL: for suggestions. */
const char *const *keyword_names(void);

#endif
