/* SPDX-License-Identifier: MIT */
/*
 * Requests that tm makes itself: the ACK to a negative reply and the CANCEL, both of this hop only. They
 * are the INVITE as it was sent, cut down (facts: Kamailio 6.6).
 */
#include "model/kamailio/message/params.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/sip/uri.h"

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
            if ((extra.len && span_eq_nocase(span_head(h->line, extra.len), extra)) ||
                dlg_cseq_stays(tm->k, h->line))
                buf_add(out, h->line);
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

/* The first line of what the INVITE becomes. */
static void begin_from_sent(struct kam_tm *tm, const char *method) {
    const struct sip_msg *m = &tm->sent;
    buf_reset(&tm->text);
    buf_add_text(&tm->text, method);
    buf_add(&tm->text, span_between(m->uri.p - 1, m->first_line.p + m->first_line.len));
    buf_add(&tm->text, SPAN("\r\n"));
}

/* The empty line, and so many NULs behind it. */
static struct payload *end_of(struct kam_tm *tm, size_t nuls) {
    buf_add(&tm->text, SPAN("\r\n"));
    buf_add(&tm->text, (struct span){"\0", nuls});
    return tm->text.len <= PAYLOAD_MAX ? payload_of(tm->k->pool, buf_span(&tm->text)) : NULL;
}

struct payload *kam_tm_from_own_invite(struct kam_tm *tm, const struct payload *invite, const char *method,
                                       struct span to_line) {
    if (!sip_msg_parse_loosely(&tm->sent, payload_span(invite))) return NULL;
    begin_from_sent(tm, method);
    write_from_sent(tm, method, to_line);
    return end_of(tm, 0);
}

/* Can the INVITE be read as it was sent? A script may have left out its empty line, or put in a second From.
 */
static bool can_be_cut(const struct sip_msg *m) {
    uint32_t only_one = sip_header_bit(SIP_FROM) | sip_header_bit(SIP_TO) | sip_header_bit(SIP_CALL_ID) |
                        sip_header_bit(SIP_CSEQ);
    return m->header_end < m->bytes.len && !(m->repeated & only_one);
}

struct payload *kam_tm_from_invite(struct kam_client *c, const char *method, struct span to_line,
                                   struct kam_reason reason) {
    struct kam_transaction *t = c->request.transaction;
    struct kam_tm *tm = t->tm;
    struct sip_msg *m = &tm->sent;
    if (t->method != KAM_INVITE || !sip_msg_parse_loosely(m, payload_span(c->request.payload))) return NULL;
    if (tm->set.reparse_invite && !can_be_cut(m)) return NULL;
    begin_from_sent(tm, method);
    if (tm->set.reparse_invite)
        write_from_sent(tm, method, to_line);
    else
        write_from_received(tm, t, method, to_line);
    buf_add(&tm->text, reason.lines);
    bool counted_twice = reason.is_own && !tm->set.reparse_invite; /* that line's end (facts: Kamailio 6.7) */
    return end_of(tm, counted_twice ? 2 : 0);
}

/* The entries of all Record-Routes, the last one first. */
static struct span *read_routes(struct kam_run *reply, size_t *count) {
    *count = kam_record_routes(&reply->msg, NULL, 0);
    struct span *routes = *count ? arena_new(&reply->scratch, *count * sizeof *routes) : NULL;
    kam_record_routes(&reply->msg, routes, *count);
    for (size_t i = 0; i < *count / 2; i++) {
        struct span first = routes[i];
        routes[i] = routes[*count - 1 - i];
        routes[*count - 1 - i] = first;
    }
    return routes;
}

/* The last contact of the first header; p NULL: none. */
static struct span read_target(const struct kam_run *reply) {
    const struct sip_header *contact = sip_msg_first(&reply->msg, SIP_CONTACT);
    struct span left = contact ? contact->value : (struct span){0}, entry, uri = {0};
    while (name_addr_next(&left, &entry))
        uri = name_addr_uri(entry);
    return uri;
}

static void add_routes(struct buf *out, const struct span *routes, size_t count, struct span last) {
    if (count || last.p) buf_add(out, SPAN("Route: "));
    for (size_t i = 0; i < count; i++)
        buf_addf(out, "%s" SPAN_FMT, i ? ", " : "", SPAN_ARG(routes[i]));
    if (last.p) buf_addf(out, "%s<" SPAN_FMT ">", count ? ", " : "", SPAN_ARG(last));
    if (count || last.p) buf_add(out, SPAN("\r\n"));
}

/*
 * The ACK to a 2xx goes along its Record-Route to its contact; where the first one of the route is no loose
 * router, that is its URI. The other headers are the INVITE's.
 */
static struct payload *write_ack_2xx(struct kam_tm *tm, struct kam_run *reply, const struct sip_header *from,
                                     const struct sip_header *call_id, const struct sip_header *cseq,
                                     struct kam_destination *to) {
    struct buf *out = &tm->text;
    size_t count = 0;
    struct span uri = read_target(reply), hop = uri, last = {0}, *routes = read_routes(reply, &count);
    struct uri first;
    if (!uri.p || !uri_parse(&first, uri)) return NULL;
    if (count) hop = name_addr_uri(routes[0]);
    if (count && uri_parse(&first, hop) && !uri_param(&first, "lr").p) {
        last = uri;
        uri = hop;
        routes++;
        count--;
    }
    if (kam_resolve(tm->k, hop, &to->to)) return NULL;
    const struct sip_header *via = sip_msg_first(&tm->sent, SIP_VIA);
    buf_reset(out);
    buf_addf(out, "ACK " SPAN_FMT " SIP/2.0\r\n", SPAN_ARG(uri));
    if (via) buf_add(out, via->line);
    buf_add(out, from->line);
    buf_add(out, call_id->line);
    buf_add(out, reply->to->line);
    add_cseq(out, cseq, "ACK");
    add_routes(out, routes, count, last);
    buf_add(out, buf_span(&tm->k->agent_line));
    buf_add(out, SPAN("Content-Length: 0\r\n"));
    return end_of(tm, 0);
}

struct payload *kam_tm_ack_2xx(struct kam_client *c, struct kam_run *reply, struct kam_destination *to) {
    struct kam_tm *tm = c->request.transaction->tm;
    const struct kam_run *received = kam_tm_request(c->request.transaction);
    if (!c->request.payload || !sip_msg_parse_loosely(&tm->sent, payload_span(c->request.payload)))
        return NULL;
    return write_ack_2xx(tm, reply, received->from, received->call_id, received->cseq, to);
}

struct payload *kam_tm_ack_own_2xx(struct kam_tm *tm, const struct payload *invite, struct kam_run *reply,
                                   struct kam_destination *to) {
    if (!sip_msg_parse_loosely(&tm->sent, payload_span(invite))) return NULL;
    const struct sip_header *from = sip_msg_first(&tm->sent, SIP_FROM),
                            *call_id = sip_msg_first(&tm->sent, SIP_CALL_ID),
                            *cseq = sip_msg_first(&tm->sent, SIP_CSEQ);
    return from && call_id && cseq ? write_ack_2xx(tm, reply, from, call_id, cseq, to) : NULL;
}
