/* SPDX-License-Identifier: MIT */
/* Pseudo-variables of header fields: by name, of identities, of credentials. (facts: Kamailio 11.6, 18.1) */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/credentials.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/args.h"
#include "model/sip/via.h"

static struct span value_of(struct kam_run *run, const struct sip_header *h) {
    struct span body = kam_header_body(h);
    struct span number = h->id == SIP_MAX_FORWARDS ? kam_run_max_forwards(run, h) : h->value;
    if (number.p == h->value.p) return body;
    char *changed = arena_new(&run->scratch, body.len); /* the blanks behind it stay */
    memcpy(changed, body.p, body.len);
    memcpy(changed, number.p, number.len);
    return (struct span){changed, body.len};
}

/* Who looks for a header that is not there, has read all. */
static const struct sip_header *find(struct kam_run *run, const char *name) {
    const struct sip_header *h = kam_header_find(&run->msg, span_of(name));
    if (!h) run->all_read = true;
    return h;
}

struct kam_value pv_header(struct kam_run *run, struct span name) {
    const struct sip_header *h = kam_header_find(&run->msg, name);
    if (!h) run->all_read = true;
    return h ? pv_text(value_of(run, h)) : pv_nothing();
}

static int64_t count_of(const struct kam_run *run, struct span name) {
    int64_t n = 0;
    for (size_t i = 0; i < run->msg.header_count; i++)
        n += kam_header_is(&run->msg.headers[i], name);
    return n;
}

/* All headers of a name, joined with commas. */
static struct kam_value all(struct kam_run *run, struct span name) {
    struct buf b = {0};
    if (!kam_header_find(&run->msg, name)) return pv_nothing();
    for (size_t i = 0; i < run->msg.header_count; i++) {
        if (!kam_header_is(&run->msg.headers[i], name)) continue;
        if (b.len) buf_add_char(&b, ',');
        buf_add(&b, value_of(run, &run->msg.headers[i]));
    }
    return pv_built(run, &b);
}

/* The name of a header, or * for all of them; a variable may give it. */
static bool is_name(struct span text) {
    struct span name;
    return script_header_name(text, &name) || span_is(text, "*") || span_find(text, '$') >= 0;
}

/* It reads all headers first. */
static struct kam_value get_hdr(struct kam_run *run, const struct kam_pv_at *at) {
    struct span name = at->argument;
    run->all_read = true;
    if (run->damaged) return pv_nothing();
    if (at->index == KAM_INDEX_NONE) return pv_header(run, name);
    if (at->index == KAM_INDEX_ALL) return all(run, name);
    if (at->index == KAM_INDEX_ADD) return pv_nothing();
    int64_t n = at->n < 0 ? count_of(run, name) + at->n : at->n;
    for (size_t i = 0; i < run->msg.header_count && n >= 0; i++)
        if (kam_header_is(&run->msg.headers[i], name) && n-- == 0)
            return pv_text(value_of(run, &run->msg.headers[i]));
    return pv_nothing();
}

/* The entries of a Route or Record-Route, or contacts. False: one of them cannot be read. */
static bool cut_addresses(struct span value, bool contacts, struct span *out, size_t max, size_t *count) {
    struct contact c;
    struct span uri;
    int got = 1;
    bool star = contacts && contact_is_star(value);
    for (*count = 0; *count < max && (*count == 0 || value.len) && got > 0; ++*count) {
        if (star || value.len == 0)
            got = -1;
        else if (!contacts)
            got = kam_entry_take(&out[*count], &uri, &value) ? 1 : -1;
        else if ((got = contact_next(&c, &value)) > 0)
            out[*count] = c.whole;
    }
    return got > 0;
}

/* The Vias of a header, as they are written. */
static size_t cut_vias(struct span value, struct span *out, size_t max) {
    size_t count = 0;
    struct via v;
    while (count < max && value.p && via_parse(&v, value)) {
        out[count++] = v.text;
        value = v.rest;
    }
    return count;
}

enum { ITEMS_MAX = 64 };

/* What a list of headers holds: Contact, Route, Record-Route and Via are taken apart, Contacts from the last
 * one of a header on; where one cannot be read there are none. *apart: it is one of these. */
