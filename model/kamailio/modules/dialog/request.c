/* SPDX-License-Identifier: MIT */
/* The requests that dialog sends itself, and where they go. (facts: Kamailio 22.4) */
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/transport.h"

/* The last alias in a contact's URI leaves it and says where the request goes; false: by no datagram. */
static bool follow_alias(struct kam_uac_request *r, struct buf *uri, struct buf *hop) {
    struct span whole = r->uri, name = SPAN(";alias="), address, port, transport;
    for (size_t at = whole.len; at-- > 0;) {
        struct span value = span_skip(whole, at);
        if (!span_eq(span_head(value, name.len), name)) continue;
        value = span_skip(value, name.len);
        ptrdiff_t end = span_find(value, ';');
        if (end >= 0) value.len = (size_t)end;
        bool cut = kam_alias_cut(value, &address, &port, &transport);
        if (!cut || transport.len != 1 || !ascii_digit((unsigned char)*transport.p)) continue;
        if (*transport.p >= '2' && *transport.p <= '6') return false;
        buf_addf(hop, "sip:" SPAN_FMT, SPAN_ARG(address));
        if (port.len) buf_addf(hop, ":" SPAN_FMT, SPAN_ARG(port));
        buf_add(uri, span_head(whole, at));
        buf_add(uri, span_skip(whole, at + name.len + value.len));
        r->uri = buf_span(uri);
        r->next_hop = buf_span(hop);
        break;
    }
    return true;
}

/* The value of Route, the Request-URI and the next hop: a strict router finds itself in the Request-URI. */
static void find_way(struct dialog *dlg, enum dlg_side to, struct kam_uac_request *r, struct buf *route) {
    struct span left = dlg->route[to], entry;
    struct uri uri;
    if (!left.len || !name_addr_next(&left, &entry)) return;
    r->next_hop = name_addr_uri(entry);
    if (uri_parse(&uri, r->next_hop) && uri_param(&uri, "lr").p) {
        r->route = dlg->route[to];
        return;
    }
    if (left.len) buf_addf(route, SPAN_FMT ", ", SPAN_ARG(span_trim(left)));
    buf_addf(route, "<" SPAN_FMT ">", SPAN_ARG(r->uri));
    r->two_more = left.len > 0;
    r->uri = r->next_hop;
    r->route = buf_span(route);
}

bool dlg_send(struct dialogs *d, struct dialog *dlg, enum dlg_side to, const struct dlg_request *what) {
    bool callee = to == DLG_CALLEE;
    struct buf cseq = {0}, route = {0}, uri = {0}, hop = {0};
    if (!kam_tm_of(d->k) || (!callee && !dlg->to_tag.len)) return false;
    buf_addf(&cseq, "%llu", (unsigned long long)dlg->cseq[callee ? 0 : 1] + what->cseq_more);
    struct kam_uac_request r = {.method = what->method,
                                .uri = callee ? dlg->to_contact : dlg->from_contact,
                                .from = callee ? dlg->from_uri : dlg->to_uri,
                                .to = callee ? dlg->to_uri : dlg->from_uri,
                                .to_tag = callee ? dlg->to_tag : dlg->from_tag,
                                .from_tag = callee ? dlg->from_tag : dlg->to_tag,
                                .call_id = dlg->call_id,
                                .cseq = buf_span(&cseq),
                                .more_lines = what->lines,
                                .own_max_forwards = what->lines.p && span_starts(what->lines, "Max-Forwards"),
                                .socket = dlg->socket[to],
                                .ended = what->ended,
                                .arg = &dlg->legs[to],
                                .awaited = what->awaited};
    find_way(dlg, to, &r, &route);
    bool sent =
        r.uri.len && (r.next_hop.len || follow_alias(&r, &uri, &hop)) && kam_tm_send_request(d->k, &r);
    if (sent) dlg->requests++;
    buf_free(&cseq);
    buf_free(&route);
    buf_free(&uri);
    buf_free(&hop);
    return sent;
}

#define ROUTES_MAX 64

/* As many as are kept. */
static size_t read_routes(const struct sip_msg *msg, struct span entries[ROUTES_MAX]) {
    size_t count = kam_record_routes(msg, entries, ROUTES_MAX);
    return count < ROUTES_MAX ? count : ROUTES_MAX;
}

static void set_route(struct span *route, const struct span *entries, size_t count, bool reversed) {
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        buf_addf(&text, "%s" SPAN_FMT, i ? ", " : "", SPAN_ARG(entries[reversed ? count - 1 - i : i]));
    dlg_text_set(route, buf_span(&text));
    buf_free(&text);
}

struct span dlg_contact(const struct sip_msg *msg) {
    const struct sip_header *h = sip_msg_first(msg, SIP_CONTACT);
    struct span list = h ? kam_header_body(h) : (struct span){0};
    struct contact only, more;
    if (!h || contact_is_star(list) || contact_next(&only, &list) <= 0) return (struct span){0};
    return contact_next(&more, &list) == 0 ? only.uri : (struct span){0};
}

void dlg_read_invite(struct dialog *dlg, struct kam_run *run) {
    struct span entries[ROUTES_MAX];
    dlg->caller_routes = read_routes(&run->msg, entries);
    dlg->socket[DLG_CALLER] = dlg->socket[DLG_CALLEE] = run->socket;
    set_route(&dlg->route[DLG_CALLER], entries, dlg->caller_routes, false);
}

static bool is_own(const struct dialogs *d, struct span entry, bool second) {
    struct uri uri;
    return uri_parse(&uri, name_addr_uri(entry)) && kam_is_own(d->k, &uri) &&
           (!second || uri_param(&uri, "r2").p);
}

enum { KEEPS_FOR_CALLEE = 1, KEEPS_FOR_CALLER = 2 };

/* Behind the callee's proxies stand our own one or two entries, then those that the INVITE had. */
void dlg_read_answer(struct dialogs *d, struct dialog *dlg, const struct sip_msg *msg) {
    struct span entries[ROUTES_MAX];
    size_t count = read_routes(msg, entries);
    size_t end = count > dlg->caller_routes ? count - dlg->caller_routes : 0, begin = end;
    dlg_text_set(&dlg->to_contact, dlg_contact(msg));
    if (begin && is_own(d, entries[begin - 1], false)) {
        begin--;
        if (begin && is_own(d, entries[begin], true) && is_own(d, entries[begin - 1], true)) begin--;
    }
    bool for_callee = d->keep_own_routes & KEEPS_FOR_CALLEE;
    set_route(&dlg->route[DLG_CALLEE], entries, for_callee ? end : begin, true);
    size_t first = for_callee ? begin : 0;
    if (d->keep_own_routes & KEEPS_FOR_CALLER)
        set_route(&dlg->route[DLG_CALLER], entries + first, count - first, false);
}
