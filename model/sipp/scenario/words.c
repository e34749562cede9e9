/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/words.h"

#include "model/sipp/sipp.h"

void sipp_words_write(struct buf *out) {
    program_words(out);
    action_words(out);
    keyword_words(out);
    distribution_words(out);
}
