/* SPDX-License-Identifier: MIT */
#include "view/compare.h"

#include "base/mem.h"
#include "view/words.h"

#include <stdlib.h>

int64_t compare_time(const struct reader *capture, size_t index) {
    return capture->rows[index].at_ns - capture->rows[0].at_ns;
}

static int64_t size_of(int64_t n) { return n < 0 ? -n : n; }

/* What is allowed at a distance from where times are counted from. */
static int64_t allowed_ns(const struct compare_options *o, int64_t tolerance_ns, int64_t far_ns) {
    far_ns = size_of(far_ns); /* a file's time may run back */
    /* In this order nothing overflows, whatever a file says. */
    return tolerance_ns + far_ns / 1000000 * o->tolerance_ppm + far_ns % 1000000 * o->tolerance_ppm / 1000000;
}

/* stream: of media, NULL otherwise. Returns what was allowed. */
static int64_t judge_times(struct compare *c, size_t i, size_t j, struct compare_stream *stream) {
    const struct compare_options *o = c->options;
    struct compare_pair *pair = &c->pairs[i];
    int64_t a_ns = compare_time(c->a.capture, i), b_ns = compare_time(c->b.capture, j);
    int64_t may_ns = allowed_ns(o, o->tolerance_ns, a_ns);
    pair->late_ns = b_ns - a_ns;
    if (stream && stream->begun) {
        int64_t since_ns = a_ns - stream->begun_ns[0];
        may_ns =
            allowed_ns(o, o->tolerance_ns < COMPARE_MEDIA_NS ? o->tolerance_ns : COMPARE_MEDIA_NS, since_ns);
        pair->late_ns = b_ns - stream->begun_ns[1] - since_ns;
    } else if (stream) {
        *stream = (struct compare_stream){.begun = true, .begun_ns = {a_ns, b_ns}};
    }
    if (size_of(pair->late_ns) > c->worst_ns) c->worst_ns = size_of(pair->late_ns);
    pair->late = size_of(pair->late_ns) > may_ns && !compare_ignored(&o->scope.ignore, "frame.time_relative");
    return may_ns;
}

/* A pair of datagrams. */
static void judge_pair(struct compare *c, struct compare_differences *differences, size_t i, size_t j,
                       bool same_link) {
    struct reader_packet a = reader_at(c->a.capture, i), b = reader_at(c->b.capture, j);
    struct compare_stream *stream =
        compare_is_media(&c->media, &a) ? compare_media_stream(&c->media, &a) : NULL;
    int64_t may_ns = judge_times(c, i, j, stream);
    b = stream ? compare_media_same(&c->media, stream, &a, &b, may_ns)
               : compare_copy_same(&c->media, &a, &b, may_ns);
    compare_packets(differences, &a, &b, &c->options->scope, same_link);
    c->pairs[i].different = differences->count > 0;
}

/* A pair in the order of A. */
struct placed {
    size_t a, b;
    int64_t a_ns, b_ns;
    uint32_t leg;  /* the pair of addresses in A */
    bool inverted; /* against another pair, and that is no chance */
    bool keeps;    /* its place: it is in a longest sequence that rises in both */
};

/* The unordered pair of addresses, as a number. */
static uint32_t leg_number(struct words *legs, const struct reader_packet *p) {
    uint32_t ends[2] = {p->source_ip, p->target_ip};
    if (ends[0] > ends[1]) ends[0] = p->target_ip, ends[1] = p->source_ip;
    return words_number(legs, (struct span){(const char *)ends, sizeof ends});
}

/*
 * Finds the pairs that overtook an earlier one: one of the same leg, or one that is swap_ns or more away in A
 * or in B. direction 1: earlier in A and later in B; -1, read from the end: later in A and earlier in B.
 */
static void find_inverted(struct placed *pairs, size_t count, size_t leg_count, int64_t swap_ns,
                          int direction) {
    /* What was met so far is summed up by its last place, and last time, in B; signs turn with the direction.
     */
    int64_t *last_of_leg = mem_new((leg_count + 1) * sizeof *last_of_leg), last_far = -INT64_MAX,
            last_ns = -INT64_MAX;
    for (size_t leg = 0; leg < leg_count; leg++)
        last_of_leg[leg] = -INT64_MAX;
    size_t far = 0; /* so many were met that are swap_ns away in A */
    for (size_t k = 0; k < count; k++) {
        struct placed *p = &pairs[direction > 0 ? k : count - 1 - k];
        for (; far < k; far++) {
            const struct placed *q = &pairs[direction > 0 ? far : count - 1 - far];
            if (direction * (p->a_ns - q->a_ns) < swap_ns) break;
            if (direction * (int64_t)q->b > last_far) last_far = direction * (int64_t)q->b;
        }
        int64_t place = direction * (int64_t)p->b, at_ns = direction * p->b_ns;
        if (last_of_leg[p->leg] > place || last_far > place ||
            (last_ns > at_ns && last_ns - at_ns >= swap_ns))
            p->inverted = true;
        if (place > last_of_leg[p->leg]) last_of_leg[p->leg] = place;
        if (at_ns > last_ns) last_ns = at_ns;
    }
    free(last_of_leg);
}

