/* SPDX-License-Identifier: MIT */
/*
 * Requests that tm makes itself: the ACK to a negative reply and the CANCEL, both of this hop only. They
 * are the INVITE as it was sent, cut down (facts: Kamailio 6.6).
 */
#include "model/kamailio/modules/tm/tm.h"

static const char *skip_any(const char *p, const char *end, const char *set) {
    while (p < end && *p && strchr(set, *p))
        p++;
    return p;
}

/* What stands before the method: blanks, digits, blanks. A fold is no blank here: the number is lost by it.
 */
static void add_cseq(struct buf *out, const struct sip_header *h, const char *method) {
    const char *end = h->line.p + h->line.len;
    const char *p = h->line.p + h->name.len + 1 + span_find(span_skip(h->line, h->name.len), ':');
    p = skip_any(skip_any(skip_any(p, end, " \t"), end, "0123456789"), end, " \t");
    buf_add(out, span_between(h->line.p, p));
    buf_add_text(out, method);
    buf_add(out, SPAN("\r\n"));
}

/* Here a name is one only with a blank or the colon right behind it: with a tab, the header is left out. */
static bool named_plainly(const struct sip_header *h) {
    char next = h->name.p[h->name.len];
    return next == ' ' || next == ':';
}

/* The headers of the INVITE as it was sent, cut down, in their order. */
static void write_from_sent(struct kam_tm *tm, const char *method, struct span to_line) {
    struct buf *out = &tm->text;
    const struct sip_msg *m = &tm->sent;
    struct span extra = tm->set.ac_extra_hdrs;
    bool via_done = false;
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++) {
        switch (named_plainly(h) ? h->id : SIP_OTHER) {
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
        default:
            if (extra.len && span_eq_nocase(span_head(h->line, extra.len), extra)) buf_add(out, h->line);
            break;
        }
    }
}

/* With reparse_invite=0: the headers of the INVITE as it came in, in an order of its own. */
static void write_from_received(struct kam_tm *tm, struct kam_transaction *t, const char *method,
                                struct span to_line) {
    const struct kam_run *received = kam_tm_request(t);
    const struct sip_header *via = sip_msg_first(&tm->sent, SIP_VIA);
    struct buf *out = &tm->text;
    if (via) buf_add(out, via->line);
    buf_add(out, received->from->line);
    buf_add(out, received->call_id->line);
    buf_add(out, to_line.p ? to_line : received->to->line);
    add_cseq(out, received->cseq, method);
    buf_add(out, SPAN("Max-Forwards: 70\r\n"));
    for (const struct sip_header *h = sip_msg_first(&received->msg, SIP_ROUTE); h;
         h = sip_msg_next(&received->msg, h))
        buf_add(out, h->line);
    buf_add(out, buf_span(&tm->k->agent_line));
    buf_add(out, SPAN("Content-Length: 0\r\n"));
}

struct payload *kam_tm_from_invite(struct kam_client *c, const char *method, struct span to_line,
                                   struct span more_lines) {
    struct kam_transaction *t = c->request.transaction;
    struct kam_tm *tm = t->tm;
    struct sip_msg *m = &tm->sent;
    struct buf *out = &tm->text;
    if (t->method != KAM_INVITE || !sip_msg_parse_loosely(m, payload_span(c->request.payload))) return NULL;
    if (m->header_end == m->bytes.len) return NULL; /* it went out without its empty line */
    buf_reset(out);
    buf_add_text(out, method);
    buf_add(out, span_between(m->uri.p - 1, m->first_line.p + m->first_line.len));
    buf_add(out, SPAN("\r\n"));
    if (tm->set.reparse_invite)
        write_from_sent(tm, method, to_line);
    else
        write_from_received(tm, t, method, to_line);
    buf_add(out, more_lines);
    buf_add(out, SPAN("\r\n"));
    return out->len <= PAYLOAD_MAX ? payload_of(tm->k->pool, buf_span(out)) : NULL;
}

struct payload *kam_tm_ack_2xx(struct kam_client *c, const struct kam_run *reply,
                               struct kam_destination *to) {
    struct kam_transaction *t = c->request.transaction;
    struct kam_tm *tm = t->tm;
    struct buf *out = &tm->text;
    const struct sip_header *contact = sip_msg_first(&reply->msg, SIP_CONTACT);
    const struct kam_run *received = kam_tm_request(t);
    if (!contact || !c->request.payload ||
        !sip_msg_parse_loosely(&tm->sent, payload_span(c->request.payload)))
        return NULL;
    struct span uri = name_addr_uri(contact->value);
    if (sip_msg_first(&reply->msg, SIP_RECORD_ROUTE))
        event_queue_stop(
            tm->k->queue, (struct source_pos){0},
            "the ACK to a 2xx with Record-Route, to an INVITE of t_replicate(), is not simulated, and the "
            "run has reached it");
    if (kam_resolve(tm->k, uri, &to->to)) return NULL;
    const struct sip_header *via = sip_msg_first(&tm->sent, SIP_VIA);
    buf_reset(out);
    buf_addf(out, "ACK " SPAN_FMT " SIP/2.0\r\n", SPAN_ARG(uri));
    if (via) buf_add(out, via->line);
    buf_add(out, received->from->line);
    buf_add(out, received->call_id->line);
    buf_add(out, reply->to->line);
    add_cseq(out, received->cseq, "ACK");
    buf_add(out, buf_span(&tm->k->agent_line));
    buf_add(out, SPAN("Content-Length: 0\r\n\r\n"));
    return payload_of(tm->k->pool, buf_span(out));
}
