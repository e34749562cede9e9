/* SPDX-License-Identifier: MIT */
/* What can be done only once every host has been read: names become addresses, files become programs. */
#include "base/mem.h"
#include "model/lab/config.h"

#include <stdlib.h>

#define BUILTIN "builtin:"

/* The value of a key if it is a scalar; if it is something else, that was an error already. */
static const struct tree_node *scalar(const struct tree_node *map, const char *key) {
    const struct tree_node *value = tree_get(map, key);
    return value && value->kind == TREE_SCALAR ? value : NULL;
}

/* Reads ADDRESS[:PORT]. */
static bool parse_address(struct span text, struct udp_address *out) {
    uint64_t port = 5060;
    ptrdiff_t colon = span_find(text, ':');
    if (colon >= 0 && (!span_to_u64(span_skip(text, (size_t)colon + 1), 65535, &port) || port == 0))
        return false;
    out->port = (uint16_t)port;
    return ipv4_parse(colon >= 0 ? span_head(text, (size_t)colon) : text, &out->ip) && out->ip >> 24 != 0 &&
           out->ip >> 28 < 14;
}

/* Where a host's name or ADDRESS[:PORT] leads. */
static struct udp_address resolve(struct schema *s, const struct tree_node *value,
                                  const struct lab_host_config *self) {
    const struct lab_config *config = s->context;
    struct udp_address to = {0};
    if (ascii_digit((unsigned char)value->text[0])) {
        if (!parse_address(span_of(value->text), &to))
            schema_expected(s, value, "a host's name or ADDRESS[:PORT]");
    } else {
        size_t host = config_find_host(config, value->text);
        if (host == config->host_count)
            config_unknown_host(s, value->at, value->text);
        else
            to = (struct udp_address){config->hosts[host].address, config->hosts[host].port};
    }
    if (to.ip && to.ip == self->address) schema_error(s, value->at, "this is the host itself");
    return to;
}

static struct lab_program *find_program(const struct lab_config *config, const struct source *source,
                                        enum lab_runs kind) {
    struct lab_program *p = config->files->programs;
    while (p && (p->source != source || p->kind != kind || p->keyed))
        p = p->next;
    return p;
}

static struct lab_program *add_program(struct lab_config *config, const struct source *source,
                                       enum lab_runs kind) {
    struct lab_program *p = mem_new(sizeof *p);
    p->next = config->files->programs;
    p->source = source;
    p->kind = kind;
    config->files->programs = p;
    return p;
}

static struct source *load_xml(struct schema *s, struct source_set *sources, const struct tree_node *value,
                               const char *expected) {
    struct lab_config *config = s->context;
    if (!span_starts(span_of(value->text), BUILTIN))
        return layers_file(&config->files->layers, sources, value, s->diag);
    struct source *source = sipp_builtin(sources, span_skip(span_of(value->text), strlen(BUILTIN)));
    if (!source) schema_expected(s, value, expected);
    return source;
}

/* A SIPp that makes no calls any more at some time, however many -m may say. */
static bool ends_by_itself(const struct sipp_config *c) {
    return c->timeout_ms > 0 || (c->rate_increase > 0 && c->rate_max > 0 && c->rate_quit);
}

/* A SIPp that calls has a target, and neither has what only the other one can have. */
static void check_role(struct schema *s, const struct tree_node *sipp, const struct tree_node *scenario,
                       struct lab_host_config *host) {
    static const char *const caller_keys[] = {"out_of_call", NULL};
    static const char *const callee_keys[] = {"ring_after", "answer_after", NULL};
    enum sipp_role role = sipp_program_role(host->sipp_program);
    bool calls = role != SIPP_CALLEE;
    if (!tree_get(sipp, "calls")) /* one that stops by itself makes calls until then */
        host->sipp.calls = role == SIPP_CALLER && !ends_by_itself(&host->sipp) ? 1 : 0;
    if (calls && !tree_get(sipp, "target"))
        schema_error(s, scenario->at, "%s makes calls: needs a target", scenario->text);
    for (const char *const *key = calls ? callee_keys : caller_keys; *key; key++) {
        const struct tree_node *wrong = tree_get(sipp, *key);
        size_t before = schema_enter(s, *key);
        if (wrong)
            schema_error(s, tree_place(wrong), "%s %s", scenario->text,
                         calls ? "makes calls: this is for a SIPp that answers them"
                               : "answers calls: this is for a SIPp that makes them");
        schema_leave(s, before);
    }
}

