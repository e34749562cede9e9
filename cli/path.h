/* SPDX-License-Identifier: MIT */
/* Paths as text: from one folder to another, and quoted for a shell. */
#ifndef CLI_PATH_H
#define CLI_PATH_H

#include "base/buf.h"

/*
 * Writes how `to` is named from the folder `from`, both of which exist: "../scenarios/x", "./x", "." Links
 * are followed. False with the reason in errno.
 */
bool path_between(struct buf *out, const char *from, const char *to);

/* The folder that a file is in: "." for a bare name. */
void path_folder(struct buf *out, const char *file);

/* Writes file as seen from the folder: joined with a slash, unless it begins with one. */
void path_join(struct buf *out, const char *folder, const char *file);

/*
 * The name of a host's own file: FILE.pcap becomes FILE.HOST.pcap. Standard output ("-") and a device like
 * /dev/null take all of them. host NULL: there is only one, path as it is.
 */
void path_of_host(struct buf *out, const char *path, const char *host);

/* Writes a word so that a POSIX shell reads it as it is, and a terminal shows it. */
void path_quote(struct buf *out, struct span word);

#endif
