/* SPDX-License-Identifier: MIT */
/* uthash's tables, as this program uses them: no memory ends it as everywhere else. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/mem.h"

/* Plain FNV: without the fall-through of uthash's own choice, which clang warns of. */
#define HASH_FUNCTION HASH_FNV

#define uthash_fatal(message) mem_exhausted()
#include <uthash.h>

#endif
