/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include "base/outfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* 0: none. */
static uint64_t limit_mib;

void mem_limit(uint64_t mib) {
#ifndef __SANITIZE_ADDRESS__
    struct rlimit data;
    if (getrlimit(RLIMIT_DATA, &data) != 0) return;
    data.rlim_cur = mib < data.rlim_max >> 20 ? (rlim_t)mib << 20 : data.rlim_max;
    if (setrlimit(RLIMIT_DATA, &data) == 0) limit_mib = mib;
#else
    (void)mib;
#endif
}

void mem_exhausted(void) {
    char message[128] = "siptwin: error: out of memory\n";
    if (limit_mib)
        snprintf(message, sizeof message,
                 "siptwin: error: out of memory: more than %llu MiB (memory_limit)\n",
                 (unsigned long long)limit_mib);
    ssize_t ignored = write(STDERR_FILENO, message, strlen(message));
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
