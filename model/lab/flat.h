/* SPDX-License-Identifier: MIT */
/* A scenario as one folder of its own: a scenario.yaml that includes nothing, with every file beside it. */
#ifndef MODEL_LAB_FLAT_H
#define MODEL_LAB_FLAT_H

#include "model/lab/lab.h"

struct lab_flat_file {
    char *name; /* relative to the folder */
    struct span bytes;
};

/* All-zero is empty. */
struct lab_flat {
    struct buf yaml; /* the scenario.yaml, with what each key is */
    struct lab_flat_file *files;
    size_t count, cap;
};

/*
 * Makes it of a config that was loaded with these sources, which outlive it. False after an error in diag:
 * two files that would have the same name, a file that a kamailio.cfg takes from above its folder. To be
 * freed in both cases.
 */
bool lab_flatten(struct lab_flat *flat, const struct lab_config *config, struct source_set *sources,
                 struct diag *diag);
void lab_flat_free(struct lab_flat *flat);

#endif