static bool same_file(const char *name, const struct source *source) {
    return strcmp(source_base_name(name), source_base_name(source->name)) == 0;
}

static void link_index(struct schema *s, const struct tree_node *index, struct sipp_inject *files,
                       size_t count) {
    size_t outer = schema_enter(s, "inject_index");
    for (const struct tree_node *n = index->first; n; n = n->next) {
        if (n->kind != TREE_SCALAR) continue;
        size_t i = 0, before = schema_enter(s, n->key);
        uint64_t field;
        while (i < count && !same_file(n->key, files[i].source))
            i++;
        if (i == count)
            schema_error(s, n->key_at, "inject names no such file");
        else if (!span_to_u64(span_of(n->text), INT32_MAX, &field))
            schema_expected(s, n, "the number of a field, from 0");
        else
            files[i].index_field = (int64_t)field;
        schema_leave(s, before);
    }
    schema_leave(s, outer);
}

static void link_injects(struct schema *s, struct source_set *sources, const struct tree_node *sipp,
                         struct lab_host_config *host) {
    struct lab_config *config = s->context;
    const struct tree_node *inject = tree_get(sipp, "inject"), *index = tree_get(sipp, "inject_index");
    if (!inject || inject->kind == TREE_MAP) return;
    bool list = inject->kind == TREE_LIST;
    struct sipp_inject *files = config_new(config, (inject->count + 1) * sizeof *files);
    for (const struct tree_node *n = list ? inject->first : inject; n; n = list ? n->next : NULL) {
        struct source *source =
            n->kind == TREE_SCALAR ? layers_file(&config->files->layers, sources, n, s->diag) : NULL;
        if (source) files[host->sipp.inject_count++] = (struct sipp_inject){source, -1};
    }
    host->sipp.inject = files;
    if (index && index->kind == TREE_MAP) link_index(s, index, files, host->sipp.inject_count);
}

static void link_sipp(struct schema *s, struct source_set *sources, const struct tree_node *sipp,
                      struct lab_host_config *host) {
    struct lab_config *config = s->context;
    static const char *const names[] = {"target", "outbound"};
    struct udp_address *const addresses[] = {&host->sipp.remote, &host->sipp.outbound};
    host->sipp.local = (struct udp_address){host->address, host->port};
    for (size_t i = 0; i < 2; i++) {
        const struct tree_node *value = scalar(sipp, names[i]);
        size_t before = schema_enter(s, names[i]);
        if (value) *addresses[i] = resolve(s, value, host);
        schema_leave(s, before);
    }
    const struct tree_node *scenario = scalar(sipp, "scenario");
    link_injects(s, sources, sipp, host);
    size_t before = schema_enter(s, "scenario");
    host->file = scenario ? load_xml(s, sources, scenario,
                                     "an XML file, " BUILTIN "uac, " BUILTIN "uas or another name of -sn")
                          : NULL;
    schema_leave(s, before);
    if (!host->file) return;
    const struct tree_node *other = scalar(sipp, "out_of_call");
    before = schema_enter(s, "out_of_call");
    const struct source *out_of_call =
        other ? load_xml(s, sources, other, "an XML file, " BUILTIN "ooc_default or " BUILTIN "ooc_dummy")
              : NULL;
    schema_leave(s, before);
    host->sipp.out_of_call = out_of_call != NULL;
    bool keyed = host->sipp.key_count > 0 || out_of_call;
    struct lab_program *p = keyed ? NULL : find_program(config, host->file, LAB_SIPP);
    if (!p) {
        p = add_program(config, host->file, LAB_SIPP);
        p->keyed = keyed;
        p->sipp = sipp_program_load(host->file, out_of_call, host->sipp.keys, host->sipp.key_count, s->diag);
    }
    host->sipp_program = p->sipp;
    if (p->sipp) check_role(s, sipp, scenario, host);
}

