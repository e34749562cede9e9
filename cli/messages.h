/* SPDX-License-Identifier: MIT */
/* The messages that each SIPp of a run sends and receives, as the log of SIPp's -trace_msg. */
#ifndef CLI_MESSAGES_H
#define CLI_MESSAGES_H

#include "cli/cli.h"
#include "model/lab/lab.h"
#include "model/net/tap.h"

struct messages_files;

/* Opens a file for each SIPp of the lab: FILE.log becomes FILE.HOST.log when there are several. NULL after a
 * message. */
struct messages_files *messages_open(const struct lab_config *config, const struct lab *lab,
                                     const char *path);

/* A datagram was seen at the host of that index. */
void messages_seen(struct messages_files *files, size_t host, int64_t now_ns, enum tap_direction direction,
                   const struct datagram *d);

/* Completes the files. EXIT_GOOD, or EXIT_BAD_INPUT after a message. Frees it. */
int messages_close(struct messages_files *files);

/* Removes what was written; frees it. NULL is fine. */
void messages_abandon(struct messages_files *files);

#endif
