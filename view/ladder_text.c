/* SPDX-License-Identifier: MIT */
/* The ladder in box-drawing characters: a column a host, a line a datagram. */
#include "base/mem.h"
#include "view/escape.h"
#include "view/label.h"
#include "view/ladder.h"
#include "view/paint.h"

#include <stdio.h>
#include <stdlib.h>

/* Columns before the hosts: number and time. Three hosts fill 80 columns; more take what they need. */
enum { NUMBER = 4, TIME = 11, MARGIN = NUMBER + 1 + TIME + 1, COLUMNS = 80, GAP_MIN = 26, GAP_MAX = 40 };

/* How far before the receiver a lost one ends. */
enum { LOST_SHORT = 4 };

enum {
    BAR = 0x2502,
    LINE = 0x2500,
    CROSSING = 0x253c,
    RIGHT = 0x25b6,
    LEFT = 0x25c0,
    CROSS = 0x2717,
    DOTS = 0x22ee
};

/* A line of the picture, a character a cell. */
struct canvas {
    const struct ladder *ladder;
    size_t gap, width;
    size_t first; /* column of the first host's line */
    uint32_t *cells;
    struct buf text;
};

static size_t column(const struct canvas *c, size_t host) { return c->first + host * c->gap; }

static size_t name_len(const struct canvas *c, size_t host) {
    size_t len = strlen(c->ladder->record->hosts[host]);
    return len < c->gap - 2 ? len : c->gap - 2;
}

static void lay_out(struct canvas *c) {
    size_t hosts = c->ladder->record->host_count;
    c->gap = GAP_MIN;
    size_t half_first = name_len(c, 0) / 2, half_last = name_len(c, hosts - 1) / 2;
    c->first = MARGIN + half_first;
    size_t used = c->first + half_last + 1;
    if (hosts > 1 && used + GAP_MIN * (hosts - 1) < COLUMNS) c->gap = (COLUMNS - used) / (hosts - 1);
    if (c->gap > GAP_MAX) c->gap = GAP_MAX;
    c->width = column(c, hosts - 1) + c->gap;
    c->cells = mem_new((c->width + 1) * sizeof *c->cells);
}

static void clear(struct canvas *c, uint32_t line) {
    for (size_t i = 0; i < c->width; i++)
        c->cells[i] = ' ';
    for (size_t h = 0; h < c->ladder->record->host_count && line; h++)
        c->cells[column(c, h)] = line;
}

static void put(struct canvas *c, size_t at, struct span text) {
    for (size_t i = 0; i < text.len && at + i < c->width; i++)
        c->cells[at + i] = (unsigned char)text.p[i];
}

static void put_centred(struct canvas *c, size_t from, size_t to, struct span text) {
    size_t room = to - from;
    put(c, from + (room > text.len ? (room - text.len) / 2 : 0), text);
}

