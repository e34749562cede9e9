/* SPDX-License-Identifier: MIT */
/* t_uac_send(): a request that a script makes up in one call (facts: Kamailio 64). */
#include "model/kamailio/modules/tm/tm.h"
#include "model/sip/uri.h"

enum { METHOD, RURI, NEXT_HOP, SOCKET, HEADERS, BODY };

/* Nothing, or a point alone. */
static bool is_none(struct span s) { return s.len == 0 || span_is(s, "."); }

/* Is every line a header, up to an empty one? */
static bool lines_are_headers(struct span left) {
    while (left.len) {
        struct span line = span_cut(&left, '\n');
        if (line.len && line.p[line.len - 1] == '\r') line.len--;
        if (line.len == 0) return true;
        if (line.p[0] != ' ' && line.p[0] != '\t' && span_find(line, ':') <= 0) return false;
    }
    return true;
}

/* Reads `NUMBER METHOD`. */
static bool read_cseq(struct span value, struct span method, struct span *number) {
    uint64_t n;
    *number = span_cut(&value, ' ');
    return span_to_u64(*number, UINT32_MAX, &n) && span_eq(span_trim(value), method);
}

/* What the script's headers say; the lines that go as they are into `more`. False: they cannot be used. */
static bool read_headers(struct kam_uac_request *r, const struct sip_msg *m, struct buf *more) {
    bool has_type = false;
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++) {
        switch (h->id) {
        case SIP_FROM:
            r->from = name_addr_uri(h->value);
            r->from_tag = sip_tag(h->value);
            break;
        case SIP_TO:
            r->to = name_addr_uri(h->value);
            r->to_tag = sip_tag(h->value);
            break;
        case SIP_CALL_ID: r->call_id = h->value; break;
        case SIP_CSEQ:
            if (!read_cseq(h->value, r->method, &r->cseq)) return false;
            break;
        case SIP_CONTENT_LENGTH: return false;
        default:
            has_type = has_type || h->id == SIP_CONTENT_TYPE;
            r->own_max_forwards = r->own_max_forwards || h->id == SIP_MAX_FORWARDS;
            buf_add(more, h->line);
            break;
        }
    }
    return r->from.p && r->to.p && (r->body.len == 0 || has_type);
}

/* The headers as a message of their own: the views lie in `text`. */
static bool parse(struct sip_msg *m, struct buf *text, struct span headers) {
    buf_add_text(text, "OPTIONS sip:you SIP/2.0\r\n");
    buf_add(text, headers);
    if (headers.len && headers.p[headers.len - 1] != '\n') buf_add(text, SPAN("\r\n"));
    buf_add(text, SPAN("\r\n"));
    return lines_are_headers(headers) && sip_msg_parse_loosely(m, buf_span(text));
}

static bool is_uri(struct span text) {
    struct uri uri;
    return uri_parse(&uri, text);
}

int kam_tm_uac_send(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_uac_request r = {.method = args[METHOD].s, .uri = args[RURI].s, .body = args[BODY].s};
    (void)count;
    if (r.method.len == 0 || !is_uri(r.uri)) return -1;
    if (!is_none(args[NEXT_HOP].s)) {
        r.next_hop = args[NEXT_HOP].s;
        if (!is_uri(r.next_hop)) return -1;
    }
    if (!is_none(args[SOCKET].s)) {
        r.socket = kam_socket_parse(run->k, args[SOCKET].s);
        if (!r.socket) return -1;
    }
    struct sip_msg m = {0};
    struct buf text = {0}, more = {0};
    bool ok = parse(&m, &text, args[HEADERS].s) && read_headers(&r, &m, &more);
    if (more.len) r.more_lines = buf_span(&more);
    ok = ok && kam_tm_send_request(run->k, &r);
    sip_msg_free(&m);
    buf_free(&text);
    buf_free(&more);
    return ok ? 1 : -1;
}
