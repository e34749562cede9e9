/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include "base/outfile.h"

#include <stdlib.h>
#include <unistd.h>

void mem_exhausted(void) {
    static const char message[] = "siptwin: error: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    outfile_remove_unfinished();
    _exit(2);
}

static void *there(void *p) {
    if (!p) mem_exhausted();
    return p;
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
    if (*cap > SIZE_MAX / 2 / element_size) mem_exhausted();
    *cap = *cap ? *cap * 2 : 8;
    return mem_resize(array, *cap * element_size);
}
