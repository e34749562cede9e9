/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/reply.h"
#include "model/kamailio/message/params.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/message/totag.h"
#include "model/kamailio/message/via_edit.h"

void kam_reply_tag_write(struct buf *out, const struct kam_run *request, enum kam_tag_kind kind) {
    const struct kamailio *k = request->k;
    buf_add_text(out, kind == KAM_TAG_STATELESS ? k->sl_tag : k->tm_tag);
    buf_add_char(out, kind == KAM_TAG_STATELESS ? '.' : '-');
    kam_totag_suffix_write(out, &request->via, kam_header_body(request->call_id));
}

static void add_rport(struct buf *out, const struct kam_run *request) {
    buf_add(out, SPAN(";rport="));
    buf_add_u64(out, request->source.port);
}

/* From the header's name to the end of its value, with its line end made anew. */
static void add_via(struct buf *out, const struct kam_run *request, const struct sip_header *h) {
    struct span value = kam_via_value(h);
    const char *end = value.p + value.len, *p = h->line.p;
    if (h == request->via_header) {
        struct span rport = request->via.rport.whole;
        if (rport.p) {
            buf_add(out, span_between(p, rport.p));
            add_rport(out, request);
            p = rport.p + rport.len;
        }
        buf_add(out, span_between(p, end));
        if (!rport.p && request->force_rport) add_rport(out, request);
        if (kam_via_needs_received(request)) {
            buf_add(out, SPAN(";received="));
            buf_add(out, buf_span(&request->source_text));
        }
    } else {
        buf_add(out, span_between(p, end));
    }
    buf_add(out, SPAN("\r\n"));
}

static void add_to(struct buf *out, const struct kam_run *request, unsigned status, enum kam_tag_kind kind) {
    const struct sip_header *h = request->to;
    const char *end = h->line.p + h->line.len;
    while (end > h->line.p && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    buf_add(out, span_between(h->line.p, end));
    /* a script may ask for a negative status: to sl that is less than 180, to tm a huge one */
    bool tagged = kind == KAM_TAG_STATELESS ? (int)status >= 180 : status >= 180;
    if (tagged && request->to_tag.len == 0) {
        buf_add(out, SPAN(";tag="));
        kam_reply_tag_write(out, request, kind);
    }
    buf_add(out, span_between(end, h->line.p + h->line.len));
}

/* ;q=0.5, without zeros at the end */
static void add_q(struct buf *line, int q) {
    if (q % 1000 == 0)
        buf_addf(line, ";q=%d", q / 1000);
    else
        buf_addf(line, ";q=0.%0*d",
                 q % 100 == 0  ? 1
                 : q % 10 == 0 ? 2
                               : 3,
                 q % 100 == 0  ? q / 100
                 : q % 10 == 0 ? q / 10
                               : q);
}

static void add_contact(struct buf *line, struct span uri, struct span path, int q, uint32_t flags,
                        int64_t rich) {
    buf_addf(line, "%s" SPAN_FMT, line->len ? ", <" : "Contact: <", SPAN_ARG(uri));
    if (rich & KAM_RICH_PATH && path.len) {
        buf_add(line, SPAN("?Route="));
        kam_escape(line, path);
    }
    buf_add_char(line, '>');
    if (q >= 0) add_q(line, q);
    if (rich & KAM_RICH_FLAGS) buf_addf(line, ";flags=%u", (unsigned)flags);
}

bool kam_contacts_write(struct buf *line, const struct kam_run *run, int64_t rich) {
    enum { LONGEST = 511 };
    if (run->new_uri.p) add_contact(line, run->new_uri, run->path, run->q, run->branch_flags, rich);
    for (size_t i = 0; i < run->added_count; i++) {
        const struct kam_added_branch *b = &run->added[i];
        add_contact(line, b->uri, b->path, b->q, b->flags, rich);
    }
    return line->len && line->len + 2 <= LONGEST;
}

void kam_reply_add_contacts(struct kam_run *request, unsigned status, int64_t rich) {
    struct buf line = {0};
    if (status / 100 == 3 && kam_contacts_write(&line, request, rich)) {
        buf_add(&request->reply_lines, buf_span(&line));
        buf_add(&request->reply_lines, SPAN("\r\n"));
    }
    buf_free(&line);
}

struct payload *kam_reply_build(const struct kam_run *request, unsigned status, struct span reason,
                                enum kam_tag_kind kind, struct span more_lines) {
    struct kamailio *k = request->k;
    struct buf *out = &k->text;
    buf_reset(out);
    /* The version as the request has it. Where a reply has its reason. */
    buf_add(out, request->msg.is_request ? request->msg.version : request->msg.reason);
    buf_add_char(out, ' ');
    /* three digits, whatever number the script gave */
    for (unsigned unit = 100; unit > 0; unit /= 10)
        buf_add_char(out, (char)('0' + status / unit % 10));
    buf_add_char(out, ' ');
    buf_add(out, reason);
    buf_add(out, SPAN("\r\n"));
    for (const struct sip_header *h = request->msg.headers;
         h < request->msg.headers + request->msg.header_count; h++) {
        switch (h->id) {
        case SIP_VIA: add_via(out, request, h); break;
        case SIP_TO:
            if (h == request->to)
                add_to(out, request, status, kind);
            else
                buf_add(out, h->line);
            break;
        case SIP_RECORD_ROUTE:
            if (status >= 180 && status < 300) buf_add(out, h->line);
            break;
        case SIP_FROM:
        case SIP_CALL_ID:
        case SIP_CSEQ: buf_add(out, h->line); break;
        default: break;
        }
    }
    buf_add(out, buf_span(&request->reply_lines));
    buf_add(out, more_lines);
    buf_add(out, buf_span(&k->server_line));
    buf_add(out, SPAN("Content-Length: ")); /* in every reply: not by buf_addf() */
    buf_add_u64(out, request->reply_body.len);
    buf_add(out, SPAN("\r\n\r\n"));
    buf_add(out, buf_span(&request->reply_body));
    return out->len <= PAYLOAD_MAX ? payload_of(k->pool, buf_span(out)) : NULL;
}
