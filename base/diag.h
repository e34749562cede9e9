/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics: what is wrong with the input, collected so that one run shows all of it (up to
 * DIAG_MAX errors), each as `FILE:LINE:COL: error: TEXT`, in the order found.
 * What is not visible in a message, or in a file's name, is shown as a code: a terminal shall not obey it.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/buf.h"
#include "base/source.h"

#define DIAG_MAX 20

enum diag_kind { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE /* about the messages themselves */ };

/* One line of a diag's text, taken apart: offsets into the text. */
struct diag_message {
    enum diag_kind kind;
    size_t begin, words, end; /* the line, in that what is wrong, and its line end */
    size_t file_len;          /* it begins with the name of the file, or with "siptwin" */
    unsigned line, column;    /* 0: it has no place */
};

/* All-zero is ready for use. */
struct diag {
    struct buf text; /* the messages so far, a line each */
    struct diag_message *messages;
    size_t count, cap;
    unsigned errors; /* how many there were, also those past DIAG_MAX */
    unsigned warnings;
};

/* An error at a place; without a place: `siptwin: error: TEXT`. */
void diag_error(struct diag *d, struct source_pos at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same as a warning: printed, but the input is good. */
void diag_warning(struct diag *d, struct source_pos at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Did anything fail so far? */
static inline bool diag_failed(const struct diag *d) { return d->errors > 0; }

/* Will no further error be shown? What only helps to correct one need not be looked for. */
static inline bool diag_full(const struct diag *d) { return d->errors >= DIAG_MAX; }

void diag_free(struct diag *d);

/*
 * The candidate (the list ends with NULL) that word is most likely a slip of the pen for, or NULL
 * when none is near enough. For `; did you mean X?`.
 */
const char *diag_suggest(struct span word, const char *const *candidates);

#endif
