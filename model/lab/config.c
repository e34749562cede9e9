/* SPDX-License-Identifier: MIT */
#include "model/lab/config.h"

#include "base/mem.h"
#include "model/lab/unit.h"

#include <stdio.h>
#include <stdlib.h>

/* 2026-01-01T00:00:00Z */
#define START_DEFAULT_NS (INT64_C(1767225600) * NS_PER_S)

#define DELAY_DEFAULT_NS      (30 * NS_PER_US)
#define TIME_LIMIT_DEFAULT_NS (24 * 3600 * NS_PER_S)
#define EVENT_LIMIT_DEFAULT   10000000
#define EVENTS_PER_CALL       1000
#define REORDER_DEFAULT_NS    (10 * NS_PER_MS)
#define MTU_DEFAULT           1500

#define HOST_NAME_MAX_LEN 32

struct lab_memory {
    struct lab_memory *next;
    max_align_t bytes[];
};

void *config_new(struct lab_config *config, size_t size) {
    struct lab_memory *m = mem_new(sizeof *m + size);
    m->next = config->files->memory;
    config->files->memory = m;
    return m->bytes;
}

size_t config_find_host(const struct lab_config *config, const char *name) {
    size_t i = 0;
    while (i < config->host_count && strcmp(config->hosts[i].name, name) != 0)
        i++;
    return i;
}

bool config_is_stray(const struct lab_config *config, const struct tree_node *host) {
    return layers_is_override(&config->files->layers, host->key_at) && !tree_get(host, "address");
}

void config_unknown_host(struct schema *s, struct source_pos at, const char *name) {
    const struct lab_config *config = s->context;
    const struct tree_node *hosts = tree_get(config->files->tree, "hosts");
    const char **names = mem_new((config->host_count + 1) * sizeof *names);
    size_t count = 0;
    for (const struct tree_node *n = hosts ? hosts->first : NULL; n; n = n->next)
        if (n->key && !config_is_stray(config, n)) names[count++] = n->key;
    schema_unknown(s, at, "host", name, names);
    free(names);
}

void config_read_host(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    const struct lab_config *config = s->context;
    if (!schema_is_scalar(s, value, "the name of a host")) return;
    size_t host = config_find_host(config, value->text);
    if (host == config->host_count)
        config_unknown_host(s, value->at, value->text);
    else
        memcpy((char *)object + key->offset, &host, sizeof host);
}

/* An included scenario is taken out of the tree before it is read; what is left came by --set. */
static void read_include(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    (void)key, (void)object;
    schema_error(s, tree_place(value), "only a scenario.yaml can include");
}

/* Names go into messages, pictures and file names. */
static bool is_host_name(struct span name) {
    if (name.len == 0 || name.len > HOST_NAME_MAX_LEN || !ascii_alpha((unsigned char)name.p[0])) return false;
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum((unsigned char)name.p[i]) && name.p[i] != '-' && name.p[i] != '_') return false;
    return true;
}

static void read_hosts(struct schema *s, const struct tree_node *hosts, const struct schema_key *key,
                       void *object) {
    struct lab_config *config = object;
    if (!schema_is_map(s, hosts, "a mapping of host names")) return;
    if (hosts->count == 0) schema_error(s, tree_place(hosts), "needs at least one host");
    size_t i = 0;
    for (const struct tree_node *n = hosts->first; n; n = n->next, i++) {
        if (!is_host_name(span_of(n->key)))
            schema_error(s, n->key_at,
                         "\"%.60s\" is no host name: a letter, then letters, digits, - and _, at most %d",
                         n->key, HOST_NAME_MAX_LEN);
        if (config_is_stray(config, n)) {
            config_unknown_host(s, n->key_at, n->key);
            continue;
        }
        size_t before = schema_enter(s, n->key);
        schema_map(s, n, key->keys, &config->hosts[i]);
        schema_leave(s, before);
    }
}

