/* SPDX-License-Identifier: MIT */
/* Selects: @ruri.user, $sel(via[1].host). A path of words, each asking for a part of what those before it
 * have found; what is not there is null. (facts: Kamailio 18.4) */
#include "model/kamailio/pv/select.h"

#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/credentials.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/param_list.h"

/*
 * Each reader takes what is left of the path, behind the word that has led to it, and says whether Kamailio
 * has such a select. run NULL: nothing is read, a configuration is loaded.
 */
typedef bool reader(struct kam_run *run, struct span path, struct kam_value *out);

static bool gives(struct kam_value *out, struct kam_value v) {
    *out = v;
    return true;
}

static struct kam_value pv_named(struct kam_run *run, const char *name) {
    static const struct kam_pv_at nothing = {{0}, KAM_INDEX_NONE, 0};
    for (size_t t = 0; kam_pv_tables[t]; t++)
        for (const struct kam_pv *pv = kam_pv_tables[t]; pv->name; pv++)
            if (strcmp(pv->name, name) == 0 && pv->get) return pv->get(run, &nothing);
    return pv_nothing();
}

/* The text that stands for a number, too. */
static struct kam_value pv_as_text(struct kam_run *run, const char *name) {
    struct kam_value v = pv_named(run, name);
    return v.type == KAM_NULL ? v : pv_text(kam_value_text(v, &run->scratch));
}

struct kam_value select_param(struct span params, struct span name) {
    while (params.len) {
        ptrdiff_t end = span_find_unquoted(params, ';');
        struct span value = end < 0 ? params : span_head(params, (size_t)end);
        params = end < 0 ? (struct span){0} : span_skip(params, (size_t)end + 1);
        struct span key = span_cut(&value, '=');
        if (!span_eq_nocase(span_trim(key), name)) continue;
        if (!value.p) return select_blank();
        value = span_trim(value);
        bool quoted = value.len > 1 && value.p[0] == '"';
        if (quoted) value = span_skip(value, 1);
        ptrdiff_t close = quoted ? span_find(value, '"') : -1;
        if (quoted) value = span_head(value, close < 0 ? value.len - 1 : (size_t)close);
        return pv_text(value);
    }
    return pv_nothing();
}

struct kam_value select_last_param(struct span params, struct span name) {
    struct kam_value found = pv_nothing(), v;
    for (; params.len; span_cut(&params, ';'))
        if ((v = select_param(params, name)).type != KAM_NULL) found = v;
    return found;
}

/* URIs */

static struct span user_params(const struct uri *u) {
    ptrdiff_t semicolon = u->user.p ? span_find(u->user, ';') : -1;
    return semicolon < 0 ? (struct span){0} : span_skip(u->user, (size_t)semicolon + 1);
}

/* Of a number those of the number. */
static struct span uri_params(const struct uri *u) {
    if (kam_uri_is_phone(u) && u->kind != URI_TEL) return user_params(u);
    return span_skip(u->params, u->params.len > 0);
}

static struct kam_value uri_host(const struct uri *u) { return pv_text(u->host.p ? u->host : SPAN("")); }

static struct kam_value uri_hostport(struct kam_run *run, const struct uri *u) {
    bool secure = u->kind == URI_SIPS && !kam_uri_is_phone(u);
    struct buf b = {0};
    if (!u->host.len) return pv_nothing();
    buf_add(&b, u->host);
    buf_add_char(&b, ':');
    buf_add(&b, u->port.len ? u->port : secure ? SPAN("5061") : SPAN("5060"));
    return pv_built(run, &b);
}

static struct kam_value uri_transport(const struct uri *u) {
    static const char *const known[] = {"udp", "tcp", "tls", "sctp", "ws"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is_nocase(uri_param(u, "transport"), known[i])) return pv_text(span_of(known[i]));
    return pv_text(u->kind == URI_SIPS && !kam_uri_is_phone(u) ? SPAN("tls") : SPAN("udp"));
}

static struct kam_value uri_rn_user(const struct uri *u, struct span uri) {
    struct kam_value rn = kam_uri_is_phone(u) ? select_param(uri_params(u), SPAN("rn")) : pv_nothing();
    return rn.s.len ? rn : select_text(pv_part(uri, PV_USER).s);
}

