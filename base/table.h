/* SPDX-License-Identifier: MIT */
/* uthash's tables, as this program uses them: no memory ends it as everywhere else. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/mem.h"

#define uthash_fatal(message) mem_exhausted()
#include <uthash.h>

#endif
