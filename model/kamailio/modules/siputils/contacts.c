/* SPDX-License-Identifier: MIT */
/* siputils: contacts that are hidden, in a parameter or in the user of another URI (facts: Kamailio 50.3). */
#include "base/base64.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/siputils/siputils.h"
#include "model/sip/stops.h"

enum { NO_CONTACT = -1, CHANGED = -2, PARAM_CHANGED = -3, UNREADABLE = -4, IS_STAR = 1 };

static void replace_uri(struct kam_run *run, struct span uri, struct buf *text, bool brackets) {
    struct buf b = {0};
    brackets = brackets && uri.p[-1] != '<' && uri.p[0] != '<';
    if (brackets) buf_add_char(&b, '<');
    buf_add(&b, buf_span(text));
    if (brackets) buf_add_char(&b, '>');
    kam_lump_replace(run->target, (size_t)(uri.p - run->msg.bytes.p), uri.len, buf_span(&b));
    buf_free(&b);
}

static siputils_rewrite put_into_param;

/* All contacts of the first Contact header. What nathelper has changed lies outside of the message. */
static int rewrite_contacts(struct kam_run *run, const struct kam_arg *args, siputils_rewrite *f,
                            bool brackets) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    struct span list = kam_header_body(h);
    struct contact c;
    int result = 1;
    if (!contacts_readable(list)) return UNREADABLE;
    while (result >= 0 && contact_next(&c, &list) > 0) {
        struct buf b = {0};
        result = f(&b, run, c.uri, args);
        bool changed = run->contact_now.p && c.uri.p == run->contact_was.p;
        if (result > 0 && changed)
            result = f == put_into_param ? PARAM_CHANGED : CHANGED;
        else if (result > 0)
            replace_uri(run, c.uri, &b, brackets);
        buf_free(&b);
    }
    return result < 0 ? result : 1;
}

/* What of a URI stands before its user and its host. */
static struct span scheme_of(struct span uri) {
    ptrdiff_t colon = span_find(uri, ':');
    return span_head(uri, colon < 0 ? 0 : (size_t)colon + 1);
}

static char separator_of(const struct kam_run *run) {
    struct span s = siputils_of(run)->separator;
    return s.len ? s.p[0] : '*';
}

/* sip:PREFIX*USER*PASSWORD*HOST*PORT*TRANSPORT@ADDRESS */
static int hide(struct buf *out, const struct kam_run *run, struct span uri, const struct kam_arg *args) {
    enum { OTHER_SCHEME = -509 };
    struct uri u;
    if (!uri_parse(&u, uri) || u.kind == URI_SIPS) return OTHER_SCHEME;
    ptrdiff_t params = u.kind != URI_TEL && kam_uri_is_phone(&u) && u.user.p ? span_find(u.user, ';') : -1;
    struct span user = params < 0 ? u.user : span_head(u.user, (size_t)params);
    const struct span parts[] = {args[0].s, user, u.password, u.host, u.port, uri_param(&u, "transport")};
    buf_add(out, scheme_of(uri));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (i > 0) buf_add_char(out, separator_of(run));
        buf_add(out, parts[i]);
    }
    buf_add_char(out, '@');
    buf_add(out, args[1].s);
    return 1;
}

/* The way back, of whatever has a colon and an @ behind it; what stands behind host and port stays. */
static int show(struct buf *out, const struct kam_run *run, struct span uri, const struct kam_arg *args) {
    enum { NO_SCHEME = -22, NO_USER = -23, TOO_MANY = -24, TOO_FEW = -26, PARTS = 6 };
    struct span parts[PARTS], behind = uri;
    (void)args;
    span_cut(&behind, ':');
    if (!behind.p) return NO_SCHEME;
    struct span left = span_cut(&behind, '@');
    if (!behind.p) return NO_USER;
    for (size_t i = 0; i < PARTS; i++) {
        if (!left.p) return TOO_FEW;
        parts[i] = span_cut(&left, separator_of(run));
    }
    if (left.p) return TOO_MANY;
    buf_add(out, scheme_of(uri));
    buf_add(out, parts[1]);
    if (parts[2].len) buf_addf(out, ":" SPAN_FMT, SPAN_ARG(parts[2]));
    if (parts[1].len) buf_add_char(out, '@');
    buf_add(out, parts[3]);
    if (parts[4].len) buf_addf(out, ":" SPAN_FMT, SPAN_ARG(parts[4]));
    if (parts[5].len) buf_addf(out, ";transport=" SPAN_FMT, SPAN_ARG(parts[5]));
    buf_add(out, span_skip(behind, stop_find(behind, STOP_SEMICOLON)));
    return 1;
}

