/* SPDX-License-Identifier: MIT */
#include "model/kamailio/kamailio.h"

#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/totag.h"
#include "model/net/ip.h"

#include <stdlib.h>

const char *const kam_cost_names[KAM_COSTS + 1] = {
    [KAM_COST_INVITE_100] = "invite_100",
    [KAM_COST_INVITE] = "invite",
    [KAM_COST_REQUEST] = "request",
    [KAM_COST_ACK] = "ack",
    [KAM_COST_PROVISIONAL] = "provisional",
    [KAM_COST_FINAL] = "final",
    [KAM_COST_REPLY] = "reply",
    [KAM_COST_SL_INVITE] = "sl_invite",
    [KAM_COST_SL_REQUEST] = "sl_request",
    [KAM_COST_SL_ACK] = "sl_ack",
    [KAM_COST_SL_PROVISIONAL] = "sl_provisional",
    [KAM_COST_SL_FINAL] = "sl_final",
    [KAM_COST_SL_REPLY] = "sl_reply",
};

static const struct kam_wakeup default_wakeup = {.ns = 30 * NS_PER_US};

/* The medians of facts: Kamailio 10.4, in microseconds, less the wake-up. */
static const int64_t default_cost_us[KAM_COSTS] = {
    [KAM_COST_INVITE_100] = 230, [KAM_COST_INVITE] = 311,        [KAM_COST_REQUEST] = 133,
    [KAM_COST_ACK] = 52,         [KAM_COST_PROVISIONAL] = 68,    [KAM_COST_FINAL] = 41,
    [KAM_COST_REPLY] = 58,       [KAM_COST_SL_INVITE] = 170,     [KAM_COST_SL_REQUEST] = 78,
    [KAM_COST_SL_ACK] = 40,      [KAM_COST_SL_PROVISIONAL] = 55, [KAM_COST_SL_FINAL] = 29,
    [KAM_COST_SL_REPLY] = 32,
};

void kam_config_default(struct kam_config *config) {
    *config = (struct kam_config){.version = "5.6.3",
                                  .wakeups = &default_wakeup,
                                  .wakeup_count = 1,
                                  .receive_buffer = 425984 /* twice Linux' net.core.rmem_max */};
    for (int i = 0; i < KAM_COSTS; i++)
        config->cost_ns[i] = default_cost_us[i] * NS_PER_US;
}

/* Without a listen=, Kamailio is there on all addresses of its host, and that of lo comes first. */
#define LOOPBACK    "127.0.0.1"
#define LOOPBACK_IP UINT32_C(0x7f000001)

bool kam_is_own_host(const struct kamailio *k, struct span host, uint64_t port, struct span transport) {
    uint32_t ip;
    bool is_ip = ipv4_parse(host, &ip);
    for (size_t i = 0; i < k->socket_count && (!transport.len || span_is_nocase(transport, "udp")); i++) {
        const struct kam_socket *s = &k->sockets[i];
        if (port && port != s->port && port != s->advertised_port) continue;
        if (is_ip && ip == LOOPBACK_IP && !k->globals->listen_count) return true;
        if ((is_ip && ip == s->ip) || (s->advertised.p && span_eq_nocase(host, s->advertised))) return true;
    }
    for (const struct kam_alias *a = k->globals->aliases; a; a = a->next)
        if ((!port || a->port == 0 || a->port == port) && span_eq_nocase(a->host, host)) return true;
    for (const struct kam_module **m = k->having[KAM_HOOK_OWNS]; *m; m++)
        if ((*m)->owns(k, host, port, transport)) return true;
    return false;
}

bool kam_is_own(const struct kamailio *k, const struct uri *uri) {
    uint64_t port = span_is_nocase(uri_param(uri, "transport"), "tls") ? 5061 : 5060;
    if (uri->port.len && !span_to_u64(uri->port, 65535, &port)) return false;
    return kam_is_own_host(k, uri->host, port ? port : 5060, (struct span){0});
}

/* The kernel is asked where a way to there begins: that of lo begins at lo, that of a group nowhere. */
struct kam_socket *kam_socket_to(struct kamailio *k, uint32_t ip) {
    bool lo = ip >> 24 == LOOPBACK_IP >> 24;
    bool found = lo ? !k->globals->listen_count : host_reaches(k->host, ip) && !ip_is_multicast(ip);
    return found || !k->globals->mhomed ? &k->sockets[0] : NULL;
}

