/* SPDX-License-Identifier: MIT */
/* rr: record_route() and loose_route() (facts: Kamailio 7; RFC 3261 16.4, 16.12). */
#include "model/kamailio/modules/rr.h"

#include "model/kamailio/forward.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/pv/pv.h"
#include "model/sip/stops.h"

struct rr_settings {
    bool enable_full_lr, append_fromtag, add_username;
    bool ignore_sips, force_send_socket, sockname_mode;
    int64_t enable_double_rr;
    const struct cfg_pv *custom_user; /* NULL: not set */
};

static const struct rr_settings *settings_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_RR);
}

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

#define BEGIN "Record-Route: <"
#define END   ">\r\n"

void kam_rr_add_params(struct kam_run *run, struct span params) {
    struct edit_list *list = run->target;
    for (struct edit *e = list->edits; e < list->edits + list->count; e++) {
        struct span text = {list->texts.p + e->text, e->text_len};
        if (!span_starts(text, BEGIN)) continue;
        struct buf b = {0};
        buf_add(&b, span_head(text, text.len - strlen(END)));
        buf_add(&b, params);
        buf_add(&b, SPAN(END));
        e->text = (uint32_t)list->texts.len;
        e->text_len = (uint32_t)b.len;
        buf_add(&list->texts, buf_span(&b));
        buf_free(&b);
        return;
    }
    buf_add(&run->rr_params, params);
}

/* False: it cannot be, or not again. Of a repeatable kind each branch may have its own, or several. */
static bool may_record(struct kam_run *run, bool repeatable) {
    bool reply_of_user =
        !run->msg.is_request && settings_of(run)->add_username; /* a reply has no Request-URI */
    if (!kam_run_from(run)->readable || run->record_routed || reply_of_user) return false;
    run->record_routed = !repeatable || run->state.kind != KAM_BRANCH_ROUTE;
    return true;
}

static void add_username(struct buf *b, struct kam_run *run, struct uri uri) {
    const struct rr_settings *set = settings_of(run);
    if (!set->add_username) return;
    struct kam_value own = set->custom_user ? kam_pv_value(run, set->custom_user) : (struct kam_value){0};
    if (kam_value_has_text(own) && own.s.len) {
        buf_add(b, own.s);
        buf_add_char(b, '@');
        return;
    }
    if (uri.user.len == 0) uri_parse(&uri, run->msg.uri); /* the one that it came with may have a user */
    if (uri.user.len == 0) return;
    buf_add(b, uri.user);
    buf_add_char(b, '@');
}

static void add_tag(struct buf *b, const struct kam_run *run, struct span tag) {
    if (!settings_of(run)->append_fromtag || tag.len == 0) return;
    buf_add(b, SPAN(";ftag="));
    buf_add(b, tag);
}

/* Where nobody has looked at the Route yet, it takes all requests for those of the caller, from then on. */
static bool goes_upstream(struct kam_run *run) {
    if (!run->route_read) run->taken_for_downstream = true;
    return kam_rr_upstream(run);
}

/* Both sides of a dialog get the same Record-Route: with the tag of the one that began it. */
static struct span first_tag(struct kam_run *run) {
    return goes_upstream(run) ? run->to_tag : kam_run_from(run)->tag;
}

static void add_params(struct buf *b, struct kam_run *run) {
    buf_add(b, buf_span(&run->rr_params));
    buf_reset(&run->rr_params);
}

static void add_loose(struct buf *b, const struct kam_run *run) {
    buf_add_text(b, settings_of(run)->enable_full_lr ? ";lr=on" : ";lr");
}

static void put_in(struct kam_run *run, struct buf *b) {
    buf_add(b, SPAN(END));
    kam_lump_insert(run->target, offset_of(run, run->msg.headers->line.p), buf_span(b));
    buf_free(b);
}

/* With enable_double_rr it depends on the socket that the request leaves from. */
static void mark_by_socket(struct edit_list *list, size_t text) {
    for (struct edit *e = list->edits; e < list->edits + list->count; e++)
        if (e->text == text && e->text_len) e->by_socket = true;
}

/* In a reply there are always two with enable_double_rr: the socket that it leaves from is not known, and
 * empty. */
