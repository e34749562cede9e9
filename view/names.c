/* SPDX-License-Identifier: MIT */
#include "view/names.h"

#include "base/mem.h"

#include <stdlib.h>

/* Stands for what was left out. */
#define GAP ".."
enum { GAP_LEN = sizeof GAP - 1 };

/* The name with so many characters of its head, and of its tail what fits. */
static char *cut_name(const char *name, size_t width, size_t head) {
    size_t len = strlen(name), tail = width - GAP_LEN - head;
    if (len <= width) return mem_text(span_of(name));
    struct buf b = {0};
    buf_add(&b, (struct span){name, head});
    buf_add_text(&b, GAP);
    buf_add(&b, (struct span){name + len - tail, tail});
    buf_text(&b);
    return b.p;
}

static bool all_differ(char *const *cut, char *const *whole, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(cut[i], cut[k]) == 0 && strcmp(whole[i], whole[k]) != 0) return false;
    return true;
}

static void cut_all(struct names *n, size_t head) {
    for (size_t i = 0; i < n->count; i++) {
        free(n->cut[i]);
        n->cut[i] = cut_name(n->whole[i], n->width, head);
    }
}

/* What differs is in the middle of all: shows what follows the beginning that a name shares with another. */
static void cut_to_difference(struct names *n, size_t i) {
    size_t shared = 0, len = strlen(n->whole[i]), room = n->width - 2 * GAP_LEN;
    if (len <= n->width) return;
    for (size_t k = 0; k < n->count; k++) {
        size_t same = 0;
        while (k != i && n->whole[k][same] && n->whole[k][same] == n->whole[i][same])
            same++;
        if (same > shared && same < len) shared = same;
    }
    struct buf b = {0};
    buf_addf(&b, GAP "%.*s" GAP, (int)room, n->whole[i] + (shared + room > len ? len - room : shared));
    buf_text(&b);
    free(n->cut[i]);
    n->cut[i] = b.p;
}

void names_init(struct names *n, const char *const *names, size_t count, size_t width) {
    *n = (struct names){.count = count, .width = width < 8 ? 8 : width};
    n->whole = mem_new((count + 1) * sizeof *n->whole);
    n->cut = mem_new((count + 1) * sizeof *n->cut);
    for (size_t i = 0; i < count; i++)
        n->whole[i] = mem_text(span_of(names[i]));
    /* As much of the head as of the tail, then other shares. */
    const size_t most = n->width - GAP_LEN;
    for (size_t turn = 0; turn <= most; turn++) {
        size_t off = (turn + 1) / 2, half = most / 2;
        size_t head = turn % 2 ? half - (off < half ? off : half) : half + off;
        cut_all(n, head > most ? most : head);
        if (all_differ(n->cut, n->whole, count)) return;
    }
    cut_all(n, most / 2);
    for (size_t i = 0; i < count; i++)
        cut_to_difference(n, i);
}

const char *names_cut(const struct names *n, const char *name) {
    for (size_t i = 0; i < n->count; i++)
        if (strcmp(n->whole[i], name) == 0) return n->cut[i];
    return name;
}

size_t names_widest(const struct names *n) {
    size_t widest = 0;
    for (size_t i = 0; i < n->count; i++)
        if (strlen(n->cut[i]) > widest) widest = strlen(n->cut[i]);
    return widest;
}

void names_free(struct names *n) {
    for (size_t i = 0; i < n->count; i++)
        free(n->whole[i]), free(n->cut[i]);
    free(n->whole);
    free(n->cut);
    *n = (struct names){0};
}
