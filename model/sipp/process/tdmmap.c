/* SPDX-License-Identifier: MIT */
/* -tdmmap: each call has a circuit, as long as there is one (facts: SIPp 3.1). */
#include "model/sipp/process/call.h"

#include "base/mem.h"

#include <assert.h>

/* SIPp has room for so many. */
enum { CIRCUITS_MAX = 1023 };

/* Takes {A-B} or, with one number, {A} from the text. */
static bool take_range(struct span *text, size_t count, int64_t numbers[2]) {
    if (!span_starts(*text, "{")) return false;
    ptrdiff_t end = span_find(*text, '}');
    if (end < 0) return false;
    struct span inside = span_between(text->p + 1, text->p + end);
    *text = span_skip(*text, (size_t)end + 1);
    for (size_t i = 0; i < count; i++) {
        uint64_t number;
        if (!span_to_u64(span_cut(&inside, '-'), UINT16_MAX, &number)) return false;
        numbers[i] = (int64_t)number;
    }
    return !inside.p && (count == 1 || numbers[0] <= numbers[1]);
}

bool sipp_tdmmap_parse(struct sipp_tdmmap *map, struct span text) {
    int64_t x[2], h[2], y[2], z[2];
    if (!take_range(&text, 2, x) || !take_range(&text, 1, h) || !take_range(&text, 2, y) ||
        !take_range(&text, 2, z) || text.len > 0)
        return false;
    int64_t xs = x[1] - x[0] + 1, ys = y[1] - y[0] + 1, zs = z[1] - z[0] + 1;
    if (xs * ys > CIRCUITS_MAX || xs * ys * zs > CIRCUITS_MAX) return false;
    *map = (struct sipp_tdmmap){.x = (uint32_t)x[0],
                                .h = (uint32_t)h[0],
                                .y = (uint32_t)y[0],
                                .z = (uint32_t)z[0],
                                .xs = (uint32_t)xs,
                                .ys = (uint32_t)ys,
                                .zs = (uint32_t)zs};
    return true;
}

static uint32_t circuits(const struct sipp_tdmmap *map) { return map->xs * map->ys * map->zs; }

void tdmmap_begin(struct sipp *sipp) {
    uint32_t count = circuits(&sipp->config.tdmmap);
    if (count == 0) return;
    sipp->circuits = mem_new(count + 1); /* SIPp frees the one behind the last, too */
    memset(sipp->circuits, true, count);
}

/*
 * SIPp takes the first free one from rand() on. What it remembers, shows and frees is the one behind it; and
 * circuit 0 where it has found none.
 */
bool tdmmap_take(struct call *call) {
    struct sipp *sipp = call->sipp;
    uint32_t count = circuits(&sipp->config.tdmmap);
    uint32_t first = (uint32_t)sipp_rand(sipp, false) % count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = (i + first - 1) % count; /* of 32 bits: from 0 on it is UINT32_MAX % count */
        if (!sipp->circuits[at]) continue;
        sipp->circuits[at] = false;
        call->circuit = at + 1;
        return true;
    }
    return false;
}

void tdmmap_put(struct call *call) { call->sipp->circuits[call->circuit] = true; }

void tdmmap_write(struct buf *out, const struct call *call) {
    const struct sipp_tdmmap *m = &call->sipp->config.tdmmap;
    uint32_t n = call->circuit;
    buf_addf(out, "%u.%u.%u/%u", m->x + n / (m->ys * m->zs) % m->xs, m->h, m->y + n / m->zs % m->ys,
             m->z + n % m->zs);
}
