/* SPDX-License-Identifier: MIT */
#include "view/compare_align.h"

#include "base/buf.h"
#include "base/mem.h"
#include "model/sip/msg.h"
#include "view/compare_shape.h"
#include "view/sequence.h"
#include "view/words.h"

#include <stdlib.h>

/* What decides who may be whose partner; equal numbers on both sides mean the same. */
struct traits {
    uint32_t call, source, target; /* of a side at first, of both in the end */
    uint32_t kind;
    uint64_t payload_hash;
};

enum { SIDES = 2 };

struct aligner {
    const struct reader *captures[SIDES];
    struct traits *traits[SIDES];
    struct words kinds;
    struct words calls[SIDES], ends[SIDES]; /* of each side, in the order of appearance */
    int64_t near_ns;
    const struct compare_media *media;
    struct compare_alignment *out;
};

/* The endpoint's number; its word begins with the address. */
static uint32_t endpoint(struct words *ends, uint32_t ip, uint16_t port) {
    char bytes[6] = {(char)(ip >> 24), (char)(ip >> 16),  (char)(ip >> 8),
                     (char)ip,         (char)(port >> 8), (char)port};
    return words_number(ends, (struct span){bytes, sizeof bytes});
}

static void read_traits(struct aligner *al, int side) {
    const struct reader *r = al->captures[side];
    struct sip_msg m = {0};
    struct buf summary = {0}, stream = {0};
    al->traits[side] = mem_new(r->count * sizeof *al->traits[side]);
    for (size_t i = 0; i < r->count; i++) {
        struct reader_packet p = reader_at(r, i);
        struct traits *t = &al->traits[side][i];
        struct span call = {0};
        buf_reset(&summary);
        buf_reset(&stream);
        if (compare_is_media(al->media, &p)) {
            compare_media_key(&stream, &p);
            call = buf_span(&stream);
            buf_add_text(&summary, "media");
        } else if (p.fragment_offset) {
            buf_add_text(&summary, "fragment");
        } else {
            sip_summary(&summary, p.payload);
            if (sip_msg_parse(&m, p.payload) && sip_msg_first(&m, SIP_CALL_ID))
                call = sip_msg_first(&m, SIP_CALL_ID)->value;
        }
        *t = (struct traits){.call = words_number(&al->calls[side], call),
                             .source = endpoint(&al->ends[side], p.source_ip, p.source_port),
                             .target = endpoint(&al->ends[side], p.target_ip, p.target_port),
                             .kind = words_number(&al->kinds, buf_span(&summary)),
                             .payload_hash = span_hash(p.payload)};
    }
    buf_free(&summary);
    buf_free(&stream);
    sip_msg_free(&m);
}

/* Adds what a word is known by on both sides; false: by nothing. */
typedef bool name_fn(struct buf *out, struct span word, const struct compare_shape *shape);

static bool whole_word(struct buf *out, struct span word, const struct compare_shape *shape) {
    (void)shape;
    buf_add(out, word);
    return true;
}

static bool address_of(struct buf *out, struct span word, const struct compare_shape *shape) {
    (void)shape;
    buf_add(out, span_head(word, 4));
    return true;
}

static bool varying_part(struct buf *out, struct span word, const struct compare_shape *shape) {
    return compare_shape_name(out, shape, word);
}

static bool anything(struct buf *out, struct span word, const struct compare_shape *shape) {
    (void)out, (void)word, (void)shape;
    return true;
}

/* The words of one side, and which of them have no partner yet. */
struct unpaired {
    const struct words *words;
    bool *paired;
    struct compare_shape shape; /* of those that have none */
};

static void find_shape(struct unpaired *u) {
    u->shape = (struct compare_shape){0};
    for (size_t i = 0; i < u->words->count; i++)
        if (!u->paired[i]) compare_shape_add(&u->shape, words_at(u->words, i));
}

/*
 * Pairs words of A and B that have no partner yet and the same name, the nth of a name with the nth of that
 * name: map[number in B] becomes the number in A.
 */
static void pair_words(struct unpaired sides[SIDES], name_fn *name, size_t *map) {
    struct words names = {0};
    struct buf text = {0}, key = {0};
    size_t all = sides[0].words->count + sides[1].words->count;
    size_t *holder = mem_new(all * sizeof *holder), *times = mem_new(all * sizeof *times);
    for (int side = 0; side < SIDES; side++) {
        struct unpaired *u = &sides[side];
        struct words seen = {0};
        memset(times, 0, all * sizeof *times);
        find_shape(u);
        for (size_t i = 0; i < u->words->count; i++) {
            buf_reset(&text);
            if (u->paired[i] || !name(&text, words_at(u->words, i), &u->shape)) continue;
            buf_reset(&key);
            buf_add_u64(&key, times[words_number(&seen, buf_span(&text))]++);
            buf_add_char(&key, ' ');
            buf_add(&key, buf_span(&text));
            if (side == 0) {
                holder[words_number(&names, buf_span(&key))] = i;
                continue;
            }
            size_t number = words_find(&names, buf_span(&key));
            if (number == names.count) continue;
            map[i] = holder[number];
            sides[0].paired[holder[number]] = sides[1].paired[i] = true;
        }
        words_free(&seen);
    }
    free(holder);
    free(times);
    buf_free(&text);
    buf_free(&key);
    words_free(&names);
}

