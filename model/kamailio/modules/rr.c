/* SPDX-License-Identifier: MIT */
/* rr: record_route() and loose_route() (facts: Kamailio 7; RFC 3261 16.4, 16.12). */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

struct rr_settings {
    bool enable_full_lr, append_fromtag, add_username;
    int64_t enable_double_rr;
};

static const struct rr_settings *settings_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_RR);
}

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

static int record_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct rr_settings *set = settings_of(run);
    if (!run->from_readable) return -1;
    if (run->record_routed) return -1;
    run->record_routed = run->state.kind != KAM_BRANCH_ROUTE; /* each branch may have its own, or several */
    struct buf b = {0};
    struct uri uri;
    buf_add(&b, SPAN("Record-Route: <sip:"));
    if (set->add_username && uri_parse(&uri, kam_run_uri(run)) && uri.user.len) {
        buf_add(&b, uri.user);
        buf_add_char(&b, '@');
    }
    struct span self = run->socket->sent_by;
    size_t len = self.len - strlen(":5060"); /* an advertised 5060 stands in the Via, but not here */
    if (self.len > strlen(":5060") && span_is(span_skip(self, len), ":5060")) self = span_head(self, len);
    buf_add(&b, self);
    buf_add_text(&b, set->enable_full_lr ? ";lr=on" : ";lr");
    if (set->append_fromtag && run->from_tag.len) {
        buf_add(&b, SPAN(";ftag="));
        buf_add(&b, run->from_tag);
    }
    buf_add(&b, SPAN(">\r\n"));
    kam_lump_insert(run->target, offset_of(run, run->msg.headers->line.p), buf_span(&b));
    buf_free(&b);
    return 1;
}

/* One entry of the Route headers. */
struct route {
    const struct sip_header *header;
    struct span entry; /* with its brackets */
    struct span after; /* the rest of the header's value, from the next entry on; may be empty */
    struct uri uri;
};

/*
 * Looks at the entry at the front of rest, a part of the header's value. False if it has no brackets or is
 * no URI. One of another scheme than sip is nobody's own, and no loose router.
 */
static bool route_at(struct route *r, const struct sip_header *h, struct span rest) {
    r->header = h;
    if (!name_addr_next(&rest, &r->entry) || span_find(r->entry, '<') < 0) return false;
    struct span uri = name_addr_uri(r->entry);
    if (!uri_parse(&r->uri, uri)) {
        if (span_starts_nocase(uri, "sip") || span_find(uri, ':') < 1) return false;
        r->uri = (struct uri){.whole = uri};
    }
    r->after = span_trim(rest);
    return true;
}

/* The entry that follows r in the same header, or the first of the next Route header. */
static bool route_next(const struct kam_run *run, const struct route *r, struct route *next) {
    if (r->after.len) return route_at(next, r->header, r->after);
    const struct sip_header *h = sip_msg_next(&run->msg, r->header);
    return h && route_at(next, h, h->value);
}

static bool is_own(const struct kam_run *run, const struct uri *u) { return kam_is_own(run->k, u); }

static bool is_loose(const struct uri *u) { return uri_param(u, "lr").p != NULL; }

static void remove_header(struct kam_run *run, const struct sip_header *h) {
    kam_lump_remove(&run->edits, offset_of(run, h->line.p), h->line.len);
}

/* Removes the Route headers from the one of `first` up to, not including, that of `upto`. */
static void remove_headers(struct kam_run *run, const struct route *first, const struct route *upto) {
    for (const struct sip_header *h = first->header; h && h != upto->header; h = sip_msg_next(&run->msg, h))
        remove_header(run, h);
}

/* Removes the front of the entry's header, up to a place in it. */
static void remove_front(struct kam_run *run, const struct route *r, const char *upto) {
    const char *from = r->header->value.p;
    if (upto > from) kam_lump_remove(&run->edits, offset_of(run, from), (size_t)(upto - from));
}

/* The entry goes, and what stands before it in its header. */
static void remove_entry(struct kam_run *run, const struct route *r) {
    if (r->after.len)
        remove_front(run, r, r->after.p);
    else
        remove_header(run, r->header);
}

