/* SPDX-License-Identifier: MIT */
/* Addresses of record, and where a request for one goes (facts: Kamailio 15.3). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/registrar/registrar.h"

const struct registrar *registrar_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_REGISTRAR);
}

struct kam_value registrar_told(struct kam_run *run, const char *name) {
    struct span list = registrar_of(run)->xavp_cfg;
    const struct xavp_path path = {
        .root = list, .key = span_of(name), .root_n = XAVP_NONE, .key_n = XAVP_NONE};
    if (!list.len) return (struct kam_value){0};
    return xavp_get(run->state.avps->lists[KAM_LIST_XAVP], &path, XAVP_PLAIN, &run->scratch);
}

struct usrloc *registrar_locations(const struct kam_run *run) {
    struct usrloc *u = kam_module_data(run->k, KAM_MODULE_USRLOC);
    if (u->db_mode > 2)
        kam_run_stop(run, "usrloc.db_mode above 2 is not simulated, and the run has reached the contacts");
    return u;
}

/* %61 is an a. */
static void add_unescaped(struct buf *out, struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        bool escaped = s.p[i] == '%' && s.len - i > 2;
        int high = escaped ? ascii_hex(s.p[i + 1]) : -1, low = escaped ? ascii_hex(s.p[i + 2]) : -1;
        if (high >= 0 && low >= 0) i += 2;
        buf_add_char(out, high >= 0 && low >= 0 ? (char)(high * 16 + low) : s.p[i]);
    }
}

bool registrar_aor_write(struct buf *out, const struct kam_run *run, struct span uri) {
    enum { LONGEST = 255 }; /* bytes */
    const struct registrar_refusal **refusal = &registrar_answer_of(run)->refusal;
    struct uri u;
    if (!uri_parse(&u, uri)) {
        *refusal = &registrar_aor_unreadable;
        return false;
    }
    struct buf name = {0};
    add_unescaped(&name, u.user);
    if (registrar_locations(run)->use_domain) {
        if (u.user.len) buf_add_char(&name, '@');
        struct span prefix = registrar_of(run)->realm_prefix;
        bool cut = u.host.len >= prefix.len && span_eq(prefix, (struct span){u.host.p, prefix.len});
        buf_add(&name, cut ? span_skip(u.host, prefix.len) : u.host);
    }
    bool fits = name.len <= LONGEST;
    if (!fits)
        *refusal = &registrar_aor_too_long;
    else if (registrar_of(run)->case_sensitive)
        buf_add(out, buf_span(&name));
    else
        buf_add_lower(out, buf_span(&name));
    buf_free(&name);
    return fits;
}

/* The method at the front of *list, which may be any, but not begin as a known one and go on. */
static bool take_method(struct span *list, uint32_t *bits) {
    struct span method = kam_method_word(*list);
    if (kam_method_goes_on(method)) return false;
    *bits |= kam_method_bit(kam_method_of(method));
    *list = span_trim(span_skip(*list, method.len));
    return method.len > 0;
}

bool registrar_methods(struct span list, uint32_t *bits) {
    for (list = span_trim(list); list.len; list = span_trim(span_skip(list, 1))) {
        if (!take_method(&list, bits)) return false;
        if (list.len && list.p[0] != ',') return false;
        if (!list.len) break;
    }
    return true;
}

/* Where a request has its URI a reply has its status, which is none. */
static struct span uri_or_request(const struct kam_run *run, struct span uri) {
    if (uri.p) return uri;
    return run->msg.is_request ? kam_run_uri(run) : SPAN("200");
}

/* The next contact from c on that has not expired, or may be used all the same; NULL: none. */
static const struct usrloc_contact *valid_from(const struct kam_run *run, const struct usrloc_contact *c) {
    while (c && c->expires_s <= kam_now_s(run->k) && !registrar_of(run)->use_expired)
        c = c->next;
    return c;
}

static bool takes(const struct kam_run *run, const struct usrloc_contact *c) {
    return !registrar_of(run)->method_filtering ||
           (c->methods & kam_method_bit(kam_method_of(run->msg.method)));
}

/* Where to go for a contact: where its path begins, else where it was received. */
static struct span next_hop_of(const struct kam_run *run, const struct usrloc_contact *c, struct span *path) {
    struct span next_hop = {0};
    *path = c->path ? registrar_path_left(run, span_of(c->path), &next_hop) : (struct span){0};
    if (!path->len && c->received) next_hop = span_of(c->received);
    return next_hop;
}

/* A request that has got a path keeps it where the contact has none. */
static void take_first(struct kam_run *run, const struct usrloc_contact *c) {
    struct span path, next_hop = next_hop_of(run, c, &path);
    kam_run_set_uri(run, span_of(c->uri));
    run->branch_flags = c->branch_flags;
    run->q = c->q;
    run->forced = c->socket;
    run->next_hop = (struct span){0};
    if (next_hop.len) kam_run_set_next_hop(run, next_hop);
    if (path.len) run->path = arena_text(&run->scratch, path);
}

/* Is there another contact of that device before it? */
static bool is_device_twice(const struct usrloc_contact *first, const struct usrloc_contact *c) {
    if (!c->instance || !*c->instance) return false;
    while (first != c && !(first->instance && strcmp(c->instance, first->instance) == 0))
        first = first->next;
    return first != c;
}

static void add_branch(struct kam_run *run, const struct usrloc_contact *c) {
    struct span path, next_hop = next_hop_of(run, c, &path);
    if (!kam_run_add_branch(run, span_of(c->uri), next_hop, c->branch_flags)) return;
    struct kam_added_branch *b = &run->added[run->added_count - 1];
    b->path = arena_text(&run->scratch, path);
    b->q = c->q;
    b->forced = c->socket;
}

