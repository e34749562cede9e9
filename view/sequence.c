/* SPDX-License-Identifier: MIT */
#include "view/sequence.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * A window's table has at most this many rows and columns: so many that all windows of long sequences have
 * about WORK cells (of a byte, and of some nanoseconds), but not fewer than SIDE_MIN.
 */
enum { SIDE_MAX = 1 << 11, SIDE_MIN = 1 << 7, WORK = 1 << 22 };

static size_t window_side(size_t n, size_t m) {
    size_t side = WORK / (n + m + 1);
    return side < SIDE_MIN ? SIDE_MIN : side > SIDE_MAX ? SIDE_MAX : side;
}

struct sequence {
    size_t *partner;
    unsigned (*score)(void *arg, size_t i, size_t j);
    void *arg;
};

enum step { STEP_PAIR, STEP_SKIP_A, STEP_SKIP_B };

/* What is aligned at a time: rows i to i + rows - 1 with columns j to j + columns - 1. */
struct window {
    size_t i, j, rows, columns;
    bool last_rows, last_columns; /* nothing follows them */
};

/*
 * Aligns a window and writes its pairs. The table is filled from the end, so that the pairs are found from
 * the front and, of equals, the first ones are taken.
 */
static void align_window(const struct sequence *s, const struct window *w) {
    uint8_t *steps = mem_new(w->rows * w->columns); /* what the best alignment does at (i, j), row by row */
    uint64_t *sums[2];                              /* of the best alignment of what follows, for two rows */
    for (int k = 0; k < 2; k++)
        sums[k] = mem_new((w->columns + 1) * sizeof *sums[k]);
    for (size_t i = w->rows; i-- > 0;) {
        uint64_t *now = sums[i % 2], *below = sums[(i + 1) % 2];
        now[w->columns] = 0;
        for (size_t j = w->columns; j-- > 0;) {
            unsigned score = s->score(s->arg, w->i + i, w->j + j);
            uint64_t pair = score ? below[j + 1] + score : 0;
            enum step step = below[j] >= now[j + 1] ? STEP_SKIP_A : STEP_SKIP_B;
            now[j] = step == STEP_SKIP_A ? below[j] : now[j + 1];
            if (score && pair >= now[j]) now[j] = pair, step = STEP_PAIR;
            steps[i * w->columns + j] = (uint8_t)step;
        }
    }
    for (size_t i = 0, j = 0; i < w->rows && j < w->columns;) {
        switch ((enum step)steps[i * w->columns + j]) {
        case STEP_PAIR:
            s->partner[w->i + i] = w->j + j;
            i++, j++;
            break;
        case STEP_SKIP_A: i++; break;
        case STEP_SKIP_B: j++; break;
        }
    }
    free(steps);
    free(sums[0]);
    free(sums[1]);
}

/*
 * The end of a window that is not the last does not know what follows: of its pairs only those of the first
 * half stay. Moves *i and *j behind them.
 */
static void keep_first_half(const struct sequence *s, const struct window *w, size_t *i, size_t *j) {
    size_t end_i = w->i + (w->last_rows ? w->rows : (w->rows + 1) / 2);
    size_t end_j = w->j + (w->last_columns ? w->columns : (w->columns + 1) / 2);
    *i = w->last_rows ? w->i : end_i;
    *j = w->last_columns ? w->j : end_j;
    for (size_t k = w->i; k < w->i + w->rows; k++) {
        if (s->partner[k] == SEQUENCE_NONE) continue;
        if (k >= end_i || s->partner[k] >= end_j) {
            s->partner[k] = SEQUENCE_NONE;
            continue;
        }
        *i = k + 1;
        *j = s->partner[k] + 1;
    }
}

void sequence_align(size_t *partner, size_t n, size_t m, unsigned full,
                    unsigned (*score)(void *arg, size_t i, size_t j), void *arg) {
    struct sequence s = {.partner = partner, .score = score, .arg = arg};
    const size_t side = window_side(n, m);
    for (size_t i = 0; i < n; i++)
        partner[i] = SEQUENCE_NONE;
    for (size_t i = 0, j = 0; i < n && j < m;) {
        /* A pair of the highest score at either end is part of a best alignment. */
        if (score(arg, i, j) == full) {
            partner[i++] = j++;
            continue;
        }
        if (score(arg, n - 1, m - 1) == full) {
            partner[--n] = --m;
            continue;
        }
        struct window w = {.i = i, .j = j, .rows = n - i, .columns = m - j};
        if (w.rows > side) w.rows = w.columns < side ? side * side / w.columns : side;
        if (w.rows > n - i) w.rows = n - i;
        if (w.columns > side * side / w.rows) w.columns = side * side / w.rows;
        w.last_rows = w.rows == n - i;
        w.last_columns = w.columns == m - j;
        align_window(&s, &w);
        if (w.last_rows && w.last_columns) break;
        keep_first_half(&s, &w, &i, &j);
    }
}
