/* SPDX-License-Identifier: MIT */
/* What scenario.yaml gives a Kamailio beside its file: defines, and tables that a data base would hold. */
#include "base/regex.h"
#include "model/lab/config.h"

#include <stdio.h>

/* In a list, each is defined as nothing. */
void config_read_defines(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    struct lab_host_config *host = object;
    bool is_list = value->kind == TREE_LIST;
    (void)key;
    if (!is_list && !schema_is_map(s, value, "a list of names, or a mapping of names to values")) return;
    struct kam_define *defines = config_new(s->context, (value->count + 1) * sizeof *defines);
    size_t count = 0;
    for (const struct tree_node *n = value->first; n; n = n->next) {
        size_t before = is_list ? s->path.len : schema_enter(s, n->key);
        if (schema_is_scalar(s, n, is_list ? "a name" : "text"))
            defines[count++] = is_list ? (struct kam_define){n->text, "", n->at}
                                       : (struct kam_define){n->key, n->text, n->key_at};
        schema_leave(s, before);
    }
    host->additions.defines = defines;
    host->additions.define_count = count;
}

/* A mapping of names to texts. */
static const struct kam_define *read_texts(struct schema *s, const struct tree_node *value, size_t *count) {
    *count = 0;
    if (!schema_is_map(s, value, "a mapping of names to values")) return NULL;
    struct kam_define *texts = config_new(s->context, (value->count + 1) * sizeof *texts);
    for (const struct tree_node *n = value->first; n; n = n->next) {
        size_t before = schema_enter(s, n->key);
        if (schema_is_scalar(s, n, "text"))
            texts[(*count)++] = (struct kam_define){n->key, n->text, n->key_at};
        schema_leave(s, before);
    }
    return texts;
}

void config_read_environment(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                             void *object) {
    struct lab_host_config *host = object;
    (void)key;
    host->additions.environment = read_texts(s, value, &host->additions.environment_count);
}

/* FUNCTION: NUMBER */
void config_read_skip(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    struct lab_host_config *host = object;
    uint64_t n;
    (void)key;
    host->additions.skips = read_texts(s, value, &host->additions.skip_count);
    for (const struct tree_node *row = value->kind == TREE_MAP ? value->first : NULL; row; row = row->next) {
        if (row->kind != TREE_SCALAR) continue;
        struct span text = span_of(row->text);
        if (span_starts(text, "-")) text = span_skip(text, 1);
        if (!span_to_u64(text, INT32_MAX, &n)) schema_expected(s, row, "the number that it returns");
    }
}

const struct schema_key config_subscriber_keys[] = {
    {"username", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_subscriber, username), .required = true,
     .help = "the user"},
    {"domain", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_subscriber, domain),
     .help =
         "the realm that ha1 is made for, and with use_domain where the user is known; absent: the host's "
         "address"},
    {"password", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_subscriber, password),
     .help = "column password: as it is typed; absent: empty"},
    {"ha1", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_subscriber, ha1),
     .help = "column ha1; absent: MD5 of username:domain:password"},
    {"ha1b", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_subscriber, ha1b),
     .help = "column ha1b; absent: MD5 of username@domain:domain:password"},
    {0}};

const struct schema_key config_alias_keys[] = {
    {"alias_username", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_user_alias, alias_username), .required = true,
     .help = "the other name"},
    {"alias_domain", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_user_alias, alias_domain),
     .help = "with use_domain where it is known; absent: the host's address"},
    {"username", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_user_alias, username), .required = true,
     .help = "the user whose name it is"},
    {"domain", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_user_alias, domain),
     .help = "the user's domain; absent: the host's address"},
    {0}};

const struct schema_key config_group_keys[] = {
    {"username", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_group, username), .required = true,
     .help = "the user"},
    {"domain", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_group, domain),
     .help = "with use_domain where the user is known; absent: the host's address"},
    {"grp", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_group, grp), .required = true,
     .help = "the group that the user is in"},
    {0}};

const struct schema_key config_group_pattern_keys[] = {
    {"reg_exp", SCHEMA_LINE, SCHEMA_MEMBER(struct kam_group_pattern, reg_exp), .required = true,
     .help = "an extended regular expression for sip:USER@DOMAIN, in any case of letters"},
    {"group_id", SCHEMA_NUMBER, SCHEMA_MEMBER(struct kam_group_pattern, group_id), 0, INT32_MAX,
     .required = true, .help = "the group's number"},
    {0}};

/* Reads a list of maps into an array of rows, the size of each given; NULL after an error. */
static void *read_rows(struct schema *s, const struct tree_node *list, const struct schema_key *keys,
                       size_t size, const char *expected, size_t *count) {
    if (!schema_is_list(s, list, expected)) return NULL;
    char *rows = config_new(s->context, (list->count + 1) * size);
    for (const struct tree_node *n = list->first; n; n = n->next) {
        char index[24];
        snprintf(index, sizeof index, "[%zu]", *count);
        size_t before = schema_enter(s, index);
        schema_map(s, n, keys, rows + size * (*count)++);
        schema_leave(s, before);
    }
    return rows;
}

void config_read_subscribers(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                             void *object) {
    struct kam_config *k = &((struct lab_host_config *)object)->kamailio;
    (void)key;
    k->subscribers = read_rows(s, value, config_subscriber_keys, sizeof *k->subscribers,
                               "a list of {username: , password: }", &k->subscriber_count);
}

void config_read_aliases(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    struct kam_config *k = &((struct lab_host_config *)object)->kamailio;
    (void)key;
    k->aliases = read_rows(s, value, config_alias_keys, sizeof *k->aliases,
                           "a list of {alias_username: , username: }", &k->alias_count);
}

void config_read_groups(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    struct kam_config *k = &((struct lab_host_config *)object)->kamailio;
    (void)key;
    k->groups = read_rows(s, value, config_group_keys, sizeof *k->groups, "a list of {username: , grp: }",
                          &k->group_count);
}

void config_read_group_patterns(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                                void *object) {
    struct kam_config *k = &((struct lab_host_config *)object)->kamailio;
    (void)key;
    struct kam_group_pattern *rows = read_rows(s, value, config_group_pattern_keys, sizeof *rows,
                                               "a list of {reg_exp: , group_id: }", &k->group_pattern_count);
    k->group_patterns = rows;
    const struct tree_node *n = rows ? value->first : NULL;
    for (struct kam_group_pattern *row = rows; n; n = n->next, row++) {
        const char *why = NULL;
        struct regex *regex = row->reg_exp ? regex_new(span_of(row->reg_exp), REGEX_ICASE, &why, NULL) : NULL;
        if (regex)
            regex_free(regex);
        else if (why)
            schema_error(s, tree_place(n), "\"%s\" is no regular expression: %s", row->reg_exp, why);
    }
}
