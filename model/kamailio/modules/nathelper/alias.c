/* SPDX-License-Identifier: MIT */
/* The alias parameter of a URI, IP~PORT~TRANSPORT: where its owner really is (facts: Kamailio 41.3). */
#include "model/kamailio/modules/nathelper/nathelper.h"
#include "model/kamailio/script/transport.h"

/*
 * A parameter of that name, from its semicolon on to the next: the first or the last one; p NULL: there is
 * none. Its value is what stands behind the =.
 */
static struct span find(struct span params, struct span name, bool last, struct span *value) {
    struct span found = {0};
    while (params.len) {
        ptrdiff_t next = span_find(span_skip(params, 1), ';');
        struct span param = next < 0 ? params : span_head(params, (size_t)next + 1);
        bool named = param.len > name.len + 1 && span_eq(span_head(span_skip(param, 1), name.len), name) &&
                     param.p[name.len + 1] == '=';
        if (named) {
            found = param;
            *value = span_skip(param, name.len + 2);
            if (!last) break;
        }
        params = span_skip(params, param.len);
    }
    return found;
}

/* The Request-URI with some of its bytes replaced by a text. */
static void change_uri(struct kam_run *run, struct span uri, struct span part, struct span text) {
    struct buf b = {0};
    buf_add(&b, span_between(uri.p, part.p));
    buf_add(&b, text);
    buf_add(&b, span_between(part.p + part.len, uri.p + uri.len));
    kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
}

/* In the message itself there is a colon in the place of that ~: what is made of it later sees that. */
static void mar(struct kam_run *run, struct span uri, const char *tilde) {
    if (uri.p != run->msg.uri.p) return;
    struct buf b = {0};
    buf_add(&b, span_between(uri.p, tilde));
    buf_add_char(&b, ':');
    buf_add(&b, span_between(tilde + 1, uri.p + uri.len));
    run->marred_uri = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
}

/*
 * The next hop is where the alias says, and the Request-URI loses it. Kamailio writes a colon over the first
 * ~ before it looks at the rest, and it stays when that is wrong; and of a last alias that ends the
 * parameters it sees as many characters too few as its name and the = have.
 */
int nathelper_handle_alias(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    struct span value, ip, port, proto, uri = kam_run_uri(run), name = nathelper_of(run)->alias_name;
    bool last = count > 0 && args[0].n != 0;
    if (!uri_parse(&u, uri)) return -1;
    struct span param = u.host.len ? find(u.params, name, last, &value) : (struct span){0};
    if (!param.p || value.len < 3) return 2;
    bool at_end = param.p + param.len == u.params.p + u.params.len;
    if (last && at_end) value.len -= value.len > name.len + 1 ? name.len + 1 : value.len;
    ptrdiff_t tilde = span_find(value, '~');
    if (tilde < 0) return -1;
    mar(run, uri, value.p + tilde);
    const char *transport = kam_alias_cut(value, &ip, &port, &proto) && proto.len == 1
                                ? kam_transport_in_uri((unsigned)(proto.p[0] - '0'))
                                : NULL;
    if (!transport) {
        change_uri(run, uri, (struct span){value.p + tilde, 1}, SPAN(":"));
        return -1;
    }
    struct buf hop = {0};
    buf_addf(&hop, "sip:" SPAN_FMT ":" SPAN_FMT, SPAN_ARG(ip), SPAN_ARG(port));
    if (proto.p[0] != '1') buf_addf(&hop, ";transport=%s", transport);
    kam_run_set_next_hop(run, buf_span(&hop));
    buf_free(&hop);
    change_uri(run, uri, param, SPAN(""));
    return 1;
}

/* The alias of the only contact, as a URI. */
int nathelper_alias_to_pv(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    struct span value, ip, port, proto, list = h ? h->value : (struct span){0}, entry;
    (void)count;
    if (!h || !name_addr_next(&list, &entry) || list.len || !nathelper_contact(run, &u)) return -1;
    if (!find(u.params, nathelper_of(run)->alias_name, false, &value).p ||
        !kam_alias_cut(value, &ip, &port, &proto))
        return -1;
    const char *transport = proto.len ? kam_transport_in_uri((unsigned)(proto.p[0] - '0')) : NULL;
    struct buf b = {0};
    buf_addf(&b, "sip:" SPAN_FMT ":" SPAN_FMT ";transport=%s", SPAN_ARG(ip), SPAN_ARG(port),
             transport ? transport : "");
    struct span text = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return kam_pv_assign(run, args[0].pv, (struct kam_value){.type = KAM_STR, .s = text}) ? 1 : -1;
}
