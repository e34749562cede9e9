/* SPDX-License-Identifier: MIT */
/*
 * Requests that tm makes itself: the ACK to a negative reply and the CANCEL, both of this hop only. They
 * are the INVITE as it was sent, cut down (facts: Kamailio 6.6).
 */
#include "model/kamailio/instance.h"

#include <assert.h>

static void add_cseq(struct buf *out, const struct sip_header *h, const char *method) {
    struct span number, old;
    bool ok = sip_cseq_parse(h->value, &number, &old);
    assert(ok); /* it was read when the INVITE came in */
    (void)ok;
    buf_add(out, span_between(h->line.p, old.p));
    buf_add_text(out, method);
    buf_add(out, SPAN("\r\n"));
}

struct payload *kam_tm_from_invite(struct kam_client *c, const char *method, struct span to_line,
                                   struct span more_lines) {
    struct kam_tm *tm = c->request.transaction->tm;
    struct sip_msg *m = &tm->sent;
    struct buf *out = &tm->text;
    if (!sip_msg_parse(m, payload_span(c->request.payload))) return NULL;
    bool via_done = false;
    buf_reset(out);
    buf_add_text(out, method);
    buf_add(out, span_between(m->uri.p - 1, m->first_line.p + m->first_line.len));
    buf_add(out, SPAN("\r\n"));
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++) {
        switch (h->id) {
        case SIP_VIA:
            if (!via_done) buf_add(out, h->line);
            via_done = true;
            break;
        case SIP_TO: buf_add(out, to_line.p ? to_line : h->line); break;
        case SIP_CSEQ: add_cseq(out, h, method); break;
        case SIP_FROM:
        case SIP_CALL_ID:
        case SIP_ROUTE:
        case SIP_MAX_FORWARDS: buf_add(out, h->line); break;
        case SIP_CONTENT_LENGTH:
            buf_add(out, h->name);
            buf_add(out, SPAN(": 0\r\n"));
            break;
        default: break;
        }
    }
    buf_add(out, more_lines);
    buf_add(out, SPAN("\r\n"));
    return out->len <= PAYLOAD_MAX ? payload_of(tm->k->pool, buf_span(out)) : NULL;
}