struct kam_socket *kam_socket_named(struct kamailio *k, struct span name) {
    for (size_t i = 0; i < k->socket_count; i++)
        if (name.len && span_eq(k->sockets[i].name, name)) return &k->sockets[i];
    return NULL;
}

struct kam_socket *kam_socket_at(struct kamailio *k, uint32_t ip, uint16_t port) {
    for (size_t i = 0; i < k->socket_count; i++)
        if (k->sockets[i].ip == ip && (k->sockets[i].port == port || port == 0)) return &k->sockets[i];
    return NULL;
}

struct kam_socket *kam_socket_parse(struct kamailio *k, struct span text) {
    uint32_t ip;
    uint64_t port = 5060;
    if (span_starts_nocase(text, "udp:")) text = span_skip(text, 4);
    struct span host = span_cut(&text, ':');
    if (!kam_host_parse(k, host, &ip) || (text.len && !span_to_u64(text, 65535, &port))) return NULL;
    return kam_socket_at(k, ip, (uint16_t)port);
}

void kam_note(struct kamailio *k, uint64_t about, const struct cause *cause) {
    trace_note(k->trace, k->queue->now_ns, host_name(k->host), about, cause);
}

/* One of the socket's texts, formatted into its own buffer. */
static struct span socket_text(struct kam_socket *s, size_t from) {
    return (struct span){s->text.p + from, s->text.len - from};
}

/* Via shows the port only where it is not 5060, or was advertised (facts: Kamailio 2.1). */
static void write_texts(struct kam_socket *s, const struct kam_listen *l) {
    const struct kam_globals *g = s->k->globals;
    unsigned advertised_port = g->via_port ? g->via_port : s->advertised_port;
    buf_room(&s->text, 512 + 2 * (g->via_host.len + (l ? l->address.len + l->advertise_host.len
                                                       : 0))); /* spans point into it */
    if (l) s->name = l->name;
    if (l && l->address.p)
        buf_add(&s->text, l->address);
    else
        ipv4_write(&s->text, s->ip);
    s->address = socket_text(s, 0);
    size_t from = s->text.len;
    buf_add_u64(&s->text, s->port);
    s->port_text = socket_text(s, from);
    from = s->text.len;
    buf_add(&s->text, g->via_host.p ? g->via_host : s->advertised.p ? s->advertised : s->address);
    if (advertised_port || s->port != 5060)
        buf_addf(&s->text, ":%u", advertised_port ? advertised_port : s->port);
    s->sent_by = socket_text(s, from);
    from = s->text.len;
    buf_addf(&s->text, "Via: SIP/2.0/UDP " SPAN_FMT ";branch=", SPAN_ARG(s->sent_by));
    s->via_begin = socket_text(s, from);
}

static bool open_socket(struct kamailio *k, struct kam_socket *s, const struct kam_listen *l,
                        struct diag *diag) {
    struct source_pos at = l ? l->at : (struct source_pos){0};
    s->k = k;
    s->ip = l && l->address.p ? l->ip : k->config.address;
    s->port = l ? l->port : 5060;
    if (l) {
        s->advertised = l->advertise_host;
        s->advertised_port = l->advertise_port;
    }
    write_texts(s, l);
    if (s->ip != k->config.address) {
        diag_error(diag, at, "listen=" SPAN_FMT ": the host %s has not this address", SPAN_ARG(s->address),
                   host_name(k->host));
        return false;
    }
    if (!host_bind(k->host, s->port, kam_worker_pool_recv, &s->pool)) {
        diag_error(diag, at, "port %u of the host %s is taken", (unsigned)s->port, host_name(k->host));
        return false;
    }
    struct backlog receive_queue = {.limit = k->config.receive_buffer, .mtu = net_mtu(host_net(k->host))};
    kam_worker_pool_init(&s->pool, s,
                         k->config.children ? k->config.children : kam_program_children(k->program),
                         &receive_queue, k->config.wakeups, k->config.wakeup_count);
    s->open = true;
    return true;
}

