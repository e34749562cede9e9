/* SPDX-License-Identifier: MIT */
/* Two captures as two ladders beside each other: the document and the page that ladder.js draws
 * (docs/ladder.md). */
#include "view/compare.h"

#include "base/mem.h"
#include "view/capture_record.h"
#include "view/compare_value.h"
#include "view/json.h"
#include "view/ladder.h"
#include "view/ladder_page.h"

#include <stdlib.h>

/* A capture's ladder, and which step a packet has become. */
struct half {
    struct pool pool;
    struct record record;
    struct capture_told told;
    struct ladder *ladder;
    size_t *steps; /* by packet; COMPARE_NONE: it is no SIP, or was seen before */
};

struct page {
    struct buf *out;
    const struct compare *c;
    struct half halves[2];
    struct compare_differences differences;
    struct buf text;
};

static void open_half(struct half *h, const struct compare_side *side) {
    struct capture_name *names = mem_new((side->host_count + 1) * sizeof *names);
    for (size_t i = 0; i < side->host_count; i++)
        names[i] = (struct capture_name){{side->hosts[i].ip, 0}, side->hosts[i].name};
    struct capture_record_options options = {.names = names, .name_count = side->host_count};
    pool_init(&h->pool);
    capture_record(&h->record, &h->told, &h->pool, side->capture, &options);
    h->ladder = ladder_new(&h->record, side->label, NULL);
    h->ladder->start_ns = side->capture->start_ns + h->told.first_ns;
    h->steps = mem_new((side->capture->count + 1) * sizeof *h->steps);
    for (size_t i = 0; i < side->capture->count; i++)
        h->steps[i] = COMPARE_NONE;
    for (size_t i = 0; i < h->told.messages; i++)
        h->steps[h->told.packets[i]] = i;
    free(names);
}

static void close_half(struct half *h) {
    ladder_free(h->ladder);
    record_free(&h->record);
    free(h->told.packets);
    free(h->steps);
    pool_free(&h->pool);
}

static const char *mark_of(const struct compare *c, const struct compare_row *row) {
    if (row->a == COMPARE_NONE || row->b == COMPARE_NONE) return "only";
    const struct compare_pair *pair = &c->pairs[row->a];
    return pair->moved ? "moved" : pair->different ? "different" : pair->late ? "late" : NULL;
}

/* What a person is told of a pair that differs. */
static void tell_pair(struct page *p, const struct compare_row *row) {
    const struct compare_pair *pair = &p->c->pairs[row->a];
    const struct reader *a = p->c->a.capture, *b = p->c->b.capture;
    int64_t late_us = (pair->late_ns < 0 ? -pair->late_ns : pair->late_ns) / 1000;
    if (pair->moved) buf_add_text(&p->text, "out of order: in B it has another place\n");
    if (pair->late)
        buf_addf(&p->text, "time: in B %lld.%03lld ms %s\n", (long long)(late_us / 1000),
                 (long long)(late_us % 1000), pair->late_ns < 0 ? "earlier" : "later");
    if (!pair->different) return;
    struct compare_values values = {0};
    struct reader_packet pa = reader_at(a, row->a), pb = reader_at(b, row->b);
    compare_packets(&p->differences, &pa, &pb, &p->c->options->scope, a->datalink == b->datalink);
    compare_values_write(&values, &p->text, &p->differences, "", false);
    compare_values_free(&values);
}

static size_t step_of(const struct half *h, size_t packet) {
    return packet == COMPARE_NONE ? COMPARE_NONE : h->steps[packet];
}

static void add_row(struct page *p, const struct compare_row *row) {
    size_t a = step_of(&p->halves[0], row->a), b = step_of(&p->halves[1], row->b);
    const char *mark = mark_of(p->c, row);
    if (a == COMPARE_NONE && b == COMPARE_NONE) return;
    json_next(p->out);
    buf_add_text(p->out, "\n{");
    if (a != COMPARE_NONE) json_number(p->out, "a", (int64_t)a);
    if (b != COMPARE_NONE) json_number(p->out, "b", (int64_t)b);
    if (mark) json_text(p->out, "mark", span_of(mark));
    buf_reset(&p->text);
    if (row->a != COMPARE_NONE && row->b != COMPARE_NONE) tell_pair(p, row);
    if (p->text.len) json_text(p->out, "text", buf_span(&p->text));
    buf_add_char(p->out, '}');
}

static void add_document(struct page *p, struct span summary) {
    static const char *const names[] = {"a", "b"};
    buf_add_char(p->out, '{');
    json_text(p->out, "format", SPAN("siptwin-compare"));
    json_number(p->out, "version", 1);
    json_text(p->out, "summary", summary);
    for (int i = 0; i < 2; i++) {
        json_key(p->out, names[i]);
        ladder_json_write(p->out, p->halves[i].ladder);
    }
    json_key(p->out, "rows");
    buf_add_char(p->out, '[');
    size_t count;
    struct compare_row *rows = compare_rows(p->c, &count);
    for (size_t i = 0; i < count; i++)
        add_row(p, &rows[i]);
    free(rows);
    buf_add_text(p->out, "]}\n");
}

/* The last line of a text. */
static struct span last_line(struct span text) {
    text = span_trim(text);
    size_t from = text.len;
    while (from > 0 && text.p[from - 1] != '\n')
        from--;
    return span_skip(text, from);
}

void compare_html_write(struct buf *out, const struct compare *c, struct span text) {
    struct buf json = {0}, title = {0};
    struct page p = {.out = &json, .c = c};
    open_half(&p.halves[0], &c->a);
    open_half(&p.halves[1], &c->b);
    add_document(&p, last_line(text));
    buf_addf(&title, "%s and %s", c->a.label, c->b.label);
    ladder_page_write(out, buf_text(&title), buf_span(&json), text);
    close_half(&p.halves[0]);
    close_half(&p.halves[1]);
    compare_differences_free(&p.differences);
    buf_free(&p.text);
    buf_free(&json);
    buf_free(&title);
}
