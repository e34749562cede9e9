/* SPDX-License-Identifier: MIT */
/* The options of SIPp 3.6.1: what each is in siptwin, for those who give them to it. */
#ifndef CLI_SIPP_OPTION_H
#define CLI_SIPP_OPTION_H

#include "base/buf.h"

enum sipp_option_kind {
    SIPP_OPTION_NOTHING, /* it has no effect on what is sent */
    SIPP_OPTION_REFUSED, /* it has one, and siptwin has not */

    /* The rest is a key of hosts.NAME.sipp, whose value the option's becomes as it is ... */
    SIPP_OPTION_TEXT,
    SIPP_OPTION_NUMBER, /* ... an integer: 010 is 8, 0x10 is 16 */
    SIPP_OPTION_LIMIT,  /* ... the same; 0: none */
    SIPP_OPTION_MS,     /* ... a time in ms, if it has no unit */
    SIPP_OPTION_S,      /* ... in s */
    SIPP_OPTION_PERCENT,
    SIPP_OPTION_TWICE, /* ... twice as much */
    SIPP_OPTION_TRUE,  /* ... true: it has no value */
    SIPP_OPTION_FALSE, /* ... false: it has no value */
    SIPP_OPTION_NONE,  /* ... none: it has no value */
    SIPP_OPTION_MAP,   /* ... one entry of a map: it has two */
    SIPP_OPTION_LIST,  /* ... one of a list */

    /* Each of a kind of its own. */
    SIPP_OPTION_FILE,     /* -sf */
    SIPP_OPTION_BUILTIN,  /* -sn */
    SIPP_OPTION_ADDRESS,  /* -i */
    SIPP_OPTION_PORT,     /* -p */
    SIPP_OPTION_OUTBOUND, /* -rsa */
    SIPP_OPTION_TWIN,     /* -3pcc */
    SIPP_OPTION_TRANSPORT /* -t */
};

struct sipp_option {
    const char *name; /* "-sf" */
    enum sipp_option_kind kind;
    unsigned values;   /* words behind it */
    const char *key;   /* in hosts.NAME.sipp; NULL: none */
    const char *words; /* what is to be said besides; NULL: nothing */
};

/* The option of that name, with its minus; NULL: SIPp 3.6.1 has none. */
const struct sipp_option *sipp_option_find(struct span name);

/* The name that is nearly this one; NULL: none is. */
const char *sipp_option_suggest(struct span name);

/* What says in siptwin what this option, "-sf" say, says to SIPp, as the end of a sentence; false: it is none
 * of SIPp's, or one of a single letter that has no place here and may be a slip of the pen. */
bool sipp_option_hint(struct buf *out, struct span option);

/* All of them, a line each (base/word.h). */
void sipp_option_words(struct buf *out);

#endif
