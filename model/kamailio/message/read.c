/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/read.h"
#include "model/kamailio/message/header.h"

#include "model/kamailio/message/address.h"
#include "model/kamailio/script/args.h"

struct span kam_via_value(const struct sip_header *h) {
    const char *end = h->line.p + h->line.len, *behind = h->value.p + h->value.len;
    if (behind + 2 == end && *behind == '\r') return h->value; /* as nearly all */
    while (end > h->value.p && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    return span_between(h->value.p, end);
}

/* The line without its end, behind the value. */
static const char *end_of(const struct sip_header *h) {
    const char *end = h->line.p + h->line.len;
    if (end > h->value.p && end[-1] == '\n') end--;
    if (end > h->value.p && end[-1] == '\r') end--;
    return end;
}

/* Via and To may not end with a CR more than their line has; a blank behind it makes it one of many blanks.
 */
static bool has_more_ends(const struct sip_header *h) {
    const char *end = end_of(h);
    return end > h->value.p && end[-1] == '\r';
}

/* A CR that does not fold the line. */
static bool has_cr(const char *from, const char *end) {
    for (; from < end; from++)
        if (*from == '\r' && from[1] != '\n') return true;
    return false;
}

/* Decimal digits, and not more than 32 bits hold. */
static bool is_number(struct span s) {
    enum { SHORT = 9 }; /* digits that always fit */
    uint64_t n;
    size_t digits = 0;
    while (digits < s.len && ascii_digit(s.p[digits]))
        digits++;
    return digits == s.len && digits > 0 && (digits <= SHORT || span_to_u64(s, UINT32_MAX, &n));
}

/* Blanks around it may be tabs, too, but no CRs. odd: there may be more than a line end behind a value. */
static bool length_readable(const struct sip_header *h, bool odd) {
    const char *behind_name = h->name.p + h->name.len, *behind = h->value.p + h->value.len;
    return is_number(h->value) && !has_cr(behind_name, h->value.p) && !(odd && has_cr(behind, end_of(h)));
}

/* Reads a Via, the next one, and all that follow them in their header. */
static bool read_vias(struct via *v, struct via *next, struct span value) {
    enum { PORT_DIGITS = 5 }; /* however small the number is */
    struct via other;
    if (!via_parse(v, value) || v->port.len > PORT_DIGITS || (v->port.p && !is_number(v->port))) return false;
    return !v->rest.p || read_vias(next, &other, v->rest);
}

/* Reads those of another header than the first one, and keeps the first of them. */
static bool read_further_vias(struct kam_run *run, const struct sip_header *h) {
    struct via v, next;
    bool keep = !run->further_vias;
    if (keep) run->further_vias = h;
    return !has_more_ends(h) && read_vias(keep ? &run->second_via : &v, &next, kam_via_value(h));
}

/* Can the parser read the header? Of some there may be only one in a request: it stops at a second one. The
 * first Via is read elsewhere. */
static bool readable(struct kam_run *run, const struct sip_header *h) {
    const struct sip_msg *m = &run->msg;
    bool is_first = sip_msg_first(m, h->id) == h;
    switch (h->id) {
    case SIP_OTHER: return h->name.len && script_header_word(h->name).len == h->name.len;
    case SIP_VIA: return is_first || read_further_vias(run, h);
    case SIP_CONTENT_LENGTH: return (is_first || !m->is_request) && length_readable(h, m->ends_oddly);
    case SIP_FROM:
    case SIP_TO:
    case SIP_CALL_ID:
    case SIP_CSEQ:
    case SIP_MAX_FORWARDS: return is_first || !m->is_request;
    default: return true;
    }
}

/* NULs at the end of a value do not belong to it; of From and Max-Forwards not even blanks and CRs. */
static void cut_tail(struct sip_header *h) {
    bool number_or_tag = h->id == SIP_FROM || h->id == SIP_MAX_FORWARDS;
    if (h->id == SIP_TO || h->id == SIP_VIA || h->id == SIP_CSEQ || h->id == SIP_CONTENT_LENGTH) return;
    if (!number_or_tag) h->value = kam_header_body(h);
    while (h->value.len && (h->value.p[h->value.len - 1] == ' ' || h->value.p[h->value.len - 1] == '\t' ||
                            (number_or_tag &&
                             (h->value.p[h->value.len - 1] == '\0' || h->value.p[h->value.len - 1] == '\r'))))
        h->value.len--;
}

/* Cuts the views off at the first header that cannot be read; the last one may lack its line end. */
static void cut_off(struct kam_run *run, bool well_formed) {
    struct sip_msg *m = &run->msg;
    const struct sip_header *h = m->headers, *end = h + m->header_count, *whole = end;
    uint32_t doubtful = m->repeated | sip_header_bit(SIP_OTHER) | sip_header_bit(SIP_CONTENT_LENGTH);
    run->further_vias = NULL;
    if (end > h && end[-1].line.p[end[-1].line.len - 1] != '\n') whole--;
    while (h < whole && (!(doubtful & sip_header_bit(h->id)) || readable(run, h)))
        h++;
    for (struct sip_header *each = m->headers; m->ends_in_nul && each < h; each++)
        if (each->value.len && each->value.p[each->value.len - 1] == '\0') cut_tail(each);
    run->damaged = !well_formed || h < end;
    run->unfinished = m->header_end == run->payload->len;
    if (h < end) sip_msg_cut(m, (size_t)(h - m->headers));
    if (run->further_vias && run->further_vias >= h) run->further_vias = NULL;
}

/* To is read of every message, From when it is needed: that it cannot be read is known then. To must go on to
 * the end of its line, and a NUL ends it. */
static bool read_to(struct kam_run *run) {
    struct kam_address to;
    struct span value = run->to->value, text = kam_address_text(value);
    kam_address_read(&to, text);
    run->from_is_read = false;
    run->to_uri = to.uri;
    run->to_tag = to.tag;
    return to.readable && (text.len == value.len || value.p[text.len] != '\0');
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
    bool odd = run->msg.ends_oddly;
    if (odd && (has_more_ends(run->via_header) || has_more_ends(run->to))) return false;
    if (!read_vias(&run->via, &run->second_via, kam_via_value(run->via_header))) return false;
    if (!sip_cseq_parse(run->cseq->value, &run->cseq_number, &run->cseq_method)) return false;
    for (const char *p = run->cseq_number.p + run->cseq_number.len; p < run->cseq_method.p; p++)
        if (*p == '\n' || *p == '\r') return false; /* it is folded, or may be */
    const char *behind = run->cseq_method.p + run->cseq_method.len;
    if (odd || behind < run->cseq->value.p + run->cseq->value.len)
        if (span_find(span_between(behind, end_of(run->cseq)), '\r') >= 0) return false;
    return read_to(run);
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
    run->method = kam_method_of(kam_run_method(run));
    if (run->method == KAM_OTHER_METHOD && run->msg.is_request && span_find(run->msg.method, '\t') >= 0)
        return false;
    return true;
}

bool kam_uri_readable(struct span uri) {
    struct uri u;
    return uri_parse(&u, uri);
}