bool select_uri(struct kam_run *run, struct span uri, struct span path, struct kam_value *out) {
    static const char *const words[] = {"type", "user",     "rn_user",   "pwd",   "host",
                                        "port", "hostport", "transport", "params"};
    enum { TYPE, USER, RN_USER, PWD, HOST, PORT, HOSTPORT, TRANSPORT, PARAMS, COUNT };
    struct span left = path, word = span_cut(&left, '.');
    size_t i = 0;
    struct uri u;
    while (i < COUNT && !span_is(word, words[i]))
        i++;
    if (i == COUNT || (left.len && i != PARAMS)) return false;
    if (!run || !uri.p || !uri_parse(&u, uri)) return gives(out, pv_nothing());
    switch (i) {
    case TYPE: return gives(out, pv_part(uri, PV_SCHEME));
    case USER: return gives(out, select_text(pv_part(uri, PV_USER).s));
    case RN_USER: return gives(out, uri_rn_user(&u, uri));
    case PWD: return gives(out, select_text(u.password));
    case HOST: return gives(out, uri_host(&u));
    case PORT: return gives(out, select_text(u.port));
    case HOSTPORT: return gives(out, uri_hostport(run, &u));
    case TRANSPORT: return gives(out, uri_transport(&u));
    default: break;
    }
    struct span params = uri_params(&u);
    if (!left.len) return gives(out, params.len ? pv_text(params) : select_blank());
    *out = select_param(params, left);
    return out->type == KAM_STR || gives(out, pv_nothing());
}

/* The URI itself, or a part of it. */
static bool uri_or_part(struct kam_run *run, struct span uri, struct span path, struct kam_value *out) {
    return path.len ? select_uri(run, uri, path, out) : gives(out, pv_text(uri));
}

static bool ruri(struct kam_run *run, struct span path, struct kam_value *out) {
    struct uri u;
    struct span uri = run && run->msg.is_request ? kam_run_uri(run) : (struct span){0};
    return uri_or_part(run, uri.p && uri_parse(&u, uri) ? uri : (struct span){0}, path, out);
}

static bool dst_uri(struct kam_run *run, struct span path, struct kam_value *out) {
    struct span uri = run && run->next_hop.len ? run->next_hop : (struct span){0};
    return path.len ? select_uri(run, uri, path, out) : gives(out, select_text(uri));
}

static bool next_hop(struct kam_run *run, struct span path, struct kam_value *out) {
    struct span uri = {0};
    if (run) uri = run->next_hop.len || !run->msg.is_request ? run->next_hop : kam_run_uri(run);
    return uri_or_part(run, uri, path, out);
}

/* Addresses: a name, a URI, and parameters behind it. */

struct place {
    struct span whole, uri, name; /* p NULL: it is not there */
    struct span params;
};

static struct span params_behind(struct span whole, struct span uri) {
    struct span left = span_trim(span_skip(whole, (size_t)(uri.p + uri.len - whole.p)));
    left = span_trim(span_skip(left, span_starts(left, ">")));
    return span_skip(left, span_starts(left, ";"));
}

static struct place place_of(struct span whole, struct span uri) {
    struct kam_address a;
    kam_address_read(&a, whole);
    return (struct place){whole, uri, a.display.len ? a.display : (struct span){0},
                          params_behind(whole, uri)};
}

static struct place address_of(const struct sip_header *h) {
    struct kam_address a;
    if (h) kam_address_parse(&a, h->value);
    struct place p = {0};
    if (h && a.readable) p = place_of(kam_address_text(h->value), a.uri);
    if (p.whole.p) p.whole = h->value;
    return p;
}

static bool place_part(struct kam_run *run, const struct place *p, struct span path, struct kam_value *out) {
    struct span left = path, word = span_cut(&left, '.');
    if (!path.len) return gives(out, pv_text(p->whole));
    if (span_is(word, "uri")) return uri_or_part(run, p->uri, left, out);
    struct kam_value name = p->uri.p ? select_text(p->name) : pv_nothing();
    if (span_is(word, "name")) return !left.len && gives(out, name);
    return span_is(word, "params") && left.len && gives(out, select_param(p->params, left));
}

/* Of several tags the last one; an empty one is a text, too. */
static bool address_part(struct kam_run *run, const struct sip_header *h, struct span path,
                         struct kam_value *out) {
    struct place p = address_of(h);
    struct kam_address a = {0};
    if (!span_is(path, "tag")) return place_part(run, &p, path, out);
    if (h) kam_address_parse(&a, h->value);
    *out = a.tag.p ? pv_text(a.tag) : select_param(p.params, path);
    return out->type == KAM_STR || gives(out, p.whole.p ? select_blank() : pv_nothing());
}

