/* SPDX-License-Identifier: MIT */
/* What the parts of lab_load share: the config in the making, and what it owns. */
#ifndef MODEL_LAB_CONFIG_H
#define MODEL_LAB_CONFIG_H

#include "model/lab/lab.h"
#include "model/lab/layer.h"
#include "model/lab/schema.h"

/* A compiled file; SIPp's are shared by the hosts that run the same one. */
struct lab_program {
    struct lab_program *next;
    const struct source *source;
    enum lab_runs kind;
    bool keyed;                /* compiled with a host's own keywords: not shared */
    struct sipp_program *sipp; /* both NULL: the file has errors, and they were told */
    struct kam_program *kamailio;
};

struct lab_files {
    struct layers layers;
    struct tree_node *tree;
    struct lab_program *programs;
    struct lab_memory *memory; /* what config_new gave */
};

/* Zeroed memory that lives as long as the config. */
void *config_new(struct lab_config *config, size_t size);

/* The tables of the parts, for the root's. */
extern const struct schema_key config_host_keys[], config_network_keys[], config_capture_keys[];

/* Reads a host's name into a size_t, its index. */
schema_read_fn config_read_host;

/* What a Kamailio is given beside its file (config_tables.c): names that are defined, a table of passwords.
 */
schema_read_fn config_read_defines, config_read_environment, config_read_skip, config_read_subscribers,
    config_read_aliases, config_read_groups, config_read_group_patterns;
/* A list of maps, the rows of a table. */
#define ROWS(reader, row_keys)                                                                               \
    SCHEMA_OTHER, .shape = "\"type\":\"array\",\"items\":{\"type\":\"object\"}", .read = reader,             \
                  .keys = row_keys, .path = "[]."
extern const struct schema_key config_subscriber_keys[], config_alias_keys[], config_group_keys[],
    config_group_pattern_keys[];

/* The index of the host of that name, or config->host_count. */
size_t config_find_host(const struct lab_config *config, const char *name);

/* Is this entry of hosts only there because a --set misspelled a name? Then nothing else is said about it. */
bool config_is_stray(const struct lab_config *config, const struct tree_node *host);

/* Reports that there is no host of that name. */
void config_unknown_host(struct schema *s, struct source_pos at, const char *name);

/* After the tree was read: resolves targets, compiles the files, checks what only they show. */
void config_link(struct lab_config *config, struct source_set *sources, struct schema *s);

#endif
