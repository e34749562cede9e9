/* SPDX-License-Identifier: MIT */
#include "cli/path.h"

#include "base/visible.h"
#include "cli/cli.h"

#include <stdlib.h>
#include <sys/stat.h>

bool path_between(struct buf *out, const char *from, const char *to) {
    char *a = realpath(from, NULL), *b = a ? realpath(to, NULL) : NULL;
    bool found = b;
    if (found) {
        size_t common = 0; /* bytes up to where the parts begin to differ */
        for (size_t i = 0;; i++) {
            bool end_a = !a[i] || a[i] == '/', end_b = !b[i] || b[i] == '/';
            if (end_a && end_b) common = i;
            if (a[i] != b[i] || !a[i]) break;
        }
        size_t begin = out->len;
        for (const char *p = a + common; *p; p++)
            if (*p == '/' && p[1]) buf_add_text(out, out->len > begin ? "/.." : "..");
        struct span rest = span_of(b + common);
        while (rest.len && rest.p[0] == '/')
            rest = span_skip(rest, 1);
        if (out->len == begin) buf_add_char(out, '.');
        if (rest.len) buf_add_char(out, '/');
        buf_add(out, rest);
    }
    free(a);
    free(b);
    return found;
}

void path_folder(struct buf *out, const char *file) {
    const char *slash = strrchr(file, '/');
    if (!slash)
        buf_add_char(out, '.');
    else
        buf_add(out, slash == file ? SPAN("/") : span_between(file, slash));
}

void path_join(struct buf *out, const char *folder, const char *file) {
    struct span base = span_of(folder);
    while (base.len > 1 && base.p[base.len - 1] == '/')
        base.len--;
    if (file[0] != '/' && !span_is(base, ".")) {
        buf_add(out, base);
        if (!span_is(base, "/")) buf_add_char(out, '/');
    }
    buf_add_text(out, file);
}

void path_quote(struct buf *out, struct span word) {
    bool plain = word.len > 0;
    for (size_t i = 0; i < word.len; i++)
        plain = plain && (ascii_alnum((unsigned char)word.p[i]) || memchr("/._-+=,:@%", word.p[i], 10));
    if (plain) {
        buf_add(out, word);
        return;
    }
    buf_add_char(out, '\'');
    while (word.len) {
        size_t len = visible_len(word);
        if (*word.p == '\'')
            buf_add_text(out, "'\\''");
        else if (len || *word.p == '\n')
            buf_add(out, span_head(word, len ? len : 1));
        else /* a terminal is not to obey it */
            buf_addf(out, "'\"$(printf '\\%03o')\"'", (unsigned char)*word.p);
        word = span_skip(word, len ? len : 1);
    }
    buf_add_char(out, '\'');
}

/* A device, like /dev/null, takes all files. */
static bool is_device(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

void path_of_host(struct buf *out, const char *path, const char *host) {
    struct span whole = span_of(path), suffix = {0};
    if (host && !span_is(whole, "-") && !is_device(path)) {
        struct span base = cli_base_name(path);
        for (size_t k = base.len; k-- > 1 && !suffix.len;)
            if (base.p[k] == '.') suffix = span_skip(base, k);
        buf_add(out, span_head(whole, whole.len - suffix.len));
        buf_addf(out, ".%s", host);
        buf_add(out, suffix);
    } else {
        buf_add(out, whole);
    }
    buf_text(out);
}
