/* SPDX-License-Identifier: MIT */
/* listen = [udp:]ADDRESS[:PORT] [advertise HOST[:PORT]] [name "x"]. (facts: Kamailio 11.2) */
#include "base/mem.h"
#include "model/kamailio/cfg/globals.h"

#include <string.h>

static void add(struct cfg_parse *p, const struct kam_listen *listen) {
    struct kam_globals *g = &p->program->globals;
    struct kam_listen *all = (struct kam_listen *)g->listens;
    g->listens = all = mem_room(all, g->listen_count, &p->program->listen_cap, sizeof *all);
    all[g->listen_count++] = *listen;
}

/* One [PROTO:]ADDRESS[:PORT]; *udp says whether it is UDP over IPv4, the only sockets that are simulated. */
static bool address_parse(struct cfg_parse *p, struct kam_listen *listen, bool *udp) {
    struct cfg_socket socket;
    const struct cfg_token *host = p->t + (cfg_token_is(p->t + 1, ":") ? 2 : 0);
    if (cfg_token_is(host, "(")) {
        diag_error(p->diag, p->t->at, "a list of addresses on one socket is not simulated");
        return false;
    }
    if (!cfg_socket_parse(p, &socket)) return false;
    *udp = socket.transport <= KAM_UDP && !socket.ipv6;
    listen->at = socket.at;
    listen->address = socket.host;
    listen->port = socket.port;
    return true;
}

/* Could this token go on with another address on the same listen= line? */
static bool another(const struct cfg_parse *p) {
    enum cfg_token_kind kind = p->t->kind;
    if (kind == CFG_TOKEN_NUMBER || kind == CFG_TOKEN_NUM_WORD || kind == CFG_TOKEN_STRING) return true;
    if (kind == CFG_TOKEN_WORD && cfg_token_is(p->t + 1, ".")) return true; /* even GROUP.NAME = VALUE */
    return p->t->kind == CFG_TOKEN_RESERVED && cfg_token_is(p->t + 1, ":");
}

/* eth0, ens3, enp0s3, wlan0 ... */
static bool is_interface(struct span name) {
    static const char *const kinds[] = {"eth", "en", "wlan", "bond", "br", "venet", "vlan"};
    bool digit = name.len && ascii_digit((unsigned char)name.p[name.len - 1]);
    for (size_t i = 0; digit && span_find(name, '.') < 0 && i < sizeof kinds / sizeof *kinds; i++)
        if (span_starts(name, kinds[i])) return true;
    return false;
}

static bool alias_begins(const struct cfg_parse *p) {
    enum cfg_token_kind kind = p->t->kind;
    return kind == CFG_TOKEN_NUMBER || kind == CFG_TOKEN_NUM_WORD || kind == CFG_TOKEN_STRING ||
           kind == CFG_TOKEN_IPV6 || kind == CFG_TOKEN_WORD || cfg_next_is(p, "*") || cfg_next_is(p, "[") ||
           cfg_transport(p->t);
}

bool cfg_alias_parse(struct cfg_parse *p) {
    if (!alias_begins(p)) return cfg_expected(p, "a host name");
    while (alias_begins(p)) {
        struct cfg_socket socket;
        if (!cfg_socket_parse(p, &socket)) return false;
        struct kam_alias *alias = cfg_new(p, sizeof *alias);
        *alias = (struct kam_alias){p->program->globals.aliases, socket.host, socket.port};
        p->program->globals.aliases = alias;
    }
    return true;
}

/* listen=udp:NAME: its address is what Kamailio calls itself, and the name is myself, too. */
static void add_name(struct cfg_parse *p, struct kam_listen *listen) {
    struct kam_alias *alias = cfg_new(p, sizeof *alias);
    struct buf text = {0};
    *alias = (struct kam_alias){
        .next = p->program->globals.aliases, .host = listen->address, .port = listen->port};
    p->program->globals.aliases = alias;
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_addf(&text, shift ? "%u." : "%u", (unsigned)(listen->ip >> shift & 255));
    listen->address = arena_text(&p->program->arena, buf_span(&text));
    buf_free(&text);
}