static const char *const link_names[] = {"ethernet", "sll2", "sll", "raw", NULL};
static const char *const checksum_names[] = {"valid", "partial", NULL};
static const char *const precision_names[] = {"us", "ns", NULL};

static void add_capture_point(struct schema *s, const struct tree_node *value, struct lab_capture *capture) {
    struct {
        size_t host;
    } read = {SIZE_MAX};
    config_read_host(s, value, &(struct schema_key){.offset = 0}, &read);
    if (read.host == SIZE_MAX) return;
    for (size_t i = 0; i < capture->at_count; i++)
        if (capture->at[i] == read.host) schema_error(s, value->at, "\"%s\" is given twice", value->text);
    capture->at = mem_room(capture->at, capture->at_count, &capture->at_cap, sizeof *capture->at);
    capture->at[capture->at_count++] = read.host;
}

static void read_capture_at(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                            void *object) {
    struct lab_capture *capture = &((struct lab_config *)object)->capture;
    (void)key;
    if (value->kind != TREE_LIST) {
        add_capture_point(s, value, capture);
        return;
    }
    if (value->count == 0) schema_error(s, value->at, "needs at least one host");
    for (const struct tree_node *n = value->first; n; n = n->next)
        add_capture_point(s, n, capture);
}

/* sip, all, or a list of ports. */
static void read_filter(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    static const char expected[] = "sip, all or a list of ports";
    struct lab_capture *capture = &((struct lab_config *)object)->capture;
    (void)key;
    if (value->kind != TREE_LIST) {
        if (!schema_is_scalar(s, value, expected)) return;
        capture->filter = span_is(span_of(value->text), "all") ? TAP_ALL : TAP_SIP;
        if (capture->filter == TAP_SIP && !span_is(span_of(value->text), "sip"))
            schema_expected(s, value, expected);
        return;
    }
    if (value->count == 0) schema_error(s, value->at, "needs at least one port");
    uint16_t *ports = config_new(s->context, (value->count + 1) * sizeof *ports);
    capture->filter = TAP_PORTS;
    capture->ports = (struct tap_ports){ports, 0};
    for (const struct tree_node *n = value->first; n; n = n->next) {
        uint64_t port;
        if (!schema_is_scalar(s, n, "a port")) continue;
        if (span_to_u64(span_of(n->text), UINT16_MAX, &port))
            ports[capture->ports.count++] = (uint16_t)port;
        else
            schema_expected(s, n, "a port, 0 to 65535");
    }
}

const struct schema_key config_capture_keys[] = {
    {"at", SCHEMA_OTHER, .shape = "\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"}",
     .read = read_capture_at,
     .fallback = "the host named proxy, else the first Kamailio, else the first host",
     .help = "a host, or a list of hosts: each gives a capture of its own"},
    {"link", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_config, capture.link), .choices = link_names,
     .fallback = "ethernet",
     .help = "link layer of the capture: ethernet, sll2 (tcpdump -i any), sll or raw"},
    {"checksum", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_config, capture.checksum), .choices = checksum_names,
     .fallback = "valid",
     .help = "UDP checksums: valid, or partial as a capture on the sending veth shows them"},
    {"filter", SCHEMA_OTHER,
     .shape = "\"anyOf\":[{\"enum\":[\"sip\",\"all\"]},{\"type\":\"array\",\"items\":{\"type\":\"integer\","
              "\"minimum\":0,"
              "\"maximum\":65535}}]",
     .read = read_filter, .fallback = "sip",
     .help = "what is captured: sip (udp port 5060), all, or a list of UDP ports; where ports are asked for, "
             "of fragments only the first"},
    {"precision", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_config, capture.precision),
     .choices = precision_names, .fallback = "us", .help = "of the capture's time stamps: us, or ns"},
    {0}};