/* Marks a longest sequence of pairs that rises in B as well: the fewest others are then the ones that moved.
 */
static void find_keeping(struct placed *pairs, size_t count) {
    size_t *tops = mem_new(count * sizeof *tops), *before = mem_new(count * sizeof *before), length = 0;
    for (size_t k = 0; k < count; k++) {
        size_t low = 0, high = length; /* the first pile whose top is not less */
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (pairs[tops[middle]].b < pairs[k].b)
                low = middle + 1;
            else
                high = middle;
        }
        before[k] = low ? tops[low - 1] : COMPARE_NONE;
        tops[low] = k;
        if (low == length) length++;
    }
    for (size_t k = length ? tops[length - 1] : COMPARE_NONE; k != COMPARE_NONE; k = before[k])
        pairs[k].keeps = true;
    free(tops);
    free(before);
}

static void judge_order(struct compare *c) {
    const struct reader *a = c->a.capture, *b = c->b.capture;
    struct placed *pairs = mem_new(a->count * sizeof *pairs);
    struct words legs = {0};
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        size_t j = c->alignment.a_partner[i];
        if (j == COMPARE_NONE) continue;
        struct reader_packet p = reader_at(a, i);
        if (compare_is_media(&c->media, &p)) continue;
        pairs[count++] = (struct placed){
            .a = i, .b = j, .a_ns = a->rows[i].at_ns, .b_ns = b->rows[j].at_ns, .leg = leg_number(&legs, &p)};
    }
    find_inverted(pairs, count, legs.count, c->options->swap_ns, 1);
    find_inverted(pairs, count, legs.count, c->options->swap_ns, -1);
    find_keeping(pairs, count);
    for (size_t k = 0; k < count; k++)
        c->pairs[pairs[k].a].moved = c->alignment.moved[pairs[k].a] || (pairs[k].inverted && !pairs[k].keeps);
    free(pairs);
    words_free(&legs);
}

static void count_pair(struct compare *c, const struct compare_pair *pair) {
    c->different += pair->different;
    c->moved += pair->moved;
    c->late += pair->late;
    c->identical += !pair->different && !pair->moved && !pair->late;
}

void compare_init(struct compare *c, const struct compare_side *a, const struct compare_side *b,
                  const struct compare_options *options) {
    *c = (struct compare){.a = *a, .b = *b, .options = options};
    const struct reader *ra = a->capture, *rb = b->capture;
    const struct compare_ignore *ignore = &options->scope.ignore;
    struct compare_differences differences = {0};
    bool same_link = ra->datalink == rb->datalink;
    if (options->scope.strict && ra->count && rb->count) {
        c->other_link = !same_link && !compare_ignored(ignore, "frame");
        c->other_start = ra->start_ns + ra->rows[0].at_ns != rb->start_ns + rb->rows[0].at_ns &&
                         !compare_ignored(ignore, "frame.time_relative");
    }
    for (int k = 0; k < READER_OTHERS && !compare_ignored(ignore, "frame.protocols"); k++)
        c->other_frames = c->other_frames || ra->others[k] != rb->others[k];
    if (!options->scope.strict) compare_media_init(&c->media, ra, rb);
    compare_align(&c->alignment, ra, rb, &c->media, options->tolerance_ns);
    c->pairs = mem_new(ra->count * sizeof *c->pairs);
    for (size_t i = 0; i < ra->count; i++) {
        size_t j = c->alignment.a_partner[i];
        if (j == COMPARE_NONE) {
            c->only_a++;
            continue;
        }
        judge_pair(c, &differences, i, j, same_link);
    }
    judge_order(c);
    for (size_t i = 0; i < ra->count; i++)
        if (c->alignment.a_partner[i] != COMPARE_NONE) count_pair(c, &c->pairs[i]);
    c->only_b = rb->count - (ra->count - c->only_a);
    compare_differences_free(&differences);
}

bool compare_same(const struct compare *c) {
    return !c->only_a && !c->only_b && !c->different && !c->moved && !c->late && !c->other_link &&
           !c->other_start && !c->other_frames;
}

void compare_free(struct compare *c) {
    compare_alignment_free(&c->alignment);
    compare_media_free(&c->media);
    free(c->pairs);
    *c = (struct compare){0};
}

struct compare_row *compare_rows(const struct compare *c, size_t *count) {
    const struct reader *a = c->a.capture, *b = c->b.capture;
    struct compare_row *rows = mem_new((a->count + b->count + 1) * sizeof *rows);
    size_t n = 0, j = 0;
    for (size_t i = 0; i <= a->count; i++) {
        bool end = i == a->count;
        size_t partner = end ? b->count : c->alignment.a_partner[i];
        if (end || (partner != COMPARE_NONE && !c->pairs[i].moved))
            for (; j < partner; j++)
                if (c->alignment.b_partner[j] == COMPARE_NONE)
                    rows[n++] = (struct compare_row){COMPARE_NONE, j};
        if (!end) rows[n++] = (struct compare_row){i, partner};
    }
    *count = n;
    return rows;
}
