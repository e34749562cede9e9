/* SPDX-License-Identifier: MIT */
#include "view/compare_value.h"

#include "base/mem.h"
#include "base/visible.h"
#include "view/paint.h"

#include <stdlib.h>

enum {
    WINDOW = 100,       /* columns of a line that is longer */
    WINDOW_BEFORE = 40, /* of them before the difference */
    TELLING = 3         /* a word at least this long means the same in every field */
};

static void add_field(struct buf *out, const struct compare_difference *d) {
    if (d->is_header) buf_add_text(out, "sip.");
    for (size_t i = 0; i < d->field.len; i++) /* a header's name may come from the wire */
        buf_add_char(out, d->field.p[i] > ' ' && d->field.p[i] <= '~' ? d->field.p[i] : '?');
}

static bool is_word_char(char c) { return ascii_alnum((unsigned char)c) || c == '_'; }

/* The word, or the one character that is in no word, at the front of s, which is not empty. */
static struct span token(struct span s) {
    size_t len = 0;
    while (len < s.len && is_word_char(s.p[len]))
        len++;
    return span_head(s, len ? len : 1);
}

/* Remembers that in this field a stands for b. Was that told before? */
static bool was_told(struct compare_values *v, const struct compare_difference *d, struct span a,
                     struct span b) {
    struct buf key = {0};
    if (d->is_number || a.len < TELLING || b.len < TELLING) add_field(&key, d);
    buf_addf(&key, " %zu ", a.len);
    buf_add(&key, a);
    buf_add(&key, b);
    size_t known = v->told.count;
    bool told = words_number(&v->told, buf_span(&key)) < known;
    buf_free(&key);
    return told;
}

/*
 * Was everything about it told before? If both lines have the same form, so that only words stand for words,
 * it is enough that each of these was.
 */
static bool is_repeated(struct compare_values *v, const struct compare_difference *d) {
    if (d->is_number) return was_told(v, d, span_of(d->number[0]), span_of(d->number[1]));
    struct span a = d->text[0], b = d->text[1];
    bool repeated = a.p && b.p && !d->moved;
    while (a.p && b.p && a.len && b.len) {
        struct span ta = token(a), tb = token(b);
        if (!span_eq(ta, tb)) {
            if (!is_word_char(ta.p[0]) || !is_word_char(tb.p[0])) return false;
            repeated = was_told(v, d, ta, tb) && repeated;
        }
        a = span_skip(a, ta.len);
        b = span_skip(b, tb.len);
    }
    return repeated && a.len == b.len;
}

/* The part of a line that is shown, of two whose longer one has `longest` bytes and which differ at byte
 * `at`. */
static struct span window(struct span line, size_t longest, size_t at) {
    if (longest <= WINDOW) return line;
    return span_head(span_skip(line, at > WINDOW_BEFORE ? at - WINDOW_BEFORE : 0), WINDOW);
}

/* Both lines without the line end that they share. */
static void strip_line_ends(struct span lines[2]) {
    static const char *const ends[] = {"\r\n", "\n"};
    for (size_t k = 0; k < 2; k++) {
        size_t len = strlen(ends[k]);
        bool both = true;
        for (int side = 0; side < 2; side++)
            both = both &&
                   (!lines[side].p || (lines[side].len >= len &&
                                       memcmp(lines[side].p + lines[side].len - len, ends[k], len) == 0));
        for (int side = 0; side < 2 && both; side++)
            if (lines[side].p) lines[side].len -= len;
        if (both) return;
    }
}

static void add_line(struct buf *out, const char *indent, char letter, struct span line, struct span seen,
                     bool colour) {
    buf_add_text(out, indent);
    paint_add(out, colour, letter == 'A' ? PAINT_LOST : PAINT_NOTE);
    buf_addf(out, "  %c  %s", letter, seen.p > line.p ? "..." : "");
    visible_add(out, seen);
    if (seen.p + seen.len < line.p + line.len) buf_add_text(out, "...");
    paint_add(out, colour, PAINT_PLAIN);
    buf_add_char(out, '\n');
}

/* A mark under the byte `at` of a line of which this much is seen. */
static void add_caret(struct buf *out, const char *indent, struct span line, struct span seen, size_t at) {
    struct buf before = {0};
    size_t columns = visible_add(&before, span_between(seen.p, line.p + at));
    buf_addf(out, "%s     %*s^\n", indent, (int)(columns + (seen.p > line.p ? 3 : 0)), "");
    buf_free(&before);
}

static void add_text_difference(struct buf *out, const struct compare_difference *d, const char *indent,
                                bool colour) {
    struct span lines[2] = {d->text[0], d->text[1]};
    size_t at = 0;
    buf_add_text(out, indent);
    add_field(out, d);
    buf_addf(out, ", payload byte %zu", lines[0].p ? d->at[0] : d->at[1]);
    if (lines[0].p && lines[1].p && d->at[0] != d->at[1]) buf_addf(out, " (in B %zu)", d->at[1]);
    if (!lines[0].p || !lines[1].p) buf_addf(out, ", only in %c", lines[0].p ? 'A' : 'B');
    if (d->moved) {
        buf_add_text(out, ", at another place\n");
        return;
    }
    buf_add_text(out, ":\n");
    strip_line_ends(lines);
    while (lines[0].p && lines[1].p && at < lines[0].len && at < lines[1].len &&
           lines[0].p[at] == lines[1].p[at])
        at++;
    size_t longest = lines[0].len > lines[1].len ? lines[0].len : lines[1].len;
    for (int side = 0; side < 2; side++)
        if (lines[side].p)
            add_line(out, indent, side ? 'B' : 'A', lines[side], window(lines[side], longest, at), colour);
    if (lines[0].p && lines[1].p) add_caret(out, indent, lines[1], window(lines[1], longest, at), at);
}

static void add_number_difference(struct buf *out, const struct compare_difference *d, const char *indent) {
    buf_add_text(out, indent);
    add_field(out, d);
    if (d->at[0]) buf_addf(out, ", byte %zu", d->at[0]);
    buf_addf(out, ": %s in A, %s in B\n", d->number[0], d->number[1]);
}

/* Names the fields that show once more what was told. */
static void add_repeated(struct buf *out, const struct compare_differences *list, const bool *repeated,
                         const char *indent) {
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        if (!repeated[i]) continue;
        buf_addf(out, "%s%s", any ? ", " : indent, any ? "" : "as above: ");
        add_field(out, &list->list[i]);
        any = true;
    }
    if (any) buf_add_char(out, '\n');
}

void compare_values_write(struct compare_values *v, struct buf *out,
                          const struct compare_differences *differences, const char *indent, bool colour) {
    bool *repeated = mem_new(differences->count * sizeof *repeated);
    for (size_t i = 0; i < differences->count; i++) {
        const struct compare_difference *d = &differences->list[i];
        repeated[i] = is_repeated(v, d);
        if (repeated[i]) continue;
        if (d->is_number)
            add_number_difference(out, d, indent);
        else
            add_text_difference(out, d, indent, colour);
    }
    add_repeated(out, differences, repeated, indent);
    free(repeated);
}

void compare_values_free(struct compare_values *v) { words_free(&v->told); }
