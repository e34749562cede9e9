/* SPDX-License-Identifier: MIT */
/* The way to a contact through proxies: the Path headers of its REGISTER (facts: Kamailio 50.2; RFC 3327). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/modules/registrar/registrar.h"

/*
 * Cuts off the entry at the front of *left and the comma behind it: what stands before < is a name, whatever
 * it is. False: it cannot be read.
 */
static bool next_entry(struct span *left, struct span *uri) {
    struct kam_param_text p;
    int got;
    ptrdiff_t open = span_find_unquoted(*left, '<');
    if (open < 0) return false;
    *left = span_skip(*left, (size_t)open + 1);
    ptrdiff_t close = span_find_unquoted(*left, '>');
    if (close < 0) return false;
    *uri = span_head(*left, (size_t)close);
    *left = span_trim(span_skip(*left, (size_t)close + 1));
    if (left->len && left->p[0] != ';' && left->p[0] != ',') return false;
    while ((got = kam_param_next(left, &p)) > 0)
        continue;
    if (got < 0) return false;
    if (left->len == 0) return true;
    *left = span_trim(span_skip(*left, 1));
    return left->len > 0;
}

/* Can all entries be read, and the URI of the first one? */
static bool is_readable(struct span path, struct uri *first) {
    struct span uri;
    if (!next_entry(&path, &uri) || !uri_parse(first, uri)) return false;
    while (path.len)
        if (!next_entry(&path, &uri)) return false;
    return true;
}

bool registrar_path_write(struct buf *path, struct buf *received, const struct kam_run *run) {
    struct uri first;
    struct span value;
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        if (!kam_header_is(h, SPAN("Path"))) continue;
        if (path->len) buf_add_char(path, ',');
        buf_add(path, kam_header_body(h));
    }
    if (path->len == 0) return true;
    if (!is_readable(buf_span(path), &first) || !uri_param(&first, "lr").p) return false;
    if (!registrar_of(run)->path_use_received) return true;
    if (!kam_param_find(&value, first.params, SPAN("received"), true)) return false;
    return kam_unescape(received, value);
}

struct span registrar_path_left(const struct kam_run *run, struct span path, struct span *next_hop) {
    struct uri first;
    struct span left = path;
    if (!next_entry(&left, next_hop)) return (struct span){0};
    bool own =
        registrar_of(run)->path_check_local > 0 && uri_parse(&first, *next_hop) && kam_is_own(run->k, &first);
    if (!own) return path;
    path = left;
    *next_hop = (struct span){0};
    return next_entry(&left, next_hop) ? path : (struct span){0};
}
