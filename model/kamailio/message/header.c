/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/header.h"

/* Compact names (RFC 3261 7.3.3 and later ones) of headers that sip_header_id() does not know. */
static const struct {
    const char *name;
    char compact;
} compact_names[] = {{"Subject", 's'},  {"Supported", 'k'},       {"Content-Encoding", 'e'}, {"Event", 'o'},
                     {"Refer-To", 'r'}, {"Session-Expires", 'x'}, {"Allow-Events", 'u'}};

/* The full name, where the name is a compact one. */
static struct span full_name(struct span name) {
    for (size_t i = 0; name.len == 1 && i < sizeof compact_names / sizeof *compact_names; i++)
        if (ascii_lower(name.p[0]) == compact_names[i].compact) return span_of(compact_names[i].name);
    return name;
}

/* A name that Kamailio knows is read up to a colon, without the blanks before that. */
static struct span known_name(struct span name) {
    ptrdiff_t colon = span_find(name, ':');
    struct span head = span_trim(colon < 0 ? name : span_head(name, (size_t)colon));
    if (sip_header_id(head) != SIP_OTHER) return head;
    for (size_t i = 0; i < sizeof compact_names / sizeof *compact_names; i++)
        if (span_is_nocase(full_name(head), compact_names[i].name)) return head;
    return name;
}

bool kam_header_is(const struct sip_header *h, struct span name) {
    name = known_name(name);
    enum sip_header_id id = sip_header_id(name);
    return id == SIP_OTHER ? span_eq_nocase(full_name(h->name), full_name(name)) : h->id == id;
}

struct span kam_header_body(const struct sip_header *h) {
    enum { CRLF = 2 };
    const char *end = h->line.p + h->line.len;
    if (h->value.len == 0) return h->value;
    bool is_usual = h->value.p + h->value.len + CRLF == end && end[-CRLF] == '\r' && end[-CRLF - 1] != '\0';
    if (is_usual) return h->value;
    while (end > h->value.p && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == '\0'))
        end--;
    return span_between(h->value.p, end);
}

const struct sip_header *kam_header_find(const struct sip_msg *m, struct span name) {
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++)
        if (kam_header_is(h, name)) return h;
    return NULL;
}

/* The next one of options, between which there are commas or blanks. */
static struct span next_option(struct span *left) {
    size_t n = 0;
    while (n < left->len && !strchr(", \t\r\n", left->p[n]))
        n++;
    struct span option = span_head(*left, n);
    *left = span_skip(*left, n + 1);
    return option;
}

bool kam_header_supports(const struct sip_msg *m, struct span option) {
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++) {
        if (!kam_header_is(h, SPAN("Supported"))) continue;
        for (struct span left = h->value; left.len;)
            if (span_eq_nocase(next_option(&left), option)) return true;
    }
    return false;
}
