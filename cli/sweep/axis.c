/* SPDX-License-Identifier: MIT */
#include "cli/sweep/axis.h"

#include "base/mem.h"
#include "model/lab/unit.h"

#include <stdlib.h>

static const char range_form[] = "expected FROM..TO/STEP, such as 0s..35s/500ms";

/* What can stand behind a number, and what one of it is in the quantity's own unit. */
struct suffix {
    const char *text;
    enum sweep_unit unit;
    int64_t one;
};

static const struct suffix suffixes[] = {
    {"", SWEEP_PLAIN, 1},
    {"%", SWEEP_PERCENT, 10000},
    {"ns", SWEEP_DURATION, 1},
    {"us", SWEEP_DURATION, 1000},
    {"ms", SWEEP_DURATION, 1000000},
    {"s", SWEEP_DURATION, 1000000000},
    {"min", SWEEP_DURATION, INT64_C(60000000000)},
};

static bool parse_plain(int64_t *number, struct span text) {
    bool negative = span_starts(text, "-");
    uint64_t n;
    if (!span_to_u64(span_skip(text, negative), INT64_MAX, &n)) return false;
    *number = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

bool sweep_quantity_parse(struct sweep_quantity *q, struct span text) {
    uint32_t ppm;
    *q = (struct sweep_quantity){SWEEP_PLAIN, 0};
    if (parse_plain(&q->number, text)) return true;
    q->unit = SWEEP_DURATION;
    if (!unit_duration(&q->number, text)) return true;
    q->unit = SWEEP_PERCENT;
    if (unit_share(&ppm, text)) return false;
    q->number = ppm;
    return true;
}

void sweep_quantity_write(struct buf *out, int64_t number, int64_t unit) {
    uint64_t n = number < 0 ? -(uint64_t)number : (uint64_t)number, one = (uint64_t)unit;
    if (number < 0) buf_add_char(out, '-');
    buf_add_u64(out, n / one);
    n %= one;
    if (n) buf_add_char(out, '.');
    for (int digits = 0; n && digits < 12; digits++) {
        n *= 10;
        buf_add_char(out, (char)('0' + n / one));
        n %= one;
    }
}

static void add_value(struct sweep_axis *axis, struct span text) {
    axis->values = mem_room(axis->values, axis->count, &axis->cap, sizeof *axis->values);
    axis->values[axis->count++] = mem_text(text);
}

/* A number as the range writes it, with what stands behind it. */
struct bound {
    struct sweep_quantity quantity;
    const struct suffix *suffix;
};

static bool parse_bound(struct bound *b, const struct source *source, struct span text, struct diag *diag) {
    if (!sweep_quantity_parse(&b->quantity, text)) {
        diag_error(diag, source_at(source, text.p),
                   "expected a duration, a share or a whole number, got \"" SPAN_FMT "\"",
                   SPAN_ARG(span_head(text, 60)));
        return false;
    }
    size_t digits = 0;
    while (digits < text.len && (ascii_digit((unsigned char)text.p[digits]) || strchr("-.", text.p[digits])))
        digits++;
    b->suffix = suffixes;
    while (!span_is(span_skip(text, digits), b->suffix->text))
        b->suffix++;
    return true;
}

/* FROM, FROM + STEP ... up to TO, written in the smaller one of FROM's and STEP's units. */
static bool add_range(struct sweep_axis *axis, struct span from_text, struct span to_text,
                      struct span step_text, struct diag *diag) {
    const struct source *source = axis->source;
    struct bound from, to, step;
    if (!parse_bound(&from, source, from_text, diag) || !parse_bound(&to, source, to_text, diag) ||
        !parse_bound(&step, source, step_text, diag))
        return false;
    const char *wrong = NULL;
    struct span where = step_text;
    if (from.quantity.unit != to.quantity.unit || from.quantity.unit != step.quantity.unit)
        wrong = "FROM, TO and STEP are not of the same kind: durations, shares or whole numbers",
        where = from_text;
    else if (step.quantity.number <= 0)
        wrong = "the step must be more than 0";
    else if (to.quantity.number < from.quantity.number)
        wrong = "the range ends before it begins", where = to_text;
    else if (((uint64_t)to.quantity.number - (uint64_t)from.quantity.number) /
                 (uint64_t)step.quantity.number >=
             SWEEP_AXIS_MAX)
        wrong = "the range has more than a million values";
    if (wrong) {
        diag_error(diag, source_at(source, where.p), "%s", wrong);
        return false;
    }
    const struct suffix *suffix = from.suffix->one < step.suffix->one ? from.suffix : step.suffix;
    struct buf value = {0};
    uint64_t span = (uint64_t)to.quantity.number - (uint64_t)from.quantity.number;
    for (uint64_t done = 0;; done += (uint64_t)step.quantity.number) {
        buf_reset(&value);
        sweep_quantity_write(&value, (int64_t)((uint64_t)from.quantity.number + done), suffix->one);
        buf_add_text(&value, suffix->text);
        add_value(axis, buf_span(&value));
        if (span - done < (uint64_t)step.quantity.number) break;
    }
    buf_free(&value);
    return true;
}

static bool parse_range(struct sweep_axis *axis, struct span text, struct diag *diag) {
    ptrdiff_t dots = span_search(text, SPAN("..")), slash = span_find(text, '/');
    if (slash < dots) {
        diag_error(diag, source_at(axis->source, text.p), range_form);
        return false;
    }
    struct span from = span_head(text, (size_t)dots), step = span_skip(text, (size_t)slash + 1);
    struct span to = span_between(text.p + dots + 2, text.p + slash);
    return add_range(axis, from, to, step, diag);
}

/* Does a quoted text begin there? An apostrophe within a word begins none. */
static bool is_quote(struct span text, size_t at) {
    return (text.p[at] == '"' || text.p[at] == '\'') &&
           (at == 0 || !ascii_alnum((unsigned char)text.p[at - 1]));
}

/*
 * The length of the value that text begins with: up to a comma, and, if the value is YAML (as for --set, it
 * begins with a bracket or a quote then), one outside all brackets and quotes. -1: one stays open.
 */
static ptrdiff_t value_len(struct span text) {
    bool is_yaml = text.len > 0 && memchr("[{\"'", text.p[0], 4);
    int depth = 0;
    char quote = '\0';
    size_t i = 0;
    for (; i < text.len && (depth > 0 || quote || text.p[i] != ','); i++) {
        char c = text.p[i];
        if (!is_yaml) continue;
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (is_quote(text, i))
            quote = c;
        else if (c == '[' || c == '{')
            depth++;
        else if (c == ']' || c == '}')
            depth--;
    }
    return depth > 0 || quote ? -1 : (ptrdiff_t)i;
}

static bool parse_list(struct sweep_axis *axis, struct span text, struct diag *diag) {
    for (;;) {
        ptrdiff_t len = value_len(text);
        const char *wrong = len < 0                         ? "a bracket or a quote is never closed"
                            : len == 0                      ? "expected a value"
                            : axis->count == SWEEP_AXIS_MAX ? "more than a million values"
                                                            : NULL;
        if (wrong) {
            diag_error(diag, source_at(axis->source, text.p), "%s", wrong);
            return false;
        }
        add_value(axis, span_head(text, (size_t)len));
        if ((size_t)len == text.len) return true;
        text = span_skip(text, (size_t)len + 1);
    }
}

bool sweep_axis_parse(struct sweep_axis *axis, const struct source *source, struct diag *diag) {
    struct span text = {source->text, source->len};
    ptrdiff_t equals = span_find(text, '=');
    *axis = (struct sweep_axis){.source = source};
    if (equals <= 0) {
        diag_error(diag, (struct source_pos){source, 0},
                   "expected KEY=VALUES, such as hosts.uas.sipp.ring_after=0s..35s/500ms");
        return false;
    }
    axis->key = mem_text(span_head(text, (size_t)equals));
    struct span values = span_skip(text, (size_t)equals + 1);
    bool is_range = values.len > 0 && (ascii_digit((unsigned char)values.p[0]) || values.p[0] == '-') &&
                    span_search(values, SPAN("..")) > 0;
    return is_range ? parse_range(axis, values, diag) : parse_list(axis, values, diag);
}

void sweep_axis_free(struct sweep_axis *axis) {
    for (size_t i = 0; i < axis->count; i++)
        free(axis->values[i]);
    free(axis->values);
    free(axis->key);
    *axis = (struct sweep_axis){0};
}
