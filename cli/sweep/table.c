/* SPDX-License-Identifier: MIT */
#include "cli/sweep/table.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* A text and how often it came. */
struct counted {
    char *text;
    uint64_t count;
};

/* What the runs of a point gave for one measure so far. */
struct summary {
    struct sweep_sums sums; /* of counts and times */
    uint64_t number, of;    /* of shares */
    struct counted *texts;
    size_t text_count, text_cap;
};

struct sweep_point {
    struct summary
        *summaries; /* one a measure of the plan; NULL: no result yet, or all and they are written */
    struct buf row; /* complete, but one before it is not */
    uint32_t left;  /* runs that are still to come */
};

static enum sweep_kind kind_of(const struct sweep_plan *plan, size_t i) {
    return sweep_measures[plan->measures[i]].kind;
}

static void add_text(struct summary *s, struct span text) {
    for (size_t i = 0; i < s->text_count; i++)
        if (span_is(text, s->texts[i].text)) {
            s->texts[i].count++;
            return;
        }
    s->texts = mem_room(s->texts, s->text_count, &s->text_cap, sizeof *s->texts);
    s->texts[s->text_count++] = (struct counted){mem_text(text), 1};
}

static void summarize(struct summary *s, enum sweep_kind kind, const struct sweep_value *v) {
    if (!v->known) return;
    switch (kind) {
    case SWEEP_COUNT:
    case SWEEP_TIME: sweep_sums_add(&s->sums, v->number); return;
    case SWEEP_SHARE:
        s->number += (uint64_t)v->number;
        s->of += (uint64_t)v->of;
        return;
    case SWEEP_TEXT: add_text(s, buf_span(&v->text)); return;
    }
}

static void summaries_free(struct summary *summaries, size_t count) {
    for (size_t i = 0; summaries && i < count; i++) {
        for (size_t k = 0; k < summaries[i].text_count; k++)
            free(summaries[i].texts[k].text);
        free(summaries[i].texts);
    }
    free(summaries);
}

/* What comes most often first, then by its bytes. */
static int compare_counted(const void *a, const void *b) {
    const struct counted *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

/* A cell, in quotes if it needs them. */
static void add_cell(struct buf *out, struct span text) {
    bool quote = false;
    for (size_t i = 0; i < text.len; i++)
        quote = quote || strchr(",\"\r\n", text.p[i]);
    if (!quote) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '"') buf_add_char(out, '"');
        buf_add_char(out, text.p[i]);
    }
    buf_add_char(out, '"');
}

static void write_header(struct buf *out, const struct sweep_plan *plan) {
    for (size_t i = 0; i < plan->axis_count; i++) {
        if (i) buf_add_char(out, ',');
        add_cell(out, span_of(plan->axes[i].key));
    }
    if (plan->seeds) buf_add_text(out, plan->axis_count ? ",runs" : "runs");
    for (size_t i = 0; i < plan->measure_count; i++) {
        const char *name = sweep_measures[plan->measures[i]].name;
        buf_addf(out, ",%s", name);
        if (!plan->seeds || kind_of(plan, i) == SWEEP_TEXT) continue;
        buf_addf(out, ",%s_low,%s_high", name, name);
        if (kind_of(plan, i) == SWEEP_TIME) buf_addf(out, ",%s_runs", name);
    }
    buf_add_char(out, '\n');
}

/* A number with that many decimals. */
static void add_fixed(struct buf *out, int64_t number, unsigned decimals) {
    int64_t one = 1;
    for (unsigned i = 0; i < decimals; i++)
        one *= 10;
    buf_addf(out, "%lld.%0*lld", (long long)(number / one), (int)decimals, (long long)(number % one));
}

static void write_single(struct buf *out, enum sweep_kind kind, const struct sweep_value *v) {
    buf_add_char(out, ',');
    if (!v->known) return;
    if (kind == SWEEP_TEXT)
        add_cell(out, buf_span(&v->text));
    else if (kind == SWEEP_TIME)
        add_fixed(out, v->number, 6);
    else
        buf_addf(out, "%lld", (long long)v->number);
}

/* If all runs gave the same text, that one; otherwise "998x successful; 2x failed". */
static void write_texts(struct buf *out, struct summary *s, uint32_t runs) {
    struct buf cell = {0};
    if (s->text_count) qsort(s->texts, s->text_count, sizeof *s->texts, compare_counted);
    for (size_t i = 0; i < s->text_count; i++) {
        if (i) buf_add_text(&cell, "; ");
        if (s->texts[i].count < runs) buf_addf(&cell, "%llux ", (unsigned long long)s->texts[i].count);
        buf_add_text(&cell, s->texts[i].text);
    }
    add_cell(out, buf_span(&cell));
    buf_free(&cell);
}

static struct sweep_interval interval_of(const struct summary *s, enum sweep_kind kind) {
    return kind == SWEEP_SHARE ? sweep_interval_share(s->number, s->of)
                               : sweep_interval_mean(&s->sums, kind == SWEEP_COUNT ? 1000 : 1);
}

