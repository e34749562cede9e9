/* SPDX-License-Identifier: MIT */
/* The part of scenario.yaml under network. */
#include "base/mem.h"
#include "model/lab/config.h"
#include "model/lab/unit.h"

#include <assert.h>
#include <stdio.h>

/* One row a lab_path_field. */
static const struct schema_key path_keys[LAB_PATH_FIELDS + 1] = {
    [LAB_DELAY] = {"delay", SCHEMA_DURATION, SCHEMA_MEMBER(struct path, delay_ns), 0, UNIT_DURATION_MAX_NS,
                   .required = true, .help = "a duration"},
    [LAB_LOSS] = {"loss", SCHEMA_SHARE, SCHEMA_MEMBER(struct path, loss_ppm), .required = true,
                  .help = "a share"},
    [LAB_DUPLICATE] = {"duplicate", SCHEMA_SHARE, SCHEMA_MEMBER(struct path, duplicate_ppm), .required = true,
                       .help = "a share"},
    [LAB_REORDER] = {"reorder", SCHEMA_SHARE, SCHEMA_MEMBER(struct path, reorder_ppm), .required = true,
                     .help = "a share"},
    [LAB_REORDER_BY] = {"reorder_by", SCHEMA_DURATION, SCHEMA_MEMBER(struct path, reorder_ns), 0,
                        UNIT_DURATION_MAX_NS, .required = true, .help = "a duration"},
};

static int64_t path_value(const struct path *path, enum lab_path_field field) {
    switch (field) {
    case LAB_DELAY: return path->delay_ns;
    case LAB_LOSS: return path->loss_ppm;
    case LAB_DUPLICATE: return path->duplicate_ppm;
    case LAB_REORDER: return path->reorder_ppm;
    case LAB_REORDER_BY: return path->reorder_ns;
    case LAB_PATH_FIELDS: break;
    }
    assert(!"no such field");
    return 0;
}

static enum lab_path_field path_field(const char *name) {
    size_t i = 0;
    while (strcmp(path_keys[i].name, name) != 0)
        i++;
    return (enum lab_path_field)i;
}

/* Two hosts, as every entry about a path names them. */
struct pair_draft {
    size_t from, to;
    struct path path;
};

#define FROM_TO_KEYS(type)                                                                                   \
    {"from",                                                                                                 \
     SCHEMA_OTHER,                                                                                           \
     SCHEMA_MEMBER(type, from),                                                                              \
     .read = config_read_host,                                                                               \
     .required = true,                                                                                       \
     .help = "the name of a host"},                                                                          \
    {                                                                                                        \
        "to", SCHEMA_OTHER, SCHEMA_MEMBER(type, to), .read = config_read_host, .required = true,             \
                                                     .help = "the name of a host"                            \
    }

/* Reads {from: , to: , FIELD: }. */
static void read_pair(struct schema *s, const struct tree_node *value, enum lab_path_field field) {
    struct lab_network *network = &((struct lab_config *)s->context)->network;
    struct schema_key keys[] = {FROM_TO_KEYS(struct pair_draft), path_keys[field], {0}};
    keys[2].offset += offsetof(struct pair_draft, path);
    struct pair_draft pair = {0};
    unsigned before = s->diag->errors;
    schema_map(s, value, keys, &pair);
    if (s->diag->errors != before) return;
    if (pair.from == pair.to) schema_error(s, value->at, "from and to are the same host");
    for (size_t i = 0; i < network->rule_count; i++) {
        const struct lab_path_rule *r = &network->rules[i];
        if (r->from != pair.from || r->to != pair.to || r->field != field) continue;
        schema_error(s, value->at, "this pair is given twice");
        return;
    }
    network->rules =
        mem_room(network->rules, network->rule_count, &network->rule_cap, sizeof *network->rules);
    network->rules[network->rule_count++] =
        (struct lab_path_rule){pair.from, pair.to, field, path_value(&pair.path, field)};
}

static void read_pairs(struct schema *s, const struct tree_node *value, enum lab_path_field field) {
    size_t i = 0;
    if (!schema_is_list(s, value, "a list of {from: , to: , ...}")) return;
    for (const struct tree_node *n = value->first; n; n = n->next) {
        char index[24];
        snprintf(index, sizeof index, "[%zu]", i++);
        size_t before = schema_enter(s, index);
        read_pair(s, n, field);
        schema_leave(s, before);
    }
}

static void read_default(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    schema_value(s, value, &path_keys[key->min], object);
}

static void read_default_pairs(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                               void *object) {
    (void)object;
    read_pairs(s, value, (enum lab_path_field)key->min);
}

/* A value for all paths, a list of pairs, or both: {default: VALUE, pairs: LIST}. */
static void read_path(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    struct lab_config *config = object;
    enum lab_path_field field = path_field(key->name);
    const struct schema_key both[] = {
        {"default", SCHEMA_OTHER, .min = field, .read = read_default, .help = "the value of all other pairs"},
        {"pairs", SCHEMA_OTHER, .min = field, .read = read_default_pairs,
         .help = "a list of {from: , to: , ...}"},
        {0}};
    if (value->kind == TREE_LIST)
        read_pairs(s, value, field);
    else if (value->kind == TREE_MAP)
        schema_map(s, value, both, &config->network.path);
    else
        schema_value(s, value, &path_keys[field], &config->network.path);
}

