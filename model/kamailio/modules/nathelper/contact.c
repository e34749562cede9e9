/* SPDX-License-Identifier: MIT */
/* Contacts: where a request has really come from is written into them (facts: Kamailio 41.2). */
#include "model/kamailio/message/contact.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/nathelper/nathelper.h"
#include "model/kamailio/script/transport.h"

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

/* The contact itself, with its brackets off. */
static bool first_contact(const struct kam_run *run, struct contact *c) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    if (!h || contact_is_star(h->value)) return false;
    struct span list = kam_header_body(h);
    struct contact next;
    int got;
    bool any = false;
    while ((got = contact_next(&next, &list)) > 0) {
        *c = next;
        any = true;
    }
    return any && got == 0;
}

bool nathelper_contact(const struct kam_run *run, struct uri *uri) {
    struct contact c;
    if (!first_contact(run, &c)) return false;
    return uri_parse(uri, run->contact_now.p ? run->contact_now : c.uri) && uri->host.len;
}

/* A contact that has been changed once is not changed again. */
static bool changeable(const struct kam_run *run, struct uri *uri) {
    return !run->contact_now.p && nathelper_contact(run, uri);
}

/* Behind the host and the port; the colon before an empty one stays. */
static const char *address_end(const struct uri *u) {
    return u->port.len ? u->port.p + u->port.len : u->host.p + u->host.len;
}

static bool has_brackets(const struct kam_run *run, const struct uri *u) {
    return u->whole.p > run->msg.bytes.p && u->whole.p[-1] == '<';
}

/* From now on save() sees that contact as another one. */
static void rename_contact(struct kam_run *run, const struct uri *u, struct buf *text) {
    run->contact_was = u->whole;
    run->contact_now = arena_text(&run->scratch, buf_span(text));
}

int nathelper_fix_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    struct buf whole = {0};
    (void)args, (void)count;
    if (!changeable(run, &u)) return -1;
    buf_add(&whole, span_between(u.whole.p, u.host.p));
    buf_addf(&whole, SPAN_FMT ":%u", SPAN_ARG(buf_span(&run->source_text)), (unsigned)run->source.port);
    buf_add(&whole, span_between(address_end(&u), u.whole.p + u.whole.len));
    kam_lump_replace(run->target, offset_of(run, u.whole.p), u.whole.len, buf_span(&whole));
    rename_contact(run, &u, &whole);
    buf_free(&whole);
    return 1;
}

/* ";alias=1.2.3.4~5060~1" */
static void add_alias(struct buf *out, const struct kam_run *run, struct span ip, unsigned port,
                      unsigned proto) {
    buf_addf(out, ";" SPAN_FMT "=" SPAN_FMT "~%u~%u", SPAN_ARG(nathelper_of(run)->alias_name), SPAN_ARG(ip),
             port, proto);
}

/* A parameter that is to be part of a URI without brackets needs them. Kamailio looks for one in the whole
 * header, and puts its own in front of the first contact. */
static void insert_param(struct kam_run *run, const char *at, struct buf *param) {
    struct span list = kam_header_body(sip_msg_first(&run->msg, SIP_CONTACT));
    if (span_find(list, '<') < 0) {
        kam_lump_insert(run->target, offset_of(run, list.p), SPAN("<"));
        buf_add_char(param, '>');
    }
    kam_lump_insert(run->target, offset_of(run, at), buf_span(param));
}

/* The last parameter of that name with a value, as it is written; p NULL: there is none. */
static struct span alias_param(const struct kam_run *run, const struct uri *u) {
    struct span left = u->params, name = nathelper_of(run)->alias_name, found = {0};
    while (left.len) {
        ptrdiff_t next = span_find(span_skip(left, 1), ';');
        struct span param = next < 0 ? left : span_head(left, (size_t)next + 1);
        struct span key = span_head(span_skip(param, 1), name.len);
        if (span_eq(key, name) && param.len > name.len + 1 && param.p[name.len + 1] == '=') found = param;
        left = span_skip(left, param.len);
    }
    return found;
}

