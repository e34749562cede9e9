/* SPDX-License-Identifier: MIT */
/*
 * topoh: what tells of the machines on the way is masked in all that leaves, and unmasked in all that comes
 * (facts: Kamailio 77). Scripts see it unmasked, with two marks that are gone when it leaves: a header TH,
 * and a parameter TH of the topmost Via. Their value is two letters: d or u, downstream or upstream, then i
 * or c, whether it begins a dialog or goes on with one; and v or h, for Via or header.
 */
#include "model/kamailio/modules/topoh/topoh.h"

#include "model/kamailio/event.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/modules/sanity.h"
#include "model/sip/uri.h"

enum direction { DOWNSTREAM = 'd', UPSTREAM = 'u' };

static struct topoh *topoh_of(const struct kamailio *k) { return kam_module_data(k, KAM_MODULE_TOPOH); }

static const struct sip_header *first(const struct topoh *t, enum sip_header_id id) {
    return sip_msg_first(&t->run.msg, id);
}

/* Lays the views over it. False: it is left as it is, as what cannot be read to its end. */
static bool read(struct kamailio *k, struct topoh *t, struct payload *payload) {
    edit_list_reset(&t->edits);
    kam_run_end(&t->run);
    if (!kam_run_begin(&t->run, payload, &k->sockets[0], (struct udp_address){0})) return false;
    if (t->run.damaged || t->run.unfinished) return false;
    return t->run.method != KAM_REGISTER && t->run.method != KAM_PUBLISH;
}

static size_t offset_of(const struct topoh *t, const char *p) { return (size_t)(p - t->run.msg.bytes.p); }

/* The Vias one after the other: *h and *left say where it stands. */
static bool next_via(struct topoh *t, const struct sip_header **h, struct span *left, struct via *via) {
    if (!left->len) {
        *h = *h ? sip_msg_next(&t->run.msg, *h) : first(t, SIP_VIA);
        if (!*h) return false;
        *left = (*h)->value;
    }
    if (!via_parse(via, *left)) return false;
    if (!via->rest.p) via->whole = via->text; /* comments */
    *left = via->rest;
    return true;
}

/* Can all of a header's entries be read? One without brackets is none. */
static bool entries_readable(struct span left) {
    struct span entry, uri;
    while (left.len)
        if (!kam_entry_take(&entry, &uri, &left)) return false;
    return true;
}

/* The URIs of all entries of these headers but the first ones, up to one that cannot be read. */
static void unmask_uris(struct topoh *t, enum sip_header_id id, size_t skipped) {
    struct span entry, uri;
    size_t n = 0;
    for (const struct sip_header *h = first(t, id); h && entries_readable(h->value);
         h = sip_msg_next(&t->run.msg, h))
        for (struct span left = h->value; left.len && kam_entry_take(&entry, &uri, &left); n++)
            if (n >= skipped) topoh_unmask_uri(t, uri);
}

/* Where a request in a dialog goes: its From has the tag of him who began it, which our own Route, the first
 * one, tells; 0: that cannot be read. */
static enum direction find_direction(struct topoh *t) {
    const struct sip_header *h = first(t, SIP_ROUTE);
    struct span entry, tag, left = h ? h->value : (struct span){0};
    struct uri uri;
    if (!name_addr_next(&left, &entry)) return DOWNSTREAM;
    if (!uri_parse(&uri, name_addr_uri(entry))) return 0;
    tag = uri_param(&uri, "ftag");
    return tag.p && !span_eq(tag, kam_run_from(&t->run)->tag) ? UPSTREAM : DOWNSTREAM;
}

/* The value of the parameter TH, "div"; p NULL: there is none. */
static struct span via_mark(struct span via, struct span *whole) {
    struct span value, params = via;
    ptrdiff_t semicolon = span_find(via, ';');
    if (semicolon < 0) return (struct span){0};
    *whole = topoh_param(span_skip(params, (size_t)semicolon), SPAN("TH"), &value);
    return value;
}

/* Behind the blanks that may stand there. */
static const char *before_params(const struct via *via) {
    const char *p = via->sent_by.p + via->sent_by.len, *end = via->whole.p + via->whole.len;
    while (p < end && ascii_space(*p))
        p++;
    return p < end && *p == ';' ? p : via->sent_by.p + via->sent_by.len;
}

static void add_marks(struct topoh *t, const struct via *top, enum direction direction, bool begins) {
    char mark[] = {(char)direction, begins ? 'i' : 'c', '\0'};
    buf_reset(&t->text);
    buf_addf(&t->text, ";TH=%sv", mark);
    edit_insert(&t->edits, offset_of(t, before_params(top)), buf_span(&t->text));
    buf_reset(&t->text);
    buf_addf(&t->text, "TH: %sh\r\n", mark);
    edit_insert(&t->edits, t->run.msg.header_end, buf_span(&t->text));
}

static bool routes_readable(const struct topoh *t) {
    for (const struct sip_header *h = first(t, SIP_ROUTE); h; h = sip_msg_next(&t->run.msg, h))
        if (!entries_readable(h->value)) return false;
    return true;
}