/* "INVITE" or "200 INVITE", as sip_summary() says it. */
static void read_message(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    static const char expected[] = "a method or a status and a method, such as \"200 INVITE\"";
    struct lab_fault *fault = object;
    (void)key;
    if (!schema_is_scalar(s, value, expected)) return;
    struct span method = span_of(value->text);
    uint64_t status;
    if (method.len > 4 && method.p[3] == ' ' && span_to_u64(span_head(method, 3), 699, &status) &&
        status >= 100)
        method = span_skip(method, 4);
    bool good = method.len > 0;
    for (size_t i = 0; i < method.len; i++)
        good =
            good && ((ascii_alpha((unsigned char)method.p[i]) && ascii_lower(method.p[i]) != method.p[i]) ||
                     (method.p[i] == '_' && i > 0));
    if (good)
        fault->message = value->text;
    else
        schema_expected(s, value, expected);
}

#define FAULT_KEYS                                                                                           \
    FROM_TO_KEYS(struct lab_fault), {"nth",      SCHEMA_NUMBER,    SCHEMA_MEMBER(struct lab_fault, nth), 1,  \
                                     UINT32_MAX, .required = true, .help = "which one, 1 = the first"},      \
    {                                                                                                        \
        "message", SCHEMA_OTHER, .read = read_message,                                                       \
                                 .help = "counts only those, such as INVITE or \"200 INVITE\""               \
    }

static const struct schema_key drop_keys[] = {FAULT_KEYS, {0}};

static const struct schema_key hold_keys[] = {FAULT_KEYS,
                                              {"by", SCHEMA_DURATION,
                                               SCHEMA_MEMBER(struct lab_fault, hold_ns), 0,
                                               UNIT_DURATION_MAX_NS, .required = true, .help = "a duration"},
                                              {0}};

/* A list of faults into the member that the row names. */
static void read_faults(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    struct lab_faults *faults = (struct lab_faults *)((char *)object + key->offset);
    size_t i = 0;
    if (!schema_is_list(s, value,
                        key->keys == drop_keys ? "a list of {from: , to: , nth: }"
                                               : "a list of {from: , to: , nth: , by: }"))
        return;
    for (const struct tree_node *n = value->first; n; n = n->next) {
        char index[24];
        struct lab_fault fault = {.at = n->at};
        unsigned errors = s->diag->errors;
        snprintf(index, sizeof index, "[%zu]", i++);
        size_t before = schema_enter(s, index);
        schema_map(s, n, key->keys, &fault);
        if (s->diag->errors == errors && fault.from == fault.to)
            schema_error(s, n->at, "from and to are the same host");
        schema_leave(s, before);
        faults->list = mem_room(faults->list, faults->count, &faults->cap, sizeof *faults->list);
        faults->list[faults->count++] = fault;
    }
}

/* For the JSON schema: a value, a list of pairs that have one, or both. */
#define PAIRS(kind, name)                                                                                    \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":["       \
    "\"from\",\"to\",\"" name "\"],\"properties\":{\"from\":{\"$ref\":\"#/definitions/"                      \
    "host\"},\"to\":{\"$ref\":\"#/definitions/host\"},\"" name "\":{\"$ref\":\"#/definitions/" kind "\"}}}}"
#define PATH_SHAPE(kind, name)                                                                               \
    "\"anyOf\":[{\"$ref\":\"#/definitions/" kind                                                             \
    "\"}," PAIRS(kind, name) ",{\"type\":\"object\",\"additionalProperties\":false,"                         \
                             "\"properties\":{\"default\":{\"$ref\":\"#/definitions/" kind                   \
                             "\"},\"pairs\":" PAIRS(kind, name) "}}]"

const struct schema_key config_network_keys[] = {
    {"delay", SCHEMA_OTHER, .shape = PATH_SHAPE("duration", "delay"), .read = read_path, .fallback = "30us",
     .help =
         "one way, between any two hosts; or a list of {from: , to: , delay: }; or {default: , pairs: LIST}"},
    {"loss", SCHEMA_OTHER, .shape = PATH_SHAPE("share", "loss"), .read = read_path, .fallback = "0%",
     .help = "share of the datagrams lost at random; per pair as delay"},
    {"duplicate", SCHEMA_OTHER, .shape = PATH_SHAPE("share", "duplicate"), .read = read_path,
     .fallback = "0%", .help = "share of the datagrams that arrive twice; per pair as delay"},
    {"reorder", SCHEMA_OTHER, .shape = PATH_SHAPE("share", "reorder"), .read = read_path, .fallback = "0%",
     .help = "share of the datagrams that are held back by reorder_by; per pair as delay"},
    {"reorder_by", SCHEMA_OTHER, .shape = PATH_SHAPE("duration", "reorder_by"), .read = read_path,
     .fallback = "10ms", .help = "how long a reordered datagram is held back; per pair as delay"},
    {"drop", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_config, network.drops), .read = read_faults,
     .keys = drop_keys, .path = "[].",
     .help = "the nth datagram from one host to another is lost, lost ones counted: a list"},
    {"hold", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_config, network.holds), .read = read_faults,
     .keys = hold_keys, .path = "[].",
     .help = "the nth datagram from one host to another is held back, lost ones counted: a list"},
    {"mtu", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_config, network.mtu), 68, 65535, .fallback = "1500",
     .help = "larger datagrams are fragmented"},
    {0}};