/* For each word of B its number in A, or one that no word of A has; to be freed. */
static size_t *map_words(const struct words *a, const struct words *b, name_fn *const *names,
                         size_t name_count) {
    size_t *map = mem_new(b->count * sizeof *map);
    struct unpaired sides[SIDES] = {{.words = a, .paired = mem_new(a->count * sizeof(bool))},
                                    {.words = b, .paired = mem_new(b->count * sizeof(bool))}};
    for (size_t k = 0; k < name_count; k++)
        pair_words(sides, names[k], map);
    for (size_t i = 0; i < b->count; i++)
        if (!sides[1].paired[i]) map[i] = a->count + i;
    free(sides[0].paired);
    free(sides[1].paired);
    return map;
}

/* Gives B's traits the numbers that A's have. */
static void unify(struct aligner *al) {
    static name_fn *const call_names[] = {whole_word, varying_part, anything}, *const end_names[] = {
                                                                                   whole_word, address_of,
                                                                                   anything};
    size_t *calls = map_words(&al->calls[0], &al->calls[1], call_names, 3);
    size_t *ends = map_words(&al->ends[0], &al->ends[1], end_names, 3);
    for (size_t i = 0; i < al->captures[1]->count; i++) {
        struct traits *t = &al->traits[1][i];
        t->call = (uint32_t)calls[t->call];
        t->source = (uint32_t)ends[t->source];
        t->target = (uint32_t)ends[t->target];
    }
    free(calls);
    free(ends);
}

/* The packets of one call between two endpoints. */
struct group {
    const uint32_t *members[SIDES]; /* indexes of packets, rising */
    size_t count[SIDES];
};

/* All groups: their members one group after the other, and where each group begins (and the last one ends).
 */
struct grouping {
    uint32_t *members[SIDES];
    uint32_t *begins[SIDES];
    size_t count;
};

static void add_u32(struct buf *b, uint32_t n) { buf_add(b, (struct span){(const char *)&n, sizeof n}); }

/* Of each packet of a side the number of its group; groups are numbered in the order of their appearance. */
static uint32_t *number_groups(const struct aligner *al, int side, struct words *keys) {
    size_t count = al->captures[side]->count;
    uint32_t *numbers = mem_new(count * sizeof *numbers);
    struct buf key = {0};
    for (size_t i = 0; i < count; i++) {
        const struct traits *t = &al->traits[side][i];
        buf_reset(&key);
        add_u32(&key, t->call);
        add_u32(&key, t->source < t->target ? t->source : t->target);
        add_u32(&key, t->source < t->target ? t->target : t->source);
        numbers[i] = words_number(keys, buf_span(&key));
    }
    buf_free(&key);
    return numbers;
}

/* Sorts by counting: captures have many small groups, which together take four bytes a packet so. */
static void make_groups(struct grouping *g, const struct aligner *al) {
    struct words keys = {0};
    uint32_t *numbers[SIDES];
    for (int side = 0; side < SIDES; side++)
        numbers[side] = number_groups(al, side, &keys);
    g->count = keys.count;
    words_free(&keys);
    for (int side = 0; side < SIDES; side++) {
        size_t count = al->captures[side]->count;
        uint32_t *begins = mem_new((g->count + 2) * sizeof *begins),
                 *members = mem_new(count * sizeof *members);
        for (size_t i = 0; i < count; i++)
            begins[numbers[side][i] + 2]++;
        for (size_t k = 2; k < g->count + 2; k++)
            begins[k] += begins[k - 1];
        for (size_t i = 0; i < count; i++) /* moves each begin to its end, which is the next one's begin */
            members[begins[numbers[side][i] + 1]++] = (uint32_t)i;
        g->begins[side] = begins;
        g->members[side] = members;
        free(numbers[side]);
    }
}

static struct group group_at(const struct grouping *g, size_t k) {
    struct group group;
    for (int side = 0; side < SIDES; side++) {
        group.members[side] = g->members[side] + g->begins[side][k];
        group.count[side] = g->begins[side][k + 1] - g->begins[side][k];
    }
    return group;
}

static void free_groups(struct grouping *g) {
    for (int side = 0; side < SIDES; side++) {
        free(g->members[side]);
        free(g->begins[side]);
    }
}

/* What a group's alignment looks at. */
struct group_of {
    const struct aligner *al;
    const struct group *group;
};

/* Time counts as much as the kind: of copies, the one that is missing is then the one of that time. */
enum {
    SCORE_KIND = 4,
    SCORE_PAYLOAD = 2,
    SCORE_TIME = 4,
    SCORE_FULL = SCORE_KIND + SCORE_PAYLOAD + SCORE_TIME
};

