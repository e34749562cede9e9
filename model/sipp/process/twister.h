/* SPDX-License-Identifier: MIT */
/* The Mersenne Twister (MT19937), which the GSL draws from, with the GSL's default seed. */
#ifndef MODEL_SIPP_PROCESS_TWISTER_H
#define MODEL_SIPP_PROCESS_TWISTER_H

#include <stddef.h>
#include <stdint.h>

enum { TWISTER_SIZE = 624 };

/* All-zero has drawn nothing yet. */
struct twister {
    uint32_t state[TWISTER_SIZE];
    size_t next; /* 0: not begun */
};

/* The next of its numbers, of 32 bits. */
uint32_t twister_next(struct twister *t);

#endif