/* A character of the Basic Multilingual Plane as UTF-8. */
static void add_character(struct buf *out, uint32_t c) {
    if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else {
        buf_add_char(out, (char)(0xe0 | c >> 12));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

static void end_line(struct buf *out, struct canvas *c, bool colour, enum paint paint) {
    size_t width = c->width;
    while (width && c->cells[width - 1] == ' ')
        width--;
    if (paint != PAINT_PLAIN) paint_add(out, colour, paint);
    for (size_t i = 0; i < width; i++)
        add_character(out, c->cells[i]);
    if (paint != PAINT_PLAIN) paint_add(out, colour, PAINT_PLAIN);
    buf_add_char(out, '\n');
}

static void add_heading(struct buf *out, struct canvas *c, bool colour) {
    clear(c, 0);
    put(c, NUMBER - 1, SPAN("#"));
    put(c, NUMBER + 1 + TIME - 8, SPAN("+seconds"));
    for (size_t h = 0; h < c->ladder->record->host_count; h++) {
        size_t len = name_len(c, h);
        put(c, column(c, h) - len / 2, span_head(span_of(c->ladder->record->hosts[h]), len));
    }
    end_line(out, c, colour, PAINT_HEADING);
    clear(c, BAR);
    end_line(out, c, colour, PAINT_PLAIN);
}

static void add_silence(struct buf *out, struct canvas *c, int64_t since_ns, bool colour) {
    clear(c, DOTS);
    buf_reset(&c->text);
    buf_add_char(&c->text, ' ');
    label_seconds(&c->text, since_ns, 3);
    buf_add_text(&c->text, " s of silence ");
    size_t hosts = c->ladder->record->host_count;
    put_centred(c, column(c, 0) + 1, hosts > 1 ? column(c, 1) : c->width, buf_span(&c->text));
    end_line(out, c, colour, PAINT_DIM);
}

/* The message between the two ends of a line, with the blanks around it. */
static void put_label(struct canvas *c, const struct record_item *item, size_t from, size_t to) {
    size_t room = to - from > 4 ? to - from - 4 : 0;
    buf_reset(&c->text);
    buf_add_char(&c->text, ' ');
    if (item->cause.retransmission) buf_add_text(&c->text, ">>> ");
    size_t mark = c->text.len - 1;
    label_message(&c->text, payload_span(item->datagram->payload), LABEL_SHORT,
                  room > mark ? room - mark : 0);
    if (item->fate == FLOW_NO_HOST || item->fate == FLOW_CLOSED_PORT) {
        const char *fate = ladder_fate(item->fate);
        if (c->text.len + 2 + strlen(fate) <= room + 1) buf_addf(&c->text, ": %s", fate);
    }
    buf_add_char(&c->text, ' ');
    put_centred(c, from, to, buf_span(&c->text));
}

static void put_arrow(struct canvas *c, const struct record_item *item) {
    size_t from = column(c, item->from), to = column(c, item->to);
    bool right = to > from;
    size_t left_end = (right ? from : to) + 1,
           right_end = right ? to : from; /* between the two hosts' lines */
    if (item->fate == FLOW_LOST && right) right_end -= LOST_SHORT;
    if (item->fate == FLOW_LOST && !right) left_end += LOST_SHORT;
    if (item->fate != FLOW_NO_HOST)
        for (size_t i = left_end; i < right_end; i++)
            c->cells[i] = c->cells[i] == BAR ? CROSSING : LINE;
    switch (item->fate) {
    case FLOW_ARRIVED: c->cells[right ? right_end - 1 : left_end] = right ? RIGHT : LEFT; break;
    case FLOW_LOST: c->cells[right ? right_end - 1 : left_end] = CROSS; break;
    case FLOW_NO_HOST: c->cells[right ? left_end : right_end - 1] = CROSS; break;
    case FLOW_CLOSED_PORT: c->cells[to] = CROSS; break;
    }
    /* What never left stays beside its sender. */
    if (item->fate == FLOW_NO_HOST && right) right_end = left_end + c->gap - 1;
    if (item->fate == FLOW_NO_HOST && !right) left_end = right_end + 1 - c->gap;
    put_label(c, item, left_end, right_end);
}

static void add_arrow(struct buf *out, struct canvas *c, const struct ladder_step *step, bool first,
                      bool colour) {
    const struct record_item *item = step->item;
    clear(c, BAR);
    buf_reset(&c->text);
    if (item->number)
        buf_add_u64(&c->text, item->number);
    else
        buf_add_char(&c->text, '-');
    put(c, NUMBER > c->text.len ? NUMBER - c->text.len : 0, buf_span(&c->text));
    buf_reset(&c->text);
    if (!first) buf_add_char(&c->text, '+');
    label_seconds(&c->text, first ? item->time_ns : step->since_ns, 6);
    put(c, NUMBER + 1 + (TIME > c->text.len ? TIME - c->text.len : 0), buf_span(&c->text));
    put_arrow(c, item);
    enum paint paint = item->fate != FLOW_ARRIVED   ? PAINT_LOST
                       : item->cause.retransmission ? PAINT_RETRANSMISSION
                                                    : PAINT_PLAIN;
    end_line(out, c, colour, paint);
}

void ladder_text_write(struct buf *out, const struct ladder *l, bool colour) {
    struct canvas c = {.ladder = l};
    bool first = true;
    escape_line(out, span_of(l->title));
    buf_add_text(out, "\n\n");
    if (l->record->host_count == 0) return;
    lay_out(&c);
    add_heading(out, &c, colour);
    for (size_t i = 0; i < l->count; i++) {
        const struct ladder_step *step = &l->steps[i];
        if (step->item->is_note) continue;
        if (step->since_ns >= LABEL_SILENCE_NS) add_silence(out, &c, step->since_ns, colour);
        add_arrow(out, &c, step, first, colour);
        first = false;
    }
    clear(&c, BAR);
    end_line(out, &c, colour, PAINT_PLAIN);
    buf_free(&c.text);
    free(c.cells);
}
