/* SPDX-License-Identifier: MIT */
/* What compare found, as text: the flow of both captures in one, lines that differ marked as diff does. */
#include "base/mem.h"
#include "base/visible.h"
#include "model/net/datagram.h"
#include "view/compare.h"
#include "view/compare_value.h"
#include "view/label.h"
#include "view/paint.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    CONTEXT = 2,     /* identical datagrams shown around each that differs */
    COLUMNS = 90,    /* of a row */
    MESSAGE_MIN = 30 /* columns for the message, whatever the names take */
};

#define US_PER_MS 1000

/* One line of the joint flow: a datagram of A, of B, or a pair. */
struct row {
    size_t a, b;        /* COMPARE_NONE: not in that one */
    size_t late_others; /* of the first row of a stretch that is out of time: how many more it has */
    bool late_begins, told, shown;
};

struct report {
    struct buf *out;
    const struct compare *c;
    bool colour;
    struct row *rows;
    size_t count;
    int number_width, name_width;
    struct compare_values values; /* differences that were told already */
    size_t *latest, *earliest;    /* find_overtakers */
};

static struct reader_packet packet_of(const struct report *r, const struct row *row) {
    return row->a != COMPARE_NONE ? reader_at(r->c->a.capture, row->a) : reader_at(r->c->b.capture, row->b);
}

static const struct compare_pair *pair_of(const struct report *r, const struct row *row) {
    static const struct compare_pair none;
    return row->a != COMPARE_NONE ? &r->c->pairs[row->a] : &none;
}

static bool is_single(const struct row *row) { return row->a == COMPARE_NONE || row->b == COMPARE_NONE; }

static void make_rows(struct report *r) {
    struct compare_row *rows = compare_rows(r->c, &r->count);
    r->rows = mem_new((r->count + 1) * sizeof *r->rows);
    for (size_t i = 0; i < r->count; i++)
        r->rows[i] = (struct row){.a = rows[i].a, .b = rows[i].b};
    free(rows);
}

/*
 * Datagrams that are late one after the other are told once: a stretch ends where the delay changes by more
 * than may be.
 */
static void find_late_stretches(struct report *r) {
    struct row *begin = NULL;
    int64_t delay_ns = 0;
    for (size_t k = 0; k < r->count; k++) {
        const struct compare_pair *pair = pair_of(r, &r->rows[k]);
        if (is_single(&r->rows[k]) || pair->moved) continue;
        if (!pair->late) {
            begin = NULL;
            continue;
        }
        int64_t change_ns = pair->late_ns > delay_ns ? pair->late_ns - delay_ns : delay_ns - pair->late_ns;
        if (begin && change_ns <= r->c->options->tolerance_ns) {
            begin->late_others++;
            continue;
        }
        begin = &r->rows[k];
        begin->late_begins = true;
        delay_ns = pair->late_ns;
    }
}

static bool differs(const struct report *r, const struct row *row) {
    const struct compare_pair *pair = pair_of(r, row);
    return is_single(row) || pair->different || pair->moved || row->late_begins;
}

/* Chooses which rows are told, and shows identical ones around them. Returns how many are left untold. */
static size_t choose_rows(struct report *r, size_t limit) {
    size_t told = 0, untold = 0;
    for (size_t k = 0; k < r->count; k++) {
        if (!differs(r, &r->rows[k])) continue;
        if (limit && told == limit) {
            untold++;
            continue;
        }
        told++;
        r->rows[k].told = r->rows[k].shown = true;
        for (size_t n = k > CONTEXT ? k - CONTEXT : 0; n <= k + CONTEXT && n < r->count; n++)
            r->rows[n].shown = r->rows[n].shown || !differs(r, &r->rows[n]);
    }
    return untold;
}

/* Who has the address, with the port if it is not SIP's. */
static void add_host(struct buf *out, const struct compare *c, uint32_t ip, uint16_t port) {
    const struct compare_side *sides[] = {&c->a, &c->b};
    const char *name = NULL;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->host_count && !name; i++)
            if (sides[side]->hosts[i].ip == ip) name = sides[side]->hosts[i].name;
    if (name)
        buf_add_text(out, name);
    else
        ipv4_write(out, ip);
    if (port && port != 5060) buf_addf(out, ":%u", port);
}

