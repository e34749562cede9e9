/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include "base/visible.h"

#include <stdarg.h>
#include <stdio.h>

static void add(struct diag *d, struct source_pos at, const char *kind, const char *format, va_list args) {
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    if (at.source) {
        unsigned line, column;
        source_locate(at, &line, &column);
        visible_add(&d->text, span_of(at.source->name));
        buf_addf(&d->text, ":%u:%u: %s: ", line, column, kind);
    } else {
        buf_addf(&d->text, "siptwin: %s: ", kind);
    }
    visible_add(&d->text, span_of(text));
    buf_add_char(&d->text, '\n');
}

void diag_error(struct diag *d, struct source_pos at, const char *format, ...) {
    if (++d->errors == DIAG_MAX + 1) buf_addf(&d->text, "siptwin: too many errors, the rest is not shown\n");
    if (d->errors > DIAG_MAX) return;
    va_list args;
    va_start(args, format);
    add(d, at, "error", format, args);
    va_end(args);
}

void diag_warning(struct diag *d, struct source_pos at, const char *format, ...) {
    if (++d->warnings > DIAG_MAX) return;
    va_list args;
    va_start(args, format);
    add(d, at, "warning", format, args);
    va_end(args);
}

void diag_free(struct diag *d) {
    buf_free(&d->text);
    *d = (struct diag){0};
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b; both are short words. */
enum { WORD_MAX = 40 };

static unsigned distance(struct span a, struct span b) {
    unsigned row[3][WORD_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++)
        row[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *now = row[i % 3], *before = row[(i - 1) % 3], *earlier = row[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned best = before[j - 1] + (ascii_lower(a.p[i - 1]) != ascii_lower(b.p[j - 1]));
            if (before[j] + 1 < best) best = before[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                earlier[j - 2] + 1 < best)
                best = earlier[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a.len % 3][b.len];
}

const char *diag_suggest(struct span word, const char *const *candidates) {
    const char *best = NULL;
    unsigned least = word.len < 4 ? 1 : word.len < 8 ? 2 : 3;
    if (word.len == 0 || word.len > WORD_MAX) return NULL;
    for (; *candidates; candidates++) {
        struct span c = span_of(*candidates);
        if (c.len > WORD_MAX) continue;
        unsigned d = distance(word, c);
        if (d < least || (d == least && !best)) least = d, best = *candidates;
    }
    return best;
}