static bool open_sockets(struct kamailio *k, struct diag *diag) {
    const struct kam_globals *g = k->globals;
    bool ok = true;
    k->socket_count = g->listen_count ? g->listen_count : 1;
    k->sockets = mem_new(k->socket_count * sizeof *k->sockets);
    for (size_t i = 0; i < k->socket_count; i++)
        ok = open_socket(k, &k->sockets[i], g->listen_count ? &g->listens[i] : NULL, diag) && ok;
    return ok;
}

/* Kamailio does not start without the sockets that force_send_socket() names. */
static bool check_forced(struct kamailio *k, struct diag *diag) {
    bool ok = true;
    for (const struct kam_forced *f = k->globals->forced; f; f = f->next) {
        if (kam_socket_parse(k, f->text)) continue;
        diag_error(diag, f->at, "force_send_socket(" SPAN_FMT "): the host %s does not listen there%s",
                   SPAN_ARG(f->text), host_name(k->host),
                   k->globals->other_listens ? " by UDP, and other sockets are not simulated" : "");
        ok = false;
    }
    return ok;
}

/* What the configuration asks for and this cannot do. */
static bool check_globals(const struct kamailio *k, struct diag *diag) {
    if (k->globals->listen_count == 0 && k->globals->other_listens) {
        diag_error(diag, k->globals->other_at,
                   "the configuration has no UDP socket, and others are not simulated");
        return false;
    }
    if (!k->globals->sip_warning) return true;
    diag_error(diag, (struct source_pos){0},
               "sip_warning is not simulated: the Warning header names a process id of Kamailio");
    return false;
}

/* Adds the module to the lists of the hooks that it has. */
static void note_hooks(struct kamailio *k, const struct kam_module *m) {
    const bool has[KAM_HOOKS] = {
        [KAM_HOOK_BYTES_COME] = m->bytes_come,
        [KAM_HOOK_BYTES_LEAVE] = m->bytes_leave,
        [KAM_HOOK_CAME] = m->came,
        [KAM_HOOK_SENT] = m->sent,
        [KAM_HOOK_REQUEST_CAME] = m->request_came,
        [KAM_HOOK_REQUEST_ENDED] = m->request_ended,
        [KAM_HOOK_REPLY_CAME] = m->reply_came,
        [KAM_HOOK_ROUTED] = m->routed,
        [KAM_HOOK_TRANSACTION_MADE] = m->transaction_made,
        [KAM_HOOK_REPLY_MATCHED] = m->reply_matched,
        [KAM_HOOK_BRANCH_LEAVES] = m->branch_leaves,
        [KAM_HOOK_REPLY_LEAVES] = m->reply_leaves,
        [KAM_HOOK_REPLIED] = m->replied,
        [KAM_HOOK_OWNS] = m->owns,
    };
    for (int hook = 0; hook < KAM_HOOKS; hook++) {
        const struct kam_module **list = k->having[hook];
        while (*list)
            list++;
        if (has[hook]) *list = m;
    }
}

/* Gives each loaded module its data and settings, then lets it begin. */
static void begin_modules(struct kamailio *k) {
    size_t count = 0;
    while (kam_modules[count])
        count++;
    k->module_data = mem_new(count * sizeof *k->module_data);
    for (int hook = 0; hook < KAM_HOOKS; hook++)
        k->having[hook] = mem_new((count + 1) * sizeof *k->having[hook]);
    for (size_t i = 0; i < count; i++) {
        const struct kam_module *m = kam_modules[i];
        if (!kam_program_loads(k->program, i)) continue;
        note_hooks(k, m);
        k->module_data[i] = mem_new(m->data_size + 1);
        kam_program_settings(k->program, m, (char *)k->module_data[i] + m->settings);
        if (m->init) m->init(k, k->module_data[i]);
    }
}

/* When the sockets are open. */
static bool start_modules(struct kamailio *k, struct diag *diag) {
    bool ok = true;
    for (size_t i = 0; kam_modules[i]; i++)
        if (k->module_data[i] && kam_modules[i]->start)
            ok = kam_modules[i]->start(k, k->module_data[i], diag) && ok;
    return ok;
}

static void end_modules(struct kamailio *k) {
    for (size_t i = 0; kam_modules[i]; i++) {
        if (k->module_data[i] && kam_modules[i]->free) kam_modules[i]->free(k->module_data[i]);
        free(k->module_data[i]);
    }
    free(k->module_data);
    for (int hook = 0; hook < KAM_HOOKS; hook++)
        free(k->having[hook]);
}