static void measure(struct report *r) {
    struct buf name = {0};
    const struct reader *captures[] = {r->c->a.capture, r->c->b.capture};
    r->number_width = 3;
    r->name_width = 4;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < captures[side]->count; i++) {
            struct reader_packet p = reader_at(captures[side], i);
            for (int end = 0; end < 2; end++) {
                buf_reset(&name);
                add_host(&name, r->c, end ? p.target_ip : p.source_ip, end ? p.target_port : p.source_port);
                if ((int)name.len > r->name_width) r->name_width = (int)name.len;
            }
            buf_reset(&name);
            buf_add_u64(&name, p.frame);
            if ((int)name.len > r->number_width) r->number_width = (int)name.len;
        }
    buf_free(&name);
}

static void add_number(struct report *r, const struct reader *capture, size_t index) {
    if (index == COMPARE_NONE)
        buf_addf(r->out, " %*s", r->number_width, "");
    else
        buf_addf(r->out, " %*llu", r->number_width, (unsigned long long)capture->rows[index].frame);
}

static void add_message(struct report *r, const struct reader_packet *p, enum label_kind kind, size_t room) {
    if (p->fragment_offset)
        buf_addf(r->out, "fragment from byte %u on", p->fragment_offset);
    else
        label_message(r->out, p->payload, kind, room);
}

/* How a row is marked. */
static char mark_of(const struct report *r, const struct row *row, enum paint *paint) {
    const struct compare_pair *pair = pair_of(r, row);
    *paint = PAINT_PLAIN;
    if (row->b == COMPARE_NONE) return *paint = PAINT_LOST, '-';
    if (row->a == COMPARE_NONE) return *paint = PAINT_NOTE, '+';
    if (pair->moved || pair->different || pair->late) *paint = PAINT_RETRANSMISSION;
    return pair->moved ? '~' : pair->different ? '!' : pair->late ? 't' : ' ';
}

static void add_flow_line(struct report *r, const struct row *row) {
    struct reader_packet p = packet_of(r, row);
    enum paint paint;
    char mark = mark_of(r, row, &paint);
    struct buf text = {0};
    paint_add(r->out, r->colour && paint != PAINT_PLAIN, paint);
    size_t begin = r->out->len;
    buf_add_char(r->out, mark);
    add_number(r, r->c->a.capture, row->a);
    add_number(r, r->c->b.capture, row->b);
    label_seconds(&text,
                  row->a != COMPARE_NONE ? compare_time(r->c->a.capture, row->a)
                                         : compare_time(r->c->b.capture, row->b),
                  6);
    buf_addf(r->out, " %11s  ", buf_text(&text));
    buf_reset(&text);
    add_host(&text, r->c, p.source_ip, p.source_port);
    buf_addf(r->out, "%-*s → ", r->name_width, buf_text(&text));
    buf_reset(&text);
    add_host(&text, r->c, p.target_ip, p.target_port);
    buf_addf(r->out, "%-*s  ", r->name_width, buf_text(&text));
    size_t taken = r->out->len - begin - 2; /* the arrow is one column in three bytes */
    add_message(r, &p, LABEL_FULL, taken + MESSAGE_MIN < COLUMNS ? COLUMNS - taken : MESSAGE_MIN);
    paint_add(r->out, r->colour && paint != PAINT_PLAIN, PAINT_PLAIN);
    buf_add_char(r->out, '\n');
    buf_free(&text);
}

#define INDENT "      "

/*
 * Of each place in B which packet of A is the last of those before it, and the first of those from it on
 * (COMPARE_NONE: none): whether there is one that was overtaken is known then without looking at all.
 */
