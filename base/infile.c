/* SPDX-License-Identifier: MIT */
#include "base/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 16 };

/* What is there besides regular files. */
static const char *kind_of(mode_t mode) {
    return S_ISDIR(mode)    ? "is a directory"
           : S_ISFIFO(mode) ? "is a pipe, not a file"
           : S_ISSOCK(mode) ? "is a socket, not a file"
                            : "is a device, not a file";
}

/* Looked at before it is opened, too, because opening alone can wait, or do something to a device. */
static FILE *open_kind(const char *path, bool stream, const char **why) {
    struct stat st;
    int fd = -1;
    FILE *file = NULL;
    bool there = stat(path, &st) == 0;
    bool good = there && (S_ISREG(st.st_mode) || (stream && S_ISFIFO(st.st_mode)));
    if (good) fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0) {
        good = S_ISREG(st.st_mode) || (stream && S_ISFIFO(st.st_mode));
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
        if (good) file = fdopen(fd, "rb");
    }
    if (!file) *why = there && !good ? kind_of(st.st_mode) : strerror(errno);
    if (!file && fd >= 0) close(fd);
    return file;
}

FILE *infile_open(const char *path, const char **why) { return open_kind(path, false, why); }

FILE *infile_open_stream(const char *path, const char **why) { return open_kind(path, true, why); }

const char *infile_no_stream(FILE *file) {
    struct stat st;
    if (fstat(fileno(file), &st) != 0) return strerror(errno);
    return S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? NULL : kind_of(st.st_mode);
}

bool infile_read(struct buf *out, const char *path, size_t max, const char **why) {
    static char too_large[64];
    FILE *file = infile_open(path, why);
    if (!file) return false;
    size_t begin = out->len;
    *why = NULL;
    for (size_t n = 1; n > 0 && !*why; out->len += n) {
        n = fread(buf_room(out, READ_SIZE), 1, READ_SIZE, file);
        if (n == 0 && ferror(file)) *why = strerror(errno);
        if (out->len + n - begin > max) {
            snprintf(too_large, sizeof too_large, "larger than %zu bytes", max);
            *why = too_large;
        }
    }
    fclose(file);
    if (*why) out->len = begin;
    return !*why;
}
