/* SPDX-License-Identifier: MIT */
/*
 * Where the lines of a text end, one after the other. 64 bytes are looked at together: what memchr() takes to
 * be called for a line of a message, and to find out how far it has to go, is more than what the line itself
 * costs here.
 */
#ifndef BASE_LINE_ENDS_H
#define BASE_LINE_ENDS_H

#include "base/span.h"

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LINE_ENDS_BLOCK = 64 };

struct line_ends {
    const char *block, *end; /* of the text */
    uint64_t left;           /* those of the block that have not been asked for: a bit each */
};

/* Which of 64 bytes are LFs: the first one's bit is the lowest. */
static inline uint64_t line_ends_of_block(const char *p) {
    uint64_t found = 0;
#ifdef __SSE2__
    const __m128i lf = _mm_set1_epi8('\n');
    for (int i = 0; i < LINE_ENDS_BLOCK; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lf)) << i;
    }
#else
    const uint64_t ones = UINT64_C(0x0101010101010101), low_bits = 0x7f * ones;
    for (int i = 0; i < LINE_ENDS_BLOCK; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, sizeof word);
        word = le64toh(word) ^ '\n' * ones;
        uint64_t is_lf = ~(((word & low_bits) + low_bits) | word | low_bits); /* in each byte's highest bit */
        found |= ((is_lf >> 7) * UINT64_C(0x0102040810204080)) >> 56 << i;
    }
#endif
    return found;
}

/* The same of fewer bytes, the last ones of a text of which so many stand before them. */
uint64_t line_ends_of_rest(const char *p, size_t len, size_t before);

/* Of what is left of a text, a block at most. */
static inline uint64_t line_ends_at(const char *p, size_t len, size_t before) {
    return len >= LINE_ENDS_BLOCK ? line_ends_of_block(p) : line_ends_of_rest(p, len, before);
}

static inline struct line_ends line_ends_of(struct span text) {
    return (struct line_ends){text.p, text.p + text.len, line_ends_at(text.p, text.len, 0)};
}

/* The next LF; NULL: there is none. */
static inline const char *line_ends_next(struct line_ends *l) {
    while (!l->left) {
        size_t len = (size_t)(l->end - l->block);
        if (len <= LINE_ENDS_BLOCK) return NULL;
        l->block += LINE_ENDS_BLOCK;
        l->left = line_ends_at(l->block, len - LINE_ENDS_BLOCK, LINE_ENDS_BLOCK);
    }
    const char *lf = l->block + __builtin_ctzll(l->left);
    l->left &= l->left - 1;
    return lf;
}

#endif
