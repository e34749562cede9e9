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

/* The contact's URI becomes another one; what nathelper has changed lies outside of the message. */
static int rewrite(struct kam_run *run, struct span uri, const struct kam_arg *args, siputils_rewrite *f) {
    struct buf b = {0};
    int result = f(&b, run, uri, args);
    if (result > 0 && run->contact_now.p && uri.p == run->contact_was.p)
        result = f == put_into_param ? PARAM_CHANGED : CHANGED;
    else if (result > 0)
        replace_uri(run, uri, &b, f == put_into_param);
    buf_free(&b);
    return result;
}

/* Kamailio keeps a header's contacts from the last to the first. */
static int rewrite_contacts(struct kam_run *run, const struct sip_header *h, const struct kam_arg *args,
                            siputils_rewrite *f, enum siputils_failing failing) {
    struct span list = kam_header_body(h), left = list;
    struct contact c;
    size_t count = 0;
    int result = 1;
    if (!contacts_readable(list)) return UNREADABLE;
    while (contact_next(&c, &left) > 0)
        count++;
    struct span *uris = arena_new(&run->scratch, count * sizeof *uris);
    for (size_t i = count; i-- > 0 && contact_next(&c, &list) > 0;)
        uris[i] = c.uri;
    for (size_t i = 0; i < count && result >= 0; i++) {
        int one = rewrite(run, uris[i], args, f);
        if (failing == SIPUTILS_ANY_FAILS || i == 0) result = one;
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

enum { NO_URI = -509 };

int siputils_hidable(struct uri *u, struct span uri) {
    enum { TOO_SHORT = -1, NO_COLON = -25, SHORT_SCHEME = -26, SCHEME_MIN = 3 };
    ptrdiff_t colon = span_find(uri, ':');
    if (uri.len < 2) return TOO_SHORT;
    if (colon < SCHEME_MIN) return colon < 0 ? NO_COLON : SHORT_SCHEME;
    return uri_parse(u, uri) ? 1 : NO_URI;
}

/* sip:PREFIX*USER*PASSWORD*HOST*PORT*TRANSPORT@ADDRESS */
static int hide(struct buf *out, const struct kam_run *run, struct span uri, const struct kam_arg *args) {
    struct uri u;
    int hidable = siputils_hidable(&u, uri);
    if (hidable < 0) return hidable;
    if (u.kind == URI_SIPS) return NO_URI;
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

/* What stands behind a semicolon or a bracket stays. */
static void write_shown(struct buf *out, const struct span *parts, struct span uri, struct span behind) {
    size_t len = 0;
    while (len < behind.len && behind.p[len] != ';' && behind.p[len] != '>')
        len++;
    buf_add(out, scheme_of(uri));
    buf_add(out, parts[SIPUTILS_USER]);
    if (parts[SIPUTILS_PASSWORD].len) buf_addf(out, ":" SPAN_FMT, SPAN_ARG(parts[SIPUTILS_PASSWORD]));
    if (parts[SIPUTILS_USER].len) buf_add_char(out, '@');
    buf_add(out, parts[SIPUTILS_HOST]);
    if (parts[SIPUTILS_PORT].len) buf_addf(out, ":" SPAN_FMT, SPAN_ARG(parts[SIPUTILS_PORT]));
    if (parts[SIPUTILS_TRANSPORT].len)
        buf_addf(out, ";transport=" SPAN_FMT, SPAN_ARG(parts[SIPUTILS_TRANSPORT]));
    buf_add(out, span_skip(behind, len));
}

int siputils_show(struct buf *out, struct span *parts, size_t count, struct span uri, char separator) {
    enum { NO_SCHEME = -22, NO_USER = -23, TOO_MANY = -24, TOO_FEW = -26, NO_HOST = -2 };
    struct span behind = uri;
    span_cut(&behind, ':');
    if (!behind.p) return NO_SCHEME;
    struct span left = span_cut(&behind, '@');
    if (!behind.p) return NO_USER;
    for (size_t i = 0; i < count; i++) {
        if (!left.p) return TOO_FEW;
        parts[i] = span_cut(&left, separator);
    }
    if (left.p) return TOO_MANY;
    if (parts[SIPUTILS_HOST].len == 0) return NO_HOST;
    write_shown(out, parts, uri, behind);
    return 1;
}

static int show(struct buf *out, const struct kam_run *run, struct span uri, const struct kam_arg *args) {
    struct span parts[SIPUTILS_PARTS];
    (void)args;
    return siputils_show(out, parts, SIPUTILS_PARTS, uri, separator_of(run));
}

int siputils_rewrite_contacts(struct kam_run *run, const struct kam_arg *args, siputils_rewrite *f,
                              enum siputils_failing failing) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    if (!h) return NO_CONTACT;
    return contact_is_star(h->value) ? IS_STAR : rewrite_contacts(run, h, args, f, failing);
}

int siputils_encode_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return siputils_rewrite_contacts(run, args, hide, SIPUTILS_ANY_FAILS);
}

int siputils_decode_contact_header(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return siputils_rewrite_contacts(run, args, show, SIPUTILS_ANY_FAILS);
}

/* In the Request-URI. */
int siputils_decode_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct buf b = {0};
    int result = show(&b, run, kam_run_uri(run), args);
    if (result > 0) kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return result;
}

enum { DECODED_MIN = 4, ENCODED_MIN = 5 }; /* characters; shorter URIs stay as they are */

/* ADDRESS;NAME=the URI */
static int put_into_param(struct buf *out, const struct kam_run *run, struct span uri,
                          const struct kam_arg *args) {
    (void)run;
    if (uri.len < ENCODED_MIN) return 0;
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
    if (uri.len < DECODED_MIN) return 0;
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
    if (uri.len < DECODED_MIN) return 0;
    int found = find_param(uri, args[0].s, &p);
    if (found <= 0) return found;
    const char *end = p.value.len ? p.value.p + p.value.len : p.name.p + p.name.len;
    buf_add(out, span_between(uri.p, p.name.p - 1));
    buf_add(out, span_between(end, uri.p + uri.len));
    return 1;
}

/* Those of all Contact headers, if all of them can be read. Contacts that have not got the parameter do not
 * matter. */
static int param_of_contacts(struct kam_run *run, const struct kam_arg *args, siputils_rewrite *f) {
    const struct sip_header *first = sip_msg_first(&run->msg, SIP_CONTACT), *h;
    int result = 1;
    for (h = first; h; h = sip_msg_next(&run->msg, h))
        if (!contact_is_star(h->value) && !contacts_readable(kam_header_body(h))) return 1;
    for (h = first; h && result > 0; h = sip_msg_next(&run->msg, h))
        if (!contact_is_star(h->value)) result = rewrite_contacts(run, h, args, f, SIPUTILS_ANY_FAILS);
    return result;
}

int siputils_contact_param_encode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    if (!h || contact_is_star(h->value)) return IS_STAR;
    return h->value.len ? rewrite_contacts(run, h, args, put_into_param, SIPUTILS_ANY_FAILS) : UNREADABLE;
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
    struct span uri = kam_run_uri(run);
    int result = uri.len < DECODED_MIN ? -1 : take_from_param(&b, run, uri, args);
    if (result > 0) kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return result < 0 ? result : 1;
}