/* With the blanks behind it. */
static struct span call_id(const struct topoh *t) { return kam_header_body(first(t, SIP_CALL_ID)); }

/* The Call-ID has been masked downstream. */
static void unmask_call_id(struct topoh *t, enum direction direction) {
    if (direction == UPSTREAM && t->mask_callid) topoh_unmask_call_id(t, call_id(t));
}

/* Only requests in a dialog have been masked by us. False: it is left alone. */
static bool request_comes(struct topoh *t, const struct via *top) {
    bool begins = !t->run.to_tag.len;
    enum direction direction = begins ? DOWNSTREAM : find_direction(t);
    if ((t->sanity_checks && !kam_sanity_passes(&t->run)) || (!begins && !routes_readable(t))) return false;
    if (!direction) return false;
    if (!begins) {
        unmask_call_id(t, direction);
        topoh_unmask_uri(t, t->run.msg.uri);
        unmask_uris(t, SIP_ROUTE, 1); /* the first one is our own */
    }
    add_marks(t, top, direction, begins);
    return true;
}

/* A reply goes the other way than its request, which the second Via tells; without one it is for us. */
static bool reply_comes(struct topoh *t, const struct via *top, const struct sip_header *h,
                        struct span left) {
    struct via via;
    struct span whole;
    enum direction direction = 0;
    while (next_via(t, &h, &left, &via)) {
        struct span hidden = topoh_hidden_via(t, &via);
        struct span mark = via_mark(hidden.p ? hidden : via.whole, &whole);
        if (mark.len && !direction) direction = mark.p[0] == UPSTREAM ? DOWNSTREAM : UPSTREAM;
        topoh_unmask_via(t, &via);
    }
    if (!direction) return false;
    unmask_call_id(t, direction);
    unmask_uris(t, SIP_RECORD_ROUTE, 0);
    add_marks(t, top, direction, false);
    return true;
}

static struct payload *bytes_come(struct kamailio *k, struct payload *payload) {
    struct topoh *t = topoh_of(k);
    const struct sip_header *h = NULL;
    struct span left = {0};
    struct via top;
    if (!read(k, t, payload) || !next_via(t, &h, &left, &top)) return NULL;
    if (!(t->run.msg.is_request ? request_comes(t, &top) : reply_comes(t, &top, h, left)) && !t->edits.count)
        return NULL;
    return edit_apply(&t->edits, t->run.msg.bytes, k->pool);
}

/* Does it show the socket? */
static bool shows(struct span text, const struct kam_socket *socket) {
    struct uri uri;
    uint64_t port = 5060;
    if (!uri_parse(&uri, text) || (uri.port.len && !span_to_u64(uri.port, 65535, &port))) return false;
    return span_eq(uri.host, socket->advertised.p ? socket->advertised : socket->address) &&
           port == (socket->advertised_port ? socket->advertised_port : socket->port);
}

/* Of a request all entries of Record-Route but the first one, which is our own; of a reply those before the
 * one that shows where it leaves: those behind it were masked. A header that cannot be read ends it. */
static void mask_routes(struct topoh *t, const struct kam_socket *socket) {
    struct span entry, uri;
    size_t n = 0;
    const struct sip_header *h = first(t, SIP_RECORD_ROUTE);
    for (; h && entries_readable(h->value); h = sip_msg_next(&t->run.msg, h))
        for (struct span left = h->value; left.len && kam_entry_take(&entry, &uri, &left); n++) {
            if (!t->run.msg.is_request && shows(uri, socket)) return;
            if (!t->run.msg.is_request || n > 0) topoh_mask_uri(t, uri);
        }
}

/* One of them alone: the last one of the first header, if all of that can be read. */
static void mask_contact(struct topoh *t) {
    const struct sip_header *h = first(t, SIP_CONTACT);
    struct span left = h ? h->value : (struct span){0};
    struct contact c, last = {0};
    int got = 0;
    if (contact_is_star(left)) return;
    while ((got = contact_next(&c, &left)) > 0)
        last = c;
    if (got == 0 && last.uri.len) topoh_mask_uri(t, last.uri);
}

static const struct sip_header *mark_header(const struct topoh *t) {
    for (const struct sip_header *h = t->run.msg.headers; h < t->run.msg.headers + t->run.msg.header_count;
         h++)
        if (span_is(h->name, "TH")) return h;
    return NULL;
}

static void mask_vias(struct topoh *t, const struct sip_header *h, struct span left) {
    struct via via;
    while (next_via(t, &h, &left, &via))
        topoh_mask_via(t, via.whole);
}

static bool is_direction(struct span mark) {
    return mark.len && (mark.p[0] == DOWNSTREAM || mark.p[0] == UPSTREAM);
}

