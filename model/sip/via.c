/* SPDX-License-Identifier: MIT */
#include "model/sip/via.h"

static const char *skip_blanks(const char *p, const char *end) {
    while (p < end && ascii_space(*p))
        p++;
    return p;
}

/* The word at p: up to a blank or one of the stop characters. */
static const char *skip_word(const char *p, const char *end, const char *stop) {
    while (p < end && !ascii_space(*p) && !strchr(stop, *p))
        p++;
    return p;
}

/* "SIP / 2.0 / UDP": three words with slashes; blanks around the slashes are allowed. */
static const char *parse_protocol(struct via *v, const char *p, const char *end) {
    for (int word = 0; word < 3; word++) {
        const char *from = p = skip_blanks(p, end);
        p = skip_word(p, end, "/;,");
        struct span s = span_between(from, p);
        if (word == 0 && !span_is_nocase(s, "SIP")) return NULL;
        if (word == 1 && !span_is(s, "2.0")) return NULL;
        if (s.len == 0) return NULL;
        v->transport = s;
        if (word == 2) return p;
        p = skip_blanks(p, end);
        if (p == end || *p++ != '/') return NULL;
    }
    return NULL;
}

static const char *parse_sent_by(struct via *v, const char *p, const char *end) {
    const char *from = p = skip_blanks(p, end);
    if (p < end && *p == '[') { /* an IPv6 reference */
        while (p < end && *p != ']')
            p++;
        if (p < end) p++;
    } else {
        p = skip_word(p, end, ":;,");
    }
    if (p == from) return NULL;
    v->host = span_between(from, p);
    const char *after = skip_blanks(p, end);
    if (after < end && *after == ':') {
        const char *port = skip_blanks(after + 1, end);
        p = skip_word(port, end, ";,");
        v->port = span_between(port, p);
        if (v->port.len == 0) return NULL;
    }
    v->sent_by = span_between(from, p);
    return p;
}

static const char *parse_params(struct via *v, const char *p, const char *end) {
    static const struct {
        const char *name;
        size_t where;
    } known[] = {
        {"branch", offsetof(struct via, branch)},
        {"received", offsetof(struct via, received)},
        {"rport", offsetof(struct via, rport)},
    };
    for (;;) {
        const char *from = skip_blanks(p, end);
        if (from == end || *from != ';') return p;
        const char *name = skip_blanks(from + 1, end);
        p = skip_word(name, end, "=;,");
        struct span word = span_between(name, p), value = {p, 0};
        const char *equals = skip_blanks(p, end);
        if (equals < end && *equals == '=') {
            const char *text = skip_blanks(equals + 1, end);
            if (text < end && *text == '"') {
                for (p = text + 1; p < end && *p != '"'; p++)
                    if (*p == '\\' && p + 1 < end) p++;
                if (p < end) p++;
            } else {
                p = skip_word(text, end, ";,");
            }
            value = span_between(text, p);
        }
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            struct via_param *param = (struct via_param *)((char *)v + known[i].where);
            if (span_is_nocase(word,
                               known[i].name)) /* of several the last one counts, as it does to Kamailio */
                *param = (struct via_param){span_between(from, p), value};
        }
    }
}

bool via_parse(struct via *v, struct span value) {
    const char *end = value.p + value.len;
    *v = (struct via){0};
    const char *p = parse_protocol(v, value.p, end);
    if (!p || p == end || !ascii_space(*p)) return false;
    p = parse_sent_by(v, p, end);
    if (!p) return false;
    p = parse_params(v, p, end);
    v->whole = span_between(value.p, p);
    p = skip_blanks(p, end);
    if (p < end && *p != ',') return false;
    if (p < end) v->rest = span_between(skip_blanks(p + 1, end), end);
    return true;
}
