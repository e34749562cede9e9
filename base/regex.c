/* SPDX-License-Identifier: MIT */
/*
 * Matching walks all ways through the expression side by side, a byte at a time: the cost is at most bytes
 * times nodes, whatever the expression. Where groups are asked for, a second pass over the matched bytes
 * notes which nodes are on a way that leads to the match's end, and a walk along those finds the groups as
 * glibc's set_regs() does: at each fork the first branch that is on such a way.
 */
#include "base/regex_program.h"

#include "base/mem.h"

#include <stdlib.h>

/* Rows of bits, one a byte of the match, larger than this are too much. */
enum { ROWS_MAX = 32 << 20 };

/* The nodes of all expressions that there are now. */
static size_t total;

/* Where a search stands. */
struct search {
    struct regex *r;
    struct span text;
    bool not_start;
    bool everywhere; /* anchors hold: it is not known where the text is */
    uint64_t steps;
};

static bool takes(const struct regex *r, const struct regex_node *n, char byte) {
    int c = regex_fold(r, byte);
    if (n->kind == REGEX_BYTE) return n->value == c;
    return n->kind == REGEX_SET && regex_set_has(&r->sets[n->value], (unsigned char)c);
}

static bool is_empty_step(const struct regex_node *n) {
    return n->kind == REGEX_SPLIT || n->kind == REGEX_OPEN || n->kind == REGEX_CLOSE ||
           n->kind == REGEX_ANCHOR;
}

static bool anchor_holds(const struct search *s, unsigned anchor, size_t at) {
    if (s->everywhere) return true;
    bool before = at > 0 && regex_word_char((unsigned char)s->text.p[at - 1]);
    bool after = at < s->text.len && regex_word_char((unsigned char)s->text.p[at]);
    switch ((enum regex_anchor)anchor) {
    case REGEX_LINE_START: return at == 0 ? !s->not_start : s->r->lines && s->text.p[at - 1] == '\n';
    case REGEX_TEXT_START: return at == 0;
    case REGEX_LINE_END: return at == s->text.len || (s->r->lines && s->text.p[at] == '\n');
    case REGEX_TEXT_END: return at == s->text.len;
    case REGEX_WORD_START: return !before && after;
    case REGEX_WORD_END: return before && !after;
    case REGEX_IN_WORD: return before && after;
    case REGEX_OUT_OF_WORD: return !before && !after;
    }
    return false;
}

/* Puts on the stack, which top things are on, what a node leads to without a byte. */
static size_t push_next(struct regex *r, const struct regex_node *n, size_t top) {
    if (n->kind == REGEX_SPLIT) r->stack[top++] = n->other;
    r->stack[top++] = n->next;
    return top;
}

static void next_generation(struct regex *r) {
    if (++r->generation) return;
    memset(r->marks, 0, r->count * sizeof *r->marks);
    r->generation = 1;
}

/* Adds a node with all that is reached from it without a byte, each once in a generation. */
static void list_add(struct search *s, struct regex_list *list, uint16_t node, size_t start, size_t at) {
    struct regex *r = s->r;
    size_t top = 0;
    r->stack[top++] = node;
    while (top > 0) {
        uint16_t i = r->stack[--top];
        const struct regex_node *n = &r->nodes[i];
        s->steps++;
        if (r->marks[i] == r->generation) continue;
        r->marks[i] = r->generation;
        if (!is_empty_step(n)) {
            list->nodes[list->count] = i;
            list->starts[list->count++] = start;
            continue;
        }
        if (n->kind == REGEX_ANCHOR && !anchor_holds(s, n->value, at)) continue;
        top = push_next(r, n, top);
    }
}

/* The leftmost, longest match, or, if any will do, whether there is one. The list is in the order of starts.
 */
