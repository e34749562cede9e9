/* SPDX-License-Identifier: MIT */
/* Golden captures: NAME.pcap and NAME.recipe in a folder. Made, made again, and checked. */
#ifndef CLI_GOLDEN_H
#define CLI_GOLDEN_H

#include "base/buf.h"

enum golden_verdict {
    GOLDEN_GOOD,      /* the capture is what siptwin makes today */
    GOLDEN_DIFFERENT, /* it is not */
    GOLDEN_UNUSABLE,  /* that could not be found out */
    GOLDEN_INTERRUPTED
};

/* What was found out about one of them. */
struct golden_result {
    enum golden_verdict verdict;
    struct buf reason; /* in one line; of a good one: what is worth knowing, or nothing */
    struct buf report; /* lines, or nothing */
};

/* Runs folder/NAME.recipe again and holds the result against the golden capture. The result is added to. */
void golden_check(struct golden_result *result, const char *folder, const char *name, bool colour);

/*
 * Runs a scenario (its folder) and writes its captures, folder/NAME.pcap or, of several capture points,
 * folder/NAME.HOST.pcap, with their recipes. told is called for each, what is "new", "changed" or "same". An
 * exit status; messages are printed.
 */
int golden_make(const char *folder, const char *name, const char *scenario, const char *const *overrides,
                size_t count, void (*told)(const char *name, const char *what));

/* The same by a recipe that is there already. */
int golden_remake(const char *folder, const char *name, void (*told)(const char *name, const char *what));

/* The names in a folder that have a recipe, in the order of their bytes, ended by NULL; to be freed with
 * golden_names_free. NULL: errno. */
char **golden_names(const char *folder);
void golden_names_free(char **names);

#endif
