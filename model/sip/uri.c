/* SPDX-License-Identifier: MIT */
#include "model/sip/uri.h"

/* Position of the first character of s that is in stop, or the length of s. */
static size_t until(struct span s, const char *stop) {
    size_t n = 0;
    while (n < s.len && !strchr(stop, s.p[n]))
        n++;
    return n;
}

bool uri_parse(struct uri *u, struct span text) {
    *u = (struct uri){.whole = text};
    ptrdiff_t colon = span_find(text, ':');
    if (colon < 0) return false;
    u->scheme = span_head(text, (size_t)colon);
    if (!span_is_nocase(u->scheme, "sip") && !span_is_nocase(u->scheme, "sips")) return false;
    struct span left = span_skip(text, (size_t)colon + 1);
    for (size_t i = 0; i < left.len; i++)
        if (ascii_space(left.p[i]) || left.p[i] == '\0') return false;
    ptrdiff_t at = span_find(left, '@');
    if (at >= 0) {
        u->user = span_head(left, (size_t)at);
        left = span_skip(left, (size_t)at + 1);
    }
    size_t host_end = until(left, ":;?");
    if (left.len && left.p[0] == '[') { /* an IPv6 reference */
        host_end = until(left, "]");
        host_end += host_end < left.len;
    }
    u->host = span_head(left, host_end);
    left = span_skip(left, host_end);
    if (left.len && left.p[0] == ':') {
        left = span_skip(left, 1);
        u->port = span_head(left, until(left, ";?"));
        uint64_t port;
        if (!span_to_u64(u->port, 65535, &port)) return false;
        left = span_skip(left, u->port.len);
    }
    u->params = span_head(left, until(left, "?"));
    u->headers = span_skip(left, u->params.len);
    return u->host.len > 0 && (u->params.len == 0 || u->params.p[0] == ';');
}

struct span uri_param(const struct uri *u, const char *name) {
    struct span left = u->params;
    while (left.len) {
        left = span_skip(left, 1);
        struct span param = span_head(left, until(left, ";"));
        struct span word = span_head(param, until(param, "="));
        if (span_is_nocase(word, name)) return span_skip(param, word.len + 1);
        left = span_skip(left, param.len);
    }
    return (struct span){0};
}

bool name_addr_next(struct span *list, struct span *entry) {
    *list = span_trim(*list);
    if (list->len == 0) return false;
    bool quoted = false, bracketed = false;
    size_t n = 0;
    for (; n < list->len; n++) {
        char c = list->p[n];
        if (quoted) {
            if (c == '\\')
                n++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"')
            quoted = true;
        else if (c == '<')
            bracketed = true;
        else if (c == '>')
            bracketed = false;
        else if (c == ',' && !bracketed)
            break;
    }
    if (n > list->len) n = list->len;
    *entry = span_trim(span_head(*list, n));
    *list = span_skip(*list, n + 1);
    return true;
}

struct span name_addr_uri(struct span entry) {
    bool quoted = false;
    for (size_t i = 0; i < entry.len; i++) {
        char c = entry.p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == '<' && !quoted) {
            struct span inside = span_skip(entry, i + 1);
            return span_head(inside, until(inside, ">"));
        }
    }
    return span_trim(span_head(entry, until(entry, ";")));
}
