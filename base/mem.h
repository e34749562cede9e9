/* SPDX-License-Identifier: MIT */
/* Memory that is there: these end the program when there is none, so no caller has to ask. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/span.h"

/* size bytes of zeros, to be given to free(). */
void *mem_new(size_t size);

/* p, grown or shrunk to size bytes; what is added is not cleared. */
void *mem_resize(void *p, size_t size);

/* A NUL-terminated copy of text, to be given to free(). */
char *mem_text(struct span text);

/* Makes room for one more element in an array of *cap elements that holds count: the array, moved if it had
 * to grow. */
void *mem_room(void *array, size_t count, size_t *cap, size_t element_size);

/*
 * Has the processor fetch what will be written next, so that nobody has to wait for it then; nothing else
 * happens. Of more than a KiB the beginning: a processor goes on by itself. p may be NULL. For memory that
 * was let go of long ago, such as a transaction's after five seconds: a tenth of the time of 1000 calls/s.
 */
static inline void mem_fetch(const void *p, size_t len) {
    enum { LINE = 64, LINES_MAX = 16 }; /* of most processors' caches */
    for (size_t at = 0; p && at < len && at < LINES_MAX * LINE; at += LINE)
        __builtin_prefetch((const char *)p + at, 1);
}

/*
 * Sets how many MiB the program may use from here on; needing more is then running out of memory. Not
 * under AddressSanitizer, whose own memory would count.
 */
void mem_limit(uint64_t mib);

/* Says that there is no memory, removes the unfinished output files and ends the program as bad input does
 * (exit status 2). */
_Noreturn void mem_exhausted(void);

#endif
