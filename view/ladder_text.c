/* SPDX-License-Identifier: MIT */
/* The ladder in box-drawing characters: a column a host, a line a datagram. */
#include "base/mem.h"
#include "view/escape.h"
#include "view/label.h"
#include "view/ladder.h"
#include "view/names.h"
#include "view/paint.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Columns before the hosts: number and time. The hosts share the others; with so many that there is no room
 * for the words on an arrow, the ladder gets wider than the terminal.
 */
enum { NUMBER = 4, TIME = 11, MARGIN = NUMBER + 1 + TIME + 1, GAP_MIN = 14, GAP_MAX = 48 };

/* How far before the receiver a lost one ends. */
enum { LOST_SHORT = 4 };

enum { BAR = 0x2502, RIGHT = 0x25b6, LEFT = 0x25c0, CROSS = 0x2717, DOTS = 0x22ee, LOOP = 0x21ba };

/* The line of each kind, where it crosses a host's, and its colour. */
static const struct {
    uint32_t line, crossing;
    enum paint paint;
} looks[] = {
    [LADDER_OTHER] = {0x2500, 0x253c, PAINT_PLAIN}, [LADDER_REQUEST] = {0x2500, 0x253c, PAINT_PLAIN},
    [LADDER_1XX] = {0x2508, 0x253c, PAINT_DIM},     [LADDER_2XX] = {0x254c, 0x253c, PAINT_2XX},
    [LADDER_3XX] = {0x2550, 0x256a, PAINT_3XX},     [LADDER_FAILED] = {0x2501, 0x253f, PAINT_FAILED},
};

/* A line of the picture, a character a cell. */
struct canvas {
    const struct ladder *ladder;
    size_t gap, width;
    size_t first; /* column of the first host's line */
    uint32_t *cells;
    struct names names;
    struct buf text;
};

static size_t column(const struct canvas *c, size_t host) { return c->first + host * c->gap; }

static const char *name(const struct canvas *c, size_t host) {
    return names_cut(&c->names, c->ladder->record->hosts[host]);
}

static size_t name_len(const struct canvas *c, size_t host) { return strlen(name(c, host)); }

/* Names are cut to the gap, the gap depends on the width of the outer names: the widest gap that fits. */
static void lay_out(struct canvas *c) {
    const struct record *r = c->ladder->record;
    size_t hosts = r->host_count;
    for (c->gap = GAP_MAX;; c->gap--) {
        names_init(&c->names, (const char *const *)r->hosts, hosts, c->gap - 2);
        c->first = MARGIN + name_len(c, 0) / 2;
        size_t used = c->first + (hosts - 1) * c->gap + name_len(c, hosts - 1) / 2 + 1;
        if (c->gap == GAP_MIN || used <= c->ladder->columns) break;
        names_free(&c->names);
    }
    c->width = column(c, hosts - 1) + c->gap;
    if (c->width < c->ladder->columns) c->width = c->ladder->columns;
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
        put(c, column(c, h) - name_len(c, h) / 2, span_of(name(c, h)));
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
static void put_label(struct canvas *c, const struct ladder_step *step, size_t from, size_t to) {
    size_t room = to - from > 4 ? to - from - 4 : 0;
    buf_reset(&c->text);
    buf_add_char(&c->text, ' ');
    ladder_label(&c->text, step, room);
    buf_add_char(&c->text, ' ');
    put_centred(c, from, to, buf_span(&c->text));
}

/* From a host to itself: beside its line. */
static void put_loop(struct canvas *c, const struct ladder_step *step) {
    size_t at = column(c, step->item->from);
    c->cells[at + 1] = LOOP;
    buf_reset(&c->text);
    buf_add_char(&c->text, ' ');
    ladder_label(&c->text, step, c->gap - 4);
    buf_add_char(&c->text, ' ');
    put(c, at + 2, buf_span(&c->text));
}

static void put_arrow(struct canvas *c, const struct ladder_step *step) {
    const struct record_item *item = step->item;
    size_t from = column(c, item->from), to = column(c, item->to);
    bool right = to > from;
    size_t left_end = (right ? from : to) + 1,
           right_end = right ? to : from; /* between the two hosts' lines */
    if (item->from == item->to) {
        put_loop(c, step);
        return;
    }
    if (item->fate == FLOW_LOST && right) right_end -= LOST_SHORT;
    if (item->fate == FLOW_LOST && !right) left_end += LOST_SHORT;
    if (item->fate != FLOW_NO_HOST)
        for (size_t i = left_end; i < right_end; i++)
            c->cells[i] = c->cells[i] == BAR ? looks[step->kind].crossing : looks[step->kind].line;
    switch (item->fate) {
    case FLOW_ARRIVED: c->cells[right ? right_end - 1 : left_end] = right ? RIGHT : LEFT; break;
    case FLOW_LOST: c->cells[right ? right_end - 1 : left_end] = CROSS; break;
    case FLOW_NO_HOST: c->cells[right ? left_end : right_end - 1] = CROSS; break;
    case FLOW_FULL_SOCKET:
    case FLOW_CLOSED_PORT: c->cells[to] = CROSS; break;
    }
    /* What never left stays beside its sender. */
    if (item->fate == FLOW_NO_HOST && right) right_end = left_end + c->gap - 1;
    if (item->fate == FLOW_NO_HOST && !right) left_end = right_end + 1 - c->gap;
    put_label(c, step, left_end, right_end);
}

/* How a call failed, or ended: c->text, across the hosts' lines. */
static void add_remark(struct buf *out, struct canvas *c, bool colour) {
    clear(c, BAR);
    c->cells[MARGIN - 2] = CROSS;
    buf_add_char(&c->text, ' ');
    size_t room = c->width - MARGIN;
    put(c, MARGIN, span_head(buf_span(&c->text), c->text.len < room ? c->text.len : room));
    end_line(out, c, colour, PAINT_FAILED);
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
    put_arrow(c, step);
    enum paint paint = item->fate != FLOW_ARRIVED   ? PAINT_LOST
                       : item->cause.retransmission ? PAINT_RETRANSMISSION
                                                    : looks[step->kind].paint;
    end_line(out, c, colour, paint);
    if (!step->ends_call) return;
    buf_reset(&c->text);
    ladder_ending(&c->text, &c->ladder->calls[step->call - 1]);
    add_remark(out, c, colour);
}

static void add_failure(struct buf *out, struct canvas *c, const struct ladder_step *step, bool colour) {
    buf_reset(&c->text);
    ladder_failure(&c->text, c->ladder, step);
    add_remark(out, c, colour);
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
        if (step->item->failure) add_failure(out, &c, step, colour);
        if (step->item->is_note) continue;
        if (step->silence_ns >= LABEL_SILENCE_NS) add_silence(out, &c, step->silence_ns, colour);
        add_arrow(out, &c, step, first, colour);
        first = false;
    }
    clear(&c, BAR);
    end_line(out, &c, colour, PAINT_PLAIN);
    buf_free(&c.text);
    names_free(&c.names);
    free(c.cells);
}
