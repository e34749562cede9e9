/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include "base/mem.h"
#include "base/visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct diag *d, struct source_pos at, enum diag_kind kind, const char *format, va_list args) {
    static const char *const names[] = {
        [DIAG_ERROR] = "error: ", [DIAG_WARNING] = "warning: ", [DIAG_NOTE] = ""};
    struct diag_message m = {.kind = kind, .begin = d->text.len};
    char words[1024];
    vsnprintf(words, sizeof words, format, args);
    visible_add(&d->text, span_of(at.source ? at.source->name : "siptwin"));
    m.file_len = d->text.len - m.begin;
    if (at.source) {
        source_locate(at, &m.line, &m.column);
        buf_addf(&d->text, ":%u:%u", m.line, m.column);
    }
    buf_addf(&d->text, ": %s", names[kind]);
    m.words = d->text.len;
    visible_add(&d->text, span_of(words));
    m.end = d->text.len;
    buf_add_char(&d->text, '\n');
    d->messages = mem_room(d->messages, d->count, &d->cap, sizeof *d->messages);
    d->messages[d->count++] = m;
}

static void note(struct diag *d, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(d, (struct source_pos){0}, DIAG_NOTE, format, args);
    va_end(args);
}

void diag_error(struct diag *d, struct source_pos at, const char *format, ...) {
    if (++d->errors == DIAG_MAX + 1) note(d, "too many errors, the rest is not shown");
    if (d->errors > DIAG_MAX) return;
    va_list args;
    va_start(args, format);
    add(d, at, DIAG_ERROR, format, args);
    va_end(args);
}

void diag_warning(struct diag *d, struct source_pos at, const char *format, ...) {
    if (++d->warnings > DIAG_MAX) return;
    va_list args;
    va_start(args, format);
    add(d, at, DIAG_WARNING, format, args);
    va_end(args);
}

void diag_free(struct diag *d) {
    buf_free(&d->text);
    free(d->messages);
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
