/* SPDX-License-Identifier: MIT */
#include "base/outfile.h"

#include "base/mem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new file beside path with the rights that a plain open() would give. */
static FILE *open_temporary(struct outfile *o) {
    size_t len = strlen(o->path);
    o->temporary = mem_new(len + sizeof ".XXXXXX.tmp");
    memcpy(o->temporary, o->path, len);
    memcpy(o->temporary + len, ".XXXXXX.tmp", sizeof ".XXXXXX.tmp");
    int fd = mkstemps(o->temporary, 4);
    if (fd < 0) {
        free(o->temporary);
        o->temporary = NULL;
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    return fdopen(fd, "wb");
}

/* What must not be replaced by a file of its name: a device, a pipe; a directory, which fopen() refuses. */
static bool is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

struct outfile *outfile_open(const char *path) {
    struct outfile *o = mem_new(sizeof *o);
    o->path = mem_text(span_of(path));
    o->file = strcmp(path, "-") == 0 ? fdopen(dup(STDOUT_FILENO), "wb")
              : is_special(path)     ? fopen(path, "wb")
                                     : open_temporary(o);
    if (o->file) return o;
    int why = errno;
    outfile_abandon(o);
    errno = why;
    return NULL;
}

int outfile_close(struct outfile *o) {
    int failed = ferror(o->file) ? EIO : 0;
    if (fclose(o->file) != 0) failed = errno;
    o->file = NULL;
    if (!failed && o->temporary && rename(o->temporary, o->path) != 0) failed = errno;
    if (!failed) {
        free(o->temporary);
        o->temporary = NULL;
    }
    outfile_abandon(o);
    return failed;
}

void outfile_abandon(struct outfile *o) {
    if (!o) return;
    if (o->file) fclose(o->file);
    if (o->temporary) unlink(o->temporary);
    free(o->temporary);
    free(o->path);
    free(o);
}
