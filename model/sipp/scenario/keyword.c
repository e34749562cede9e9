/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/keyword.h"
#include "model/sipp/scenario/words.h"

/* One list, from which two tables are made: diag_suggest wants the names alone. */
#define KEYWORDS(X)                                                                                          \
    X("auto_media_port", KEYWORD_AUTO_MEDIA_PORT)                                                            \
    X("branch", KEYWORD_BRANCH)                                                                              \
    X("call_id", KEYWORD_CALL_ID)                                                                            \
    X("call_number", KEYWORD_CALL_NUMBER)                                                                    \
    X("clock_tick", KEYWORD_CLOCK_TICK)                                                                      \
    X("cseq", KEYWORD_CSEQ)                                                                                  \
    X("date", KEYWORD_DATE)                                                                                  \
    X("dynamic_id", KEYWORD_DYNAMIC_ID)                                                                      \
    X("last_Request_URI", KEYWORD_LAST_REQUEST_URI)                                                          \
    X("last_cseq_number", KEYWORD_LAST_CSEQ_NUMBER)                                                          \
    X("last_message", KEYWORD_LAST_MESSAGE)                                                                  \
    X("len", KEYWORD_LEN)                                                                                    \
    X("local_ip", KEYWORD_LOCAL_IP)                                                                          \
    X("local_ip_type", KEYWORD_IP_TYPE)                                                                      \
    X("local_port", KEYWORD_LOCAL_PORT)                                                                      \
    X("media_ip", KEYWORD_LOCAL_IP)                                                                          \
    X("media_ip_type", KEYWORD_IP_TYPE)                                                                      \
    X("media_port", KEYWORD_MEDIA_PORT)                                                                      \
    X("msg_index", KEYWORD_MSG_INDEX)                                                                        \
    X("next_url", KEYWORD_NEXT_URL)                                                                          \
    X("peer_tag_param", KEYWORD_PEER_TAG_PARAM)                                                              \
    X("pid", KEYWORD_PID)                                                                                    \
    X("remote_host", KEYWORD_REMOTE_IP)                                                                      \
    X("remote_ip", KEYWORD_REMOTE_IP)                                                                        \
    X("remote_port", KEYWORD_REMOTE_PORT)                                                                    \
    X("routes", KEYWORD_ROUTES)                                                                              \
    X("rtpstream_audio_port", KEYWORD_RTPSTREAM_PORT)                                                        \
    X("rtpstream_video_port", KEYWORD_RTPSTREAM_PORT)                                                        \
    X("server_ip", KEYWORD_LOCAL_IP)                                                                         \
    X("service", KEYWORD_SERVICE)                                                                            \
    X("sipp_version", KEYWORD_SIPP_VERSION)                                                                  \
    X("tdmmap", KEYWORD_TDMMAP)                                                                              \
    X("timestamp", KEYWORD_TIMESTAMP)                                                                        \
    X("transport", KEYWORD_TRANSPORT)                                                                        \
    X("userid", KEYWORD_USERID)                                                                              \
    X("users", KEYWORD_USERS)

#define NAME(name, id) name,
#define ID(name, id)   id,

static const char *const names[] = {KEYWORDS(NAME) "authentication", "fill", "field0", NULL};
static const enum keyword_id ids[] = {KEYWORDS(ID)};

enum { SIMPLE = sizeof ids / sizeof *ids };

/* What may follow the beginning of a name; tried in this order after the simple ones, as SIPp does. */
static const struct {
    const char *begin;
    enum keyword_id id;
} with_parameters[] = {{"field", KEYWORD_FIELD},       {"file", KEYWORD_FILE},
                       {"$", KEYWORD_VARIABLE},        {"fill", KEYWORD_FILL},
                       {"last_", KEYWORD_LAST_HEADER}, {"authentication", KEYWORD_AUTHENTICATION}};

enum keyword_id keyword_find(struct span name) {
    for (size_t i = 0; i < SIMPLE; i++)
        if (span_is(name, names[i])) return ids[i];
    for (size_t i = 0; i < sizeof with_parameters / sizeof *with_parameters; i++)
        if (span_starts(name, with_parameters[i].begin)) return with_parameters[i].id;
    return KEYWORD_UNKNOWN;
}

const char *const *keyword_names(void) { return names; }

void keyword_words(struct buf *out) {
    for (size_t i = 0; i < SIMPLE; i++)
        word_write(out, "keyword", WORD_SIMULATED, "[%s]", names[i]);
    for (size_t i = 0; i < sizeof with_parameters / sizeof *with_parameters; i++)
        word_write(out, "keyword", WORD_SIMULATED, "[%s...]", with_parameters[i].begin);
}
