/* SPDX-License-Identifier: MIT */
#include "view/listing.h"

#include "view/label.h"
#include "view/paint.h"

enum { COLUMNS = 80, NAME_MIN = 4 };

void listing_init(struct listing *l, FILE *out, const struct names *names, bool colour) {
    size_t widest = names ? names_widest(names) : 0;
    *l = (struct listing){
        .out = out, .names = names, .width = widest < NAME_MIN ? NAME_MIN : (int)widest, .colour = colour};
}

static const char *name(const struct listing *l, const char *host) {
    return l->names ? names_cut(l->names, host) : host;
}

void listing_free(struct listing *l) { buf_free(&l->line); }

static void add_heading(struct listing *l) {
    paint_add(&l->line, l->colour, PAINT_HEADING);
    buf_addf(&l->line, "  #       time  %-*s   %-*s  message", l->width, "from", l->width, "to");
    paint_add(&l->line, l->colour, PAINT_PLAIN);
    buf_add_char(&l->line, '\n');
}

static void add_silence(struct listing *l, int64_t silence_ns) {
    paint_add(&l->line, l->colour, PAINT_DIM);
    buf_addf(&l->line, "%*s⋮ ", 16 + l->width + 1, "");
    label_seconds(&l->line, silence_ns, 3);
    buf_add_text(&l->line, " s of silence");
    paint_add(&l->line, l->colour, PAINT_PLAIN);
    buf_add_char(&l->line, '\n');
}

static const char *const fate_marks[] = {
    [FLOW_ARRIVED] = "",
    [FLOW_LOST] = " ✗ lost",
    [FLOW_NO_HOST] = " ✗ no such host",
    [FLOW_CLOSED_PORT] = " ✗ nobody there",
    [FLOW_FULL_SOCKET] = " ✗ buffer full",
};

static void add_row(struct listing *l, const struct flow_row *row) {
    const char *mark = fate_marks[row->fate];
    bool again = row->datagram->cause.retransmission > 0;
    if (again || *mark) paint_add(&l->line, l->colour, *mark ? PAINT_LOST : PAINT_RETRANSMISSION);
    size_t begin = l->line.len;
    if (row->number)
        buf_addf(&l->line, "%3llu ", (unsigned long long)row->number);
    else
        buf_add_text(&l->line, "  - ");
    struct buf time = {0};
    label_seconds(&time, row->time_ns, 6);
    buf_addf(&l->line, "%10s  %-*s → %-*s  ", buf_text(&time), l->width, name(l, row->from), l->width,
             name(l, row->to));
    buf_free(&time);
    if (again) buf_add_text(&l->line, ">>> ");
    /* The marks are part of the 80 columns; the arrow and the cross are one column in three bytes. */
    size_t taken = l->line.len - begin - 2 + (*mark ? strlen(mark) - 2 : 0);
    label_row(&l->line, payload_span(row->datagram->payload), row->run, LABEL_FULL,
              taken < COLUMNS ? COLUMNS - taken : 0);
    buf_add_text(&l->line, mark);
    if (again || *mark) paint_add(&l->line, l->colour, PAINT_PLAIN);
    buf_add_char(&l->line, '\n');
}

static void take_row(void *arg, const struct flow_row *row) {
    struct listing *l = arg;
    buf_reset(&l->line);
    if (l->limit && l->rows++ >= l->limit) return;
    if (!l->begun) add_heading(l);
    if (l->begun && row->time_ns - l->last_ns >= LABEL_SILENCE_NS) add_silence(l, row->time_ns - l->last_ns);
    int64_t until_ns = row->time_ns + label_run_ns(row->run);
    if (!l->begun || until_ns > l->last_ns) l->last_ns = until_ns;
    l->begun = true;
    add_row(l, row);
    fwrite(l->line.p, 1, l->line.len, l->out);
}

struct flow_sink listing_sink(struct listing *l) {
    return (struct flow_sink){.row = take_row, .arg = l};
}

void listing_end(struct listing *l) {
    if (!l->limit || l->rows <= l->limit) return;
    fprintf(
        l->out,
        "  ... and %llu more rows: --all shows them, --json and --ladder give them to programs and eyes\n",
        (unsigned long long)(l->rows - l->limit));
}
