/* SPDX-License-Identifier: MIT */
/* kamailio.cfg: from the file to the program that an instance runs. */
#ifndef MODEL_KAMAILIO_CFG_CFG_H
#define MODEL_KAMAILIO_CFG_CFG_H

#include "base/diag.h"
#include "base/source.h"

struct kam_program;

/* A modparam that scenario.yaml adds or overrides: modparam: {tm: {fr_timer: 5000}}. */
struct kam_modparam {
    const char *module, *name, *value;
    bool is_number;
    struct source_pos at;
};

/*
 * Compiles a configuration, with the extra modparams applied after the file's own. Files it includes are
 * read from its folder into the set. All errors go to diag; NULL if there was one. What Kamailio refuses is
 * refused, what Kamailio can do and this cannot is an error that names it.
 */
struct kam_program *kam_program_load(const struct source *cfg, struct source_set *set,
                                     const struct kam_modparam *modparams, size_t modparam_count,
                                     struct diag *diag);

#endif