static bool is_double_reply(const struct kam_run *run) {
    return !run->msg.is_request && settings_of(run)->enable_double_rr;
}

static void record_reply(struct kam_run *run, struct span params) {
    for (int own = 0; own < 2; own++) {
        struct buf b = {0};
        buf_add_text(&b, BEGIN "sip:");
        if (own) kam_add_route_socket(&b, run->socket);
        buf_add_text(&b, ";r2=on");
        add_loose(&b, run);
        add_tag(&b, run, first_tag(run));
        buf_add(&b, params);
        buf_add(&b, buf_span(&run->rr_params));
        put_in(run, &b);
    }
    buf_reset(&run->rr_params);
}

static int record_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf b = {0};
    struct uri uri;
    if (!may_record(run, true)) return -1;
    if (is_double_reply(run)) {
        record_reply(run, count > 0 ? args[0].s : (struct span){0});
        return 1;
    }
    bool secure = uri_parse(&uri, kam_run_uri(run)) && uri.kind == URI_SIPS && !settings_of(run)->ignore_sips;
    buf_add_text(&b, secure ? BEGIN "sips:" : BEGIN "sip:");
    add_username(&b, run, uri);
    kam_add_route_socket(&b, run->socket);
    add_loose(&b, run);
    add_tag(&b, run, first_tag(run));
    if (count > 0) buf_add(&b, args[0].s);
    add_params(&b, run);
    size_t text = run->target->texts.len;
    put_in(run, &b);
    if (settings_of(run)->enable_double_rr) mark_by_socket(run->target, text);
    return 1;
}

/* An address that the script gives, and more. */
static void begin_given(struct buf *b, struct kam_run *run, struct span address, const char *more) {
    struct uri uri = {0};
    uri_parse(&uri, kam_run_uri(run));
    buf_add_text(b, BEGIN "sip:");
    add_username(b, run, uri);
    buf_add(b, address);
    buf_add_text(b, more);
}

static int record_route_preset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    if ((count > 1 && !settings_of(run)->enable_double_rr) || !may_record(run, false)) return -1;
    struct buf params = {0};
    add_params(&params, run);
    for (size_t i = 0; i < count; i++) {
        struct buf b = {0};
        begin_given(&b, run, args[i].s, "");
        add_tag(&b, run, kam_run_from(run)->tag);
        buf_add(&b, buf_span(&params));
        add_loose(&b, run);
        put_in(run, &b);
    }
    buf_free(&params);
    return 1;
}

static int record_route_advertised_address(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const char *const double_reply[] = {";transport=;r2=on", ";transport=udp;r2=on", NULL};
    static const char *const plain_reply[] = {";transport=udp", NULL}, *const of_request[] = {"", NULL};
    (void)count;
    if (!may_record(run, false)) return -1;
    const char *const *more = run->msg.is_request    ? of_request
                              : is_double_reply(run) ? double_reply
                                                     : plain_reply;
    for (; *more; more++) {
        struct buf b = {0};
        begin_given(&b, run, args[0].s, *more);
        kam_lump_insert(run->target, offset_of(run, run->msg.headers->line.p), buf_span(&b));
        buf_reset(&b);
        add_tag(&b, run, first_tag(run));
        add_loose(&b, run);
        buf_add(&b, buf_span(&run->rr_params));
        put_in(run, &b);
    }
    buf_reset(&run->rr_params);
    return 1;
}

/* Takes back what they have added; in 5.6.3 what stands from ";lr" on stays, of an advertised address all
 * behind that, without a name, and no other can be added. */
static int remove_record_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct edit_list *list = run->target;
    for (struct edit *e = list->edits; e < list->edits + list->count; e++) {
        struct span text = {list->texts.p + e->text, e->text_len};
        bool whole = text.len && text.p[text.len - 1] == '\n';
        ptrdiff_t rest = whole ? span_search_nocase(text, SPAN(";lr")) : (ptrdiff_t)text.len;
        if (!span_starts(text, BEGIN) || rest < 0) continue;
        e->text += (uint32_t)rest;
        e->text_len -= (uint32_t)rest;
        e->by_socket = false;
    }
    return 1;
}

static int add_rr_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    kam_rr_add_params(run, args[0].s);
    return 1;
}

