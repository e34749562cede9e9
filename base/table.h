/* SPDX-License-Identifier: MIT */
/* uthash's tables, as this program uses them: no memory ends it as everywhere else. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/mem.h"

/* Eight bytes at a time, where uthash's own functions go byte by byte. A table is walked as it was filled, so
 * the hash shows nowhere. */
#define HASH_FUNCTION(key, length, hash)                                                                     \
    ((hash) = (unsigned)span_hash((struct span){(const char *)(key), (length)}))

#define uthash_fatal(message) mem_exhausted()
#include <uthash.h>

#endif
