/* SPDX-License-Identifier: MIT */
/*
 * A recipe: how a capture was made, in a small text file beside it. NAME.pcap has NAME.recipe:
 *
 *     # a remark
 *     siptwin: 0.2.0
 *     scenario: ../scenarios/03_proxy_stateful
 *     files: (SHA-256 of the scenario's files)
 *     set: hosts.uas.sipp.ring_after=10s
 *     point: proxy
 *     capture: (SHA-256 of NAME.pcap)
 *
 * The scenario is a path, seen from the recipe's own folder, or the name of an installed one. `set` may be
 * absent or stand there several times. In values \\, \n and \r are a backslash and line ends.
 */
#ifndef CLI_RECIPE_H
#define CLI_RECIPE_H

#include "base/buf.h"
#include "base/diag.h"

#define RECIPE_SUFFIX ".recipe"

/* A SHA-256 in hexadecimal, with NUL. */
#define RECIPE_DIGEST_SIZE 65

/* All-zero is empty; texts are owned. */
struct recipe {
    char *version; /* of the siptwin that made the capture */
    char *scenario;
    char **set; /* overrides, KEY=VALUE */
    size_t set_count, set_cap;
    char *point; /* the host where the capture was taken */
    char files[RECIPE_DIGEST_SIZE], capture[RECIPE_DIGEST_SIZE];
};

/* The digest of all files that a scenario was loaded from: names without folders, and contents. */
void recipe_digest(char out[RECIPE_DIGEST_SIZE], const struct source_set *sources);

/* The digest of a capture. */
void recipe_digest_of(char out[RECIPE_DIGEST_SIZE], struct span bytes);

/* The recipe's file of a capture: NAME.recipe for NAME.pcap, else FILE.recipe. */
void recipe_path(struct buf *out, const char *capture);

/*
 * Makes the recipe of a capture that this siptwin took at a host of the scenario in a folder, which exists.
 * pinned: the scenario has several capture points, so the recipe needs to say which. False with errno if the
 * capture's folder is none.
 */
bool recipe_make(struct recipe *r, const char *capture, const char *folder, const char *const *overrides,
                 size_t override_count, const char *host, bool pinned);

struct run_scenario;

/* Can there be recipes beside these captures? Asked once all other outputs are open; as recipe_of_run. */
int recipe_of_run_check(const struct run_scenario *s, const char *write);

/*
 * Writes the recipes of the captures that a run of the scenario has written (write is what -w said).
 * EXIT_GOOD, or EXIT_BAD_INPUT after a message.
 */
int recipe_of_run(const struct run_scenario *s, const char *write, const char *const *overrides,
                  size_t count);

/* Reads a recipe; false after errors in diag. */
bool recipe_load(struct recipe *r, const char *path, struct diag *diag);

/* Writes it. Returns NULL, or why it could not be. */
const char *recipe_save(const struct recipe *r, const char *path);

/* The folder of the scenario, whether it is there or not, as seen from here; path is the recipe's. False: it
 * was an installed scenario, and there is none of that name any more. */
bool recipe_folder(struct buf *out, const struct recipe *r, const char *path);

/* The command that makes the capture again. */
void recipe_command(struct buf *out, const struct recipe *r, const char *path, const char *capture);

void recipe_free(struct recipe *r);

#endif
