/* SPDX-License-Identifier: MIT */
/* A value in kamailio.cfg: what an expression, a pseudo-variable or a function argument gives. */
#ifndef MODEL_KAMAILIO_SCRIPT_VALUE_H
#define MODEL_KAMAILIO_SCRIPT_VALUE_H

#include "base/arena.h"

#include <stdbool.h>

enum kam_value_type { KAM_NULL, KAM_INT, KAM_STR };

struct kam_value {
    enum kam_value_type type;
    bool failed;   /* of a KAM_NULL: it could not be read at all; a format then shows nothing, not <null> */
    bool counts;   /* of a KAM_STR: n is what it is as a number, even if that is 0 */
    int64_t n;     /* of a KAM_STR: 0, or what it is as a number where that is not what its text says ($rm) */
    struct span s; /* of a KAM_STR, or how a number is written ($cl); owned by the program, the message or the
                      run's scratch memory */
};

/* Is it a text, or a number that came with one? */
static inline bool kam_value_has_text(struct kam_value v) {
    return v.type == KAM_STR || (v.type == KAM_INT && v.s.p);
}

/* A value as text; null is "". A number is written into the arena. */
struct span kam_value_text(struct kam_value v, struct arena *arena);

#endif
