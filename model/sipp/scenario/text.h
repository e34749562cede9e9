/* SPDX-License-Identifier: MIT */
/*
 * Text of a scenario after SIPp has cleaned or decoded it, which still knows where in the source each
 * of its bytes stood, so that an error inside it has a place.
 */
#ifndef MODEL_SIPP_SCENARIO_TEXT_H
#define MODEL_SIPP_SCENARIO_TEXT_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/source.h"

struct text {
    const struct source *source;
    struct buf bytes;
    uint32_t *at; /* bytes.len + 1 offsets in the source, the last one for the end */
    size_t at_cap;
};

void text_free(struct text *t);

/* A part of a text, for a keyword in it; valid as long as the text is unchanged. */
struct text_view {
    const struct source *source;
    struct span bytes;
    const uint32_t *at;
};

struct text_view text_view(const struct text *t);
struct text_view text_part(struct text_view v, size_t from, size_t to);

/* Where byte i of the view stood. */
static inline struct source_pos text_at(struct text_view v, size_t i) {
    return (struct source_pos){v.source, v.at[i]};
}

/*
 * What SIPp makes of a CDATA section: blanks at both ends and at line ends go, indentation goes, line ends
 * are LF, a message without an empty line gets one (facts: SIPp 2, steps 1 to 4). Replaces what t held.
 */
void text_of_cdata(struct text *t, const struct source *source, struct span cdata);

/*
 * What SIPp makes of the value of an attribute, as it stands in the file: backslash escapes are decoded,
 * then, where entities is true, the four entities that SIPp knows (facts: SIPp 1.1); others stay as they are.
 */
void text_of_attribute(struct text *t, const struct source *source, struct span raw, bool entities);

/* The bytes as they are: a text that a program gives. Each byte has the place `at`. */
void text_of_span(struct text *t, struct source_pos at, struct span bytes);

#endif
