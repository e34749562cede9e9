/* SPDX-License-Identifier: MIT */
/* Selects: @ruri.user, $sel(via[1].host). Those that are what a pseudo-variable is. (facts: Kamailio 18.3) */
#include "model/kamailio/message/header.h"
#include "model/kamailio/pv/pv.h"

/* The variable, by its name in the other tables; with an argument where the select has a header's name. */
static const struct {
    const char *select, *pv;
} same[] = {
    {"ruri", "ru"},          {"ruri.user", "rU"},     {"ruri.host", "rd"},     {"ruri.port", "rp"},
    {"from.uri", "fu"},      {"from.uri.user", "fU"}, {"from.uri.host", "fd"}, {"from.tag", "ft"},
    {"to.uri", "tu"},        {"to.uri.user", "tU"},   {"to.uri.host", "td"},   {"to.tag", "tt"},
    {"from.name", "fn"},     {"to.name", "tn"},       {"call_id", "ci"},       {"cseq.num", "cs"},
    {"cseq", "csb"},         {"method", "rm"},        {"msg.body", "rb"},      {"src.ip", "si"},
    {"src.port", "sp"},      {"dst.ip", "Ri"},        {"dst.port", "Rp"},      {"received.ip", "Ri"},
    {"received.port", "Rp"}, {"user_agent", "ua"},    {"content_type", "cT"},  {"msg.len", "ml"},
    {"msg", "mb"},
};

static const struct {
    const char *select, *header;
} headers[] = {{"from", "From"},
               {"to", "To"},
               {"max_forwards", "Max-Forwards"},
               {"subject", "Subject"},
               {"expires", "Expires"},
               {"event", "Event"},
               {"contact", "Contact"},
               {"refer_to", "Refer-To"},
               {"content_length", "Content-Length"},
               {"require", "Require"},
               {"supported", "Supported"},
               {"accept", "Accept"}};

static struct kam_value by_pv(struct kam_run *run, const char *name, const struct kam_pv_at *at) {
    for (size_t t = 0; kam_pv_tables[t]; t++)
        for (const struct kam_pv *pv = kam_pv_tables[t]; pv->name; pv++)
            if (strcmp(pv->name, name) == 0 && pv->get) return pv->get(run, at);
    return pv_nothing();
}

/* via[1].host and its like; without an index, the first one */
static struct kam_value via(struct kam_run *run, struct span path) {
    uint64_t n = 1;
    struct span word = span_cut(&path, '.');
    ptrdiff_t open = span_find(word, '[');
    if (open >= 0) {
        struct span digits = span_skip(word, (size_t)open + 1);
        if (!digits.len || !span_to_u64(span_head(digits, digits.len - 1), 64, &n) || n == 0)
            return pv_nothing();
    }
    uint64_t i = 0;
    for (const struct sip_header *h = sip_msg_first(&run->msg, SIP_VIA); h; h = sip_msg_next(&run->msg, h)) {
        struct span left = h->value;
        struct via v;
        while (left.p && via_parse(&v, left)) {
            if (++i < n) {
                left = v.rest;
                continue;
            }
            if (path.len == 0) return pv_text(v.whole);
            if (span_is(path, "host")) return pv_text(v.host);
            if (span_is(path, "port")) return pv_text(v.port);
            if (span_is(path, "branch")) return pv_text(v.branch.value);
            if (span_is(path, "received")) return pv_text(v.received.value);
            if (span_is(path, "rport")) return pv_text(v.rport.value);
            if (span_is(path, "transport")) return pv_text(v.transport);
            return pv_nothing();
        }
    }
    return pv_nothing();
}

/* The first header of that name: msg.header["X-Y"], msg.header.x_y */
static struct kam_value by_name(struct kam_run *run, struct span text) {
    struct buf name = {0};
    bool quoted = span_starts(text, "[");
    for (size_t i = 1; i < text.len && text.p[i] != ']'; i++)
        if (text.p[i] != '"') buf_add_char(&name, text.p[i] == '_' && !quoted ? '-' : text.p[i]);
    struct kam_value v = pv_header(run, buf_span(&name));
    buf_free(&name);
    return v;
}

static struct kam_value by_path(struct kam_run *run, struct span path) {
    static const struct kam_pv_at nothing = {{0}, KAM_INDEX_NONE, 0};
    if (path.len && path.p[0] == '@') path = span_skip(path, 1);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (span_is(path, same[i].select)) return by_pv(run, same[i].pv, &nothing);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (span_is(path, headers[i].select)) return pv_header(run, span_of(headers[i].header));
    if (span_is(path, "cseq.method")) return pv_text(run->cseq_method);
    if (span_starts(path, "msg.header")) return by_name(run, span_skip(path, 10));
    return via(run, path);
}

/* What is not there is empty. */
static struct kam_value get_sel(struct kam_run *run, const struct kam_pv_at *at) {
    struct kam_value v = by_path(run, at->argument);
    return v.type == KAM_NULL ? pv_text(SPAN("")) : v;
}

/* Is it one of these? */
static bool takes(struct span path) {
    static const char *const starts[] = {"cseq.method", "msg.header[", "hf_value.", "via"};
    if (path.len && path.p[0] == '@') path = span_skip(path, 1);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (span_is(path, same[i].select)) return true;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (span_is(path, headers[i].select)) return true;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (span_starts(path, starts[i])) return true;
    return false;
}

/* Selects that Kamailio has beside those: what they begin with, and what may follow. */
static const char *const heads[] = {"ruri",
                                    "from",
                                    "to",
                                    "contact",
                                    "via",
                                    "msg",
                                    "sys",
                                    "src",
                                    "dst",
                                    "record_route",
                                    "date",
                                    "refer_to",
                                    "authorization",
                                    "proxy_authorization",
                                    "rpid",
                                    "remote_party_id",
                                    "session_expires",
                                    "min_se",
                                    "identity",
                                    "identity_info",
                                    "organization",
                                    "priority",
                                    "received",
                                    "next_hop",
                                    NULL};
static const char *const words[] = {
    "uri",      "user",          "pwd",    "host",      "port",    "hostport", "params",     "name",
    "tag",      "type",          "rank",   "transport", "expires", "q",        "methods",    "received",
    "instance", "flags",         "body",   "sdp",       "len",     "id",       "first_line", "version",
    "buf",      "now",           "local",  "gmt",       "unique",  "pid",      "server_id",  "ip",
    "ip_port",  "proto_ip_port", "proto",  "username",  "realm",   "nonce",    "cnonce",     "nc",
    "response", "algorithm",     "opaque", "qop",       "domain",  "src_ip",   "dst_ip",     "comp",
    "alias",    "branch",        "rport",  "i",         NULL};

static bool among(struct span word, const char *const *list) {
    while (*list && !span_is(word, *list))
        list++;
    return *list != NULL;
}

bool pv_select_exists(struct span path) {
    struct span left = span_skip(path, span_starts(path, "@"));
    for (const char *const *list = heads; left.len; list = words) {
        struct span word = span_cut(&left, '.');
        if (!among(span_cut(&word, '['), list)) return false;
    }
    return path.len > 0;
}

const struct kam_pv kam_pv_selects[] = {
    {"sel", KAM_PV_NAMED, get_sel, NULL, NULL, takes},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