/* Is it an address, or a name that can be looked up? */
static bool resolves(const struct cfg_parse *p, struct span host) {
    uint32_t ip;
    return script_ipv4(host, &ip) || span_find(host, ':') >= 0 || span_is_nocase(host, "localhost") ||
           kam_program_address(p->program, host, &ip);
}

/* advertise HOST[:PORT], for the sockets of this line; with a name that cannot be looked up there are none.
 */
static bool advertise_parse(struct cfg_parse *p, size_t first) {
    struct kam_globals *g = &p->program->globals;
    struct kam_listen adv = {0};
    struct source_pos at = p->t->at;
    if (!cfg_host_parse(p, true, &adv.advertise_host) || !cfg_port_parse(p, &adv.advertise_port))
        return false;
    if (!resolves(p, adv.advertise_host)) {
        diag_warning(p->diag, at,
                     "advertise " SPAN_FMT
                     ": no host of the lab is called so: Kamailio does not listen there",
                     SPAN_ARG(adv.advertise_host));
        g->listen_count = first;
    }
    for (size_t i = first; i < g->listen_count; i++) {
        struct kam_listen *l = (struct kam_listen *)&g->listens[i];
        l->advertise_host = adv.advertise_host;
        l->advertise_port = adv.advertise_port;
    }
    return true;
}

bool cfg_listen_parse(struct cfg_parse *p, struct source_pos at) {
    struct kam_globals *g = &p->program->globals;
    size_t first = g->listen_count;
    do {
        struct kam_listen listen = {.at = at};
        bool udp;
        if (!address_parse(p, &listen, &udp)) return false;
        if (!udp) {
            if (p->program->globals.other_listens++ == 0) p->program->globals.other_at = listen.at;
            continue;
        }
        if (is_interface(listen.address)) {
            listen.address = (struct span){0}; /* the only one that a host has */
        } else if (span_is(listen.address, "lo") || span_is_nocase(listen.address, "localhost")) {
            listen.address = SPAN("127.0.0.1");
            script_ipv4(listen.address, &listen.ip);
        } else if (cfg_next_is(p, "=")) {
            diag_error(p->diag, listen.at, SPAN_FMT " right after listen= is read as another address",
                       SPAN_ARG(listen.address));
            return false;
        } else if (kam_program_address(p->program, listen.address, &listen.ip)) {
            add_name(p, &listen);
        } else if (!script_ipv4(listen.address, &listen.ip)) {
            diag_error(p->diag, listen.at,
                       "listen=" SPAN_FMT
                       ": only an IPv4 address, a host of the lab or an interface is simulated",
                       SPAN_ARG(listen.address));
            return false;
        }
        add(p, &listen);
    } while (another(p));
    if ((cfg_take(p, "advertise") || cfg_take(p, "ADVERTISE")) && !advertise_parse(p, first)) return false;
    if (cfg_take(p, "name") || cfg_take(p, "NAME")) {
        if (p->t->kind != CFG_TOKEN_STRING) return cfg_expected(p, "a string");
        struct span name = cfg_get(p)->text;
        for (size_t i = first; i < g->listen_count; i++)
            ((struct kam_listen *)&g->listens[i])->name = name;
    }
    cfg_take(p, "virtual"); /* of an address that moves between machines */
    return true;
}

/* Where the file says port= but not listen=, Kamailio listens on that port of every address. */
void cfg_globals_finish(struct cfg_parse *p) {
    struct kam_globals *g = &p->program->globals;
    uint16_t port = p->program->default_port;
    if (g->listen_count == 0 && p->program->globals.other_listens > 0)
        diag_warning(p->diag, p->program->globals.other_at,
                     "the configuration has no UDP socket, and others are not simulated: it does not run");
    if (g->listen_count == 0 && port != 5060) add(p, &(struct kam_listen){0});
    for (size_t i = 0; i < g->listen_count; i++) {
        struct kam_listen *l = (struct kam_listen *)&g->listens[i];
        if (l->port == 0) l->port = port;
    }
}
