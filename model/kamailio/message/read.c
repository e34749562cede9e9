/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/read.h"

/* The headers that there may be only one of: the parser stops at a second one. */
static bool is_single(enum sip_header_id id) {
    return id == SIP_FROM || id == SIP_TO || id == SIP_CALL_ID || id == SIP_CSEQ || id == SIP_MAX_FORWARDS ||
           id == SIP_CONTENT_LENGTH;
}

/* Can the parser read the header, after those before it? */
static bool readable(const struct sip_msg *m, const struct sip_header *h) {
    uint64_t n;
    if (h->line.p[h->line.len - 1] != '\n') return false;
    if (is_single(h->id) && sip_msg_first(m, h->id) != h) return false;
    return h->id != SIP_CONTENT_LENGTH || span_to_u64(h->value, UINT32_MAX, &n);
}

/* Cuts the views off at the first header that cannot be read. */
static void cut_off(struct kam_run *run, bool well_formed) {
    struct sip_msg *m = &run->msg;
    const struct sip_header *h = m->headers, *end = m->headers + m->header_count;
    while (h < end && readable(m, h))
        h++;
    run->damaged = !well_formed || h < end;
    run->unfinished = m->header_end == run->payload->len;
    m->header_count = (size_t)(h - m->headers);
}

static bool via_readable(const struct via *v) {
    uint64_t port;
    if (v->port.p && !span_to_u64(v->port, UINT32_MAX, &port)) return false;
    if (v->branch.whole.p && v->branch.value.len == 0) return false;
    if (v->rest.p && v->rest.len == 0) return false;
    return span_find(v->whole, ',') < 0 && span_search(v->whole, SPAN(";;")) < 0;
}

/* A From or To: not empty, its brackets closed. */
static bool address_readable(struct span value) {
    ptrdiff_t open = span_find(value, '<');
    return value.len > 0 && (open < 0 || span_find(span_skip(value, (size_t)open), '>') >= 0);
}

/* The tag without the quotes that do not belong there. */
static struct span tag_of(struct span value) {
    struct span tag = sip_tag(value);
    bool quoted = tag.len > 1 && tag.p[0] == '"' && tag.p[tag.len - 1] == '"';
    return quoted ? (struct span){tag.p + 1, tag.len - 2} : tag;
}

static enum kam_method method_of(struct span name) {
    if (span_is(name, "INVITE")) return KAM_INVITE;
    if (span_is(name, "ACK")) return KAM_ACK;
    if (span_is(name, "CANCEL")) return KAM_CANCEL;
    return KAM_OTHER_METHOD;
}

/* The headers that Kamailio needs before it runs a script. */
static bool find_headers(struct kam_run *run) {
    const struct {
        const struct sip_header **where;
        enum sip_header_id id;
    } needed[] = {
        {&run->via_header, SIP_VIA},  {&run->from, SIP_FROM}, {&run->to, SIP_TO},
        {&run->call_id, SIP_CALL_ID}, {&run->cseq, SIP_CSEQ},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        *needed[i].where = sip_msg_first(&run->msg, needed[i].id);
        if (!*needed[i].where) return false;
    }
    if (!via_parse(&run->via, run->via_header->value) || !via_readable(&run->via)) return false;
    if (!sip_cseq_parse(run->cseq->value, &run->cseq_number, &run->cseq_method)) return false;
    return span_find(run->cseq->value, '\n') < 0 && address_readable(run->to->value);
}

bool kam_msg_read(struct kam_run *run) {
    struct span bytes = payload_span(run->payload);
    size_t blanks = 0; /* before the first line: kept when it is relayed */
    while (blanks < bytes.len && ascii_space(bytes.p[blanks]))
        blanks++;
    bool well_formed = sip_msg_parse(&run->msg, span_skip(bytes, blanks));
    run->msg.bytes = bytes;
    run->msg.header_end += blanks;
    cut_off(run, well_formed);
    if (!find_headers(run)) return false;
    run->from_readable = address_readable(run->from->value);
    run->from_tag = tag_of(run->from->value);
    run->to_tag = tag_of(run->to->value);
    run->method = method_of(run->msg.is_request ? run->msg.method : run->cseq_method);
    return true;
}

bool kam_uri_readable(struct span uri) {
    struct uri u;
    if (uri_parse(&u, uri)) return span_find(u.host, '@') < 0;
    static const char *const schemes[] = {"tel:", "tels:", "urn:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (span_starts_nocase(uri, schemes[i])) return true;
    return false;
}
