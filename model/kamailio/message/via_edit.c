/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/via_edit.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/script/xavp.h"

/* The offset of a place in the run's message. */
static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

/* What stands before the branch, where the script has told a host or a port: else it is the socket's. */
static void add_told_begin(struct buf *b, const struct kam_run *run, const struct kam_socket *socket) {
    struct span port = socket->sent_by, host = span_cut(&port, ':');
    if (run->advertised.host.len) host = run->advertised.host;
    if (run->advertised.port.len) port = run->advertised.port;
    buf_add(b, SPAN("Via: SIP/2.0/UDP "));
    buf_add(b, host);
    if (port.len) buf_add_char(b, ':');
    buf_add(b, port);
    buf_add(b, SPAN(";branch="));
}

/* What via_add_srvid() and via_add_xavp_params() have asked for. */
static void add_told_params(struct buf *b, struct kam_run *run) {
    if (!(run->marks & (KAM_VIA_SERVER | KAM_VIA_PARAMS))) return;
    const struct kam_globals *g = run->k->globals;
    const struct kam_xavp *list = run->state.avps->lists[KAM_LIST_XAVP];
    if (run->marks & KAM_VIA_SERVER && g->server_id) buf_addf(b, ";srvid=%lld", (long long)g->server_id);
    if (!(run->marks & KAM_VIA_PARAMS) || !g->xavp_via_params.len) return;
    while (list && !span_eq(list->name, g->xavp_via_params))
        list = list->next;
    for (const struct kam_xavp *x = list ? list->list : NULL; x; x = x->next) {
        buf_addf(b, ";" SPAN_FMT, SPAN_ARG(x->name));
        struct span value = kam_value_text(x->value, &run->scratch);
        if (value.len) buf_addf(b, "=" SPAN_FMT, SPAN_ARG(value));
    }
}

void kam_via_add_own(struct edit_list *list, struct kam_run *run, const struct kam_socket *socket,
                     unsigned branch) {
    struct buf *b = &run->k->text;
    buf_reset(b);
    if (run->advertised.host.len || run->advertised.port.len)
        add_told_begin(b, run, socket);
    else
        buf_add(b, socket->via_begin);
    kam_branch_write(b, kam_run_hash(run), kam_run_md5(run), branch);
    if (run->local_rport) buf_add(b, SPAN(";rport"));
    add_told_params(b, run);
    buf_add(b, SPAN("\r\n"));
    kam_lump_insert(list, offset_of(run, run->via_header->line.p), buf_span(b));
}

bool kam_via_needs_received(const struct kam_run *run) {
    return run->via.rport.whole.p || run->via.received.whole.p ||
           !span_eq(run->via.host, buf_span(&run->source_text));
}

/* Where new parameters go: before the first one, after the blanks that may stand there, else after the
 * address. */
static const char *before_params(const struct via *via) {
    const char *after = via->sent_by.p + via->sent_by.len, *end = via->whole.p + via->whole.len, *p = after;
    while (p < end && ascii_space(*p))
        p++;
    return p < end && *p == ';' ? p : after;
}

static struct span rport_text(const struct kam_run *run) {
    struct buf *b = &run->k->text;
    buf_reset(b);
    buf_add(b, SPAN(";rport="));
    buf_add_u64(b, run->source.port);
    return buf_span(b);
}

static struct span received_text(const struct kam_run *run) {
    struct buf *b = &run->k->text;
    buf_reset(b);
    buf_add(b, SPAN(";received="));
    buf_add(b, buf_span(&run->source_text));
    return buf_span(b);
}

void kam_via_mark_incoming(struct edit_list *list, const struct kam_run *run) {
    const struct via *via = &run->via;
    struct span old_rport = via->rport.whole, old_received = via->received.whole;
    size_t front = offset_of(run, old_received.p ? old_received.p : before_params(via));
    if (!old_rport.p && run->force_rport) kam_lump_insert(list, front, rport_text(run));
    if (kam_via_needs_received(run)) {
        if (old_received.p)
            kam_lump_replace(list, front, old_received.len, received_text(run));
        else
            kam_lump_insert(list, front, received_text(run));
    }
    if (old_rport.p) kam_lump_replace(list, offset_of(run, old_rport.p), old_rport.len, rport_text(run));
}

void kam_via_strip(struct edit_list *list, const struct kam_run *run) {
    const struct sip_header *h = run->via_header;
    if (!run->via.rest.p) {
        kam_lump_remove(list, offset_of(run, h->line.p), h->line.len);
        return;
    }
    kam_lump_remove(list, offset_of(run, h->value.p), (size_t)(run->via.rest.p - h->value.p));
}

const struct via *kam_via_second(const struct kam_run *run) {
    return run->via.rest.p || run->further_vias ? &run->second_via : NULL;
}

bool kam_via_is_ours(const struct kamailio *k, const struct via *via) {
    uint64_t port = 5060;
    if (!span_is_nocase(via->transport, "UDP") || (via->port.p && !span_to_u64(via->port, UINT16_MAX, &port)))
        return false;
    for (size_t i = 0; i < k->socket_count; i++) {
        const struct kam_socket *s = &k->sockets[i];
        if (span_eq(via->host, s->address) && port == s->port) return true;
    }
    return false;
}
