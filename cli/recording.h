/* SPDX-License-Identifier: MIT */
/* A scenario run into memory: its captures as the bytes that `siptwin run` would write into files. */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include "cli/cli.h"
#include "view/compare.h"

/* What was seen at one capture point. */
struct recording_capture {
    char *host;
    struct buf bytes;
};

struct recording {
    struct recording_capture *captures; /* in the order of the scenario's capture.at */
    size_t count;
    struct compare_host *hosts; /* all hosts' names and addresses */
    size_t host_count;
    char digest[65]; /* of the scenario's files, in hexadecimal */
};

/*
 * Loads the scenario in a folder with overrides (KEY=VALUE) and runs it. EXIT_GOOD, whether its calls succeed
 * or not; EXIT_BAD_INPUT, with the reason in diag; or EXIT_INTERRUPTED. To be freed in every case.
 */
int recording_make(struct recording *r, const char *folder, const char *const *overrides, size_t count,
                   struct diag *diag);

void recording_free(struct recording *r);

#endif
