/* SPDX-License-Identifier: MIT */
/*
 * A scenario is made of layers: what it includes, its own scenario.yaml, then each --set. This loads them,
 * lays them over each other, and remembers which folder each came from, because a file is looked for beside
 * the scenario.yaml that names it.
 */
#ifndef MODEL_LAB_LAYER_H
#define MODEL_LAB_LAYER_H

#include "model/lab/tree.h"

/* An `include:` chain may be this long. */
#define LAYER_DEPTH_MAX 16

/* All-zero is empty. */
struct layers {
    struct layer *first;
    struct layer_file *files;
};

/*
 * Loads folder/scenario.yaml with what it includes, and lays each override (KEY=VALUE; KEY dotted, with [0]
 * for the first entry of a list) over it. All errors go to diag; the result, without `include`, is the
 * caller's to tree_free. NULL: there is nothing to look at.
 */
struct tree_node *layers_load(struct layers *layers, struct source_set *sources, const char *folder,
                              const char *const *overrides, size_t override_count, struct diag *diag);

/* Says where `include: NAME` looks for scenarios besides; the list, which ends with NULL, outlives all
 * loading. */
void layers_search(const char *const *directories);

/* Takes the values of a source that no scenario.yaml is: the files that they name lie beside this folder. */
void layers_add(struct layers *layers, const struct source *source, const char *folder);

/* Loads a file that a value names. NULL after an error. A file that was asked for before is the same source.
 */
struct source *layers_file(struct layers *layers, struct source_set *sources, const struct tree_node *value,
                           struct diag *diag);

/* Was the file asked for by a value? */
bool layers_names(const struct layers *layers, const struct source *source);

/* Does this place stand in a --set? */
bool layers_is_override(const struct layers *layers, struct source_pos at);

void layers_free(struct layers *layers);

#endif