/* One entry of the Route headers. */
struct route {
    const struct sip_header *header;
    struct span entry; /* with its brackets */
    struct span after; /* the rest of the header's value, from the next entry on; may be empty */
    struct uri uri;
};

/* Looks at the entry at the front of rest; the header is read to its end, and must be a list of entries. */
static bool route_at(struct route *r, const struct sip_header *h, struct span rest) {
    struct span uri, other, its_uri;
    r->header = h;
    if (!kam_entry_take(&r->entry, &uri, &rest)) return false;
    r->after = rest;
    while (rest.len)
        if (!kam_entry_take(&other, &its_uri, &rest)) return false;
    return uri_parse(&r->uri, uri);
}

/* The entry that follows r in the same header, or the first of the next Route header. */
static bool route_next(const struct kam_run *run, const struct route *r, struct route *next) {
    if (r->after.len) return route_at(next, r->header, r->after);
    const struct sip_header *h = sip_msg_next(&run->msg, r->header);
    return h && route_at(next, h, h->value);
}

static bool is_own(const struct kam_run *run, const struct uri *u) { return kam_is_own(run->k, u); }

/*
 * Has it a parameter lr? Blanks may stand around the word. What is no l in front is passed over to the next
 * semicolon outside quotes, even where it is one: `;;lr` has none, `;;;lr` has one (facts: Kamailio 7).
 */
static bool is_loose(const struct uri *u) {
    enum { AT_BEGIN, AT_L, AT_LR, BEHIND_LR, IN_OTHER } state = IN_OTHER;
    bool quoted = false;
    for (const char *p = u->params.p, *end = p + u->params.len; p < end; p++) {
        bool blank = ascii_space((unsigned char)*p);
        if ((state == AT_LR || state == BEHIND_LR) && (*p == ';' || *p == '=')) return true;
        if (state == IN_OTHER) {
            quoted ^= *p == '"';
            if (*p == ';' && !quoted) state = AT_BEGIN;
        } else if (blank && state != AT_L) {
            state = state == AT_BEGIN ? AT_BEGIN : BEHIND_LR;
        } else if (state == AT_BEGIN && ascii_lower(*p) == 'l') {
            state = AT_L;
        } else {
            state = state == AT_L && ascii_lower(*p) == 'r' ? AT_LR : IN_OTHER;
        }
    }
    return state == AT_LR || state == BEHIND_LR;
}

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

/* Where the entry leads to: of one with maddr, that and the port are all that is left. */
static struct span target_of(struct kam_run *run, const struct route *r) {
    struct span maddr = uri_param(&r->uri, "maddr");
    if (!maddr.len) return r->uri.whole;
    struct buf b = {0};
    buf_addf(&b, "sip:" SPAN_FMT, SPAN_ARG(maddr));
    if (r->uri.port.len) buf_addf(&b, ":" SPAN_FMT, SPAN_ARG(r->uri.port));
    struct span target = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return target;
}

/* The next hop does not know loose routing: it finds itself in the Request-URI, and the target, as it came
 * in, goes last. */
static void to_strict_router(struct kam_run *run, const struct route *r) {
    struct buf b = {0};
    buf_add(&b, SPAN("Route: <"));
    buf_add(&b, run->msg.uri);
    buf_add(&b, SPAN(">\r\n"));
    remove_entry(run, r);
    kam_lump_insert(&run->edits, run->msg.header_end, buf_span(&b));
    buf_free(&b);
    kam_run_set_uri(run, target_of(run, r));
}

/* With sockname_mode, the socket that an entry names; NULL: it names none. */
static struct kam_socket *named_socket(const struct kam_run *run, const struct uri *u) {
    struct span name = settings_of(run)->sockname_mode ? uri_param(u, "sn") : (struct span){0};
    if (name.len > 1 && *name.p == '"') name = span_head(span_skip(name, 1), name.len - 2);
    for (size_t i = 0; name.len && i < run->k->socket_count; i++)
        if (span_eq_nocase(run->k->sockets[i].name, name)) return &run->k->sockets[i];
    return NULL;
}

