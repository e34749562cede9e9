/* SPDX-License-Identifier: MIT */
/* What the SIPps of a run have counted: as the CSV of SIPp's -trace_stat, and as a summary at the end. */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include "cli/cli.h"
#include "model/lab/lab.h"

struct stats_files;

/* Opens a file for each SIPp of the lab: FILE.csv becomes FILE.HOST.csv when there are several. NULL after a
 * message. */
struct stats_files *stats_open(const struct lab_config *config, const char *path);

/* At the start, and when a period has passed: writes a row for each SIPp that still runs. */
void stats_row(struct stats_files *files, const struct lab *lab, int64_t now_ns);

/* Writes the last rows and completes the files. EXIT_GOOD, or EXIT_BAD_INPUT after a message. Frees it. */
int stats_close(struct stats_files *files, const struct lab *lab);

/* Removes what was written; frees it. NULL is fine. */
void stats_abandon(struct stats_files *files);

/* Writes the summary: for each SIPp its calls, retransmissions, failures by kind, and times. */
void stats_summary(struct buf *out, const struct lab *lab, const struct lab_config *config);

#endif