/* -master is for a scenario whose first command is a <sendCmd>, -slave for the others. */
static void check_names(struct schema *s, const struct tree_node *sipp, const struct lab_host_config *host,
                        struct source_pos command_at) {
    const struct lab_config *config = s->context;
    const char **names = mem_new((config->host_count + 1) * sizeof *names);
    const struct tree_node *at = tree_get(sipp, host->sipp.master ? "master" : "slave");
    bool is_master = sipp_program_is_master(host->sipp_program);
    size_t count = 0;
    for (size_t i = 0; i < config->host_count; i++) {
        const struct lab_host_config *other = &config->hosts[i];
        const char *name = other->sipp.master ? other->sipp.master : other->sipp.slave;
        if (!name || other->runs != LAB_SIPP) continue;
        if (other < host && strcmp(name, at->text) == 0)
            schema_error(s, at->at, "%s has the same name", other->name);
        names[count++] = name;
    }
    if (tree_get(sipp, "twin") || (host->sipp.master && host->sipp.slave))
        schema_error(s, at->at, "twin, master and slave exclude each other");
    else if (!command_at.source)
        schema_error(s, at->at, "the scenario has no command");
    else if (is_master != (host->sipp.master != NULL))
        schema_error(s, at->at, "the first command is a %s: SIPp wants the other one of master and slave",
                     is_master ? "<sendCmd>" : "<recvCmd>");
    sipp_program_check_names(host->sipp_program, names, s->diag);
    free(names);
}

/* Twins are two SIPps that name each other; without one, no commands. */
static void check_twin(struct schema *s, const struct tree_node *sipp, struct lab_host_config *host) {
    const struct lab_config *config = s->context;
    const struct tree_node *value = scalar(sipp, "twin");
    struct source_pos command_at = {0};
    if (host->sipp_program) command_at = sipp_program_command_at(host->sipp_program);
    const char *name = host->sipp.master ? host->sipp.master : host->sipp.slave;
    if (command_at.source && !tree_get(sipp, "twin") && !name)
        diag_error(s->diag, command_at,
                   "a command needs the other SIPp, hosts.%s.sipp.twin: SIPp refuses it without -3pcc",
                   host->name);
    if (name && host->sipp_program) check_names(s, sipp, host, command_at);
    if (!value) return;
    if (host->sipp_program) sipp_program_check_names(host->sipp_program, NULL, s->diag);
    size_t before = schema_enter(s, "twin"), i = config_find_host(config, value->text);
    if (i == config->host_count)
        config_unknown_host(s, value->at, value->text);
    else if (&config->hosts[i] == host || config->hosts[i].runs != LAB_SIPP)
        schema_error(s, value->at, "must be another SIPp");
    else
        host->twin = &config->hosts[i];
    schema_leave(s, before);
}

/* Once all are known. */
static void check_twins(struct schema *s, const struct tree_node *hosts) {
    struct lab_config *config = s->context;
    for (bool mutual = false;; mutual = true) {
        struct lab_host_config *host = config->hosts;
        for (const struct tree_node *n = hosts->first; n; n = n->next, host++) {
            const struct tree_node *sipp = n->kind == TREE_MAP ? tree_get(n, "sipp") : NULL;
            if (!sipp || host->runs != LAB_SIPP) continue;
            size_t outer = schema_enter(s, n->key), before = schema_enter(s, "sipp");
            if (!mutual)
                check_twin(s, sipp, host);
            else if (host->twin && host->twin->twin != host)
                schema_error(s, tree_get(sipp, "twin")->at, "%s is its twin, but names another one or none",
                             host->twin->name);
            schema_leave(s, before);
            schema_leave(s, outer);
        }
        if (mutual) return;
    }
}