/* The second entry of double record-routing names the socket to leave from. */
static void force_socket(struct kam_run *run, const struct uri *u) {
    uint64_t port = 5060;
    struct kam_socket *named = named_socket(run, u);
    if (named) {
        run->forced = named;
        return;
    }
    if (u->port.len) span_to_u64(u->port, 65535, &port);
    for (size_t i = 0; i < run->k->socket_count; i++) {
        struct kam_socket *s = &run->k->sockets[i];
        bool here = span_eq(s->address, u->host) && s->port == port;
        bool shown = s->advertised.p && span_eq_nocase(s->advertised, u->host) &&
                     (s->advertised_port ? s->advertised_port : s->port) == port;
        if (!here && !shown) continue;
        run->forced = s;
        return;
    }
}

enum skipped { SKIPPED, NONE_LEFT, UNREADABLE };

/* What stands behind it in its own header must be a URI; another header that is none is not there. */
static enum skipped skip_one(const struct kam_run *run, struct route *r) {
    struct route next;
    if (!route_next(run, r, &next)) return r->after.len ? UNREADABLE : NONE_LEFT;
    *r = next;
    return SKIPPED;
}

/* Skips our own entry, and the second one that double record-routing puts behind it. */
static enum skipped skip_own(struct kam_run *run, struct route *r) {
    bool twice = settings_of(run)->enable_double_rr && uri_param(&r->uri, "r2").p;
    if (settings_of(run)->force_send_socket) force_socket(run, &r->uri);
    enum skipped result = skip_one(run, r);
    if (!twice || result != SKIPPED) return result;
    force_socket(run, &r->uri);
    return skip_one(run, r);
}

enum { PRELOADED = -3 }; /* the route ended here before there was a dialog */

/* The first entry is ours, or not: what comes after our own ones is the next hop. */
static int after_loose(struct kam_run *run, struct route first, bool preloaded) {
    struct route r = first;
    enum skipped skipped = is_own(run, &r.uri) ? skip_own(run, &r) : SKIPPED;
    if (skipped == UNREADABLE) return -1;
    if (skipped == NONE_LEFT) {
        remove_headers(run, &first, &r);
        remove_header(run, r.header);
        return preloaded ? PRELOADED : 1;
    }
    remove_headers(run, &first, &r);
    if (is_loose(&r.uri)) {
        remove_front(run, &r, r.entry.p);
        kam_run_set_next_hop(run, target_of(run, &r));
    } else {
        to_strict_router(run, &r);
    }
    return 1;
}

/* The entry goes with what stands between it and the one before it in its header, or the header does. */
static void remove_last(struct kam_run *run, const struct route *last) {
    struct route r, before = {0};
    route_at(&r, last->header, last->header->value);
    for (struct route next; r.entry.p != last->entry.p && route_next(run, &r, &next); r = next)
        before = r;
    if (before.entry.p) {
        const char *end = before.entry.p + before.entry.len;
        kam_lump_remove(&run->edits, offset_of(run, end), (size_t)(last->entry.p + last->entry.len - end));
    } else {
        remove_header(run, last->header);
    }
}

/* The parameters of a URI of ours, semicolons in front; of a telephone number those of its user. */
static struct span params_of(const struct uri *u) {
    bool phone = kam_uri_is_phone(u);
    ptrdiff_t at = phone && u->user.p ? span_find(u->user, ';') : -1;
    return at >= 0 ? span_skip(u->user, (size_t)at) : phone || !u->params.p ? SPAN("") : u->params;
}

/*
 * A strict router before us has put our own URI into the Request-URI, whose parameters, if it has any, are
 * those of our Route from now on: the target is the last Route entry.
 */
static int after_strict(struct kam_run *run, struct route first, const struct uri *own) {
    struct route r = first;
    if (params_of(own).len) run->route_params = arena_text(&run->scratch, params_of(own));
    if (settings_of(run)->enable_double_rr && uri_param(&r.uri, "r2").p && is_own(run, &r.uri)) {
        force_socket(run, &r.uri);
        if (!route_next(run, &first, &r)) {
            remove_header(run, first.header);
            return -1;
        }
        remove_headers(run, &first, &r);
    }
    if (!is_loose(&r.uri)) {
        kam_run_set_uri(run, target_of(run, &r));
        remove_entry(run, &r);
        return 1;
    }
    kam_run_set_next_hop(run, target_of(run, &r));
    remove_front(run, &r, r.entry.p);
    struct route last = r;
    for (struct route next; route_next(run, &last, &next); last = next) {
    }
    kam_run_set_uri(run, target_of(run, &last));
    remove_last(run, &last);
    return 1;
}

