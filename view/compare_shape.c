/* SPDX-License-Identifier: MIT */
#include "view/compare_shape.h"

/* Cuts text into its words; how many, or 0 if there are too many. */
static size_t cut(struct span parts[COMPARE_SHAPE_MAX], struct span text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len;) {
        size_t begin = i;
        while (i < text.len && ascii_alnum((unsigned char)text.p[i]))
            i++;
        if (i > begin && count == COMPARE_SHAPE_MAX) return 0;
        if (i > begin) parts[count++] = span_between(text.p + begin, text.p + i);
        i += i == begin;
    }
    return count;
}

void compare_shape_add(struct compare_shape *shape, struct span call_id) {
    struct span parts[COMPARE_SHAPE_MAX];
    size_t count = cut(parts, call_id);
    if (!shape->count) {
        shape->count = count;
        memcpy(shape->parts, parts, count * sizeof *parts);
    }
    for (size_t i = 0; i < count && count == shape->count; i++)
        if (!span_eq(parts[i], shape->parts[i])) shape->varies[i] = true;
}

bool compare_shape_name(struct buf *out, const struct compare_shape *shape, struct span call_id) {
    struct span parts[COMPARE_SHAPE_MAX];
    size_t count = cut(parts, call_id);
    for (size_t i = 0; i < count && count == shape->count; i++) {
        if (!shape->varies[i]) continue;
        buf_add(out, parts[i]);
        buf_add_char(out, ' ');
    }
    return count && count == shape->count;
}