static enum regex_answer find_whole(struct search *s, bool any, struct regex_match *whole) {
    struct regex *r = s->r;
    struct regex_list *now = &r->lists[0], *then = &r->lists[1];
    *whole = (struct regex_match){-1, -1};
    now->count = 0;
    next_generation(r);
    for (size_t at = 0;; at++) {
        size_t from = at;
        while (now->count == 0 && whole->from < 0 && at < s->text.len &&
               !regex_set_has(&r->first, (unsigned char)regex_fold(r, s->text.p[at])))
            at++;
        s->steps += (at - from) / 8;
        if (whole->from < 0) list_add(s, now, r->start, at, at);
        next_generation(r);
        then->count = 0;
        for (size_t i = 0; i < now->count; i++) {
            const struct regex_node *n = &r->nodes[now->nodes[i]];
            size_t start = now->starts[i];
            s->steps++;
            if (whole->from >= 0 && start > (size_t)whole->from) break;
            if (n->kind == REGEX_END) {
                if (any) return REGEX_YES;
                *whole = (struct regex_match){(ptrdiff_t)start, (ptrdiff_t)at};
            } else if (at < s->text.len && takes(r, n, s->text.p[at])) {
                list_add(s, then, n->next, start, at + 1);
            }
        }
        if (s->steps > REGEX_STEPS_MAX) return REGEX_TOO_MUCH;
        if (at >= s->text.len || (then->count == 0 && whole->from >= 0)) break;
        struct regex_list *swap = now;
        now = then;
        then = swap;
    }
    return whole->from >= 0 ? REGEX_YES : REGEX_NO;
}

/* A row of bits for each place of the match: the nodes that a way from its start reaches there. */

struct rows {
    uint64_t *reached, *alive; /* alive: and that lead on to its end */
    size_t words, count;
};

static bool bit(const uint64_t *row, size_t i) { return row[i / 64] >> i % 64 & 1; }

static bool set_bit(uint64_t *row, size_t i) {
    uint64_t mask = UINT64_C(1) << i % 64, before = row[i / 64];
    row[i / 64] |= mask;
    return !(before & mask);
}

static void reach(struct search *s, uint64_t *row, uint16_t node, size_t at) {
    struct regex *r = s->r;
    size_t top = 0;
    r->stack[top++] = node;
    while (top > 0) {
        uint16_t i = r->stack[--top];
        const struct regex_node *n = &r->nodes[i];
        s->steps++;
        if (!set_bit(row, i) || !is_empty_step(n)) continue;
        if (n->kind == REGEX_ANCHOR && !anchor_holds(s, n->value, at)) continue;
        top = push_next(r, n, top);
    }
}

/* Marks a node that leads to the end, and all that lead to it without a byte. */
static void revive(struct search *s, const uint64_t *reached, uint64_t *alive, uint16_t node, size_t at) {
    struct regex *r = s->r;
    size_t top = 0;
    r->stack[top++] = node;
    set_bit(alive, node);
    while (top > 0) {
        uint16_t i = r->stack[--top];
        for (uint32_t k = r->source_at[i]; k < r->source_at[i + 1]; k++) {
            uint16_t from = r->sources[k];
            const struct regex_node *n = &r->nodes[from];
            s->steps++;
            if (!bit(reached, from) || (n->kind == REGEX_ANCHOR && !anchor_holds(s, n->value, at))) continue;
            if (set_bit(alive, from)) r->stack[top++] = from;
        }
    }
}

static bool fill_rows(struct search *s, struct rows *rows, struct regex_match whole) {
    const struct regex *r = s->r;
    size_t start = (size_t)whole.from, w = rows->words;
    reach(s, rows->reached, r->start, start);
    for (size_t k = 0; k + 1 < rows->count; k++)
        for (size_t i = 0; i < r->count; i++) {
            if (!rows->reached[k * w + i / 64]) {
                i |= 63;
                s->steps++;
                continue;
            }
            s->steps++;
            if (bit(rows->reached + k * w, i) && takes(r, &r->nodes[i], s->text.p[start + k]))
                reach(s, rows->reached + (k + 1) * w, r->nodes[i].next, start + k + 1);
            if (s->steps > REGEX_STEPS_MAX) return false;
        }
    revive(s, rows->reached + (rows->count - 1) * w, rows->alive + (rows->count - 1) * w, r->end,
           (size_t)whole.to);
    for (size_t k = rows->count - 1; k-- > 0;)
        for (size_t i = 0; i < r->count; i++) {
            const uint64_t *reached = rows->reached + k * w;
            if (!reached[i / 64]) {
                i |= 63;
                s->steps++;
                continue;
            }
            s->steps++;
            if (bit(reached, i) && takes(r, &r->nodes[i], s->text.p[start + k]) &&
                bit(rows->alive + (k + 1) * w, r->nodes[i].next))
                revive(s, reached, rows->alive + k * w, (uint16_t)i, start + k);
            if (s->steps > REGEX_STEPS_MAX) return false;
        }
    return true;
}