static size_t items_of(struct kam_run *run, struct span name, struct span out[ITEMS_MAX], bool *apart) {
    size_t count = 0;
    *apart = false;
    run->all_read = true;
    for (size_t i = 0; i < run->msg.header_count && count < ITEMS_MAX; i++) {
        const struct sip_header *h = &run->msg.headers[i];
        if (!kam_header_is(h, name)) continue;
        struct span *to = out + count;
        size_t room = ITEMS_MAX - count, got = 1;
        bool contact = h->id == SIP_CONTACT;
        *apart = true;
        if (h->id == SIP_VIA)
            got = cut_vias(h->value, to, room);
        else if (!contact && h->id != SIP_ROUTE && h->id != SIP_RECORD_ROUTE)
            *to = value_of(run, h), *apart = false;
        else if (!cut_addresses(contact ? kam_header_body(h) : h->value, contact, to, room, &got))
            return 0;
        for (size_t a = 0; contact && a < got / 2; a++) {
            struct span first = to[a];
            to[a] = to[got - 1 - a];
            to[got - 1 - a] = first;
        }
        count += got;
    }
    return count;
}

/* $(hfl(Route)[1]). Of what is taken apart, -2 is the last one. */
static struct kam_value get_hfl(struct kam_run *run, const struct kam_pv_at *at) {
    struct span items[ITEMS_MAX];
    bool apart;
    if (at->index == KAM_INDEX_ALL) return all(run, at->argument);
    size_t count = items_of(run, at->argument, items, &apart);
    int64_t n = at->index == KAM_INDEX_NUMBER ? at->n : 0;
    if (n < 0) n += (int64_t)count + apart;
    return !run->damaged && n >= 0 && (size_t)n < count ? pv_text(items[n]) : pv_nothing();
}

static struct kam_value get_hflc(struct kam_run *run, const struct kam_pv_at *at) {
    struct span items[ITEMS_MAX];
    bool apart;
    return pv_number((int64_t)items_of(run, at->argument, items, &apart));
}

static struct kam_value get_hdrc(struct kam_run *run, const struct kam_pv_at *at) {
    run->all_read = true;
    return pv_number(run->damaged ? 0 : count_of(run, at->argument));
}

/* An empty one is none. */
static struct kam_value get_ct(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    struct kam_value v = pv_header(run, SPAN("Contact"));
    return v.s.len ? v : pv_nothing();
}

PV_GETTER(get_cT, pv_header(run, SPAN("Content-Type")))
PV_GETTER(get_ua, pv_header(run, SPAN("User-Agent")))

static struct kam_value get_cl(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    uint64_t n;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    if (!h) return pv_nothing();
    int64_t length = span_to_u64(h->value, UINT32_MAX, &n) ? (int64_t)n : 0;
    return (struct kam_value){.type = KAM_INT, .n = length, .s = kam_header_body(h)};
}

/* Addresses: "name" <uri>;parameters */

struct span kam_display_name(const struct sip_header *h) {
    struct kam_address a = {0};
    if (h) kam_address_parse(&a, h->value);
    return a.display;
}

/* null where there is none */
static struct kam_value display(const struct sip_header *h) {
    struct span name = kam_display_name(h);
    return name.len ? pv_text(name) : pv_nothing();
}

PV_GETTER(get_fn, display(run->from))
PV_GETTER(get_tn, display(run->to))
PV_PARTY_SETTER(set_fn, from, kam_run_from(run)->uri, PV_DISPLAY)
PV_PARTY_SETTER(set_tn, to, run->to_uri, PV_DISPLAY)

/*
 * The nth address of the headers of that name, all of which must be readable. Diversion and the identities
 * may have several; others are one address as a whole. An identity without brackets that ends its header has
 * the blanks behind it.
 */
static bool nth_address(struct kam_run *run, const char *name, const struct kam_pv_at *at, struct span *entry,
                        struct kam_address *a) {
    int64_t n = at->index == KAM_INDEX_NUMBER && at->n > 0 ? at->n : 0;
    bool found = false;
    find(run, name);
    for (size_t i = 0; i < run->msg.header_count; i++) {
        const struct sip_header *h = &run->msg.headers[i];
        struct span left = h->value, one, body = kam_header_body(h);
        if (!kam_header_is(h, span_of(name))) continue;
        while (name_addr_next(&left, &one)) {
            struct kam_address read;
            kam_address_parse(&read, one);
            if (!read.readable) return false;
            bool is_bare = left.len == 0 && read.uri.p + read.uri.len == one.p + one.len;
            if (is_bare && name[0] == 'P') read.uri = span_between(read.uri.p, body.p + body.len);
            if (n-- == 0) *a = read, *entry = one, found = true;
        }
    }
    return found;
}

static struct kam_value listed_part(struct kam_run *run, const char *name, const struct kam_pv_at *at,
                                    enum pv_part part) {
    struct kam_address a;
    struct span entry;
    if (!nth_address(run, name, at, &entry, &a)) return pv_nothing();
    return part == PV_WHOLE ? pv_text(a.uri) : pv_part(a.uri, part);
}

