/* SPDX-License-Identifier: MIT */
#include "base/filemap.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* So much of a file is in memory at most, besides what the kernel keeps anyway. */
enum { LET_GO = 1 << 24 };

void filemap_open(struct filemap *m, FILE *file) {
    struct stat st;
    *m = (struct filemap){0};
    if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0) return;
    if ((uintmax_t)st.st_size > SIZE_MAX) return;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    if (p != MAP_FAILED) m->bytes = (struct span){p, (size_t)st.st_size};
}

void filemap_look(struct filemap *m, struct span part) {
    m->looked_at += part.len;
    if (m->looked_at < LET_GO) return;
    madvise((void *)(uintptr_t)m->bytes.p, m->bytes.len, MADV_DONTNEED); /* the file has them still */
    m->looked_at = 0;
}

void filemap_close(struct filemap *m) {
    if (m->bytes.len) munmap((void *)(uintptr_t)m->bytes.p, m->bytes.len);
    *m = (struct filemap){0};
}
