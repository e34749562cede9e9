/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/route.h"

#include "model/sipp/process/header.h"

static void set_next_url(struct call *call, struct span target) {
    target = span_skip_blanks(target);
    if (target.len > 0 && target.p[0] == '<') {
        target = span_skip(target, 1);
        ptrdiff_t close = span_find(target, '>');
        if (close < 0) {
            call->lost_next_url = target.len + 1 == HEADER_TEXT_MAX;
            return;
        }
        target = span_head(target, (size_t)close);
    }
    buf_reset(&call->next_url);
    buf_add(&call->next_url, target);
}

/* The first or the last entry of a list that is split at every comma; the list gets shorter by it. */
static struct span take_entry(struct span *list, bool from_front) {
    size_t i = from_front ? 0 : list->len;
    struct span entry;
    if (from_front) {
        while (i < list->len && list->p[i] != ',')
            i++;
        entry = span_head(*list, i);
        *list = i < list->len ? span_skip(*list, i + 1) : (struct span){0};
    } else {
        while (i > 0 && list->p[i - 1] != ',')
            i--;
        entry = span_skip(*list, i);
        *list = i > 0 ? span_head(*list, i - 1) : (struct span){0};
    }
    return entry;
}

/* SIPp trims spaces, no tabs, and leaves nothing but spaces as it is. */
static struct span trim_spaces(struct span s) {
    size_t begin = 0, end = s.len;
    while (begin < end && s.p[begin] == ' ')
        begin++;
    if (begin == end) return s;
    while (s.p[end - 1] == ' ')
        end--;
    return span_between(s.p + begin, s.p + end);
}

static void add_route(struct call *call, struct span entry) {
    if (call->has_routes) buf_add_text(&call->routes, ", ");
    call->has_routes = true;
    buf_add(&call->routes, trim_spaces(entry));
}

void route_store(struct call *call, const struct header_lines *lines, bool is_request) {
    struct buf *record_route = &call->sipp->text, *contact = &call->sipp->text2;
    buf_reset(record_route);
    buf_reset(contact);
    const struct header_name record_routes = {.full = HEADER_KEY("Record-Route:")};
    const struct header_name contacts = {HEADER_KEY("Contact:"), HEADER_KEY("m:")};
    header_write_named(record_route, lines, &record_routes, true);
    header_write_named(contact, lines, &contacts, true);
    record_route->len = header_cut(buf_span(record_route)).len;
    struct span target = header_cut(buf_span(contact)), strict = {0};
    if (contact->len > 0 && record_route->len > 0) {
        bool first = true;
        struct span list = buf_span(record_route);
        if (list.p[list.len - 1] == ',') list.len--; /* nothing behind the last comma is no entry */
        while (list.p) {
            struct span entry = take_entry(&list, is_request);
            /* A strict router is where the request goes; the target then stands at the end of the route. */
            if (first && span_search(entry, SPAN(";lr")) < 0) {
                strict = entry;
            } else {
                first = false;
                add_route(call, entry);
            }
        }
        if (strict.len > 0) {
            add_route(call, target);
            target = strict;
        }
    }
    if (contact->len > 0)
        set_next_url(call, target);
    else
        call->vague_next_url = true;
}
