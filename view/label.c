/* SPDX-License-Identifier: MIT */
#include "view/label.h"

#include "base/visible.h"
#include "model/sip/msg.h"

void label_seconds(struct buf *out, int64_t ns, int digits) {
    uint64_t size = ns < 0 ? (uint64_t)0 - (uint64_t)ns : (uint64_t)ns, unit = 1000000000;
    for (int i = 0; i < digits; i++)
        unit /= 10;
    if (ns < 0 && size >= unit) buf_add_char(out, '-');
    buf_addf(out, "%llu.%0*llu", (unsigned long long)(size / 1000000000), digits,
             (unsigned long long)(size % 1000000000 / unit));
}

void label_printable(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(out, text.p[i] >= ' ' && text.p[i] <= '~' ? text.p[i] : '?');
}

/* head, and if it does not fit with the tail, cut so far that both do. */
static void add_cut(struct buf *out, struct span head, struct span tail, size_t room) {
    if (head.len + tail.len > room) {
        size_t left = room > tail.len + 3 ? room - tail.len - 3 : 0;
        label_printable(out, span_head(head, left));
        buf_add_text(out, "...");
    } else {
        label_printable(out, head);
    }
    label_printable(out, tail);
}

void label_message(struct buf *out, struct span bytes, enum label_kind kind, size_t room) {
    struct sip_msg m = {0};
    struct buf tail = {0};
    bool ok = sip_msg_parse(&m, bytes);
    struct span head = m.first_line;
    if (!ok) {
        buf_addf(&tail, "no SIP message, %zu bytes", bytes.len);
        head.len = 0;
    } else if (m.is_request && kind == LABEL_SHORT) {
        head = m.method;
    } else if (m.is_request) {
        head = span_between(m.method.p, m.uri.p + m.uri.len);
    } else {
        struct span number, method;
        const struct sip_header *cseq = sip_msg_first(&m, SIP_CSEQ);
        head = span_trim(span_skip(head, sizeof "SIP/2.0" - 1));
        if (cseq && sip_cseq_parse(cseq->value, &number, &method))
            buf_addf(&tail, " (" SPAN_FMT ")", SPAN_ARG(span_head(method, 20)));
    }
    /* In a ladder the neighbours tell the method; the reason is worth more. */
    if (kind == LABEL_SHORT && head.len && head.len + tail.len > room) buf_reset(&tail);
    add_cut(out, head, buf_span(&tail), room);
    buf_free(&tail);
    sip_msg_free(&m);
}

void label_position(struct buf *out, struct source_pos at) {
    if (!at.source) return;
    unsigned line, column;
    source_locate(at, &line, &column);
    visible_add(out, span_of(source_base_name(at.source->name)));
    buf_addf(out, ":%u", line);
}