/* What passing a node does to the groups. kept: as they were at the last byte. */
static void note_group(const struct regex_node *n, ptrdiff_t at, struct regex_match *matches,
                       struct regex_match *kept, size_t count) {
    if ((n->kind != REGEX_OPEN && n->kind != REGEX_CLOSE) || n->value >= count) return;
    struct regex_match *m = &matches[n->value];
    if (n->kind == REGEX_OPEN) {
        *m = (struct regex_match){at, -1};
    } else if (m->from < at) {
        m->to = at;
        memcpy(kept, matches, count * sizeof *kept);
    } else if (n->is_optional && kept[n->value].from >= 0) {
        memcpy(matches, kept, count * sizeof *kept); /* (a?)* went round once more for nothing */
    } else {
        m->to = at;
    }
}

/* The node behind an empty step; -1: none leads to the end. A loop without progress is left. */
static int next_node(const struct search *s, const uint64_t *alive, uint16_t node) {
    const struct regex *r = s->r;
    const struct regex_node *n = &r->nodes[node];
    r->marks[node] = r->generation;
    bool first = bit(alive, n->next);
    if (n->kind != REGEX_SPLIT) return first ? n->next : -1;
    if (!bit(alive, n->other)) return first ? n->next : -1;
    return first && r->marks[n->next] != r->generation ? n->next : n->other;
}

static bool walk(struct search *s, const struct rows *rows, struct regex_match *matches,
                 struct regex_match *kept, size_t count) {
    struct regex *r = s->r;
    ptrdiff_t start = matches[0].from, at = start;
    int node = r->start;
    memcpy(kept, matches, count * sizeof *kept);
    next_generation(r);
    for (;;) {
        const struct regex_node *n = &r->nodes[node];
        if (++s->steps > REGEX_STEPS_MAX) return false;
        note_group(n, at, matches, kept, count);
        if (n->kind == REGEX_END) return true;
        if (is_empty_step(n)) {
            node = next_node(s, rows->alive + (size_t)(at - start) * rows->words, (uint16_t)node);
            if (node < 0) return false;
        } else {
            node = n->next;
            at++;
            next_generation(r);
        }
    }
}

static enum regex_answer find_groups(struct search *s, struct regex_match *matches, size_t count) {
    struct rows rows = {.words = (s->r->count + 63) / 64,
                        .count = (size_t)(matches[0].to - matches[0].from) + 1};
    size_t size = rows.words * rows.count * sizeof *rows.reached;
    if (size > ROWS_MAX) return REGEX_TOO_MUCH;
    rows.reached = mem_new(size);
    rows.alive = mem_new(size);
    struct regex_match *kept = mem_new(count * sizeof *kept);
    bool found = fill_rows(s, &rows, matches[0]) && walk(s, &rows, matches, kept, count);
    free(rows.reached);
    free(rows.alive);
    free(kept);
    return found ? REGEX_YES : REGEX_TOO_MUCH;
}

static struct span up_to_nul(struct span s) {
    const char *nul = s.len ? memchr(s.p, '\0', s.len) : NULL;
    return nul ? span_head(s, (size_t)(nul - s.p)) : s;
}