struct span kam_rr_params(const struct kam_run *run) {
    struct route first;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_ROUTE);
    if (run->route_params.p) return run->route_params;
    if (!run->msg.is_request || !h || !route_at(&first, h, h->value)) return (struct span){0};
    if (!is_own(run, &first.uri)) return (struct span){0};
    return params_of(&first.uri);
}

/* Goes to what stands behind the next semicolon that is outside quotes; the character in front is passed
 * over. */
static struct span next_param(struct span left) {
    bool quoted = false;
    for (size_t i = 1; i < left.len; i++) {
        if (left.p[i] == ';' && !quoted) return span_skip(left, i + 1);
        quoted ^= left.p[i] == '"';
    }
    return (struct span){0};
}

/* The value of a parameter: a word, or what stands in quotes. */
static struct span value_at(struct span text) {
    struct span value = span_skip_space(text);
    if (value.len && value.p[0] == '"') {
        value = span_skip(value, 1);
        return span_cut(&value, '"');
    }
    return span_head(value, stop_find(value, STOP_SEMICOLON | STOP_BLANK));
}

struct span kam_rr_param(const struct kam_run *run, struct span name) {
    struct span left = span_skip(kam_rr_params(run), 1);
    for (left = span_skip_space(left); left.len; left = span_skip_space(next_param(left))) {
        if (!span_eq(span_head(left, name.len), name)) continue;
        struct span after = span_skip_space(span_skip(left, name.len));
        if (after.len == 0 || after.p[0] == ';') return SPAN("");
        if (after.p[0] == '=') return value_at(span_skip(after, 1));
    }
    return (struct span){0};
}

bool kam_rr_upstream(struct kam_run *run) {
    struct span ftag = kam_rr_param(run, SPAN("ftag"));
    return !run->taken_for_downstream && ftag.len && !span_eq(ftag, kam_run_from(run)->tag);
}

bool kam_rr_appends_tag(const struct kam_program *program) {
    struct rr_settings set;
    kam_program_settings(program, &kam_rr_module, &set);
    return set.append_fromtag;
}

/* always_loose: it does not look for signs of a strict router before us. */
static int route(struct kam_run *run, bool always_loose) {
    struct route first;
    struct uri uri;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_ROUTE);
    if (!h) run->all_read = true;
    if (!h || !uri_parse(&uri, kam_run_uri(run)) || !route_at(&first, h, h->value)) return -1;
    run->route_read = true;
    bool own = is_own(run, &first.uri), in_dialog = run->to_tag.len > 0;
    int result = in_dialog && is_own(run, &uri) && !always_loose ? after_strict(run, first, &uri)
                                                                 : after_loose(run, first, !in_dialog);
    for (const struct kam_module **m = run->k->having[KAM_HOOK_ROUTED]; own && *m; m++)
        (*m)->routed(run);
    return result;
}

static int loose_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return route(run, false);
}

static int loose_route_mode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return route(run, args[0].n == 1);
}

static int loose_route_preloaded(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return route(run, false) == PRELOADED ? 1 : -1;
}

/* Do the parameters of our own Route entry match? Only loose_route() has looked at them. */
static int check_route_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct span params = span_skip(kam_rr_params(run), run->route_params.p ? 1 : 0);
    int64_t yes;
    if (!run->route_read || !params.len) return -1;
    return script_match(&run->state, args[0].regex, args[0].s, params, &yes) && yes ? 1 : -1;
}

static int is_direction(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return goes_upstream(run) == span_is_nocase(args[0].s, "upstream") ? 1 : -1;
}

#define REQUESTS (KAM_REQUEST_ROUTE | KAM_BRANCH_ROUTE | KAM_FAILURE_ROUTE)