/* A line about the program itself, unless server_signature=no: as configured, or the default. */
static void write_signature(const struct kamailio *k, struct buf *out, const char *name,
                            struct span configured) {
    if (!k->globals->server_signature) return;
    if (configured.p)
        buf_add(out, configured);
    else
        buf_addf(out, "%s: kamailio (%s (x86_64/linux))", name, k->config.version);
    buf_add(out, SPAN("\r\n"));
}

/* What the tags begin with that it makes. */
static void write_tags(struct kamailio *k) {
    struct span address = k->globals->listen_count ? k->sockets[0].address : SPAN(LOOPBACK);
    struct span port = k->sockets[0].port_text;
    kam_totag_prefix(k->sl_tag, "KAMAILIO-stateless", address, port);
    kam_totag_prefix(k->tm_tag, "SER-TM/tags", address, port);
    kam_totag_prefix(k->uac_tag, "Long live kamailio server", address, port);
}

struct kamailio *kamailio_new(const struct kam_config *config, const struct kam_program *program,
                              struct host *host, const struct trace *trace, struct diag *diag) {
    struct kamailio *k = mem_new(sizeof *k);
    k->program = program;
    k->globals = kam_program_globals(program);
    k->host = host;
    k->queue = net_queue(host_net(host));
    k->pool = net_pool(host_net(host));
    k->trace = trace;
    k->config = *config;
    size_t size = config->wakeup_count * sizeof *config->wakeups;
    k->config.wakeups = memcpy(mem_new(size), config->wakeups, size);
    host_random(host, &k->wakeup_random, "wake-up");
    k->config.version = mem_text(span_of(config->version));
    k->request_route = kam_program_route(program, KAM_REQUEST_ROUTE, (struct span){0});
    k->reply_route = kam_program_route(program, KAM_CORE_ONREPLY_ROUTE, (struct span){0});
    k->onsend_route = kam_program_route(program, KAM_ONSEND_ROUTE, (struct span){0});
    k->pre_routing = kam_program_route(program, KAM_EVENT_ROUTE, SPAN("core:pre-routing"));
    write_signature(k, &k->server_line, "Server", k->globals->server_header);
    write_signature(k, &k->agent_line, "User-Agent", k->globals->user_agent_header);
    kam_outbox_init(&k->outbox);
    kam_process_init(&k->timer);
    k->at_work = &k->timer;
    kam_run_init(&k->run, k);
    begin_modules(k);
    bool ok = check_globals(k, diag);
    ok = open_sockets(k, diag) && check_forced(k, diag) && ok;
    if (ok) write_tags(k);
    ok = ok && start_modules(k, diag);
    if (!ok) {
        kamailio_free(k);
        return NULL;
    }
    kam_event_alone(k, "core:worker-one-init",
                    &(struct kam_made_up){.process = &k->sockets[0].pool.workers[0].process});
    return k;
}

int64_t kam_now_s(const struct kamailio *k) { return (k->config.start_ns + k->queue->now_ns) / NS_PER_S; }

size_t kamailio_transactions(const struct kamailio *k) {
    size_t n = 0;
    for (size_t i = 0; kam_modules[i]; i++)
        if (k->module_data[i] && kam_modules[i]->pending) n += kam_modules[i]->pending(k->module_data[i]);
    return n;
}

void kamailio_free(struct kamailio *k) {
    if (!k) return;
    xavp_free(&k->shared);
    xavp_free(&k->statistics);
    for (size_t i = 0; i < k->socket_count; i++) {
        struct kam_socket *s = &k->sockets[i];
        if (s->open) {
            host_unbind(k->host, s->port);
            kam_worker_pool_free(&s->pool);
        }
        buf_free(&s->text);
    }
    kam_run_free(&k->run);
    end_modules(k);
    buf_free(&k->text);
    kam_resolved_free(k);
    kam_outbox_free(&k->outbox);
    kam_process_free(&k->timer);
    buf_free(&k->server_line);
    buf_free(&k->agent_line);
    free(k->sockets);
    free((void *)k->config.wakeups);
    free((void *)k->config.version);
    free(k);
}
