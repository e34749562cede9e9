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

/* A name that is defined before the file begins, as with Kamailio's -A: defines: {WITH_AUTH: , DBURL: '"x"'}.
 */
struct kam_define {
    const char *name, *value; /* value: what stands in its place, quotes too */
    struct source_pos at;
};

/* What scenario.yaml adds to a configuration; all-zero is nothing. */
struct kam_host_name;
struct kam_additions {
    const struct kam_modparam *modparams;
    size_t modparam_count;
    const struct kam_define *defines;
    size_t define_count;
    const struct kam_define
        *environment; /* its process's: names and their values; they outlive the program */
    size_t environment_count;
    const struct kam_define *skips; /* functions that are not simulated and passed over: what they return */
    size_t skip_count;
    const struct kam_host_name *hosts; /* that can be named; they outlive the program */
    size_t host_count;
};

/*
 * Compiles a configuration, with the added modparams applied after the file's own (more NULL: nothing is
 * added). Files it includes are read from its folder into the set. All errors go to diag; NULL if there was
 * one. What Kamailio refuses is refused, what Kamailio can do and this cannot is an error that names it.
 */
struct kam_program *kam_program_load(const struct source *cfg, struct source_set *set,
                                     const struct kam_additions *more, struct diag *diag);

/* All words of kamailio.cfg that have tables, and what siptwin does with them: a line each (base/word.h). */
void kam_words_write(struct buf *out);

#endif
