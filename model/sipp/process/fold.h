/* SPDX-License-Identifier: MIT */
/*
 * Templates of one process: what is the same in all its messages, such as its address, is written into them
 * once. A message of SIPp's default scenarios then has about six pieces where it had forty parts.
 */
#ifndef MODEL_SIPP_PROCESS_FOLD_H
#define MODEL_SIPP_PROCESS_FOLD_H

#include "model/sipp/process/process.h"

/* Writes a keyword that no call and no moment changes; false: it is another one. */
bool constant_write(struct buf *out, const struct sipp *sipp, const struct template *t,
                    const struct template_part *part);

/* Literal text, then what a keyword stands for. */
struct fold_piece {
    struct span text;
    const struct template_part *literal; /* where the text begins; NULL: it is empty */
    const struct template_part *part;    /* of the keyword; NULL: the next piece follows */
    struct header_name header;           /* of [last_...] */
    size_t body;      /* where in the text a body begins: behind its first empty line; 0: there is none */
    bool breaks_line; /* the text begins with CR or LF */
    bool has_cookie;  /* of [branch]: the text ends in what all branches of the process begin with */
};

struct folded {
    struct fold_piece *pieces;
    size_t count, cap;
    struct buf bytes;
    bool has_len; /* a [len] is there, and no NUL */
};

/* The process's own form of a template of its scenario, made when it is first asked for. */
const struct folded *template_folded(struct sipp *sipp, const struct template *t);

/* What the branches of a process begin with. */
void branch_cookie_write(struct buf *out, const struct sipp *sipp);

/* Room for those that the process has of its own; the end of those from a number on. */
void fold_make_room(struct sipp *sipp);
void fold_release(struct sipp *sipp, size_t count);

/* Room for the templates of the process's scenario. */
void fold_init(struct sipp *sipp);
void fold_free(struct sipp *sipp);

#endif