/* One for all workers, or one for each. */
static void check_wakeup(struct schema *s, const struct tree_node *wakeup,
                         const struct lab_host_config *host) {
    unsigned children =
        host->kamailio.children ? host->kamailio.children : kam_program_children(host->kam_program);
    size_t count = host->kamailio.wakeup_count, before = schema_enter(s, "wakeup");
    if (wakeup && count > 1 && count != children)
        schema_error(s, wakeup->at, "expected 1 or %u durations (children=%u), got %zu", children, children,
                     count);
    schema_leave(s, before);
}

/* What the name server of the lab knows. */
static const struct kam_host_name *host_names(struct lab_config *config, size_t *count) {
    if (!config->host_names) {
        struct kam_host_name *names = config_new(config, (config->host_count + 1) * sizeof *names);
        for (size_t i = 0; i < config->host_count; i++)
            names[i] = (struct kam_host_name){span_of(config->hosts[i].name), config->hosts[i].address};
        config->host_names = names;
    }
    *count = config->host_count;
    return config->host_names;
}

static void link_kamailio(struct schema *s, struct source_set *sources, const struct tree_node *kamailio,
                          struct lab_host_config *host) {
    struct lab_config *config = s->context;
    const struct tree_node *cfg = scalar(kamailio, "config");
    host->kamailio.address = host->address;
    host->file = cfg ? layers_file(&config->files->layers, sources, cfg, s->diag) : NULL;
    if (!host->file) return;
    const struct lab_program *before = find_program(config, host->file, LAB_KAMAILIO);
    if (before && !before->kamailio) return; /* its errors need not be said twice */
    struct lab_program *p = add_program(config, host->file, LAB_KAMAILIO);
    host->additions.hosts = host_names(config, &host->additions.host_count);
    p->kamailio = kam_program_load(host->file, sources, &host->additions, s->diag);
    host->kam_program = p->kamailio;
    if (p->kamailio) check_wakeup(s, tree_get(kamailio, "wakeup"), host);
}

static void link_host(struct schema *s, struct source_set *sources, const struct tree_node *node,
                      struct lab_host_config *host) {
    const struct tree_node *sipp = tree_get(node, "sipp"), *kamailio = tree_get(node, "kamailio");
    if (sipp && kamailio) {
        schema_error(s, kamailio->key_at, "runs either a SIPp or a Kamailio, not both");
    } else if (sipp) {
        host->runs = LAB_SIPP;
        size_t before = schema_enter(s, "sipp");
        link_sipp(s, sources, sipp, host);
        schema_leave(s, before);
    } else if (kamailio) {
        host->runs = LAB_KAMAILIO;
        size_t before = schema_enter(s, "kamailio");
        link_kamailio(s, sources, kamailio, host);
        schema_leave(s, before);
    } else if (node->kind == TREE_MAP) {
        schema_error(s, host->at, "needs \"sipp\" or \"kamailio\": what runs there");
    }
}

static void check_address(struct schema *s, const struct tree_node *node,
                          const struct lab_host_config *host) {
    const struct lab_config *config = s->context;
    const struct tree_node *address = scalar(node, "address");
    size_t before = schema_enter(s, "address");
    for (const struct lab_host_config *h = config->hosts; address && host->address && h < host; h++)
        if (h->address == host->address)
            schema_error(s, address->at, "%s is the address of \"%s\" too", address->text, h->name);
    schema_leave(s, before);
}

void config_link(struct lab_config *config, struct source_set *sources, struct schema *s) {
    const struct tree_node *hosts = tree_get(config->files->tree, "hosts");
    if (!hosts || hosts->kind != TREE_MAP) return;
    struct lab_host_config *host = config->hosts;
    size_t before_hosts = schema_enter(s, "hosts");
    for (const struct tree_node *n = hosts->first; n; n = n->next, host++) {
        if (n->kind != TREE_MAP || config_is_stray(config, n)) continue;
        size_t before = schema_enter(s, n->key);
        check_address(s, n, host);
        link_host(s, sources, n, host);
        schema_leave(s, before);
    }
    check_twins(s, hosts);
    schema_leave(s, before_hosts);
}