static const struct schema_key root_keys[] = {
    {"include", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_include,
     .help =
         "a scenario whose values and files are taken over: its folder, seen from this one, or the name of "
         "one beside it, or of one that `siptwin list` shows"},
    {"title", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_config, title), .fallback = "the folder's name",
     .help = "one line, shown by `siptwin list`"},
    {"description", SCHEMA_TEXT, SCHEMA_MEMBER(struct lab_config, description), .help = "a longer text"},
    {"start", SCHEMA_TIME, SCHEMA_MEMBER(struct lab_config, start_ns), .fallback = "2026-01-01T00:00:00Z",
     .help = "UTC time of the first simulated instant"},
    {"seed", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_config, seed), 0, UINT64_MAX, .fallback = "1",
     .help = "seed of everything drawn at random"},
    {"time_limit", SCHEMA_DURATION, SCHEMA_MEMBER(struct lab_config, time_limit_ns), 1, UNIT_DURATION_MAX_NS,
     .fallback = "1440min", .help = "a run is cut off then, in simulated time: a scenario may loop for ever"},
    {"event_limit", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_config, event_limit), 1, UINT64_MAX,
     .fallback = "10000000, and 1000 more for each call that --set or --calls asks for",
     .help =
         "a run that needs more events is an error; a statement of a script is one, a costly match several"},
    {"memory_limit", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_config, memory_limit), 16, 1 << 20,
     .fallback = "240", .help = "a run that needs more memory, in MiB, is an error"},
    {"hosts", SCHEMA_OTHER, .read = read_hosts, .keys = config_host_keys, .path = ".NAME.", .required = true,
     .help = "the hosts, by name, and what each runs"},
    {"network", SCHEMA_MAP, .keys = config_network_keys, .help = "the paths between the hosts"},
    {"capture", SCHEMA_MAP, .keys = config_capture_keys, .help = "where and how the capture is taken"},
    {0}};

void lab_keys_write(struct buf *out) {
    struct kam_config kamailio;
    kam_config_default(&kamailio);
    schema_write(out, "", root_keys);
    for (size_t i = 0; i < KAM_COSTS; i++)
        buf_addf(out, "hosts.NAME.kamailio.processing.%s\t%lldns\tthe cost of this kind of message\n",
                 kam_cost_names[i], (long long)kamailio.cost_ns[i]);
}

void lab_search(const char *const *directories) { layers_search(directories); }

void lab_schema_write(struct buf *out) { schema_json_write(out, "scenario.yaml of siptwin", root_keys); }

/* The hosts' names are known before anything else is read, so that any value may name one. */
static void begin_hosts(struct lab_config *config) {
    const struct tree_node *hosts = tree_get(config->files->tree, "hosts");
    if (!hosts || hosts->kind != TREE_MAP) return;
    config->hosts = config_new(config, hosts->count * sizeof *config->hosts);
    for (const struct tree_node *n = hosts->first; n; n = n->next) {
        struct lab_host_config *host = &config->hosts[config->host_count++];
        *host = (struct lab_host_config){.name = n->key, .at = n->key_at, .port = 5060};
        sipp_config_default(&host->sipp);
        kam_config_default(&host->kamailio);
    }
}

static void default_capture_point(struct lab_config *config) {
    struct lab_capture *capture = &config->capture;
    if (capture->at_count > 0 || config->host_count == 0) return;
    size_t host = config_find_host(config, "proxy");
    for (size_t i = 0; host == config->host_count && i < config->host_count; i++)
        if (config->hosts[i].runs == LAB_KAMAILIO) host = i;
    capture->at = mem_room(capture->at, 0, &capture->at_cap, sizeof *capture->at);
    capture->at[capture->at_count++] = host == config->host_count ? 0 : host;
}

static struct lab_config *new_config(const char *folder) {
    struct lab_config *config = mem_new(sizeof *config);
    config->files = mem_new(sizeof *config->files);
    char *copy = config_new(config, strlen(folder) + 1);
    memcpy(copy, folder, strlen(folder));
    config->folder = copy;
    config->start_ns = START_DEFAULT_NS;
    config->seed = 1;
    config->time_limit_ns = TIME_LIMIT_DEFAULT_NS;
    config->event_limit = EVENT_LIMIT_DEFAULT;
    config->memory_limit = LAB_MEMORY_DEFAULT;
    config->network.mtu = MTU_DEFAULT;
    config->network.path = (struct path){.delay_ns = DELAY_DEFAULT_NS, .reorder_ns = REORDER_DEFAULT_NS};
    return config;
}