enum regex_answer regex_find(struct regex *r, struct span text, bool not_start, struct regex_match *matches,
                             size_t count, uint64_t *steps) {
    struct search s = {.r = r, .text = up_to_nul(text), .not_start = not_start};
    struct regex_match whole;
    enum regex_answer answer = find_whole(&s, count == 0, &whole);
    for (size_t i = 0; i < count; i++)
        matches[i] = i == 0 ? whole : (struct regex_match){-1, -1};
    if (answer == REGEX_YES && count > 1 && r->with_groups && r->groups > 0)
        answer = find_groups(&s, matches, count);
    if (steps) *steps += s.steps;
    return answer;
}

/* Making one. */

static void find_first(struct regex *r) {
    struct search s = {.r = r, .everywhere = true};
    struct regex_list *list = &r->lists[0];
    bool all = false;
    next_generation(r);
    list_add(&s, list, r->start, 0, 0);
    for (size_t i = 0; i < list->count; i++) {
        const struct regex_node *n = &r->nodes[list->nodes[i]];
        if (n->kind == REGEX_END) all = true;
        if (n->kind == REGEX_BYTE) regex_set_add(&r->first, (unsigned char)n->value);
        for (size_t w = 0; n->kind == REGEX_SET && w < 4; w++)
            r->first.bits[w] |= r->sets[n->value].bits[w];
    }
    if (all) memset(&r->first, 0xff, sizeof r->first);
}

static void find_sources(struct regex *r) {
    r->source_at = mem_new((r->count + 2) * sizeof *r->source_at);
    r->sources = mem_new(2 * r->count * sizeof *r->sources);
    uint32_t *at = r->source_at;
    for (size_t i = 0; i < r->count; i++) {
        if (!is_empty_step(&r->nodes[i])) continue;
        at[r->nodes[i].next + 2]++;
        if (r->nodes[i].kind == REGEX_SPLIT) at[r->nodes[i].other + 2]++;
    }
    for (size_t i = 2; i <= r->count + 1; i++)
        at[i] += at[i - 1];
    for (size_t i = 0; i < r->count; i++) {
        if (!is_empty_step(&r->nodes[i])) continue;
        r->sources[at[r->nodes[i].next + 1]++] = (uint16_t)i;
        if (r->nodes[i].kind == REGEX_SPLIT) r->sources[at[r->nodes[i].other + 1]++] = (uint16_t)i;
    }
}

static const char too_many[] = "more than 1000000 places in all expressions together";

struct regex *regex_new(struct span pattern, unsigned flags, const char **why, uint64_t *steps) {
    struct regex *r = mem_new(sizeof *r);
    uint64_t cost = 200 + 4 * pattern.len; /* in steps of a match, about */
    r->icase = flags & REGEX_ICASE;
    r->with_groups = flags & REGEX_GROUPS;
    r->lines = flags & REGEX_LINES;
    *why = total >= REGEX_TOTAL_MAX ? too_many : regex_parse(r, up_to_nul(pattern), &cost);
    if (!*why && total + r->count > REGEX_TOTAL_MAX) *why = too_many;
    total += r->count;
    if (steps) *steps += cost + 4 * r->count;
    if (*why) {
        regex_free(r);
        return NULL;
    }
    r->nodes = mem_resize(r->nodes, r->count * sizeof *r->nodes);
    r->marks = mem_new(r->count * sizeof *r->marks);
    r->stack = mem_new((2 * r->count + 2) * sizeof *r->stack);
    for (size_t i = 0; i < 2; i++) {
        r->lists[i].nodes = mem_new(r->count * sizeof *r->lists[i].nodes);
        r->lists[i].starts = mem_new(r->count * sizeof *r->lists[i].starts);
    }
    find_first(r);
    if (r->with_groups) find_sources(r);
    return r;
}

void regex_free(struct regex *r) {
    if (!r) return;
    total -= r->count;
    for (size_t i = 0; i < 2; i++) {
        free(r->lists[i].nodes);
        free(r->lists[i].starts);
    }
    free(r->nodes);
    free(r->sets);
    free(r->sources);
    free(r->source_at);
    free(r->marks);
    free(r->stack);
    free(r);
}
