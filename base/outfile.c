/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* fallocate() */
#include "base/outfile.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUFFIX ".XXXXXX.tmp"

/*
 * Of a large file, room on the disk is asked for in such steps ahead of the bytes: ext4 then needs a third
 * less time for them. One that stays below the first step is written as it comes.
 */
enum { ROOM_STEP = 1 << 24, ROOM_FROM = 1 << 20 };

/* The outputs with a temporary name, of the process that began them: a fork does not inherit the duty. */
static struct outfile *volatile unfinished;
static pid_t owner;

/* A file that no output may have. */
struct taken {
    dev_t device;
    ino_t inode;
    char *name; /* of an output: in the directory that the two above are of; NULL: an input, which they are of
                 */
};

static struct {
    struct taken *list;
    size_t count, cap;
} taken;

static void take(const struct stat *st, const char *name) {
    for (size_t i = 0; i < taken.count; i++)
        if (!name && !taken.list[i].name && taken.list[i].device == st->st_dev &&
            taken.list[i].inode == st->st_ino)
            return;
    taken.list = mem_room(taken.list, taken.count, &taken.cap, sizeof *taken.list);
    taken.list[taken.count++] = (struct taken){st->st_dev, st->st_ino, name ? mem_text(span_of(name)) : NULL};
}

void outfile_protect(const struct source_set *inputs) {
    for (const struct source *s = inputs->first; s; s = s->next) {
        struct stat st = {.st_dev = (dev_t)s->device, .st_ino = (ino_t)s->inode};
        if (s->inode) take(&st, NULL);
    }
}

/* The path with its links followed, if the file is there; to be freed. */
static char *follow(const char *path) {
    char *real = realpath(path, NULL);
    return real ? real : mem_text(span_of(path));
}

/* The directory of a path that was followed; the name in it is returned. */
static const char *directory_of(struct buf *directory, const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash)
        buf_add_char(directory, '.');
    else
        buf_add(directory, slash == path ? SPAN("/") : span_between(path, slash));
    buf_text(directory);
    return slash ? slash + 1 : path;
}

