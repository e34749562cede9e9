/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void *there(void *p) {
    if (p) return p;
    fputs("siptwin: out of memory\n", stderr);
    abort();
}

void *mem_new(size_t size) { return there(calloc(1, size ? size : 1)); }

void *mem_resize(void *p, size_t size) { return there(realloc(p, size ? size : 1)); }

char *mem_text(struct span text) {
    char *copy = mem_new(text.len + 1);
    if (text.len) memcpy(copy, text.p, text.len);
    return copy;
}

void *mem_room(void *array, size_t count, size_t *cap, size_t element_size) {
    if (count < *cap) return array;
    *cap = *cap ? *cap * 2 : 8;
    return mem_resize(array, *cap * element_size);
}
