/* SPDX-License-Identifier: MIT */
#include "model/kamailio/forward.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/via_edit.h"
#include "model/kamailio/onsend.h"
#include "model/kamailio/script/error.h"

struct payload *kam_render_request(struct kam_run *run, struct edit_list *list, struct span uri) {
    if (uri.p != run->msg.uri.p && !span_eq(uri, run->msg.uri)) {
        size_t at = (size_t)(run->msg.uri.p - run->msg.bytes.p);
        for (size_t i = 0; i < list->count; i++) {
            if (list->edits[i].at != at)
                continue; /* it was relayed before: the first line is edited only once */
            for (list->count--; i < list->count; i++)
                list->edits[i] = list->edits[i + 1];
        }
        edit_replace(list, at, run->msg.uri.len, uri);
    }
    event_spend(run->k->queue, list->count / 4); /* a script may have made thousands */
    return kam_lump_apply(run, list);
}

struct payload *kam_render_received(const struct kam_run *run) {
    struct edit_list in_place = {0};
    for (const struct edit *e = run->edits.edits; e < run->edits.edits + run->edits.count; e++)
        if (e->in_place)
            edit_in_place(&in_place, e->at, (struct span){run->edits.texts.p + e->text, e->text_len});
    struct payload *p = edit_apply(&in_place, run->msg.bytes, run->k->pool);
    edit_list_free(&in_place);
    return p;
}

/* Via shows an advertised 5060, too. */
void kam_add_shown(struct buf *out, const struct kam_socket *s) {
    unsigned port = s->advertised_port ? s->advertised_port : s->port;
    buf_add(out, s->advertised.p ? s->advertised : s->address);
    if (port != 5060) buf_addf(out, ":%u", port);
}

static const char socket_name[] = ";sn=";

void kam_add_route_socket(struct buf *out, const struct kam_socket *s) {
    kam_add_shown(out, s);
    if (!s->k->routes_name_sockets || !s->name.len) return;
    buf_add_text(out, socket_name);
    buf_add(out, s->name);
}

/* What follows the socket in a Record-Route. */
static size_t behind_socket(struct span text) {
    size_t at = (size_t)span_find(text, ';');
    if (!span_starts(span_skip(text, at), socket_name)) return at;
    return at + 1 + (size_t)span_find(span_skip(text, at + 1), ';');
}

void kam_double_routes(struct kam_run *run, struct edit_list *list, const struct kam_socket *leaves) {
    for (struct edit *e = list->edits; run->socket != leaves && e < list->edits + list->count; e++) {
        if (!e->by_socket) continue;
        struct span text = arena_text(&run->scratch, (struct span){list->texts.p + e->text, e->text_len});
        size_t params = behind_socket(text), head = (size_t)span_find(text, '<');
        head += (size_t)span_find(span_skip(text, head), ':') + 1;
        ptrdiff_t user = span_find((struct span){text.p + head, params - head}, '@');
        if (user >= 0) head += (size_t)user + 1;
        struct buf b = {0};
        for (const struct kam_socket *s = leaves;; s = run->socket) {
            buf_add(&b, span_head(text, head));
            kam_add_route_socket(&b, s);
            buf_add_text(&b, ";r2=on");
            buf_add(&b, span_skip(text, params));
            if (s == run->socket) break;
        }
        e->by_socket = false;
        e->text = (uint32_t)list->texts.len;
        e->text_len = (uint32_t)b.len;
        buf_add(&list->texts, buf_span(&b));
        buf_free(&b);
    }
}

static void add_leaving(struct buf *out, const struct kam_run *run, const struct kam_socket *s) {
    const struct kam_globals *g = run->k->globals;
    struct span told = run->advertised.host.len ? run->advertised.host : g->via_host;
    buf_add(out, s->advertised.p ? s->advertised : told.p ? told : s->address);
    if (s->advertised_port)
        buf_addf(out, ":%u", (unsigned)s->advertised_port);
    else if (run->advertised.port.len)
        buf_addf(out, ":" SPAN_FMT, SPAN_ARG(run->advertised.port));
    else if (g->via_port || s->port != 5060)
        buf_addf(out, ":%u", g->via_port ? g->via_port : s->port);
}