static void find_overtakers(struct report *r) {
    size_t count = r->c->b.capture->count;
    const size_t *partner = r->c->alignment.b_partner;
    r->latest = mem_new((count + 1) * sizeof *r->latest);
    r->earliest = mem_new((count + 1) * sizeof *r->earliest);
    r->latest[0] = r->earliest[count] = COMPARE_NONE;
    for (size_t j = 0; j < count; j++) {
        size_t i = partner[j], last = r->latest[j];
        r->latest[j + 1] = i != COMPARE_NONE && (last == COMPARE_NONE || i > last) ? i : last;
    }
    for (size_t j = count; j-- > 0;)
        r->earliest[j] = partner[j] < r->earliest[j + 1] ? partner[j] : r->earliest[j + 1];
}

/* Says where in B a datagram is that moved: next to one that it overtook or that overtook it. */
static void add_place(struct report *r, const struct row *row) {
    const struct reader *b = r->c->b.capture;
    const size_t *partner = r->c->alignment.b_partner;
    size_t other = row->b;
    if (!r->latest) find_overtakers(r);
    bool after = r->latest[other] != COMPARE_NONE && r->latest[other] > row->a;
    if (!after && r->earliest[other + 1] > row->a) return;
    do
        other += after ? -1 : 1;
    while (partner[other] == COMPARE_NONE || (after ? partner[other] < row->a : partner[other] > row->a));
    struct reader_packet p = reader_at(b, other);
    buf_addf(r->out, INDENT "out of order: in B it comes %s %llu, ", after ? "only after" : "before",
             (unsigned long long)p.frame);
    add_message(r, &p, LABEL_SHORT, MESSAGE_MIN);
    buf_add_char(r->out, '\n');
}

static void add_milliseconds(struct buf *out, int64_t ns) {
    int64_t us = (ns < 0 ? -ns : ns) / US_PER_MS;
    buf_addf(out, "%lld.%03lld ms", (long long)(us / US_PER_MS), (long long)(us % US_PER_MS));
}

static void add_lateness(struct report *r, const struct row *row) {
    const struct compare_options *o = r->c->options;
    int64_t late_ns = pair_of(r, row)->late_ns;
    buf_add_text(r->out, INDENT "time: in B ");
    add_milliseconds(r->out, late_ns);
    buf_add_text(r->out, late_ns < 0 ? " earlier" : " later");
    if (row->late_others)
        buf_addf(r->out, ", and so are the %zu after it that are out of time", row->late_others);
    buf_add_text(r->out, " (allowed: ");
    add_milliseconds(r->out, o->tolerance_ns);
    if (o->tolerance_ppm)
        buf_addf(r->out, " + %u.%02u %%", o->tolerance_ppm / 10000, o->tolerance_ppm % 10000 / 100);
    buf_add_text(r->out, ")\n");
}

static void add_row_lines(struct report *r, const struct row *row, struct compare_differences *differences) {
    add_flow_line(r, row);
    if (!row->told || is_single(row)) return;
    const struct reader *a = r->c->a.capture, *b = r->c->b.capture;
    const struct compare_pair *pair = pair_of(r, row);
    if (pair->moved) add_place(r, row);
    if (row->late_begins) add_lateness(r, row);
    if (pair->different) {
        struct reader_packet pa = reader_at(a, row->a), pb = reader_at(b, row->b);
        compare_packets(differences, &pa, &pb, &r->c->options->scope, a->datalink == b->datalink);
        compare_values_write(&r->values, r->out, differences, INDENT, r->colour);
    }
}

static void add_rows(struct report *r) {
    struct compare_differences differences = {0};
    buf_addf(r->out, "\n  %*s %*s        time  %-*s   %-*s  message\n", r->number_width, "A", r->number_width,
             "B", r->name_width, "from", r->name_width, "to");
    size_t hidden = 0;
    for (size_t k = 0; k <= r->count; k++) {
        if (k < r->count && !r->rows[k].shown) {
            hidden++;
            continue;
        }
        if (hidden && k < r->count) buf_addf(r->out, "  %*s ⋮\n", r->number_width * 2, "");
        hidden = 0;
        if (k < r->count) add_row_lines(r, &r->rows[k], &differences);
    }
    compare_differences_free(&differences);
}