static const struct kam_function functions[] = {
    {"record_route", 0, 1, REQUESTS, record_route, {ARG_FORMAT}},
    {"record_route_preset", 1, 2, REQUESTS, record_route_preset, {ARG_FORMAT, ARG_FORMAT}},
    {"record_route_advertised_address", 1, 1, REQUESTS, record_route_advertised_address, {ARG_FORMAT}},
    {"remove_record_route", 0, 0, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, remove_record_route},
    {"add_rr_param", 1, 1, REQUESTS, add_rr_param, {ARG_FORMAT}},
    {"loose_route", 0, 0, KAM_REQUEST_ROUTE, loose_route},
    {"loose_route_mode", 1, 1, KAM_REQUEST_ROUTE, loose_route_mode, {ARG_NUMBER}, .expressions = true},
    {"loose_route_preloaded", 0, 0, KAM_REQUEST_ROUTE, loose_route_preloaded},
    {"check_route_param", 1, 1, KAM_REQUEST_ROUTE, check_route_param, {ARG_PATTERN}, .expressions = true},
    {"is_direction", 1, 1, KAM_REQUEST_ROUTE, is_direction, {ARG_DIRECTION}},
    {0},
};

static const struct kam_param params[] = {
    {KAM_FLAG("enable_full_lr", 0), KAM_INTO(struct rr_settings, enable_full_lr)},
    {KAM_FLAG("append_fromtag", 1), KAM_INTO(struct rr_settings, append_fromtag)},
    {KAM_FLAG("add_username", 0), KAM_INTO(struct rr_settings, add_username)},
    {KAM_INT("enable_double_rr", 1, 0, 2), KAM_INTO(struct rr_settings, enable_double_rr)},
    {KAM_FLAG("enable_socket_mismatch_warning", 1), KAM_NO_EFFECT},
    {KAM_AVP("custom_user_avp"), KAM_INTO(struct rr_settings, custom_user)},
    {KAM_FLAG("ignore_sips", 0), KAM_INTO(struct rr_settings, ignore_sips)},
    {KAM_FLAG("force_send_socket", 0), KAM_INTO(struct rr_settings, force_send_socket)},
    {KAM_FLAG("sockname_mode", 0), KAM_INTO(struct rr_settings, sockname_mode)},
    {0},
};

/* Asked for first, they read the Route. */
static bool shown_upstream(struct kam_run *run) {
    if (!run->taken_for_downstream) run->route_read = true;
    return kam_rr_upstream(run);
}

/* The tag of who began the dialog, and of the other: they change places in requests of the callee. */
PV_GETTER(get_fti, pv_text(shown_upstream(run) ? run->to_tag : kam_run_from(run)->tag))
PV_GETTER(get_tti, pv_text(shown_upstream(run) ? kam_run_from(run)->tag : run->to_tag))

static struct kam_value get_rdir(struct kam_run *run, const struct kam_pv_at *at) {
    bool upstream = shown_upstream(run);
    if (span_is(at->argument, "id")) return pv_number(upstream ? 2 : 1);
    return pv_text(upstream ? SPAN("upstream") : SPAN("downstream"));
}

/* The URI of the first Route entry. */
static struct kam_value get_route_uri(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    struct span left, entry, uri, first = {0};
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_ROUTE);
    if (!h) run->all_read = true;
    for (left = h ? h->value : (struct span){0}; left.len;) {
        if (!kam_entry_take(&entry, &uri, &left)) return pv_failed();
        if (!first.p) first = uri;
    }
    return first.p ? pv_text(first) : pv_failed();
}

static const struct kam_pv pvs[] = {
    {"route_uri", KAM_PV_PLAIN, get_route_uri, NULL, NULL},
    {"fti", KAM_PV_PLAIN, get_fti, NULL, NULL},
    {"tti", KAM_PV_PLAIN, get_tti, NULL, NULL},
    {"rdir", KAM_PV_NAMED, get_rdir, NULL, "id|name"},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};

static void init(struct kamailio *k, void *data) {
    const struct rr_settings *set = data;
    k->routes_name_sockets = set->sockname_mode;
}

const struct kam_module kam_rr_module = {.pvs = pvs,
                                         .name = "rr",
                                         .functions = functions,
                                         .params = params,
                                         .data_size = sizeof(struct rr_settings),
                                         .init = init};