static void put_sockets(struct kam_run *run, struct edit_list *list, const struct kam_socket *leaves) {
    for (struct edit *e = list->edits; e < list->edits + list->count; e++) {
        if (!e->socket_at) continue;
        struct span text = arena_text(&run->scratch, (struct span){list->texts.p + e->text, e->text_len});
        struct buf b = {0};
        buf_add(&b, span_head(text, e->socket_at));
        if (leaves) add_leaving(&b, run, leaves);
        if (leaves && e->names_socket && leaves->name.len)
            buf_addf(&b, "%s" SPAN_FMT, socket_name, SPAN_ARG(leaves->name));
        size_t len = b.len - e->socket_at;
        buf_add(&b, span_skip(text, e->socket_at + e->socket_len));
        e->socket_len = (uint16_t)len;
        e->text = (uint32_t)list->texts.len;
        e->text_len = (uint32_t)b.len;
        buf_add(&list->texts, buf_span(&b));
        buf_free(&b);
    }
}

void kam_put_socket(struct kam_run *run, struct edit_list *list, const struct kam_socket *leaves) {
    if (list->leaving) put_sockets(run, list, leaves);
}

void kam_add_path(const struct kam_run *run, struct edit_list *list, struct span path) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_ROUTE);
    struct buf b = {0};
    if (path.len == 0) return;
    if (!h) h = run->via_header;
    buf_addf(&b, "Route: " SPAN_FMT "\r\n", SPAN_ARG(path));
    kam_lump_insert(list, (size_t)(h->line.p - run->msg.bytes.p), buf_span(&b));
    buf_free(&b);
}

bool kam_next_hop(struct kam_run *run, struct udp_address *to) {
    struct span uri = run->next_hop.p ? run->next_hop : kam_run_uri(run);
    int error = uri.p ? kam_resolve(run->k, uri, to) : KAM_E_BAD_ADDRESS;
    if (error) kam_run_fail(run, error);
    return !error;
}

bool kam_forward_request(struct kam_run *run, const struct udp_address *to, const char *why) {
    struct kam_destination d = {0};
    struct edit_list *edits = run->target;
    if (!kam_run_from(run)->readable) return false;
    if (to)
        d.to = *to;
    else if (!kam_next_hop(run, &d.to))
        return false;
    d.socket = kam_run_socket_to(run, d.to.ip);
    if (!d.socket) {
        kam_run_fail(run, KAM_E_NO_SOCKET);
        return false;
    }
    /* The own Via stays on the list: what is forwarded twice has it twice (facts: Kamailio 8.1). */
    kam_via_add_own(edits, run, d.socket, 0);
    kam_double_routes(run, edits, d.socket);
    kam_put_socket(run, edits, d.socket);
    kam_add_path(run, edits, run->path);
    if (!run->via_edited) kam_via_mark_incoming(edits, run);
    run->via_edited = true;
    struct payload *p =
        run->msg.is_request ? kam_render_request(run, edits, kam_run_uri(run)) : kam_lump_apply(run, edits);
    struct cause cause = kam_cause(run, why, "RFC 3261 16.6, 16.11");
    cause.retransmission = run->retransmission;
    bool ok = kam_onsend(run, &d, p, KAM_NO_BRANCH) && kam_send(run->k, KAM_SEND_OTHER, &d, p, &cause);
    payload_drop(p);
    kam_run_fail(run, ok ? KAM_E_OK : KAM_E_SEND);
    return ok;
}

void kam_forward_reply(struct kam_run *run) {
    const struct via *second = kam_via_second(run);
    struct kam_destination d = {.socket = run->came_to};
    uint64_t port = 0;
    bool known = second != NULL;
    if (known) {
        struct span host = second->received.value.p ? second->received.value : second->host;
        bool heard = span_to_u64(second->rport.value, UINT32_MAX, &port) && port != 0;
        known = kam_host_parse(run->k, host, &d.to.ip) && span_is_nocase(second->transport, "UDP");
        if (!heard && !span_to_u64(second->port, UINT32_MAX, &port)) port = 5060;
        d.to.port = (uint16_t)port ? (uint16_t)port : 5060;
    }
    if (!known) {
        struct cause cause =
            kam_cause(run, "reply dropped: there is no second Via to send it to", "RFC 3261 16.11");
        kam_note(run->k, run->about, &cause);
        return;
    }
    kam_via_strip(&run->edits, run);
    struct payload *p = kam_lump_apply(run, &run->edits);
    struct cause cause =
        kam_cause(run, "reply relayed by its second Via, without a transaction", "RFC 3261 16.11");
    cause.at = (struct source_pos){0};
    cause.retransmission = run->retransmission;
    if (kam_onsend(run, &d, p, KAM_NO_BRANCH)) kam_send(run->k, KAM_SEND_OTHER, &d, p, &cause);
    payload_drop(p);
}
