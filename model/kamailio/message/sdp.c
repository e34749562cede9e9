/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/sdp.h"

#include "model/kamailio/message/multipart.h"

static size_t count_words(struct span line) {
    size_t count = 0;
    for (line = span_trim(line); line.len; line = span_trim(line)) {
        span_cut(&line, ' ');
        count++;
    }
    return count;
}

bool kam_sdp_readable(struct span body) {
    enum { ORIGIN_WORDS = 4, MEDIA_WORDS = 3, CONNECTION_WORDS = 3 };
    bool version = false, origin = false, session_has = false, stream_has = true;
    size_t streams = 0;
    while (body.len) {
        struct span line = span_cut(&body, '\n'), words = span_skip(line, 2);
        if (line.len && line.p[line.len - 1] == '\r') line.len--;
        if (span_is(line, "v=0") && !version) {
            version = true;
        } else if (version && span_starts(line, "o=") && !origin) {
            origin = count_words(words) >= ORIGIN_WORDS;
        } else if (origin && span_starts(line, "m=")) {
            if (!stream_has || count_words(words) < MEDIA_WORDS) return false;
            streams++;
            stream_has = session_has;
        } else if (origin && span_starts(line, "c=")) {
            if (count_words(words) < CONNECTION_WORDS) return false;
            stream_has = true;
            if (streams == 0) session_has = true;
        }
    }
    return streams > 0 && stream_has;
}

bool kam_sdp_session(struct span *session, struct span content_type, struct span body) {
    *session = body;
    if (multipart_is_type(content_type, "application", "sdp")) return kam_sdp_readable(body);
    struct span boundary = multipart_first_boundary(content_type);
    if (!multipart_is_type(content_type, "multipart", "mixed") || !multipart_has_delimiter(body, boundary))
        return false;
    *session = multipart_sdp(body, boundary);
    return session->len == 0 || kam_sdp_readable(*session);
}