/* Since the first packet of its capture. */
static int64_t time_of(const struct aligner *al, int side, size_t index) {
    const struct reader_row *rows = al->captures[side]->rows;
    return rows[index].at_ns - rows[0].at_ns;
}

static unsigned score(void *arg, size_t i, size_t j) {
    const struct group_of *of = arg;
    const struct traits *a = &of->al->traits[0][of->group->members[0][i]];
    const struct traits *b = &of->al->traits[1][of->group->members[1][j]];
    if (a->kind != b->kind || a->source != b->source) return 0;
    int64_t a_ns = time_of(of->al, 0, of->group->members[0][i]);
    int64_t b_ns = time_of(of->al, 1, of->group->members[1][j]);
    int64_t apart_ns = a_ns < b_ns ? b_ns - a_ns : a_ns - b_ns;
    return SCORE_KIND + (a->payload_hash == b->payload_hash ? SCORE_PAYLOAD : 0) +
           (apart_ns <= of->al->near_ns ? SCORE_TIME : 0);
}

static void join(struct aligner *al, size_t i, size_t j, bool moved) {
    al->out->a_partner[i] = j;
    al->out->b_partner[j] = i;
    al->out->moved[i] = moved;
}

/*
 * Of what is left over in a group, two of one kind are the same datagram at another place, if no pair of that
 * kind lies between the two places: the datagram has as many such pairs before it on both sides.
 */
static void join_moved(struct aligner *al, const struct group *g) {
    struct words places = {0};
    struct buf key = {0};
    size_t cap = 0, *holders = NULL, total = g->count[0] + g->count[1];
    for (int side = 0; side < SIDES; side++) {
        struct words kinds = {0}, seen = {0};
        size_t *pairs = mem_new(total * sizeof *pairs), *times = mem_new(total * sizeof *times);
        const size_t *partner = side ? al->out->b_partner : al->out->a_partner;
        for (size_t k = 0; k < g->count[side]; k++) {
            size_t i = g->members[side][k];
            const struct traits *t = &al->traits[side][i];
            buf_reset(&key);
            add_u32(&key, t->kind);
            add_u32(&key, t->source);
            size_t kind = words_number(&kinds, buf_span(&key));
            if (partner[i] != COMPARE_NONE && !(side && al->out->moved[partner[i]])) {
                pairs[kind]++;
                continue;
            }
            buf_add_u64(&key, pairs[kind]);
            size_t place = words_number(&seen, buf_span(&key));
            buf_addf(&key, " %zu", times[place]++);
            size_t known = places.count;
            size_t number =
                side ? words_find(&places, buf_span(&key)) : words_number(&places, buf_span(&key));
            if (side && number < known) join(al, holders[number], i, true);
            if (!side) {
                holders = mem_room(holders, number, &cap, sizeof *holders);
                holders[number] = i;
            }
        }
        words_free(&kinds);
        words_free(&seen);
        free(pairs);
        free(times);
    }
    free(holders);
    words_free(&places);
    buf_free(&key);
}

static void align_group(struct aligner *al, const struct group *g) {
    struct group_of of = {al, g};
    size_t *partner = mem_new(g->count[0] * sizeof *partner);
    sequence_align(partner, g->count[0], g->count[1], SCORE_FULL, score, &of);
    size_t pairs = 0;
    for (size_t i = 0; i < g->count[0]; i++) {
        if (partner[i] == SEQUENCE_NONE) continue;
        join(al, g->members[0][i], g->members[1][partner[i]], false);
        pairs++;
    }
    if (pairs < g->count[0] && pairs < g->count[1]) join_moved(al, g);
    free(partner);
}

void compare_align(struct compare_alignment *out, const struct reader *a, const struct reader *b,
                   const struct compare_media *media, int64_t near_ns) {
    struct aligner al = {.captures = {a, b}, .near_ns = near_ns, .media = media, .out = out};
    out->a_partner = mem_new(a->count * sizeof *out->a_partner);
    out->b_partner = mem_new(b->count * sizeof *out->b_partner);
    out->moved = mem_new(a->count * sizeof *out->moved);
    for (size_t i = 0; i < a->count; i++)
        out->a_partner[i] = COMPARE_NONE;
    for (size_t j = 0; j < b->count; j++)
        out->b_partner[j] = COMPARE_NONE;
    for (int side = 0; side < SIDES; side++)
        read_traits(&al, side);
    unify(&al);
    struct grouping groups;
    make_groups(&groups, &al);
    for (size_t k = 0; k < groups.count; k++) {
        struct group group = group_at(&groups, k);
        align_group(&al, &group);
    }
    free_groups(&groups);
    words_free(&al.kinds);
    for (int side = 0; side < SIDES; side++) {
        words_free(&al.calls[side]);
        words_free(&al.ends[side]);
        free(al.traits[side]);
    }
}

void compare_alignment_free(struct compare_alignment *alignment) {
    free(alignment->a_partner);
    free(alignment->b_partner);
    free(alignment->moved);
    *alignment = (struct compare_alignment){0};
}