static void write_summary(struct buf *out, enum sweep_kind kind, struct summary *s, uint32_t runs) {
    buf_add_char(out, ',');
    if (kind == SWEEP_TEXT) {
        write_texts(out, s, runs);
        return;
    }
    struct sweep_interval i = interval_of(s, kind);
    unsigned decimals = kind == SWEEP_COUNT ? 3 : 6;
    if (i.known) add_fixed(out, i.mid, decimals);
    buf_add_char(out, ',');
    if (i.bounded) add_fixed(out, i.low, decimals);
    buf_add_char(out, ',');
    if (i.bounded) add_fixed(out, i.high, decimals);
    if (kind == SWEEP_TIME) buf_addf(out, ",%llu", (unsigned long long)s->sums.count);
}

static void keep_cell(struct sweep_table *t, uint64_t point, size_t measure, struct sweep_interval i) {
    if (t->cells) t->cells[(point - t->plan->first) * t->plan->measure_count + measure] = i;
}

/* A point that was run once: its row at once. */
static void write_row(struct sweep_table *t, struct buf *row, uint64_t point,
                      const struct sweep_sample *sample) {
    const struct sweep_plan *plan = t->plan;
    for (size_t i = 0; i < plan->measure_count; i++) {
        enum sweep_kind kind = kind_of(plan, i);
        const struct sweep_value *v = &sample->values[plan->measures[i]];
        write_single(row, kind, v);
        int64_t scale = kind == SWEEP_TIME ? 1 : 1000;
        if (kind != SWEEP_TEXT)
            keep_cell(t, point, i, (struct sweep_interval){.known = v->known, .mid = v->number * scale});
    }
}

static void write_summary_row(struct sweep_table *t, struct buf *row, uint64_t point,
                              struct summary *summaries) {
    const struct sweep_plan *plan = t->plan;
    buf_addf(row, "%s%u", plan->axis_count ? "," : "", (unsigned)plan->seeds);
    for (size_t i = 0; i < plan->measure_count; i++) {
        enum sweep_kind kind = kind_of(plan, i);
        write_summary(row, kind, &summaries[i], plan->seeds);
        if (kind != SWEEP_TEXT) keep_cell(t, point, i, interval_of(&summaries[i], kind));
    }
}

void sweep_table_init(struct sweep_table *t, const struct sweep_plan *plan, bool keep_cells) {
    uint64_t count = plan->last - plan->first;
    *t = (struct sweep_table){.plan = plan, .next = plan->first};
    t->points = mem_new(count * sizeof *t->points);
    for (uint64_t i = 0; i < count; i++)
        t->points[i].left = sweep_plan_runs(plan);
    if (keep_cells) t->cells = mem_new(count * plan->measure_count * sizeof *t->cells);
    if (plan->shard == 1) write_header(&t->csv, plan);
}

void sweep_table_add(void *arg, uint64_t point, uint32_t run, const struct sweep_sample *sample) {
    struct sweep_table *t = arg;
    const struct sweep_plan *plan = t->plan;
    struct sweep_point *p = &t->points[point - plan->first];
    (void)run;
    assert(p->left > 0);
    p->left--;
    if (plan->seeds) {
        if (!p->summaries) p->summaries = mem_new(plan->measure_count * sizeof *p->summaries);
        for (size_t i = 0; i < plan->measure_count; i++)
            summarize(&p->summaries[i], kind_of(plan, i), &sample->values[plan->measures[i]]);
    }
    if (p->left > 0) return;
    for (size_t i = 0; i < plan->axis_count; i++) {
        if (i) buf_add_char(&p->row, ',');
        add_cell(&p->row, span_of(sweep_plan_value(plan, point, i)));
    }
    if (plan->seeds)
        write_summary_row(t, &p->row, point, p->summaries);
    else
        write_row(t, &p->row, point, sample);
    buf_add_char(&p->row, '\n');
    summaries_free(p->summaries, plan->measure_count);
    p->summaries = NULL;
    for (; t->next < plan->last && t->points[t->next - plan->first].left == 0; t->next++) {
        struct buf *row = &t->points[t->next - plan->first].row;
        buf_add(&t->csv, buf_span(row));
        buf_free(row);
    }
}

const struct sweep_interval *sweep_table_cell(const struct sweep_table *t, uint64_t point, size_t measure) {
    return &t->cells[(point - t->plan->first) * t->plan->measure_count + measure];
}

void sweep_table_free(struct sweep_table *t) {
    for (uint64_t i = 0; i < t->plan->last - t->plan->first; i++) {
        buf_free(&t->points[i].row);
        summaries_free(t->points[i].summaries, t->plan->measure_count);
    }
    buf_free(&t->csv);
    free(t->points);
    free(t->cells);
    *t = (struct sweep_table){0};
}
