/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/sdp.h"

#include "model/kamailio/message/multipart.h"

struct span kam_sdp_word(struct span *left) {
    size_t len = 0;
    *left = span_skip_blanks(*left);
    while (len < left->len && !ascii_blank((unsigned char)left->p[len]))
        len++;
    struct span word = span_head(*left, len);
    *left = span_skip(*left, len);
    return word;
}

/* The address stands behind IP4 or IP6, before which there is a blank that is no tab, and not the first
 * character. */
static enum kam_sdp_family family_of(struct span line) {
    line = span_skip(line, 1);
    for (ptrdiff_t at; (at = span_search(line, SPAN(" IP"))) >= 0;) {
        line = span_skip(line, (size_t)at + 3);
        if (!line.len || (*line.p != '4' && *line.p != '6')) continue;
        enum kam_sdp_family family = *line.p == '4' ? KAM_SDP_IP4 : KAM_SDP_IP6;
        /* One character behind it is taken for a blank. */
        return span_skip_blanks(span_skip(line, 2)).len ? family : KAM_SDP_NO_FAMILY;
    }
    return KAM_SDP_NO_FAMILY;
}

/* What has been seen of a session. */
struct reading {
    bool version, origin, stream_has;
    enum kam_sdp_family session; /* of its own connection */
    size_t streams;
};

/* False: the line spoils the session. */
static bool read_line(struct reading *r, struct span line) {
    struct span words = span_skip(line, 2);
    if (span_starts(line, "v=") && !r->version) {
        r->version = true;
    } else if (r->version && span_starts(line, "o=") && !r->origin) {
        r->origin = family_of(words) != KAM_SDP_NO_FAMILY;
    } else if (r->origin && span_starts(line, "m=")) {
        size_t count = 0;
        while (kam_sdp_word(&words).len)
            count++;
        if (count < 3 || (r->streams && !r->stream_has)) return false;
        r->streams++;
        r->stream_has = r->session != KAM_SDP_NO_FAMILY;
    } else if (r->origin && span_starts(line, "c=")) {
        enum kam_sdp_family family = family_of(words);
        if (family == KAM_SDP_NO_FAMILY) return false;
        r->stream_has = true;
        if (!r->streams && r->session == KAM_SDP_NO_FAMILY) r->session = family;
    }
    return true;
}

static bool read_session(struct reading *r, struct span body) {
    *r = (struct reading){0};
    while (body.len) {
        struct span line = span_cut(&body, '\n');
        if (line.len && line.p[line.len - 1] == '\r') line.len--;
        if (!read_line(r, line)) return false;
    }
    return r->streams > 0 && r->stream_has;
}

bool kam_sdp_readable(struct span body) { return read_session(&(struct reading){0}, body); }

enum kam_sdp_family kam_sdp_session_family(struct span body) {
    struct reading r;
    read_session(&r, body);
    return r.session;
}

/* Of several sessions the last one counts, but all of them must be readable, and all headers of all parts. */
static bool find_session(struct span *session, size_t *count, struct span body,
                         const struct multipart_mark *mark) {
    struct span line, content;
    bool is_sdp;
    *session = (struct span){body.p, 0};
    multipart_take_part(&body, mark, &line);
    if (!line.p) return false;
    while (line.p) {
        struct span part = multipart_take_part(&body, mark, &line);
        if (!multipart_read_headers(part, MULTIPART_ONE_TYPE, &content, &is_sdp)) return false;
        if (is_sdp && !kam_sdp_readable(content)) return false;
        if (is_sdp) *session = content, ++*count;
    }
    return true;
}

bool kam_sdp_session(struct span *session, size_t *count, struct span content_type, struct span body) {
    struct multipart_mark mark;
    *session = body;
    *count = multipart_is_type(content_type, "application", "sdp");
    if (*count) return kam_sdp_readable(body);
    return multipart_is_type(content_type, "multipart", "mixed") &&
           multipart_first_mark(&mark, content_type) && find_session(session, count, body, &mark);
}
