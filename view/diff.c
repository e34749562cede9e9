/* SPDX-License-Identifier: MIT */
#include "view/diff.h"

#include "base/mem.h"

#include <stdlib.h>

/* Above this many comparisons the middle is said to be replaced as a whole: a message of 30000 lines is no
 * SIP. */
#define COMPARISONS_MAX 4000000

/* Nobody reads which part of a line differs in a larger block than this. */
enum { MARKED_MAX = 400 };

struct lines {
    struct span *line;
    size_t count, cap;
};

static struct lines split(struct span text) {
    struct lines l = {0};
    while (text.len) {
        ptrdiff_t end = span_find(text, '\n');
        struct span line = span_head(text, end < 0 ? text.len : (size_t)end + 1);
        l.line = mem_room(l.line, l.count, &l.cap, sizeof *l.line);
        l.line[l.count++] = line;
        text = span_skip(text, line.len);
    }
    return l;
}

static void add(struct diff *d, enum diff_kind kind, struct span text) {
    d->lines = mem_room(d->lines, d->count, &d->cap, sizeof *d->lines);
    d->lines[d->count++] = (struct diff_line){.kind = kind, .text = text};
    if (kind == DIFF_REMOVED) d->removed++;
    if (kind == DIFF_ADDED) d->added++;
}

/* The longest common subsequence: length[i * (n + 1) + k] is that of old[i..] and new[k..]. */
static void add_middle(struct diff *d, const struct span *old, size_t m, const struct span *new, size_t n) {
    size_t i = 0, k = 0;
    if (m && n && m <= COMPARISONS_MAX / n) {
        uint32_t *length = mem_new((m + 1) * (n + 1) * sizeof *length);
        for (i = m; i-- > 0;)
            for (k = n; k-- > 0;) {
                uint32_t *at = length + i * (n + 1) + k, below = at[n + 1], right = at[1];
                *at = span_eq(old[i], new[k]) ? at[n + 2] + 1 : below > right ? below : right;
            }
        for (i = k = 0; i < m && k < n;) {
            const uint32_t *at = length + i * (n + 1) + k;
            if (span_eq(old[i], new[k])) {
                add(d, DIFF_SAME, new[k]);
                i++, k++;
            } else if (at[n + 1] >= at[1]) {
                add(d, DIFF_REMOVED, old[i++]);
            } else {
                add(d, DIFF_ADDED, new[k++]);
            }
        }
        free(length);
    }
    while (i < m)
        add(d, DIFF_REMOVED, old[i++]);
    while (k < n)
        add(d, DIFF_ADDED, new[k++]);
}

static bool continues_character(struct span s, size_t at) {
    return at < s.len && ((unsigned char)s.p[at] & 0xc0) == 0x80;
}

/* Marks what differs between a line and the one that replaces it. */
static void mark(struct diff_line *old, struct diff_line *new) {
    struct span a = old->text, b = new->text;
    size_t least = a.len < b.len ? a.len : b.len, head = 0, tail = 0;
    while (head < least && a.p[head] == b.p[head])
        head++;
    while (head > 0 && (continues_character(a, head) || continues_character(b, head)))
        head--;
    while (tail < least - head && a.p[a.len - 1 - tail] == b.p[b.len - 1 - tail])
        tail++;
    while (tail > 0 && continues_character(a, a.len - tail))
        tail--;
    old->mark = new->mark = head;
    old->mark_len = a.len - head - tail;
    new->mark_len = b.len - head - tail;
}

/* Is it the same header field, or the same kind of line? */
static bool are_counterparts(struct span a, struct span b) {
    ptrdiff_t colon = span_find(a, ':'), equals = span_find(a, '=');
    ptrdiff_t end = colon > 0 && (equals < 0 || colon < equals) ? colon : equals;
    if (end <= 0 || (size_t)end >= b.len) return false;
    return span_eq_nocase(span_head(a, (size_t)end + 1), span_head(b, (size_t)end + 1));
}

/* In each block of changed lines, the first removed and added line of one field belong together. */
static void mark_block(struct diff_line *lines, size_t count) {
    if (count > MARKED_MAX) return;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].kind != DIFF_REMOVED) continue;
        for (size_t k = 0; k < count; k++) {
            if (lines[k].kind != DIFF_ADDED || lines[k].mark_len || lines[k].mark) continue;
            if (!are_counterparts(lines[i].text, lines[k].text)) continue;
            mark(&lines[i], &lines[k]);
            break;
        }
    }
}

/* In a block of changed lines, removed ones stand before added ones. */
static int by_kind(const void *a, const void *b) {
    const struct diff_line *x = a, *y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return x->text.p < y->text.p ? -1 : x->text.p > y->text.p;
}

void diff_init(struct diff *d, struct span old, struct span new) {
    struct lines a = split(old), b = split(new);
    size_t least = a.count < b.count ? a.count : b.count, head = 0, tail = 0;
    *d = (struct diff){0};
    while (head < least && span_eq(a.line[head], b.line[head]))
        add(d, DIFF_SAME, b.line[head++]);
    while (tail < least - head && span_eq(a.line[a.count - 1 - tail], b.line[b.count - 1 - tail]))
        tail++;
    add_middle(d, a.line + head, a.count - head - tail, b.line + head, b.count - head - tail);
    for (size_t k = b.count - tail; k < b.count; k++)
        add(d, DIFF_SAME, b.line[k]);
    for (size_t i = 0, end; i < d->count; i = end + 1) {
        for (end = i; end < d->count && d->lines[end].kind != DIFF_SAME; end++)
            continue;
        if (end == i) continue;
        qsort(d->lines + i, end - i, sizeof *d->lines, by_kind);
        mark_block(d->lines + i, end - i);
    }
    free(a.line);
    free(b.line);
}

void diff_free(struct diff *d) {
    free(d->lines);
    *d = (struct diff){0};
}
