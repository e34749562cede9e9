/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/input.h"

#include <assert.h>

static struct cfg_input_frame *top(const struct cfg_input *in) {
    assert(in->depth > 0);
    return (struct cfg_input_frame *)&in->frames[in->depth - 1];
}

bool cfg_input_file(struct cfg_input *in, const struct source *source) {
    if (in->files == CFG_INCLUDE_MAX + 1 || in->depth == CFG_INPUT_MAX) return false;
    in->files++;
    in->frames[in->depth++] = (struct cfg_input_frame){source, {source->text, source->len}, 0, {0}};
    return true;
}

bool cfg_input_define(struct cfg_input *in, struct span value, struct source_pos used) {
    if (value.len == 0) return true;
    if (in->depth == CFG_INPUT_MAX || ++in->expansions > 1000) return false;
    in->frames[in->depth++] = (struct cfg_input_frame){NULL, value, 0, used};
    return true;
}

int cfg_input_peek(const struct cfg_input *in, size_t k) {
    for (size_t i = in->depth; i-- > 0;) {
        const struct cfg_input_frame *f = &in->frames[i];
        size_t left = f->text.len - f->next;
        if (k < left) return (unsigned char)f->text.p[f->next + k];
        if (f->source) return -1;
        k -= left;
    }
    return -1;
}

bool cfg_input_starts(const struct cfg_input *in, const char *text) {
    for (size_t k = 0; text[k]; k++)
        if (cfg_input_peek(in, k) != (unsigned char)text[k]) return false;
    return true;
}

int cfg_input_get(struct cfg_input *in) {
    struct cfg_input_frame *f = top(in);
    if (f->next == f->text.len) return -1; /* only a file may stand exhausted */
    int c = (unsigned char)f->text.p[f->next++];
    if (f->source) in->expansions = 0;
    while (!top(in)->source && top(in)->next == top(in)->text.len)
        in->depth--;
    return c;
}

void cfg_input_skip(struct cfg_input *in, size_t n) {
    while (n-- > 0)
        cfg_input_get(in);
}

struct source_pos cfg_input_at(const struct cfg_input *in) {
    const struct cfg_input_frame *f = top(in);
    return f->source ? (struct source_pos){f->source, (uint32_t)f->next} : f->used;
}

const struct source *cfg_input_source(const struct cfg_input *in) {
    for (size_t i = in->depth; i-- > 0;)
        if (in->frames[i].source) return in->frames[i].source;
    return NULL;
}

bool cfg_input_leave(struct cfg_input *in) {
    assert(top(in)->source);
    in->depth--;
    in->files--;
    return in->depth > 0;
}
