/* SPDX-License-Identifier: MIT */
/* A compiled expression, for regex.c that runs it and regex_parse.c that makes it. */
#ifndef BASE_REGEX_PROGRAM_H
#define BASE_REGEX_PROGRAM_H

#include "base/regex.h"

enum regex_kind {
    REGEX_BYTE,   /* this byte */
    REGEX_SET,    /* a byte of sets[value] */
    REGEX_SPLIT,  /* goes on at next; at other, if that leads nowhere */
    REGEX_OPEN,   /* the beginning of group `value` */
    REGEX_CLOSE,  /* and its end */
    REGEX_ANCHOR, /* goes on where the anchor `value` holds */
    REGEX_END
};

enum regex_anchor {
    REGEX_LINE_START,
    REGEX_LINE_END,
    REGEX_TEXT_START,
    REGEX_TEXT_END,
    REGEX_WORD_START,
    REGEX_WORD_END,
    REGEX_IN_WORD,
    REGEX_OUT_OF_WORD
};

struct regex_node {
    uint8_t kind;     /* enum regex_kind */
    bool is_optional; /* of REGEX_CLOSE: the group is what a * or {0,m} repeats */
    uint16_t value;
    uint16_t next, other;
};

struct regex_set {
    uint64_t bits[4];
};

struct regex {
    struct regex_node *nodes;
    size_t count, cap;
    struct regex_set *sets;
    size_t set_count, set_cap;
    uint16_t start, end;
    bool icase, with_groups, lines;
    size_t groups;

    struct regex_set first; /* what a match may begin with; all of it if a match may be empty */
    uint16_t *sources;      /* of node i: sources[source_at[i]] up to sources[source_at[i + 1]] lead to it */
    uint32_t *source_at;    /* without a byte being consumed */

    /* scratch of a search */
    uint32_t generation, *marks; /* a node whose mark is the generation has been visited */
    uint16_t *stack;
    struct regex_list {
        uint16_t *nodes;
        size_t *starts;
        size_t count;
    } lists[2];
};

/* Appends the program of a pattern to an empty one; NULL, or the reason why there is none. *cost is raised.
 */
const char *regex_parse(struct regex *r, struct span pattern, uint64_t *cost);

static inline bool regex_set_has(const struct regex_set *s, unsigned char c) {
    return s->bits[c / 64] >> c % 64 & 1;
}

static inline void regex_set_add(struct regex_set *s, unsigned char c) {
    s->bits[c / 64] |= UINT64_C(1) << c % 64;
}

/* The byte as it is matched: without regard to case all letters are capital ones. */
static inline int regex_fold(const struct regex *r, char byte) {
    unsigned char c = (unsigned char)byte;
    return r->icase && c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

/* A letter, digit or _. */
static inline bool regex_word_char(unsigned char c) { return ascii_alnum(c) || c == '_'; }

#endif
