/* SPDX-License-Identifier: MIT */
/* What only all hosts together show: names, addresses, who is called. */
#include "cli/import/import.h"

#include <stdlib.h>

/* Where hosts are put that have no address of their own. */
#define NETWORK_DEFAULT ((UINT32_C(172) << 24) + (20 << 16))

enum { NAME_MAX_LEN = 32 };

static bool is_loopback(struct span address) {
    return span_starts(address, "127.") || span_is(address, "localhost") || span_is(address, "0.0.0.0");
}

/* An address, and 5060 or what stands behind its colon. */
static struct span cut_port(struct span text, struct span *port) {
    struct span host = span_cut(&text, ':');
    *port = text.p ? text : SPAN("5060");
    return host;
}

static struct span port_of(const struct import_host *host) {
    return host->port.text.p ? host->port.text : SPAN("5060");
}

static const struct import_host *find_name(const struct import *in, struct span name,
                                           const struct import_host *before) {
    for (const struct import_host *h = in->hosts; h < before; h++)
        if (span_eq(h->name, name)) return h;
    return NULL;
}

/* A name that scenario.yaml takes, and that no host has. */
static struct span new_name(struct import *in, struct span wanted, const struct import_host *host) {
    struct buf name = {0};
    if (wanted.len == 0 || !ascii_alpha((unsigned char)wanted.p[0])) buf_add_text(&name, "host-");
    for (size_t i = 0; i < wanted.len && name.len < NAME_MAX_LEN - 2; i++) {
        unsigned char c = (unsigned char)wanted.p[i];
        buf_add_char(&name, ascii_alnum(c) || c == '_' ? (char)c : '-');
    }
    size_t len = name.len;
    for (unsigned n = 2; find_name(in, buf_span(&name), host); n++) {
        name.len = len;
        buf_addf(&name, "%u", n);
    }
    struct span kept = arena_text(&in->arena, buf_span(&name));
    buf_free(&name);
    return kept;
}

static void give_names(struct import *in) {
    for (size_t i = 0; i < in->host_count; i++) {
        struct import_host *h = &in->hosts[i];
        struct span role = h->runs == LAB_KAMAILIO ? SPAN("proxy") : h->calls ? SPAN("uac") : SPAN("uas");
        h->name = new_name(in, h->place->name.p ? h->place->name : role, h);
    }
}

/* A loopback address means this machine: hosts of a lab have one each. */
static void forget_loopback(struct import *in) {
    for (struct import_host *h = in->hosts; h < in->hosts + in->host_count; h++)
        if (h->address.text.p && is_loopback(h->address.text)) h->address.text = (struct span){0};
}

static bool has_address(const struct import *in, struct span address) {
    for (size_t i = 0; i < in->host_count; i++)
        if (span_eq(in->hosts[i].address.text, address)) return true;
    return false;
}

/* Whom do callers send to that no host is yet? The first of them whose port is the host's. */
static struct span missing_peer(const struct import *in, const struct import_host *host, bool outbound) {
    for (size_t i = 0; i < in->host_count; i++) {
        const struct import_host *h = &in->hosts[i];
        struct span to = outbound ? h->outbound.text : h->target.text, port;
        uint32_t ip;
        if (!to.p || h == host) continue;
        struct span address = cut_port(to, &port);
        if (ipv4_parse(address, &ip) && !is_loopback(address) && !has_address(in, address) &&
            span_eq(port, port_of(host)))
            return address;
    }
    return (struct span){0};
}

