/* SPDX-License-Identifier: MIT */
#include "cli/new_folder.h"

#include "base/outfile.h"
#include "cli/cli.h"
#include "cli/path.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

int new_folder_make(const char *path) {
    if (mkdir(path, 0777) == 0) return EXIT_GOOD;
    if (errno != EEXIST) return cli_error("%s: %s", path, strerror(errno));
    DIR *dir = opendir(path);
    if (!dir) return cli_error("%s: %s", path, strerror(errno));
    bool empty = true;
    for (const struct dirent *e; (e = readdir(dir));)
        empty = empty && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
    closedir(dir);
    return empty ? EXIT_GOOD : cli_error("%s: is there already, and not empty", path);
}

/* Makes the folders between the folder and a file below it. */
static int make_parents(const char *folder, const char *name) {
    struct buf path = {0};
    int status = EXIT_GOOD;
    for (const char *slash = strchr(name, '/'); slash && status == EXIT_GOOD;
         slash = strchr(slash + 1, '/')) {
        buf_reset(&path);
        buf_addf(&path, "%s/" SPAN_FMT, folder, SPAN_ARG(span_between(name, slash)));
        if (mkdir(buf_text(&path), 0777) != 0 && errno != EEXIST)
            status = cli_error("%s: %s", path.p, strerror(errno));
    }
    buf_free(&path);
    return status;
}

int new_folder_write(const char *folder, const char *name, struct span bytes) {
    struct buf path = {0};
    int status = make_parents(folder, name);
    path_join(&path, folder, name);
    const char *why = status == EXIT_GOOD ? outfile_write(buf_text(&path), bytes) : NULL;
    if (why) status = cli_error("%s: %s", path.p, why);
    buf_free(&path);
    return status;
}