/* "3 frames (2 TCP, 1 IPv6)" */
static void add_others(struct buf *out, const struct reader *r) {
    uint64_t all = reader_others(r);
    const char *separator = " (";
    buf_addf(out, "%llu frame%s", (unsigned long long)all, all == 1 ? "" : "s");
    for (enum reader_other k = 0; k < READER_OTHERS; k++) {
        if (!r->others[k]) continue;
        buf_addf(out, "%s%llu %s", separator, (unsigned long long)r->others[k], reader_other_name(k));
        separator = ", ";
    }
    buf_add_text(out, all ? ")" : "");
}

static void add_side(struct buf *out, char letter, const struct compare_side *side) {
    buf_addf(out, "%c  ", letter);
    visible_add(out, span_of(side->label));
    buf_addf(out, ": %zu datagram%s", side->capture->count, side->capture->count == 1 ? "" : "s");
    if (reader_others(side->capture)) {
        buf_add_text(out, "; not compared: ");
        add_others(out, side->capture);
    }
    buf_add_char(out, '\n');
}

/* Counts of what is different, each with its mark in the flow. */
static void add_counts(struct buf *out, const struct compare *c) {
    const struct {
        size_t count;
        const char *text;
    } counts[] = {{c->only_a, "only in A (-)"},
                  {c->only_b, "only in B (+)"},
                  {c->moved, "out of order (~)"},
                  {c->different, "different (!)"},
                  {c->late, "out of time (t)"}};
    const char *separator = ": ";
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (!counts[i].count) continue;
        buf_addf(out, "%s%zu %s", separator, counts[i].count, counts[i].text);
        separator = ", ";
    }
    buf_add_text(out, "; ");
}

static void add_file_differences(struct buf *out, const struct compare *c) {
    const struct reader *a = c->a.capture, *b = c->b.capture;
    if (c->other_link)
        buf_addf(out, "link layer: %s in A, %s in B\n", reader_link_name(a), reader_link_name(b));
    if (c->other_frames) {
        buf_add_text(out, "frame.protocols: frames that are not compared: ");
        add_others(out, a);
        buf_add_text(out, " in A, ");
        add_others(out, b);
        buf_add_text(out, " in B\n");
    }
    if (c->other_start) {
        buf_add_text(out, "frame.time_epoch of the first datagram: ");
        label_seconds(out, a->start_ns + a->rows[0].at_ns, 9);
        buf_add_text(out, " in A, ");
        label_seconds(out, b->start_ns + b->rows[0].at_ns, 9);
        buf_add_text(out, " in B\n");
    }
}

void compare_write(struct buf *out, const struct compare *c, size_t limit, bool colour) {
    struct report r = {.out = out, .c = c, .colour = colour};
    size_t na = c->a.capture->count, nb = c->b.capture->count;
    bool same = compare_same(c);
    if (!same) {
        add_side(out, 'A', &c->a);
        add_side(out, 'B', &c->b);
        add_file_differences(out, c);
        make_rows(&r);
        find_late_stretches(&r);
        size_t untold = choose_rows(&r, limit);
        measure(&r);
        if (c->identical < (na > nb ? na : nb)) add_rows(&r);
        if (untold) buf_addf(out, "  ... and %zu more datagrams that differ\n", untold);
        buf_add_char(out, '\n');
    }
    paint_add(out, colour, PAINT_HEADING);
    buf_add_text(out, same ? "same" : "different");
    if (!same && c->identical < (na > nb ? na : nb))
        add_counts(out, c);
    else
        buf_add_text(out, ": ");
    buf_addf(out, "%zu of %zu datagrams identical, times differ by up to ", c->identical, na > nb ? na : nb);
    add_milliseconds(out, c->worst_ns);
    if (same && reader_others(c->a.capture)) {
        buf_add_text(out, "; not compared: ");
        add_others(out, c->a.capture);
        buf_add_text(out, " in A, ");
        add_others(out, c->b.capture);
        buf_add_text(out, " in B");
    }
    paint_add(out, colour, PAINT_PLAIN);
    buf_add_char(out, '\n');
    compare_values_free(&r.values);
    free(r.latest);
    free(r.earliest);
    free(r.rows);
}