static struct kam_value single(struct kam_run *run, const char *name) {
    const struct sip_header *h = find(run, name);
    struct kam_address a = {0};
    if (h) kam_address_parse(&a, h->value);
    return a.readable ? pv_text(a.uri) : pv_nothing();
}

static struct kam_value listed_name(struct kam_run *run, const char *name, const struct kam_pv_at *at) {
    struct kam_address a;
    struct sip_header h = {0};
    return nth_address(run, name, at, &h.value, &a) ? display(&h) : pv_nothing();
}

/* A parameter of the first Diversion, whose name is written so; empty without a value. */
static struct kam_value diversion_param(struct kam_run *run, const struct kam_pv_at *at, const char *name) {
    struct kam_address a;
    struct span entry;
    if (!nth_address(run, "Diversion", at, &entry, &a)) return pv_nothing();
    struct span left = span_skip(entry, (size_t)(a.uri.p + a.uri.len - entry.p));
    while (left.len) {
        ptrdiff_t end = span_find_unquoted(left, ';');
        struct span value = end < 0 ? left : span_head(left, (size_t)end), key = span_cut(&value, '=');
        left = end < 0 ? (struct span){0} : span_skip(left, (size_t)end + 1);
        if (!span_is(span_trim(key), name)) continue;
        value = span_trim(value);
        bool quoted = value.len > 1 && value.p[0] == '"';
        return pv_text(!value.p ? SPAN("") : quoted ? span_head(span_skip(value, 1), value.len - 2) : value);
    }
    return pv_nothing();
}

PV_GETTER(get_ai, listed_part(run, "P-Asserted-Identity", at, PV_WHOLE))
PV_GETTER(get_di, listed_part(run, "Diversion", at, PV_WHOLE))
PV_GETTER(get_dir, diversion_param(run, at, "reason"))
PV_GETTER(get_dip, diversion_param(run, at, "privacy"))
PV_GETTER(get_dic, diversion_param(run, at, "counter"))
PV_GETTER(get_re, single(run, "Remote-Party-ID"))
PV_GETTER(get_rt, single(run, "Refer-To"))
PV_GETTER(get_pu, listed_part(run, "P-Preferred-Identity", at, PV_WHOLE))
PV_GETTER(get_pU, listed_part(run, "P-Preferred-Identity", at, PV_USER))
PV_GETTER(get_pd, listed_part(run, "P-Preferred-Identity", at, PV_HOST))
PV_GETTER(get_pn, listed_name(run, "P-Preferred-Identity", at))

/* Credentials: Proxy-Authorization, else Authorization. What they do not say is empty, a missing uri null. */

enum credential { USER, DOMAIN, USERNAME, REALM, URI, ALGORITHM, NONCE, CNONCE, RESPONSE, OPAQUE };

static struct kam_value credential(struct kam_run *run, enum credential which) {
    const struct sip_header *h = find(run, "Proxy-Authorization");
    struct kam_credentials c;
    if (!h) h = find(run, "Authorization");
    if (!h || kam_credentials_parse(&c, h->value) != KAM_CREDENTIALS_DIGEST) return pv_nothing();
    const struct span all[] = {[USER] = kam_credentials_user(&c),
                               [DOMAIN] = kam_credentials_domain(&c),
                               [USERNAME] = c.username,
                               [REALM] = c.realm,
                               [URI] = c.uri,
                               [ALGORITHM] = c.algorithm,
                               [NONCE] = c.nonce,
                               [CNONCE] = c.cnonce,
                               [RESPONSE] = c.response,
                               [OPAQUE] = c.opaque};
    if (all[which].len) return pv_text(all[which]);
    return which == URI ? pv_nothing() : pv_text(SPAN(""));
}

PV_GETTER(get_au, credential(run, USER))
PV_GETTER(get_ad, credential(run, DOMAIN))
PV_GETTER(get_aU, credential(run, USERNAME))
PV_GETTER(get_ar, credential(run, REALM))
PV_GETTER(get_adu, credential(run, URI))
PV_GETTER(get_aa, credential(run, ALGORITHM))
PV_GETTER(get_adn, credential(run, NONCE))
PV_GETTER(get_adc, credential(run, CNONCE))
PV_GETTER(get_adr, credential(run, RESPONSE))
PV_GETTER(get_ado, credential(run, OPAQUE))

/*
 * Who is to be billed: the user of the credentials that module auth has found, else of From; as a whole with
 * the domain that the user has, or with the realm, or host, behind it.
 */