/* At the URI's end, after an old one has been taken out if that is asked for. */
int nathelper_set_alias(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    struct buf alias = {0}, whole = {0};
    if (!changeable(run, &u)) return -1;
    struct span old = count > 0 && args[0].n ? alias_param(run, &u) : (struct span){0};
    const char *end = u.whole.p + u.whole.len;
    add_alias(&alias, run, buf_span(&run->source_text), run->source.port, 1);
    buf_add(&whole, old.p ? span_between(u.whole.p, old.p) : u.whole);
    if (old.p) buf_add(&whole, span_between(old.p + old.len, end));
    buf_add(&whole, buf_span(&alias));
    rename_contact(run, &u, &whole);
    if (!has_brackets(run, &u)) {
        buf_reset(&alias);
        buf_addf(&alias, "<" SPAN_FMT ">", SPAN_ARG(buf_span(&whole)));
    }
    kam_lump_replace(run->target, offset_of(run, u.whole.p), u.whole.len,
                     buf_span(has_brackets(run, &u) ? &whole : &alias));
    buf_free(&alias);
    buf_free(&whole);
    return 1;
}

/* Does the contact say itself where it comes from, with a transport? */
static bool is_source(const struct kam_run *run, const struct uri *u) {
    uint32_t ip;
    uint64_t port = 5060;
    if (u->port.len && !span_to_u64(u->port, 65535, &port)) return false;
    return ipv4_parse(u->host, &ip) && ip == run->source.ip && port == run->source.port &&
           span_is_nocase(uri_param(u, "transport"), "udp");
}

/* Behind host and port. Without arguments: the source, unless the contact names it. 2: nothing was to be
 * done. */
int nathelper_add_alias(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    struct buf alias = {0};
    uint32_t ip;
    uint64_t port = run->source.port;
    unsigned proto = 1;
    struct span address = buf_span(&run->source_text);
    if (count > 0) {
        if (args[0].missing || args[1].missing || args[2].missing) return -1;
        address = args[0].s;
        proto = kam_transport_of(args[2].s);
        if (!ipv4_parse(address, &ip) || !span_to_u64(args[1].s, 65535, &port) || port == 0 || proto == 0)
            return -1;
    }
    if (!sip_msg_first(&run->msg, SIP_CONTACT)) return run->damaged ? -1 : 2;
    if (!changeable(run, &u)) return -1;
    if (count == 0 && is_source(run, &u)) return 2;
    add_alias(&alias, run, address, (unsigned)port, proto);
    insert_param(run, address_end(&u), &alias);
    buf_free(&alias);
    return 1;
}

/* Where a contact ends, with the blanks behind it: before the comma, or at the list's end. (Of a name without
 * brackets contact_next() leaves something over there.) */
static const char *contact_end(const struct contact *c, struct span left, struct span list) {
    const char *end = left.len ? left.p : list.p + list.len, *whole = c->whole.p + c->whole.len;
    while (left.len && end > list.p && ascii_space((unsigned char)end[-1]))
        end--;
    if (left.len) return end - 1;
    return span_trim(span_between(whole, end)).len ? whole : end;
}

/* How many contacts of the list stand up to the one that was changed before; 0: it is not there. */
static size_t up_to_changed(const struct kam_run *run, struct span list) {
    struct contact c;
    for (size_t n = 1; run->contact_now.p && contact_next(&c, &list) > 0; n++)
        if (c.uri.p == run->contact_was.p) return n;
    return 0;
}

/* ;received="sip:1.2.3.4:5060" for each contact, or as a parameter of its URI. These are taken from the last
 * to the first, up to one that was changed before. */
int nathelper_add_received(struct kam_run *run, const struct kam_arg *args, size_t count) {
    bool in_uri = count > 0 && args[0].n != 0;
    struct buf param = {0};
    if (run->damaged && !sip_msg_first(&run->msg, SIP_CONTACT)) return -1;
    buf_addf(&param, in_uri ? ";received=sip:" SPAN_FMT ":%u" : ";received=\"sip:" SPAN_FMT ":%u\"",
             SPAN_ARG(buf_span(&run->source_text)), (unsigned)run->source.port);
    int result = 1;
    for (const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT); h && result > 0;
         h = sip_msg_next(&run->msg, h)) {
        struct span list = kam_header_body(h);
        struct contact c;
        if (contact_is_star(h->value)) continue;
        if (!contacts_readable(list)) return buf_free(&param), -1;
        size_t left = in_uri ? up_to_changed(run, list) : 0;
        if (left) result = -1;
        while (contact_next(&c, &list) > 0) {
            if (left && left--) continue;
            const char *at = in_uri ? c.uri.p + c.uri.len : contact_end(&c, list, kam_header_body(h));
            kam_lump_insert(run->target, offset_of(run, at), buf_span(&param));
        }
    }
    buf_free(&param);
    return result;
}