static const struct sip_header *first(struct kam_run *run, const char *name) {
    const struct sip_header *h = run ? kam_header_find(&run->msg, span_of(name)) : NULL;
    if (run && !h) run->all_read = true;
    return h;
}

static bool from(struct kam_run *run, struct span path, struct kam_value *out) {
    return address_part(run, run ? run->from : NULL, path, out);
}
static bool to(struct kam_run *run, struct span path, struct kam_value *out) {
    return address_part(run, run ? run->to : NULL, path, out);
}
static bool refer_to(struct kam_run *run, struct span path, struct kam_value *out) {
    return address_part(run, first(run, "Refer-To"), path, out);
}
static bool rpid(struct kam_run *run, struct span path, struct kam_value *out) {
    return address_part(run, first(run, "Remote-Party-ID"), path, out);
}

/* The last parameter of that name, in quotes of either kind or in none. */
static struct kam_value list_param(const struct place *p, struct span name) {
    struct kam_param_text found;
    if (kam_param_last(&found, p->params, name, true) <= 0) return pv_nothing();
    return found.value.p ? pv_text(found.value) : select_blank();
}

/* The first entry of Record-Route, which needs brackets; its name is all that stands before them. */
static bool record_route(struct kam_run *run, struct span path, struct kam_value *out) {
    const struct sip_header *h = first(run, "Record-Route");
    struct place p = {0};
    struct span list = h ? h->value : (struct span){0}, entry, uri;
    if (h && (kam_entry_take(&entry, &uri, &list) || name_addr_next(&list, &entry)) &&
        span_find_unquoted(entry, '<') >= 0) {
        p = place_of(entry, name_addr_uri(entry));
        p.whole = kam_header_body(h);
        p.name = span_head(entry, (size_t)span_find_unquoted(entry, '<'));
    }
    if (span_starts(path, "params.") && p.whole.p && p.params.len == 0) return gives(out, select_blank());
    if (span_starts(path, "params.")) return gives(out, list_param(&p, span_skip(path, strlen("params."))));
    return place_part(run, &p, path, out);
}

/* The last contact of the first Contact header; nothing, if one of them cannot be read. */
static bool contact(struct kam_run *run, struct span path, struct kam_value *out) {
    const struct sip_header *h = first(run, "Contact");
    struct contact c, last = {0};
    struct place p = {0};
    struct span list = h ? kam_header_body(h) : (struct span){0};
    bool star = h && contact_is_star(list);
    int got = 0;
    while (!star && (got = contact_next(&c, &list)) > 0)
        last = c;
    if (star || (got == 0 && last.whole.p)) p.whole = h->value;
    if (!star && p.whole.p) {
        p = place_of(last.whole, last.uri);
        if (p.uri.p == run->contact_was.p) p.uri = run->contact_now;
        p.whole = h->value;
        if (!p.name.p) p.name = SPAN("");
    }
    static const char *const words[] = {"q", "expires", "methods", "received", "instance"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!span_is(path, words[i])) continue;
        return gives(out, list_param(&p, i == 4 ? SPAN("+sip.instance") : path));
    }
    if (span_starts(path, "params.")) return gives(out, list_param(&p, span_skip(path, strlen("params."))));
    return place_part(run, &p, path, out);
}

/* Vias */