/*
 * An input may not keep siptwin busy for long, but who asks on the command line for a million calls knows
 * what he asks for.
 */
static void default_event_limit(struct lab_config *config) {
    const struct tree_node *tree = config->files->tree, *hosts = tree_get(tree, "hosts");
    if (tree_get(tree, "event_limit") || !hosts) return;
    for (size_t i = 0; i < config->host_count; i++) {
        const struct tree_node *host = tree_get(hosts, config->hosts[i].name);
        const struct tree_node *sipp = host ? tree_get(host, "sipp") : NULL;
        const struct tree_node *calls = sipp ? tree_get(sipp, "calls") : NULL;
        if (calls && layers_is_override(&config->files->layers, calls->at))
            config->event_limit += EVENTS_PER_CALL * (uint64_t)config->hosts[i].sipp.calls;
    }
}

/* The last part of the folder's path. */
static void default_title(struct lab_config *config) {
    if (config->title) return;
    struct span path = span_of(config->folder);
    while (path.len > 1 && path.p[path.len - 1] == '/')
        path.len--;
    for (ptrdiff_t slash; path.len > 1 && (slash = span_find(path, '/')) >= 0;)
        path = span_skip(path, (size_t)slash + 1);
    char *title = config_new(config, path.len + 1);
    memcpy(title, path.p, path.len);
    config->title = title;
}

/* Reads config->files->tree; an error has happened if diag has more of them than before. */
static struct lab_config *read_tree(struct lab_config *config, struct source_set *sources, unsigned before,
                                    struct diag *diag) {
    struct lab_files *files = config->files;
    if (files->tree) {
        struct schema s = {.diag = diag, .context = config};
        begin_hosts(config);
        const struct tree_node *limit = tree_get(files->tree, "event_limit");
        config->at = limit                            ? limit->at
                     : tree_get(files->tree, "hosts") ? tree_get(files->tree, "hosts")->key_at
                                                      : files->tree->at;
        schema_map(&s, files->tree, root_keys, config);
        config_link(config, sources, &s);
        default_capture_point(config);
        default_title(config);
        default_event_limit(config);
        buf_free(&s.path);
    }
    if (diag->errors == before) return config;
    lab_config_free(config);
    return NULL;
}

struct lab_config *lab_load(struct source_set *sources, const char *folder, const char *const *overrides,
                            size_t override_count, struct diag *diag) {
    unsigned before = diag->errors;
    struct lab_config *config = new_config(folder);
    struct lab_files *files = config->files;
    files->tree = layers_load(&files->layers, sources, folder, overrides, override_count, diag);
    return read_tree(config, sources, before, diag);
}

struct lab_config *lab_load_tree(struct source_set *sources, struct tree_node *tree,
                                 const struct source *source, const char *folder, struct diag *diag) {
    unsigned before = diag->errors;
    struct lab_config *config = new_config(folder);
    layers_add(&config->files->layers, source, folder);
    config->files->tree = tree;
    return read_tree(config, sources, before, diag);
}

void lab_config_free(struct lab_config *config) {
    if (!config) return;
    struct lab_files *files = config->files;
    for (struct lab_program *p = files->programs, *next; p; p = next) {
        next = p->next;
        if (p->sipp) sipp_program_free(p->sipp);
        if (p->kamailio) kam_program_free(p->kamailio);
        free(p);
    }
    tree_free(files->tree);
    layers_free(&files->layers);
    for (struct lab_memory *m = files->memory, *next; m; m = next) {
        next = m->next;
        free(m);
    }
    free(config->network.rules);
    free(config->network.drops.list);
    free(config->network.holds.list);
    free(config->capture.at);
    free(files);
    free(config);
}