static struct span free_address(struct import *in, const struct import_host *host) {
    uint32_t network = NETWORK_DEFAULT, ip;
    for (size_t i = in->host_count; i-- > 0;)
        if (in->hosts[i].address.text.p && ipv4_parse(in->hosts[i].address.text, &ip))
            network = ip & ~UINT32_C(255);
    struct span subnet = host->place->subnet.text, address = span_cut(&subnet, '/');
    if (address.p && ipv4_parse(address, &ip)) network = ip & ~UINT32_C(255);
    unsigned last = host->runs == LAB_KAMAILIO ? 10 : host->calls ? 2 : 3;
    for (;; last++) {
        ip = network + last;
        struct span text = import_text(in, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
        if (!has_address(in, text) || last == 254) return text;
    }
}

static void give_addresses(struct import *in) {
    forget_loopback(in);
    for (unsigned pass = 0; pass < 3;
         pass++) { /* known peers first: proxies, then callees, then all others */
        for (size_t i = 0; i < in->host_count; i++) {
            struct import_host *h = &in->hosts[i];
            if (h->address.text.p) continue;
            struct span peer = {0};
            if (pass == 0 && h->runs == LAB_KAMAILIO) {
                peer = missing_peer(in, h, true);
                if (!peer.p) peer = missing_peer(in, h, false);
            } else if (pass == 1 && h->runs == LAB_SIPP && !h->calls) {
                peer = missing_peer(in, h, false);
            }
            if (!peer.p && pass < 2) continue;
            if (!h->address.at.source) h->address.at = h->place->at.source ? h->place->at : h->at;
            h->address.text = peer.p ? arena_text(&in->arena, peer) : free_address(in, h);
            if (!peer.p)
                diag_warning(&in->diag, h->address.at,
                             "%s: nothing says which address it has; here it is " SPAN_FMT, h->name.p,
                             SPAN_ARG(h->address.text));
        }
    }
}

static bool has_name(const struct import_host *h, struct span name) {
    if (span_eq(h->name, name) || span_eq(h->place->name, name)) return true;
    for (size_t i = 0; i < h->place->names.count; i++)
        if (span_eq(h->place->names.list[i].text, name)) return true;
    return false;
}

/* The host that a SIPp means by an address or name and a port; NULL: none is there. */
static const struct import_host *find_peer(const struct import *in, const struct import_host *self,
                                           struct span address, struct span port) {
    const struct import_host *found = NULL;
    for (size_t i = 0; i < in->host_count; i++) {
        const struct import_host *h = &in->hosts[i];
        if (h == self) continue;
        if (is_loopback(address) ? span_eq(port, port_of(h))
                                 : has_name(h, address) || span_eq(h->address.text, address))
            if (!found || (span_eq(port, port_of(h)) && !span_eq(port, port_of(found)))) found = h;
    }
    return found;
}

static struct span alias_of(const struct import *in, struct span name) {
    for (size_t i = 0; i < in->alias_count; i++)
        if (span_eq(in->aliases[i].name, name)) return in->aliases[i].address;
    return name;
}

/* Puts whom a SIPp calls, or sends to, under its key: a host's name where it is one. */
static void put_peer(struct import *in, struct import_host *self, const char *key,
                     const struct import_word *word) {
    struct span port, address = alias_of(in, cut_port(word->text, &port));
    const struct import_host *peer = find_peer(in, self, address, port);
    uint32_t ip;
    if (peer && span_eq(port, port_of(peer)))
        import_put(in, self->settings, key, peer->name, word->at);
    else if (peer)
        import_put(in, self->settings, key,
                   import_text(in, SPAN_FMT ":" SPAN_FMT, SPAN_ARG(peer->address.text), SPAN_ARG(port)),
                   word->at);
    else if (ipv4_parse(address, &ip) && !is_loopback(address))
        import_put(in, self->settings, key,
                   import_text(in, SPAN_FMT ":" SPAN_FMT, SPAN_ARG(address), SPAN_ARG(port)), word->at);
    else
        diag_error(&in->diag, word->at, "\"" SPAN_FMT "\" is none of the hosts here", SPAN_ARG(word->text));
}

/* Both SIPps of a pair name the same address with -3pcc. */
static void put_twin(struct import *in, struct import_host *self) {
    for (size_t i = 0; i < in->host_count; i++) {
        struct import_host *h = &in->hosts[i];
        if (h == self || !h->twin.text.p || !span_eq(h->twin.text, self->twin.text)) continue;
        import_put(in, self->settings, "twin", h->name, self->twin.at);
        return;
    }
    diag_error(&in->diag, self->twin.at, "-3pcc " SPAN_FMT ": no other SIPp has the same",
               SPAN_ARG(self->twin.text));
}

/* One file is a scalar, several are a list. */
static void simplify_inject(struct tree_node *settings) {
    struct tree_node *list = tree_get(settings, "inject");
    if (!list || list->count != 1) return;
    struct tree_node *only = tree_text(span_of(list->first->text), true, list->first->at);
    tree_free(tree_take(settings, "inject"));
    tree_put(settings, SPAN("inject"), only->at, only);
}

static void settle_sipp(struct import *in, struct import_host *h) {
    const struct import_word none = {{0}, {0}};
    if (h->target.text.p) put_peer(in, h, "target", &h->target);
    if (h->outbound.text.p) put_peer(in, h, "outbound", &h->outbound);
    if (h->twin.text.p) put_twin(in, h);
    if (h->calls && !h->twin.text.p && !tree_get(h->settings, "calls"))
        diag_warning(&in->diag, h->at, "without -m SIPp makes calls without end; here it makes one");
    if (h->media_address.text.p && !is_loopback(h->media_address.text) &&
        !span_eq(h->media_address.text, h->address.text) &&
        !span_eq(h->media_address.text, h->place->address.text))
        diag_error(&in->diag, h->media_address.at, "-mi: not simulated: media have the address of the host");
    h->media_address = none;
    simplify_inject(h->settings);
}

/* The keys in the order in which one reads them. */
static struct tree_node *ordered(struct tree_node *settings) {
    static const char *const first[] = {"config", "scenario", "target", "outbound", "twin", NULL};
    struct tree_node *map = tree_map(settings->at);
    for (const char *const *key = first; *key; key++) {
        struct tree_node *n = tree_take(settings, *key);
        struct span name = span_of(*key);
        if (!n) continue;
        free(n->key);
        n->key = NULL;
        tree_put(map, name, n->key_at, n);
    }
    return tree_merge(map, settings);
}

static struct tree_node *host_tree(struct import *in, struct import_host *h) {
    struct tree_node *host = tree_map(h->at);
    import_put(in, host, "address", h->address.text, h->address.at);
    if (h->port.text.p && !span_is(h->port.text, "5060"))
        import_put(in, host, "port", h->port.text, h->port.at);
    tree_put(host, h->runs == LAB_SIPP ? SPAN("sipp") : SPAN("kamailio"), h->at, ordered(h->settings));
    h->settings = NULL;
    return host;
}

/* At the host whose network a tcpdump shares, else at a proxy, else at who calls. */
static struct span capture_point(const struct import *in) {
    const struct import_host *best = in->hosts;
    for (size_t i = in->host_count; i-- > 0;) {
        const struct import_host *h = &in->hosts[i];
        if (in->capture_of.p && span_eq(h->place->name, in->capture_of)) return h->name;
        if (h->runs == LAB_KAMAILIO || (h->calls && best->runs != LAB_KAMAILIO)) best = h;
    }
    return best->name;
}

/* Where not all speak at port 5060, a list of the ports. */
static void put_filter(struct import *in, struct tree_node *capture) {
    struct tree_node *ports = tree_map(capture->at);
    bool others = false;
    ports->kind = TREE_LIST;
    for (size_t i = 0; i < in->host_count; i++) {
        struct span port = port_of(&in->hosts[i]);
        bool known = false;
        others = others || !span_is(port, "5060");
        for (const struct tree_node *n = ports->first; n; n = n->next)
            known = known || span_is(port, n->text);
        if (!known) tree_append(ports, tree_text(port, true, in->hosts[i].at));
    }
    if (others)
        tree_put(capture, SPAN("filter"), capture->at, ports);
    else
        tree_free(ports);
}

/* What the folder was made of. */
static void put_title(struct import *in, struct tree_node *tree, struct source_pos at) {
    struct buf text = {0};
    const char *name = source_base_name(in->source->name);
    buf_addf(&text, "The lab of %s", in->commands.len ? "these command lines" : name);
    tree_put(tree, SPAN("title"), at, tree_text(buf_span(&text), true, at));
    if (in->commands.len)
        tree_put(tree, SPAN("description"), at, tree_text(buf_span(&in->commands), false, at));
    buf_free(&text);
}

struct tree_node *import_settle(struct import *in) {
    struct source_pos begin = {in->source, 0};
    if (in->host_count == 0) {
        diag_error(&in->diag, begin, "nothing here starts a SIPp or a Kamailio");
        return NULL;
    }
    give_names(in);
    give_addresses(in);
    for (size_t i = 0; i < in->host_count; i++)
        if (in->hosts[i].runs == LAB_SIPP) settle_sipp(in, &in->hosts[i]);
    if (diag_failed(&in->diag)) return NULL;
    struct tree_node *tree = tree_map(begin);
    put_title(in, tree, begin);
    struct tree_node *hosts = tree_map(begin), *capture = tree_map(begin);
    import_put(in, capture, "at", capture_point(in), begin);
    put_filter(in, capture);
    for (size_t i = 0; i < in->host_count; i++)
        tree_put(hosts, in->hosts[i].name, in->hosts[i].at, host_tree(in, &in->hosts[i]));
    tree_put(tree, SPAN("hosts"), begin, hosts);
    tree_put(tree, SPAN("capture"), begin, capture);
    return tree;
}
