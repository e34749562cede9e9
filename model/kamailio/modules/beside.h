/* SPDX-License-Identifier: MIT */
/* What module parameters name: files beside kamailio.cfg, and pseudo-variables. For the load hooks. */
#ifndef MODEL_KAMAILIO_MODULES_BESIDE_H
#define MODEL_KAMAILIO_MODULES_BESIDE_H

#include "model/kamailio/script/program.h"

/*
 * The path of a file that a configuration names: beside kamailio.cfg; of a path that begins at the root, its
 * last part is looked for there first. False if there is none.
 */
bool kam_beside(struct buf *path, const struct source *cfg, struct span name);

/*
 * The front of a line of such a file, taken off with the blanks behind it: digits, as 32 bits of their number
 * (false, and *n stays: there are none), and all up to a blank.
 */
bool kam_take_number(struct span *line, uint32_t *n);
struct span kam_take_word(struct span *line);

/*
 * The variable that a parameter names and a function writes; NULL for an empty text, and with *good false
 * after an error.
 */
const struct cfg_pv *kam_param_variable(struct kam_program *program, const struct kam_module *module,
                                        const char *param, struct span text, struct diag *diag, bool *good);

#endif