/* The next hop does not know loose routing: it finds itself in the Request-URI, the target goes last. */
static void to_strict_router(struct kam_run *run, const struct route *r) {
    struct buf b = {0};
    buf_add(&b, SPAN("Route: <"));
    buf_add(&b, kam_run_uri(run));
    buf_add(&b, SPAN(">\r\n"));
    remove_entry(run, r);
    kam_lump_insert(&run->edits, run->msg.header_end, buf_span(&b));
    buf_free(&b);
    kam_run_set_uri(run, r->uri.whole);
}

/* Skips our own entry, and the second one that double record-routing puts behind it; false: none is left. */
static bool skip_own(const struct kam_run *run, struct route *r) {
    bool twice = settings_of(run)->enable_double_rr && uri_param(&r->uri, "r2").p;
    struct route next;
    if (!route_next(run, r, &next)) return false;
    *r = next;
    if (!twice) return true;
    if (!route_next(run, r, &next)) return false;
    *r = next;
    return true;
}

/* The first entry is ours, or not: what comes after our own ones is the next hop. */
static int after_loose(struct kam_run *run, struct route first, bool preloaded) {
    struct route r = first;
    if (is_own(run, &r.uri) && !skip_own(run, &r)) {
        remove_headers(run, &first, &r);
        remove_header(run, r.header);
        return preloaded ? -2 : 1;
    }
    remove_headers(run, &first, &r);
    if (is_loose(&r.uri)) {
        remove_front(run, &r, r.entry.p);
        kam_run_set_next_hop(run, r.uri.whole);
    } else {
        to_strict_router(run, &r);
    }
    return 1;
}

/* A strict router before us has put our own URI into the Request-URI: the target is the last Route entry. */
static int after_strict(struct kam_run *run, struct route first) {
    struct route r = first;
    if (settings_of(run)->enable_double_rr && uri_param(&r.uri, "r2").p && is_own(run, &r.uri)) {
        if (!route_next(run, &first, &r)) {
            remove_header(run, first.header);
            return -1;
        }
        remove_headers(run, &first, &r);
    }
    if (!is_loose(&r.uri)) {
        kam_run_set_uri(run, r.uri.whole);
        remove_entry(run, &r);
        return 1;
    }
    kam_run_set_next_hop(run, r.uri.whole);
    remove_front(run, &r, r.entry.p);
    struct route last = r, before = r;
    for (struct route next; route_next(run, &last, &next); last = next)
        before = last;
    kam_run_set_uri(run, last.uri.whole);
    if (before.header == last.header && before.entry.p != last.entry.p) {
        const char *end = before.entry.p + before.entry.len;
        kam_lump_remove(&run->edits, offset_of(run, end), (size_t)(last.entry.p + last.entry.len - end));
    } else {
        remove_header(run, last.header);
    }
    return 1;
}

static int loose_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct route first;
    struct uri uri;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_ROUTE);
    if (!h || !uri_parse(&uri, kam_run_uri(run)) || !route_at(&first, h, h->value)) return -1;
    if (run->to_tag.len == 0) return after_loose(run, first, true);
    return is_own(run, &uri) ? after_strict(run, first) : after_loose(run, first, false);
}

static const struct kam_function functions[] = {
    {"record_route", 0, 0, KAM_REQUEST_ROUTE | KAM_BRANCH_ROUTE | KAM_FAILURE_ROUTE, record_route},
    {"loose_route", 0, 0, KAM_REQUEST_ROUTE, loose_route},
    {0},
};

static const struct kam_param params[] = {
    {KAM_FLAG("enable_full_lr", 0), KAM_INTO(struct rr_settings, enable_full_lr)},
    {KAM_FLAG("append_fromtag", 1), KAM_INTO(struct rr_settings, append_fromtag)},
    {KAM_FLAG("add_username", 0), KAM_INTO(struct rr_settings, add_username)},
    {KAM_INT("enable_double_rr", 1, 0, 2), KAM_INTO(struct rr_settings, enable_double_rr)},
    {KAM_FLAG("enable_socket_mismatch_warning", 1), KAM_NO_EFFECT},
    {KAM_TEXT("custom_user_avp", ""), KAM_NOT_SIMULATED},
    {KAM_FLAG("ignore_sips", 0), KAM_NO_EFFECT},
    {KAM_FLAG("force_send_socket", 0), KAM_NOT_SIMULATED},
    {KAM_FLAG("sockname_mode", 0), KAM_NOT_SIMULATED},
    {0},
};

const struct kam_module kam_rr_module = {
    .name = "rr", .functions = functions, .params = params, .data_size = sizeof(struct rr_settings)};
