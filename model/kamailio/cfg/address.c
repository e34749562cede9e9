/* SPDX-License-Identifier: MIT */
/* Hosts and sockets without quotes, as several places of a configuration write them. (facts: Kamailio 11.2)
 */
#include "model/kamailio/cfg/parse.h"
#include "model/net/ip.h"

bool cfg_ipv4_parse(struct cfg_parse *p, uint32_t *ip) {
    *ip = 0;
    for (int i = 0; i < 4; i++) {
        if (i > 0 && !cfg_expect(p, ".")) return false;
        if (p->t->kind != CFG_TOKEN_NUMBER || p->t->n < 0 || p->t->n > 255)
            return cfg_expected(p, "an IPv4 address");
        *ip = *ip << 8 | (uint32_t)cfg_get(p)->n;
    }
    return true;
}

static bool is_part(const struct cfg_token *t, bool numbers) {
    bool number = t->kind == CFG_TOKEN_NUMBER || t->kind == CFG_TOKEN_NUM_WORD;
    return t->kind == CFG_TOKEN_WORD || (numbers && number);
}

/* A number that a name begins with; Kamailio takes it with all up to the end of the token behind it, which it
 * has read to find out whether that is a dot. */
static struct span first_number(const struct cfg_token *t) {
    const struct cfg_token *next = t + 1;
    size_t more = next->kind == CFG_TOKEN_STRING ? 1 : next->text.len, end = next->at.offset + more;
    bool in_place = t->at.source && t->at.source == next->at.source && next->at.offset > t->at.offset &&
                    end <= t->at.source->len;
    return in_place ? (struct span){t->at.source->text + t->at.offset, end - t->at.offset} : t->text;
}

/* Words, and perhaps numbers, joined by . and - */
static bool parse_name(struct cfg_parse *p, bool numbers, struct buf *name) {
    for (;;) {
        if (!is_part(p->t, numbers)) return cfg_expected(p, "an address");
        bool begins = name->len == 0 && p->t->kind == CFG_TOKEN_NUMBER;
        buf_add(name, begins ? first_number(p->t) : p->t->text);
        cfg_get(p);
        if (!cfg_next_is(p, ".") && !cfg_next_is(p, "-")) return true;
        buf_add(name, cfg_get(p)->text);
    }
}

bool cfg_host_parse(struct cfg_parse *p, bool numbers, struct span *host) {
    struct buf text = {0};
    uint32_t ip;
    bool parsed = true, brackets = cfg_next_is(p, "[") && p->t[1].kind == CFG_TOKEN_IPV6 && cfg_take(p, "[");
    if (p->t->kind == CFG_TOKEN_STRING || p->t->kind == CFG_TOKEN_IPV6)
        buf_add(&text, cfg_get(p)->text);
    else if (p->t->kind == CFG_TOKEN_NUMBER && cfg_token_is(p->t + 1, ".")) /* nothing else begins so */
        parsed = cfg_ipv4_parse(p, &ip), ipv4_write(&text, ip);
    else
        parsed = parse_name(p, numbers, &text);
    *host = arena_text(&p->program->arena, buf_span(&text));
    buf_free(&text);
    return parsed && (!brackets || cfg_expect(p, "]"));
}

bool cfg_port_parse(struct cfg_parse *p, uint16_t *port) {
    *port = 0;
    if (!cfg_take(p, ":")) return true;
    if (p->t->kind != CFG_TOKEN_NUMBER) return cfg_expected(p, "a port number");
    if (p->t->n > 65535) {
        diag_error(p->diag, p->t->at, "port " SPAN_FMT " is not simulated", SPAN_ARG(p->t->text));
        return false;
    }
    *port = (uint16_t)cfg_get(p)->n;
    return true;
}

enum kam_transport cfg_transport(const struct cfg_token *t) {
    return t->kind == CFG_TOKEN_RESERVED ? kam_transport_of_socket(t->text) : KAM_NO_TRANSPORT;
}

bool cfg_socket_parse(struct cfg_parse *p, struct cfg_socket *socket) {
    *socket = (struct cfg_socket){.at = p->t->at, .transport = cfg_transport(p->t)};
    if ((socket->transport || cfg_next_is(p, "*")) && (cfg_get(p), !cfg_expect(p, ":"))) return false;
    socket->ipv6 = p->t->kind == CFG_TOKEN_IPV6 || cfg_next_is(p, "[");
    if (!cfg_host_parse(p, true, &socket->host)) return false;
    bool any_port = cfg_next_is(p, ":") && cfg_token_is(p->t + 1, "*");
    if (any_port) p->t += 2;
    return any_port || cfg_port_parse(p, &socket->port);
}