/* $xavp(xavp_rcd=>...): what is known of the contact that was found. */
static void tell(struct kam_run *run, const struct usrloc_contact *c) {
    const struct registrar *r = registrar_of(run);
    struct kam_xavp **list = &run->state.avps->lists[KAM_LIST_XAVP], *old;
    if (!r->xavp_rcd.len) return;
    while ((old = xavp_find(*list, r->xavp_rcd, XAVP_PLAIN, 0)))
        xavp_remove(list, old);
    const struct {
        const char *name, *text;
    } parts[] = {{"ruid", c->ruid},
                 {"contact", c->uri},
                 {"expires", NULL},
                 {"received", c->received},
                 {"path", c->path}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        bool number = span_is(span_of(parts[i].name), "expires");
        struct kam_value value = {.type = KAM_INT, .n = c->expires_s - kam_now_s(run->k)};
        if (r->xavp_rcd_mask & (INT64_C(1) << i) || (!number && !parts[i].text)) continue;
        if (!number) value = (struct kam_value){.type = KAM_STR, .s = span_of(parts[i].text)};
        xavp_set_child(list, r->xavp_rcd, span_of(parts[i].name), XAVP_PLAIN, value);
    }
}

/* The contact of a name of one device alone. */
static int lookup_gruu(struct kam_run *run, const struct uri *uri, struct span aor) {
    const struct usrloc_contact *c;
    int result = registrar_gruu_find(&c, run, uri, aor);
    if (result < 0) return result;
    tell(run, c);
    take_first(run, c);
    return result;
}

/* What lookup() and its kin return for what is no URI. */
enum { NO_NAME = -3 };

int registrar_lookup(struct kam_run *run, struct span uri) {
    struct buf aor = {0};
    int result = -1;
    bool first = true;
    struct uri u;
    if (uri.p && !uri.len) return result;
    if (!registrar_aor_write(&aor, run, uri_or_request(run, uri))) {
        result = NO_NAME;
    } else if (uri_parse(&u, uri_or_request(run, uri)) && registrar_is_gruu(&u)) {
        result = lookup_gruu(run, &u, buf_span(&aor));
    } else {
        const struct usrloc_contact *c = usrloc_first(registrar_locations(run), buf_span(&aor)), *all = c;
        for (c = valid_from(run, c); c; c = valid_from(run, c->next)) {
            if (first && !takes(run, c)) result = -2;
            if (!takes(run, c)) continue;
            run->device_twice = run->device_twice || is_device_twice(all, c);
            if (!first) {
                add_branch(run, c);
                continue;
            }
            tell(run, c);
            take_first(run, c);
            first = false;
            result = 1;
            if (!registrar_of(run)->append_branches) break;
        }
    }
    buf_free(&aor);
    return result;
}

int registrar_lookup_branches(struct kam_run *run, struct span uri) {
    struct buf aor = {0};
    int result = NO_NAME;
    if (uri.p && !uri.len) return -1;
    if (registrar_aor_write(&aor, run, uri_or_request(run, uri))) {
        const struct usrloc_contact *c = usrloc_first(registrar_locations(run), buf_span(&aor));
        result = -1;
        for (c = valid_from(run, c); c; c = valid_from(run, c->next)) {
            if (takes(run, c) && registrar_of(run)->append_branches) add_branch(run, c);
            result = takes(run, c) || result == 1 ? 1 : -2;
        }
    }
    buf_free(&aor);
    return result;
}

/* Is it what the script says? What it does not say does not count. */
static bool is_told(struct kam_run *run, const char *name, const char *text) {
    struct kam_value told = registrar_told(run, name);
    return told.type != KAM_STR || span_is(told.s, text ? text : "");
}

static bool matches(struct kam_run *run, const struct usrloc_contact *c, int64_t match) {
    return (!(match & MATCH_CALL_ID) || is_told(run, "match_callid", c->call_id)) &&
           (!(match & MATCH_RECEIVED) || is_told(run, "match_received", c->received)) &&
           (!(match & MATCH_CONTACT) || is_told(run, "match_contact", c->uri));
}

bool registrar_registered(struct kam_run *run, struct span uri, int64_t match) {
    struct buf aor = {0};
    const struct usrloc_contact *c = NULL;
    if (!uri.p && !run->msg.is_request) uri = run->to_uri;
    if (registrar_aor_write(&aor, run, uri_or_request(run, uri)))
        c = valid_from(run, usrloc_first(registrar_locations(run), buf_span(&aor)));
    while (c && !matches(run, c, match))
        c = valid_from(run, c->next);
    buf_free(&aor);
    if (c) tell(run, c);
    return c != NULL;
}

int registrar_unregister_one(struct kam_run *run, struct span uri, struct span ruid) {
    enum { NO_SUCH_CONTACT = -3 };
    struct usrloc *u = registrar_locations(run);
    struct buf aor = {0};
    bool named = registrar_aor_write(&aor, run, uri);
    struct usrloc_contact *c = named ? usrloc_first(u, buf_span(&aor)) : NULL;
    while (c && !span_is(ruid, c->ruid))
        c = c->next;
    if (c) usrloc_remove(u, buf_span(&aor), c);
    buf_free(&aor);
    return c ? 1 : named ? NO_SUCH_CONTACT : -1;
}

bool registrar_unregister(struct kam_run *run, struct span uri) {
    struct buf aor = {0};
    bool ok = registrar_aor_write(&aor, run, uri);
    if (ok) usrloc_remove_all(registrar_locations(run), buf_span(&aor));
    buf_free(&aor);
    return ok;
}
