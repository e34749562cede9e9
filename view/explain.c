/* SPDX-License-Identifier: MIT */
#include "view/explain.h"

#include "base/visible.h"
#include "view/label.h"
#include "view/paint.h"

enum { COLUMNS = 80, INDENT = 4 };

void explain_init(struct explain *e, FILE *out, bool colour) {
    *e = (struct explain){.out = out, .colour = colour};
}

void explain_free(struct explain *e) {
    buf_free(&e->line);
    buf_free(&e->reason);
}

const char *explain_fate(enum flow_fate fate) {
    static const char *const words[] = {[FLOW_ARRIVED] = "arrived",
                                        [FLOW_LOST] = "lost",
                                        [FLOW_NO_HOST] = "no_host",
                                        [FLOW_CLOSED_PORT] = "closed_port",
                                        [FLOW_FULL_SOCKET] = "full_socket"};
    return words[fate];
}

/* As many words a line as fit. */
static void add_wrapped(struct buf *out, struct span text) {
    size_t column = COLUMNS; /* no room: the first word begins a line */
    while ((text = span_trim(text)).len) {
        ptrdiff_t end = span_find(text, ' ');
        struct span word = span_head(text, end < 0 ? text.len : (size_t)end);
        if (column + 1 + word.len > COLUMNS) {
            buf_addf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else {
            buf_add_char(out, ' ');
            column++;
        }
        column += visible_add(out, word);
        text = span_skip(text, word.len);
    }
}

static void add_reason(struct explain *e, const struct cause *cause) {
    buf_reset(&e->reason);
    cause_write(&e->reason, cause);
    if (cause->reference) buf_addf(&e->reason, " [%s]", cause->reference);
    if (cause->at.source) {
        buf_add_text(&e->reason, " (");
        label_position(&e->reason, cause->at);
        buf_add_char(&e->reason, ')');
    }
    if (e->reason.len) {
        buf_add_char(&e->line, ':');
        add_wrapped(&e->line, buf_span(&e->reason));
    }
    buf_add_char(&e->line, '\n');
}

/* "#4 +0.457123 s ": a row's number, "-" for none. */
static void add_place(struct explain *e, uint64_t number, int64_t time_ns) {
    buf_reset(&e->line);
    if (number)
        buf_addf(&e->line, "#%llu ", (unsigned long long)number);
    else
        buf_add_text(&e->line, "- ");
    if (time_ns >= 0) buf_add_char(&e->line, '+');
    label_seconds(&e->line, time_ns, 6);
    buf_add_text(&e->line, " s ");
}

static void write_line(struct explain *e) { fwrite(e->line.p, 1, e->line.len, e->out); }

static void take_row_text(void *arg, const struct flow_row *row) {
    static const char *const fates[] = {[FLOW_ARRIVED] = "",
                                        [FLOW_LOST] = " ✗ lost on the way",
                                        [FLOW_NO_HOST] = " ✗ nobody has this address",
                                        [FLOW_CLOSED_PORT] = " ✗ nobody listens there",
                                        [FLOW_FULL_SOCKET] = " ✗ the socket's buffer is full"};
    struct explain *e = arg;
    const struct cause *cause = &row->datagram->cause;
    add_place(e, row->number, row->time_ns);
    if (cause->retransmission || row->fate)
        paint_add(&e->line, e->colour, row->fate ? PAINT_LOST : PAINT_RETRANSMISSION);
    else
        paint_add(&e->line, e->colour, PAINT_HEADING);
    buf_addf(&e->line, "%s → %s ", row->from, row->to);
    label_row(&e->line, payload_span(row->datagram->payload), row->run, LABEL_SHORT, 50);
    if (cause->retransmission) buf_addf(&e->line, ", retransmission %u", cause->retransmission);
    buf_add_text(&e->line, fates[row->fate]);
    paint_add(&e->line, e->colour, PAINT_PLAIN);
    add_reason(e, cause);
    write_line(e);
}

static void take_note_text(void *arg, const struct flow_note *note) {
    struct explain *e = arg;
    add_place(e, note->about, note->time_ns);
    paint_add(&e->line, e->colour, PAINT_NOTE);
    buf_addf(&e->line, "at %s", note->host);
    paint_add(&e->line, e->colour, PAINT_PLAIN);
    add_reason(e, note->cause);
    write_line(e);
}

struct flow_sink explain_text_sink(struct explain *e) {
    return (struct flow_sink){.row = take_row_text, .note = take_note_text, .arg = e};
}