/* [2], counted from 1, [-1] from the end; false: that is no number. Without one it is 1. */
bool select_index(struct span *word, int64_t *n) {
    ptrdiff_t open = span_find(*word, '[');
    uint64_t number;
    *n = 1;
    if (open < 0) return true;
    struct span digits = span_skip(*word, (size_t)open + 1);
    bool minus = span_starts(digits, "-"), closed = digits.len && digits.p[digits.len - 1] == ']';
    digits = span_skip(span_head(digits, digits.len - closed), minus);
    *word = span_head(*word, (size_t)open);
    if (!closed || !span_to_u64(digits, INT32_MAX, &number)) return false;
    *n = minus ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool via_at(const struct kam_run *run, int64_t n, struct via *out) {
    int64_t i = 0;
    for (const struct sip_header *h = sip_msg_first(&run->msg, SIP_VIA); h; h = sip_msg_next(&run->msg, h)) {
        struct span left = h->value;
        while (left.p && via_parse(out, left)) {
            if (++i == n) return true;
            left = out->rest;
        }
    }
    return n < 0 && i + n >= 0 && via_at(run, i + n + 1, out);
}

static bool via_word(struct kam_run *run, int64_t n, struct span path, struct kam_value *out) {
    static const char *const words[] = {"name", "version", "transport", "host",  "port",   "branch",
                                        "i",    "alias",   "received",  "rport", "comment"};
    enum { NAME, VERSION, TRANSPORT, HOST, PORT, BRANCH, I, ALIAS, RECEIVED, RPORT, COMMENT, COUNT };
    struct span left = path, word = span_cut(&left, '.');
    struct via v;
    size_t i = 0;
    while (i < COUNT && !span_is(word, words[i]))
        i++;
    bool params = span_is(word, "params");
    if (path.len && (params ? !left.len : i == COUNT || left.len)) return false;
    if (!run || !via_at(run, n, &v)) return gives(out, pv_nothing());
    if (!path.len) return gives(out, pv_text(v.text));
    struct span version = v.whole, name = span_trim(span_cut(&version, '/'));
    switch (params ? COUNT : i) {
    case NAME: return gives(out, pv_text(name));
    case VERSION: return gives(out, pv_text(span_trim(span_cut(&version, '/'))));
    case TRANSPORT: return gives(out, pv_text(v.transport));
    case HOST: return gives(out, pv_text(v.host));
    case PORT: return gives(out, select_text(v.port));
    case COMMENT: return gives(out, select_blank());
    default: break;
    }
    struct span value;
    if (!via_find_param(&v, params ? left : word, &value)) return gives(out, pv_nothing());
    return gives(out, value.p ? pv_text(value) : select_blank());
}

static bool via(struct kam_run *run, struct span path, struct kam_value *out) {
    struct span word = span_cut(&path, '.');
    int64_t n;
    return select_index(&word, &n) && !word.len && via_word(run, n, path, out);
}

/* Credentials: authorization.REALM.nonce, authorization["REALM"].nonce */

static struct span cut_realm(struct span *path) {
    ptrdiff_t close = span_starts(*path, "[\"") ? span_search(*path, SPAN("\"]")) : -1;
    if (close < 0) return span_cut(path, '.');
    struct span realm = span_skip(span_head(*path, (size_t)close), 2);
    *path = span_skip(*path, (size_t)close + 2);
    *path = path->len ? span_skip(*path, span_starts(*path, ".")) : (struct span){0};
    return realm;
}

static bool credentials(struct kam_run *run, const char *header, struct span path, struct kam_value *out) {
    static const char *const words[] = {"username", "realm",    "nonce",  "uri",       "cnonce",
                                        "nc",       "response", "opaque", "algorithm", "qop"};
    enum { COUNT = sizeof words / sizeof *words };
    struct span left = path, realm = cut_realm(&left), word = span_cut(&left, '.');
    struct kam_credentials c = {0};
    size_t w = 0, i = 0;
    while (w < COUNT && !span_is(word, words[w]))
        w++;
    bool parts = w == 0 && (span_is(left, "user") || span_is(left, "domain"));
    if (!realm.len || (word.p && (w == COUNT || (left.p && !parts)))) return false;
    *out = pv_nothing();
    while (run && i < run->msg.header_count &&
           !(kam_header_is(&run->msg.headers[i], span_of(header)) &&
             kam_credentials_parse(&c, run->msg.headers[i].value) == KAM_CREDENTIALS_DIGEST &&
             span_eq(c.realm, realm)))
        i++;
    if (!run || i == run->msg.header_count) return true;
    const struct span values[COUNT] = {c.username, c.realm,    c.nonce,  c.uri,       c.cnonce,
                                       c.nc,       c.response, c.opaque, c.algorithm, c.qop};
    struct span value = word.p ? values[w] : run->msg.headers[i].value;
    if (parts) value = span_is(left, "user") ? kam_credentials_user(&c) : kam_credentials_domain(&c);
    return gives(out, value.len ? pv_text(value) : select_blank());
}

static bool authorization(struct kam_run *run, struct span path, struct kam_value *out) {
    return credentials(run, "Authorization", path, out);
}
static bool proxy_authorization(struct kam_run *run, struct span path, struct kam_value *out) {
    return credentials(run, "Proxy-Authorization", path, out);
}

static bool params_readable(struct span list) {
    struct script_param p;
    int got;
    list = script_params(span_skip_space(list), ';');
    while ((got = script_param_next(&list, ';', &p)) > 0) {
    }
    return got == 0;
}

/* Of Event what is in front of a semicolon or blank, of Expires what is in front of a blank; nothing of empty
 * ones, and of an Event with parameters that cannot be read. */
static bool event(struct kam_run *run, struct span path, struct kam_value *out) {
    const struct sip_header *h = first(run, "Event");
    struct span value = h ? kam_header_body(h) : (struct span){0}, params = value;
    size_t n = 0;
    span_cut(&params, ';');
    while (n < value.len && value.p[n] != ';' && !ascii_space((unsigned char)value.p[n]))
        n++;
    bool readable = value.len && params_readable(params);
    return !path.len && gives(out, readable ? pv_text(span_head(value, n)) : pv_nothing());
}
static bool expires(struct kam_run *run, struct span path, struct kam_value *out) {
    const struct sip_header *h = first(run, "Expires");
    struct span value = h ? h->value : (struct span){0};
    size_t n = 0;
    while (n < value.len && !ascii_space((unsigned char)value.p[n]))
        n++;
    return !path.len && gives(out, n ? pv_text(span_head(value, n)) : pv_nothing());
}

/* All that begins with a word and has nothing behind it but a word of the table. */
static const struct {
    const char *path, *pv; /* the variable that it is */
} same[] = {
    {"cseq", "csb"},      {"cseq.num", "cs"},     {"call_id", "ci"},       {"method", "rm"},
    {"version", "rv"},    {"src.ip", "si"},       {"src.port", "sp"},      {"dst.ip", "Ri"},
    {"dst.port", "Rp"},   {"received.ip", "Ri"},  {"received.port", "Rp"}, {"received.proto", "proto"},
    {"user_agent", "ua"}, {"content_type", "cT"}, {"msg", "mb"},           {"message", "mb"},
    {"msg.len", "ml"},    {"message.len", "ml"},  {"msg.type", "mt"},      {"message.type", "mt"},
    {"msg.body", "rb"},   {"message.body", "rb"}, {"msg.flags", "mf"},
};

static const struct {
    const char *path, *header; /* the value of the first header of that name */
} headers[] = {{"max_forwards", "Max-Forwards"},
               {"content_length", "Content-Length"},
               {"subject", "Subject"},
               {"organization", "Organization"},
               {"priority", "Priority"},
               {"session_expires", "Session-Expires"},
               {"min_se", "Min-SE"},
               {"sip_if_match", "SIP-If-Match"},
               {"identity", "Identity"},
               {"identity_info", "Identity-Info"},
               {"date", "Date"}};

static const struct {
    const char *word;
    reader *read;
} roots[] = {{"ruri", ruri},
             {"request_uri", ruri},
             {"dst_uri", dst_uri},
             {"next_hop", next_hop},
             {"from", from},
             {"f", from},
             {"to", to},
             {"t", to},
             {"refer_to", refer_to},
             {"rpid", rpid},
             {"remote_party_id", rpid},
             {"contact", contact},
             {"m", contact},
             {"record_route", record_route},
             {"rr", record_route},
             {"authorization", authorization},
             {"proxy_authorization", proxy_authorization},
             {"event", event},
             {"expires", expires},
             {"hf_value", select_values},
             {"hf_value_exists", select_value_exists}};

/* What of a message has a word of its own. */
static bool of_message(struct kam_run *run, struct span path, struct kam_value *out) {
    bool request = run && run->msg.is_request;
    struct span line = run ? run->msg.first_line : (struct span){0};
    struct kam_value whole = run ? pv_text(run->msg.bytes) : pv_nothing();
    *out = pv_nothing();
    if (span_is(path, "first_line")) return gives(out, pv_text(line));
    if (span_is(path, "request")) return gives(out, request ? whole : pv_nothing());
    if (span_is(path, "response")) return gives(out, request ? pv_nothing() : whole);
    if (span_is(path, "request.method")) return gives(out, request ? pv_text(run->msg.method) : pv_nothing());
    if (span_is(path, "request.uri")) return gives(out, request ? pv_text(run->msg.uri) : pv_nothing());
    if (span_is(path, "request.version"))
        return gives(out, request ? pv_text(SPAN("SIP/2.0")) : pv_nothing());
    if (span_is(path, "response.status")) return gives(out, run ? pv_as_text(run, "rs") : pv_nothing());
    if (span_is(path, "response.reason")) return gives(out, run ? pv_named(run, "rr") : pv_nothing());
    return span_starts(path, "header") && select_header(run, span_skip(path, strlen("header")), out);
}

/* ADDRESS:PORT, with or without the protocol */
static bool of_socket(struct kam_run *run, struct span path, struct kam_value *out) {
    bool source = span_is(path, "src.ip_port"), proto = span_is(path, "received.proto_ip_port");
    if (!source && !proto && !span_is(path, "dst.ip_port") && !span_is(path, "received.ip_port"))
        return false;
    if (!run) return true;
    struct span ip = pv_named(run, source ? "si" : "Ri").s;
    int64_t port = pv_named(run, source ? "sp" : "Rp").n;
    return gives(out, pv_joined(run, proto ? "udp:" : "", ip, (unsigned)port, ""));
}

static bool read_path(struct kam_run *run, struct span path, struct kam_value *out) {
    *out = pv_nothing();
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (span_is(path, same[i].path)) return gives(out, run ? pv_as_text(run, same[i].pv) : *out);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (span_is(path, headers[i].path))
            return gives(out, run ? pv_header(run, span_of(headers[i].header)) : *out);
    if (span_is(path, "cseq.method")) return gives(out, run ? pv_text(run->cseq_method) : *out);
    size_t n = 0;
    while (n < path.len && path.p[n] != '.' && path.p[n] != '[')
        n++;
    struct span word = span_head(path, n), left = span_skip(path, n);
    left = span_skip(left, span_starts(left, "."));
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (span_is(word, roots[i].word)) return roots[i].read(run, left, out);
    if (span_is(word, "msg") || span_is(word, "message")) return of_message(run, left, out);
    if (span_is(word, "via") || span_is(word, "v")) return via(run, span_skip(path, n), out);
    return of_socket(run, path, out);
}

static struct span without_sign(struct span path) { return span_skip(path, span_starts(path, "@")); }

static struct kam_value get_sel(struct kam_run *run, const struct kam_pv_at *at) {
    struct kam_value v;
    return read_path(run, without_sign(at->argument), &v) ? v : pv_nothing();
}

static bool takes(struct span path) {
    struct kam_value v;
    return read_path(NULL, without_sign(path), &v);
}

/* Selects that Kamailio has beside those: what they begin with, and what may follow. */
static const char *const heads[] = {"msg", "message", "sys", "next_hop", "branch", "tm", "hf_value2", NULL};
static const char *const words[] = {"src_ip", "body",   "sdp", "line", "id",   "now",       "local",
                                    "gmt",    "unique", "pid", "uri",  "q",    "count",     "uac",
                                    "uas",    "status", "m",   "c",    "name", "server_id", NULL};

static bool among(struct span word, const char *const *list) {
    while (*list && !span_is(word, *list))
        list++;
    return *list != NULL;
}

bool pv_select_exists(struct span path) {
    struct span left = without_sign(path);
    if (span_starts(left, "hf_value2")) return true;
    for (const char *const *list = heads; left.len; list = words) {
        struct span word = span_cut(&left, '.');
        if (!among(span_cut(&word, '['), list)) return false;
    }
    return path.len > 0;
}

/* A header's name in brackets is not the one without them; behind other words than params a point would part
 * it. */
struct span pv_select_plain(struct arena *arena, struct span path) {
    struct buf b = {0};
    struct span left = path;
    if (span_starts(without_sign(path), "hf_value")) return path;
    for (ptrdiff_t open; (open = span_search(left, SPAN("[\""))) >= 0;) {
        struct span before = span_head(left, (size_t)open), name = span_skip(left, (size_t)open + 2);
        ptrdiff_t close = span_search(name, SPAN("\"]"));
        if (close < 0) break;
        left = span_skip(name, (size_t)close + 2);
        name = span_head(name, (size_t)close);
        buf_add(&b, before);
        bool stays = span_ends(before, SPAN("header")) ||
                     (span_find(name, '.') >= 0 && !span_ends(before, SPAN("params")));
        buf_addf(&b, stays ? "[\"" SPAN_FMT "\"]" : "." SPAN_FMT, SPAN_ARG(name));
    }
    buf_add(&b, left);
    struct span plain = arena_text(arena, buf_span(&b));
    buf_free(&b);
    return plain;
}

const struct kam_pv kam_pv_selects[] = {
    {"sel", KAM_PV_NAMED, get_sel, NULL, NULL, takes},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