/* event_route[topoh:msg-outgoing], told where it goes. False: it is to leave as it is, marks and all. */
static bool masks(struct kamailio *k, const struct kam_destination *to) {
    static const char sending[] = "topoh:msg-sending", outgoing[] = "topoh:msg-outgoing";
    const struct topoh *t = topoh_of(k);
    if (t->event_mode & 2 && kam_event_wanted(k, sending))
        event_queue_stop(k->queue, (struct source_pos){0},
                         "event_route[topoh:msg-sending] is not simulated, and the run has reached it");
    if (!(t->event_mode & 1) || !kam_event_wanted(k, outgoing)) return true;
    const struct kam_passage leaving = {.socket = to->socket, .other = to->to};
    const struct kam_made_up about = {.process = k->at_work, .leaving = &leaving};
    return !kam_event_alone(k, outgoing, &about).dropped;
}

static struct payload *bytes_leave(struct kamailio *k, const struct kam_destination *to,
                                   struct payload *payload) {
    struct topoh *t = topoh_of(k);
    const struct sip_header *h = NULL;
    struct span left = {0}, whole, mark;
    struct via top;
    if (!masks(k, to) || !read(k, t, payload) || !next_via(t, &h, &left, &top)) return NULL;
    const struct sip_header *marked = mark_header(t);
    /* Without marks it was made here: of requests, only those that belong to one that is masked are. */
    bool masks_id = t->run.msg.is_request && (t->run.method == KAM_ACK || t->run.method == KAM_CANCEL);
    mark = via_mark(top.whole, &whole);
    if (marked && !is_direction(marked->value)) return NULL;
    bool alone = !left.len && !sip_msg_next(&t->run.msg, h); /* a script has taken the caller's Via out */
    if (marked && t->run.msg.is_request && alone) return NULL;
    if (marked) {
        edit_remove(&t->edits, offset_of(t, marked->line.p), marked->line.len);
        masks_id = marked->value.p[0] == DOWNSTREAM;
        mask_routes(t, to->socket);
        mask_contact(t);
        if (t->run.msg.is_request) mask_vias(t, h, left);
    } else if (mark.len && !t->run.msg.is_request) {
        masks_id = mark.p[0] == UPSTREAM;
    }
    if (mark.len) edit_remove(&t->edits, offset_of(t, whole.p), whole.len);
    if (masks_id && t->mask_callid) topoh_mask_call_id(t, call_id(t));
    return t->edits.count ? edit_apply(&t->edits, t->run.msg.bytes, k->pool) : NULL;
}

static bool begin(struct kamailio *k, void *data, struct diag *diag) {
    struct topoh *t = data;
    const struct {
        const char *name;
        struct span value;
    } needed[] = {{"mask_key", t->mask_key},           {"mask_ip", t->mask_ip},
                  {"uparam_name", t->uparam_name},     {"vparam_name", t->vparam_name},
                  {"vparam_prefix", t->vparam_prefix}, {"callid_prefix", t->callid_prefix}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (needed[i].value.len) continue;
        diag_error(diag, kam_program_param_at(k->program, &kam_topoh_module, needed[i].name),
                   "topoh.%s without a text is not simulated", needed[i].name);
        return false;
    }
    if (t->sanity_checks && !kam_module_data(k, KAM_MODULE_SANITY)) {
        diag_error(diag, kam_program_param_at(k->program, &kam_topoh_module, "sanity_checks"),
                   "topoh.sanity_checks needs module \"sanity\"");
        return false;
    }
    kam_run_init(&t->run, k);
    topoh_alphabet(t->letters, t->mask_key);
    return true;
}

static void end(void *data) {
    struct topoh *t = data;
    kam_run_free(&t->run);
    edit_list_free(&t->edits);
    buf_free(&t->text);
}

static const struct kam_param params[] = {
    {KAM_TEXT("mask_key", "aL9.n8~Hm]Z"), KAM_INTO(struct topoh, mask_key)},
    {KAM_TEXT("mask_ip", "127.0.0.8"), KAM_INTO(struct topoh, mask_ip)},
    {KAM_INT("mask_callid", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct topoh, mask_callid)},
    {KAM_TEXT("uparam_name", "line"), KAM_INTO(struct topoh, uparam_name)},
    {KAM_TEXT("uparam_prefix", "sr-"), KAM_INTO(struct topoh, uparam_prefix)},
    {KAM_TEXT("vparam_name", "branch"), KAM_INTO(struct topoh, vparam_name)},
    {KAM_TEXT("vparam_prefix", "z9hG4bKsr-"), KAM_INTO(struct topoh, vparam_prefix)},
    {KAM_TEXT("callid_prefix", "!!:"), KAM_INTO(struct topoh, callid_prefix)},
    {KAM_INT("sanity_checks", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct topoh, sanity_checks)},
    {KAM_INT("uri_prefix_checks", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct topoh, uri_prefix_checks)},
    {KAM_INT("event_mode", 3, INT32_MIN, INT32_MAX), KAM_INTO(struct topoh, event_mode)},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {0}};

static const char *const events[] = {"topoh:msg-outgoing", NULL};

const struct kam_module kam_topoh_module = {.name = "topoh",
                                            .params = params,
                                            .data_size = sizeof(struct topoh),
                                            .start = begin,
                                            .events = events,
                                            .free = end,
                                            .bytes_come = bytes_come,
                                            .bytes_leave = bytes_leave};
