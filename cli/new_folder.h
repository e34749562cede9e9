/* SPDX-License-Identifier: MIT */
/* A folder that a command makes, and the files in it. */
#ifndef CLI_NEW_FOLDER_H
#define CLI_NEW_FOLDER_H

#include "base/span.h"

/* Makes a folder, or takes one that is empty. EXIT_GOOD, or EXIT_BAD_INPUT after a message. */
int new_folder_make(const char *path);

/* Writes a file of it; name may have folders in it, which are made. As new_folder_make. */
int new_folder_write(const char *folder, const char *name, struct span bytes);

#endif
