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

/* RTP's fixed header (RFC 3550 5.1). */
enum { RTP_HEADER = 12, RTP_VERSION = 2, RTP_SSRC = 8 };

static bool is_rtp(struct span bytes) {
    return bytes.len >= RTP_HEADER && (uint8_t)bytes.p[0] >> 6 == RTP_VERSION;
}

/* SIP begins with a letter, perhaps behind empty lines; garbage that stands for SIP, too, as a rule. */
bool label_is_media(struct span bytes) {
    if (is_rtp(bytes)) return true;
    return bytes.len > 0 && !ascii_space(bytes.p[0]) && (bytes.p[0] < ' ' || bytes.p[0] > '~');
}

uint32_t label_stream(struct span bytes) {
    uint32_t ssrc = 0;
    for (size_t i = 0; is_rtp(bytes) && i < 4; i++)
        ssrc = ssrc << 8 | (uint8_t)bytes.p[RTP_SSRC + i];
    return ssrc;
}

/* The static payload types (RFC 3551 6) that people use. */
static void add_payload_type(struct buf *out, unsigned type) {
    static const char *const names[128] = {
        [0] = "PCMU",  [3] = "GSM",   [4] = "G723",  [8] = "PCMA",  [9] = "G722",  [15] = "G728",
        [18] = "G729", [26] = "JPEG", [31] = "H261", [33] = "MP2T", [34] = "H263",
    };
    if (names[type])
        buf_add_text(out, names[type]);
    else
        buf_addf(out, "type %u", type);
}

static void add_media(struct buf *out, struct span bytes, struct label_run run, enum label_kind kind,
                      size_t room) {
    struct buf text = {0};
    if (is_rtp(bytes)) {
        buf_add_text(&text, "RTP ");
        add_payload_type(&text, (uint8_t)bytes.p[1] & 127);
    } else {
        buf_addf(&text, "no SIP message, %zu bytes", bytes.len);
    }
    if (run.count > 1) {
        buf_addf(&text, ", %llu %s ", (unsigned long long)run.count,
                 kind == LABEL_SHORT ? "x" : "datagrams,");
        buf_addf(&text, "%lld ms", (long long)((run.step_ns + 500000) / 1000000));
    }
    add_cut(out, buf_span(&text), SPAN(""), room);
    buf_free(&text);
}

void label_message(struct buf *out, struct span bytes, enum label_kind kind, size_t room) {
    label_row(out, bytes, (struct label_run){0}, kind, room);
}

void label_row(struct buf *out, struct span bytes, struct label_run run, enum label_kind kind, size_t room) {
    if (label_is_media(bytes)) {
        add_media(out, bytes, run, kind, room);
        return;
    }
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