int siputils_rewrite_contacts(struct kam_run *run, const struct kam_arg *args, siputils_rewrite *f) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    if (!h) return NO_CONTACT;
    return contact_is_star(h->value) ? IS_STAR : rewrite_contacts(run, args, f, false);
}

int siputils_encode_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return siputils_rewrite_contacts(run, args, hide);
}

int siputils_decode_contact_header(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return siputils_rewrite_contacts(run, args, show);
}

/* In the Request-URI, which loses its headers. */
int siputils_decode_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct buf b = {0};
    struct uri u;
    struct span uri = kam_run_uri(run);
    if (uri_parse(&u, uri)) uri.len -= u.headers.len;
    int result = show(&b, run, uri, args);
    if (result > 0) kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return result;
}

/* ADDRESS;NAME=the URI */
static int put_into_param(struct buf *out, const struct kam_run *run, struct span uri,
                          const struct kam_arg *args) {
    enum { URI_MIN = 5 };
    (void)run;
    if (uri.len < URI_MIN) return 0;
    buf_addf(out, SPAN_FMT ";" SPAN_FMT "=", SPAN_ARG(args[1].s), SPAN_ARG(args[0].s));
    base64_add(out, uri, base64_url_letters, '\0');
    return 1;
}

/* The parameter of a URI, in any case of letters; its value's p NULL: it has none. 0: there is none; -1: that
 * is no URI. */
static int find_param(struct span uri, struct span name, struct kam_param_text *p) {
    struct uri u;
    if (!uri_parse(&u, uri)) return -1;
    for (struct span left = u.params; kam_param_next(&left, p) > 0;)
        if (span_eq_nocase(p->name, name)) return 1;
    return 0;
}

static int take_from_param(struct buf *out, const struct kam_run *run, struct span uri,
                           const struct kam_arg *args) {
    struct kam_param_text p;
    (void)run;
    int found = find_param(uri, args[0].s, &p);
    if (found <= 0 || p.value.len == 0) return found < 0 ? -1 : 0;
    while (p.value.len && p.value.p[p.value.len - 1] == '=')
        p.value.len--;
    return base64_read(out, p.value, base64_url_letters) && out->len ? 1 : -1;
}

static int remove_param(struct buf *out, const struct kam_run *run, struct span uri,
                        const struct kam_arg *args) {
    struct kam_param_text p;
    (void)run;
    int found = find_param(uri, args[0].s, &p);
    if (found <= 0) return found;
    const char *end = p.value.len ? p.value.p + p.value.len : p.name.p + p.name.len;
    buf_add(out, span_between(uri.p, p.name.p - 1));
    buf_add(out, span_between(end, uri.p + uri.len));
    return 1;
}

/* Contacts that have not got the parameter do not matter; nor do those that cannot be read. */
static int param_of_contacts(struct kam_run *run, const struct kam_arg *args, siputils_rewrite *f) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    if (!h || contact_is_star(h->value)) return IS_STAR;
    if (h->value.len == 0 && f == put_into_param) return UNREADABLE;
    int result = rewrite_contacts(run, args, f, f == put_into_param);
    return result == UNREADABLE && f != put_into_param ? 1 : result;
}

int siputils_contact_param_encode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return param_of_contacts(run, args, put_into_param);
}

int siputils_contact_param_decode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return param_of_contacts(run, args, take_from_param);
}

int siputils_contact_param_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return param_of_contacts(run, args, remove_param);
}

int siputils_contact_param_decode_ruri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct buf b = {0};
    int result = take_from_param(&b, run, kam_run_uri(run), args);
    if (result > 0) kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return result < 0 ? result : 1;
}