static struct kam_value billed(struct kam_run *run, bool whole) {
    const struct sip_header *h = run->credentials[1] ? run->credentials[1] : run->credentials[0];
    struct kam_credentials c;
    struct kam_value user = pv_part(kam_run_from(run)->uri, PV_USER);
    struct span host = pv_part(kam_run_from(run)->uri, PV_HOST).s;
    if (h && kam_credentials_parse(&c, h->value) == KAM_CREDENTIALS_DIGEST && kam_credentials_user(&c).len) {
        user = pv_text(kam_credentials_user(&c));
        host = kam_credentials_domain(&c).p ? kam_credentials_domain(&c) : c.realm;
    }
    if (!whole) return user.type == KAM_NULL ? pv_text(SPAN("")) : user;
    struct buf b = {0};
    buf_addf(&b, SPAN_FMT "@" SPAN_FMT, SPAN_ARG(user.s), SPAN_ARG(host));
    return pv_built(run, &b);
}

PV_GETTER(get_AU, billed(run, false))
PV_GETTER(get_Au, billed(run, true))

static int64_t header_seconds(const struct sip_header *h) {
    uint32_t n;
    contact_expires_header(&n, h->value);
    return n;
}

/*
 * The smallest and largest time that Expires and Contacts ask for: a contact without an own one asks for that
 * of Expires. Nothing where a contact or its time cannot be read, or Expires is empty.
 */
static struct kam_value get_expires(struct kam_run *run, const struct kam_pv_at *at) {
    bool largest = span_is(at->argument, "max"), any = false, star = false;
    const struct sip_header *e = kam_header_find(&run->msg, SPAN("Expires"));
    int64_t best = 0;
    struct contact c;
    uint32_t own = 0;
    if (e && e->value.len == 0) return pv_nothing();
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    bool none = !h;
    for (; h; h = sip_msg_next(&run->msg, h)) {
        star = star || contact_is_star(h->value);
        if (contact_is_star(h->value)) continue;
        if (!contacts_readable(kam_header_body(h))) return pv_nothing();
        for (struct span list = kam_header_body(h); contact_next(&c, &list) > 0;) {
            if (c.expires.len && !contact_expires_parse(&own, c.expires)) return pv_nothing();
            if (!c.expires.len && !e) continue;
            int64_t n = c.expires.len ? (int64_t)own : header_seconds(e);
            if (!any || (largest ? n > best : n < best)) best = n;
            any = true;
        }
    }
    if (!any && (none || star) && e) return pv_number(header_seconds(e));
    return any ? pv_number(best) : pv_nothing();
}

#define PLAIN(name, get)                                                                                     \
    { name, KAM_PV_PLAIN, get, NULL, NULL }

#define HEADER_NAME .takes = is_name, .wants = "the name of a header"

const struct kam_pv kam_pv_headers[] = {
    {"hdr", KAM_PV_NAMED, get_hdr, HEADER_NAME, .indexed = true},
    {"hdrc", KAM_PV_NAMED, get_hdrc, HEADER_NAME},
    {"hfl", KAM_PV_NAMED, get_hfl, HEADER_NAME, .indexed = true},
    {"hflc", KAM_PV_NAMED, get_hflc, HEADER_NAME},
    PLAIN("cl", get_cl),
    PLAIN("ct", get_ct),
    PLAIN("cT", get_cT),
    PLAIN("ua", get_ua),
    {"fn", KAM_PV_PLAIN, get_fn, set_fn, NULL},
    {"tn", KAM_PV_PLAIN, get_tn, set_tn, NULL},
    {"ai", KAM_PV_PLAIN, get_ai, .indexed = true},
    PLAIN("di", get_di),
    PLAIN("dir", get_dir),
    PLAIN("dip", get_dip),
    PLAIN("dic", get_dic),
    PLAIN("re", get_re),
    PLAIN("rt", get_rt),
    {"pu", KAM_PV_PLAIN, get_pu, .indexed = true},
    {"pU", KAM_PV_PLAIN, get_pU, .indexed = true},
    {"pd", KAM_PV_PLAIN, get_pd, .indexed = true},
    {"pn", KAM_PV_PLAIN, get_pn, .indexed = true},
    PLAIN("au", get_au),
    PLAIN("ad", get_ad),
    PLAIN("aU", get_aU),
    PLAIN("ar", get_ar),
    PLAIN("adu", get_adu),
    PLAIN("aa", get_aa),
    PLAIN("adn", get_adn),
    PLAIN("adc", get_adc),
    PLAIN("adr", get_adr),
    PLAIN("ado", get_ado),
    PLAIN("AU", get_AU),
    PLAIN("Au", get_Au),
    {"expires", KAM_PV_NAMED, get_expires, NULL, "min|max"},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
