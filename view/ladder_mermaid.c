/* SPDX-License-Identifier: MIT */
/* The ladder as a Mermaid sequence diagram, as Markdown on GitHub and elsewhere shows it. */
#include "view/escape.h"
#include "view/label.h"
#include "view/ladder.h"

enum { LABEL_MAX = 60 };

static void add_remark(struct buf *out, size_t host, struct span text) {
    buf_addf(out, "    Note over h%zu: ", host);
    escape_mermaid(out, text);
    buf_add_char(out, '\n');
}

static void add_arrow(struct buf *out, const struct ladder *l, const struct ladder_step *step) {
    const struct record_item *item = step->item;
    struct buf label = {0};
    bool met = item->fate == FLOW_ARRIVED;
    /* Responses are drawn with dashes. */
    buf_addf(out, "    h%zu%s%sh%zu: ", item->from, step->kind >= LADDER_1XX ? "--" : "-", met ? ">>" : "x",
             item->to);
    if (item->number) buf_addf(out, "%llu. ", (unsigned long long)item->number);
    label_row(&label, payload_span(item->datagram->payload), item->run, LABEL_SHORT, LABEL_MAX);
    if (step->sdp) buf_add_text(&label, " (SDP)");
    if (item->cause.retransmission) buf_addf(&label, ", retransmission %u", item->cause.retransmission);
    if (!met) buf_addf(&label, ", %s", ladder_fate(item->fate));
    escape_mermaid(out, buf_span(&label));
    buf_add_char(out, '\n');
    if (step->ends_call) {
        buf_reset(&label);
        ladder_ending(&label, &l->calls[step->call - 1]);
        add_remark(out, item->from, buf_span(&label));
    }
    buf_free(&label);
}

static void add_failure(struct buf *out, const struct ladder *l, const struct ladder_step *step) {
    struct buf text = {0};
    ladder_failure(&text, l, step);
    add_remark(out, step->item->from, buf_span(&text));
    buf_free(&text);
}

static void add_silence(struct buf *out, const struct ladder *l, int64_t since_ns) {
    size_t last = l->record->host_count - 1;
    buf_add_text(out, "    Note over h0");
    if (last) buf_addf(out, ",h%zu", last);
    buf_add_text(out, ": ");
    label_seconds(out, since_ns, 3);
    buf_add_text(out, " s of silence\n");
}

void ladder_mermaid_write(struct buf *out, const struct ladder *l) {
    buf_add_text(out, "sequenceDiagram\n");
    for (size_t h = 0; h < l->record->host_count; h++) {
        buf_addf(out, "    participant h%zu as ", h);
        escape_mermaid(out, span_of(l->record->hosts[h]));
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < l->count; i++) {
        const struct ladder_step *step = &l->steps[i];
        if (step->item->failure) add_failure(out, l, step);
        if (step->item->is_note) continue;
        if (step->silence_ns >= LABEL_SILENCE_NS) add_silence(out, l, step->silence_ns);
        add_arrow(out, l, step);
    }
}