static bool is_file_of(int fd, const struct stat *st) {
    struct stat other;
    return fstat(fd, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* Why a followed path cannot be had, or NULL. What is no regular file stays what it is, so it can. */
static const char *find_taken(const char *path) {
    struct stat file, folder;
    struct buf directory = {0};
    const char *name = directory_of(&directory, path), *why = NULL;
    bool is_there = stat(path, &file) == 0, folder_is_there = stat(directory.p, &folder) == 0;
    if (is_there && S_ISREG(file.st_mode) &&
        (is_file_of(STDOUT_FILENO, &file) || is_file_of(STDERR_FILENO, &file)))
        why = "standard output or standard error goes there already";
    for (size_t i = 0; i < taken.count && !why; i++) {
        const struct taken *t = &taken.list[i];
        const struct stat *st = t->name ? &folder : &file;
        if (!(t->name ? folder_is_there && strcmp(t->name, name) == 0 : is_there)) continue;
        if (t->device == st->st_dev && t->inode == st->st_ino)
            why = t->name ? "is written already, by the same command" : "is one of the files that are read";
    }
    buf_free(&directory);
    return why;
}

/* What must not be replaced by a file of its name: a device, a pipe; a directory, which fopen() refuses. */
static bool is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

const char *outfile_taken(const char *path) {
    char *real = follow(path);
    const char *why = strcmp(path, "-") == 0 || is_special(real) ? NULL : find_taken(real);
    free(real);
    return why;
}

/* A new file beside the final one with the rights that a plain open() would give. */
static FILE *open_temporary(struct outfile *o) {
    struct buf text = {0};
    const char *name = directory_of(&text, o->path);
    struct stat folder;
    if (stat(text.p, &folder) != 0) {
        buf_free(&text);
        return NULL;
    }
    struct span base = span_head(span_of(name), NAME_MAX - (sizeof SUFFIX - 1));
    buf_reset(&text);
    buf_add(&text, span_between(o->path, name));
    buf_add(&text, base);
    buf_add_text(&text, SUFFIX);
    buf_text(&text);
    int fd = -1, why = ENAMETOOLONG;
    if (strlen(name) <= NAME_MAX) {
        fd = mkstemps(text.p, 4);
        why = errno;
    }
    if (fd < 0) {
        buf_free(&text);
        errno = why;
        return NULL;
    }
    o->temporary = text.p;
    owner = getpid();
    o->next = unfinished;
    unfinished = o;
    take(&folder, name);
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fdopen(fd, "wb");
}

struct outfile *outfile_open(const char *path, const char **why) {
    struct outfile *o = mem_new(sizeof *o);
    bool to_stdout = strcmp(path, "-") == 0;
    o->path = to_stdout ? mem_text(SPAN("-")) : follow(path);
    *why = outfile_taken(path);
    if (!*why) {
        o->file = to_stdout             ? fdopen(dup(STDOUT_FILENO), "wb")
                  : is_special(o->path) ? fopen(o->path, "wb")
                                        : open_temporary(o);
        /* The mode of a descriptor that is there and not for writing is what is wrong with it. */
        if (!o->file) *why = strerror(to_stdout && errno == EINVAL ? EBADF : errno);
    }
    if (!*why) return o;
    outfile_abandon(o);
    return NULL;
}

/* A file system that has no such room to give is not asked again: whether the bytes fit shows when they are
 * written. */
static void make_room(struct outfile *o, uint64_t need) {
#if defined FALLOC_FL_KEEP_SIZE && !defined __EMSCRIPTEN__ /* which declares it, and has none */
    if (!o->temporary || o->no_room || need <= ROOM_FROM || need <= o->room) return;
    uint64_t step = need > o->room + ROOM_STEP ? need - o->room : ROOM_STEP;
    o->no_room = fallocate(fileno(o->file), FALLOC_FL_KEEP_SIZE, (off_t)o->room, (off_t)step) != 0;
    if (!o->no_room) o->room += step;
#else
    (void)o, (void)need;
#endif
}

/* Gives back what was too much. */
static void return_room(struct outfile *o) {
    if (o->room > o->len && !o->failed && ftruncate(fileno(o->file), (off_t)o->len) != 0) o->failed = errno;
}

int outfile_add(struct outfile *o, struct span bytes) {
    make_room(o, o->len += bytes.len);
    errno = 0;
    if (bytes.len && fwrite(bytes.p, 1, bytes.len, o->file) < bytes.len && !o->failed)
        o->failed = errno ? errno : EIO;
    return o->failed;
}

const char *outfile_label(const char *path) { return strcmp(path, "-") == 0 ? "standard output" : path; }

void outfile_seal(struct outfile *o) {
    if (!o->file) return;
    if (fflush(o->file) != 0 && !o->failed) o->failed = errno;
    return_room(o);
    if (fclose(o->file) != 0 && !o->failed) o->failed = errno;
    o->file = NULL;
}

/*
 * Gives a complete file its name; whoever looks sees the old file there or the new one. Where there is an old
 * one, both exchange their names and the old one goes: for a rename() that replaces a file, ext4 first puts
 * the new one on its way to the disk, which took a third of the time of a large capture. Returns 0 or an
 * errno.
 */
static int take_name(struct outfile *o) {
#ifdef SYS_renameat2
    enum { EXCHANGE = 2 }; /* RENAME_EXCHANGE of linux/fs.h, which not all C libraries tell */
    struct stat st;
    if (lstat(o->path, &st) == 0 && S_ISREG(st.st_mode) &&
        syscall(SYS_renameat2, AT_FDCWD, o->temporary, AT_FDCWD, o->path, EXCHANGE) == 0) {
        unlink(o->temporary);
        return 0;
    }
#endif
    return rename(o->temporary, o->path) == 0 ? 0 : errno;
}

int outfile_close(struct outfile *o) {
    outfile_seal(o);
    int failed = o->failed;
    if (!failed && o->temporary) failed = take_name(o);
    if (!failed && o->temporary) o->temporary[0] = '\0';
    outfile_abandon(o);
    return failed;
}

const char *outfile_write(const char *path, struct span content) {
    const char *why;
    struct outfile *o = outfile_open(path, &why);
    if (!o) return why;
    outfile_add(o, content);
    int failed = outfile_close(o);
    return failed ? strerror(failed) : NULL;
}

void outfile_abandon(struct outfile *o) {
    if (!o) return;
    if (o->file) fclose(o->file);
    if (o->temporary && o->temporary[0]) unlink(o->temporary);
    for (struct outfile *volatile *link = &unfinished; *link;
         link = (struct outfile *volatile *)&(*link)->next)
        if (*link == o) {
            *link = o->next;
            break;
        }
    free(o->temporary);
    free(o->path);
    free(o);
}

void outfile_remove_unfinished(void) {
    if (!unfinished || owner != getpid()) return;
    for (struct outfile *o = unfinished; o; o = o->next)
        if (o->temporary[0]) unlink(o->temporary);
}
