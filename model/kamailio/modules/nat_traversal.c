/* SPDX-License-Identifier: MIT */
/* nat_traversal: who is behind a NAT, and the requests that keep the way to them open (facts: Kamailio 87).
 */
#include "model/kamailio/modules/nat_traversal.h"

#include "base/mem.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/modules/nathelper/nathelper.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/send.h"
#include "sim/random.h"

#include <stdlib.h>

enum { SLOTS = 512, LEAST_INTERVAL_S = 10 };

/* Who is kept alive: by the source of requests that said so, until what their answers granted has expired. */
struct endpoint {
    struct endpoint *next; /* in its slot */
    struct kam_destination way;
    int64_t registered_s, subscribed_s; /* until when */
    char uri[];                         /* sip:1.2.3.4:5060 */
};

/* A request whose answer will tell whether its sender is kept alive. */
struct asked {
    struct asked *next;
    const struct kam_run *run;                       /* that is at work on it; NULL: a transaction has it */
    bool subscribes;                                 /* or else registers */
    struct span call_id, from_tag, contact, changed; /* changed: the contact as fix_contact() wrote it */
    struct endpoint *endpoint;                       /* not in the table yet, or a copy of the one there */
};

struct nat {
    int64_t interval_s;
    struct span method, from, extra_headers;

    struct kamailio *k;
    struct endpoint *slots[SLOTS];
    struct asked *asked;
    struct event event;
    struct random_stream branches;
    int64_t second, next_ns;                        /* of the next round */
    int64_t began_second;                           /* when the first one was sent */
    uint32_t random, tag, call, first_second, sent; /* what the texts are made of */
};

static struct nat *nat_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_NAT_TRAVERSAL);
}

/* Tests and the contact. */

static uint16_t port_of(struct span port) {
    uint64_t n = 5060;
    if (port.len && !span_to_u64(port, UINT16_MAX, &n)) return 0;
    return n ? (uint16_t)n : 5060;
}

static bool is_private(struct span host) {
    uint32_t ip;
    return ipv4_parse(host, &ip) && nathelper_is_private_address(ip);
}

static bool via_differs(const struct kam_run *run) {
    uint32_t ip;
    return !ipv4_parse(run->via.host, &ip) || ip != run->source.ip ||
           port_of(run->via.port) != run->source.port;
}

/* As fix_contact() has left it. */
static bool contact_uri(const struct kam_run *run, struct uri *u) {
    return run->contact_now.p ? uri_parse(u, run->contact_now) : nathelper_contact(run, u);
}

static int client_nat_test(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    int64_t tests = args[0].n;
    (void)count;
    run->all_read = true;
    if (tests & 1 && contact_uri(run, &u) && is_private(u.host)) return 1;
    if (tests & 2 && via_differs(run)) return 1;
    if (tests & 4 && is_private(run->via.host)) return 1;
    return -1;
}

/* One that names the source already, or was changed before, stays as it is. */
static int fix_contact(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    (void)args, (void)count;
    run->all_read = true;
    if (run->contact_now.p) return 1;
    if (!nathelper_contact(run, &u)) return -1;
    if (span_eq(u.host, buf_span(&run->source_text)) && port_of(u.port) == run->source.port) return 1;
    return nathelper_fix_contact(run, NULL, 0);
}

/* Endpoints. */

static size_t slot_of(const char *uri) {
    size_t hash = 0;
    for (size_t i = 0; uri[i]; i++)
        hash ^= (size_t)(unsigned char)uri[i] << i % 8;
    return hash % SLOTS;
}

static struct endpoint *endpoint_new(const struct kam_run *run) {
    struct buf uri = {0};
    buf_addf(&uri, "sip:" SPAN_FMT ":%u", SPAN_ARG(buf_span(&run->source_text)), (unsigned)run->source.port);
    struct endpoint *e = mem_new(sizeof *e + uri.len + 1);
    e->way = (struct kam_destination){.socket = run->socket, .to = run->source};
    memcpy(e->uri, uri.p, uri.len);
    buf_free(&uri);
    return e;
}

static struct endpoint *endpoint_enter(struct nat *nat, struct endpoint *found) {
    struct endpoint **at = &nat->slots[slot_of(found->uri)];
    while (*at && strcmp((*at)->uri, found->uri) != 0)
        at = &(*at)->next;
    if (*at)
        free(found);
    else
        *at = found;
    return *at;
}

/* What an answer grants: how long the contact of the request is registered, or the subscription lasts. */
static uint64_t granted_s(const struct asked *a, const struct sip_msg *msg) {
    uint64_t s = 0, most = 0;
    if (a->subscribes) {
        const struct sip_header *h = kam_header_find(msg, SPAN("Expires"));
        return h && span_to_u64(h->value, UINT32_MAX, &s) ? s : 0;
    }
    for (const struct sip_header *h = sip_msg_first(msg, SIP_CONTACT); h; h = sip_msg_next(msg, h)) {
        struct span list = kam_header_body(h);
        struct contact c;
        while (contact_next(&c, &list) > 0) {
            bool same = span_eq(c.uri, a->contact) || (a->changed.p && span_eq(c.uri, a->changed));
            if (same && span_to_u64(c.expires, UINT32_MAX, &s) && s > most) most = s;
        }
    }
    return most;
}

static struct span text_copy(struct span s) {
    return s.p ? (struct span){mem_text(s), s.len} : (struct span){0};
}

/* What fix_contact() has made of the contact may stand behind nat_keepalive() in the script. */
static void take_contact(struct asked *a, const struct kam_run *run) {
    if (!a->changed.p) a->changed = text_copy(run->contact_now);
}

static void asked_free(struct asked *a) {
    free((char *)(uintptr_t)a->call_id.p);
    free((char *)(uintptr_t)a->from_tag.p);
    free((char *)(uintptr_t)a->contact.p);
    free((char *)(uintptr_t)a->changed.p);
    free(a->endpoint);
    free(a);
}

static void asked_drop(struct asked **at) {
    struct asked *a = *at;
    *at = a->next;
    asked_free(a);
}

static void answered(struct nat *nat, struct asked **at, unsigned status, const struct sip_msg *msg) {
    uint64_t s = status < 300 ? granted_s(*at, msg) : 0;
    int64_t until = kam_now_s(nat->k) + (int64_t)s;
    if (s) {
        bool subscribes = (*at)->subscribes;
        struct endpoint *e = endpoint_enter(nat, (*at)->endpoint);
        (*at)->endpoint = NULL;
        int64_t *kept = subscribes ? &e->subscribed_s : &e->registered_s;
        if (until > *kept) *kept = until;
    }
    asked_drop(at);
}

void kam_nat_answered(struct kam_run *run, unsigned status, const struct payload *reply) {
    struct nat *nat = kam_program_loads(run->k->program, KAM_MODULE_NAT_TRAVERSAL) ? nat_of(run) : NULL;
    struct asked **at = nat ? &nat->asked : NULL;
    while (at && *at && (*at)->run != run)
        at = &(*at)->next;
    if (!at || !*at || status < 200) return;
    struct sip_msg msg = {0};
    take_contact(*at, run);
    if (sip_msg_parse(&msg, payload_span(reply))) answered(nat, at, status, &msg);
    sip_msg_free(&msg);
}

static void replied(struct kamailio *k, const struct kam_replied *r) {
    struct nat *nat = kam_module_data(k, KAM_MODULE_NAT_TRAVERSAL);
    struct asked **at = &nat->asked;
    if (r->status < 200) return;
    while (*at && !(span_eq((*at)->call_id, r->call_id) && span_eq((*at)->from_tag, r->from_tag)))
        at = &(*at)->next;
    if (!*at) return;
    if (r->status < 300 && !r->reply)
        event_queue_stop(k->queue, (struct source_pos){0},
                         "Kamailio 5.6.3 crashes here: nat_keepalive(), and a 2xx that tm makes itself");
    if (r->msg)
        answered(nat, at, r->status, r->msg);
    else
        asked_drop(at);
}

static int nat_keepalive(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct nat *nat = nat_of(run);
    struct uri u;
    (void)args, (void)count;
    run->all_read = true;
    if (run->method == KAM_INVITE && kam_program_loads(run->k->program, KAM_MODULE_DIALOG))
        kam_run_stop(run, "nat_keepalive() of a dialog is not simulated, and the run has reached it");
    bool subscribes = run->method == KAM_SUBSCRIBE;
    if (!subscribes && run->method != KAM_REGISTER) return -1;
    struct asked *a = mem_new(sizeof *a);
    *a = (struct asked){.next = nat->asked,
                        .run = run,
                        .subscribes = subscribes,
                        .call_id = text_copy(run->call_id->value),
                        .from_tag = text_copy(kam_run_from(run)->tag),
                        .endpoint = endpoint_new(run)};
    if (nathelper_contact(run, &u)) a->contact = text_copy(u.whole);
    nat->asked = a;
    return 1;
}

/* Without a transaction nobody will tell of an answer any more. */
static void request_ended(struct kam_run *run) {
    struct asked **at = &nat_of(run)->asked;
    while (*at)
        if ((*at)->run != run) {
            at = &(*at)->next;
        } else if (run->transaction) {
            take_contact(*at, run);
            (*at)->run = NULL;
            at = &(*at)->next;
        } else {
            asked_drop(at);
        }
}

/* Rounds: each second the endpoints of every interval-th slot. */

static uint32_t branch_of(struct nat *nat) {
    const struct kam_config *config = &nat->k->config;
    uint32_t drawn = random_below(&nat->branches, 10000000);
    return nat->sent < config->natping_branch_count ? config->natping_branches[nat->sent] : drawn;
}

static void ping(struct nat *nat, const struct endpoint *e) {
    const struct kam_socket *socket = e->way.socket;
    struct buf b = {0};
    if (nat->sent == 0) nat->began_second = nat->second;
    buf_addf(&b, SPAN_FMT " %s SIP/2.0\r\nVia: SIP/2.0/UDP " SPAN_FMT ":%u;branch=z9hG4bK%u\r\nFrom: ",
             SPAN_ARG(nat->method), e->uri, SPAN_ARG(socket->address), socket->port,
             (unsigned)branch_of(nat));
    if (nat->from.len)
        buf_add(&b, nat->from);
    else
        buf_addf(&b, "sip:keepalive@" SPAN_FMT, SPAN_ARG(socket->address));
    buf_addf(&b, ";tag=%x\r\nTo: %s\r\nCall-ID: %x-%x-%x@" SPAN_FMT "\r\nCSeq: 1 " SPAN_FMT "\r\n",
             (unsigned)(nat->tag + nat->sent), e->uri, (unsigned)nat->random,
             (unsigned)(nat->call + nat->sent),
             (unsigned)(nat->first_second + (uint32_t)(nat->second - nat->began_second)),
             SPAN_ARG(socket->address), SPAN_ARG(nat->method));
    if (kam_method_of(nat->method) == KAM_NOTIFY) buf_add_text(&b, "Event: keep-alive\r\n");
    buf_add(&b, nat->extra_headers);
    buf_add_text(&b, "Content-Length: 0\r\n\r\n");
    struct payload *payload = payload_of(nat->k->pool, buf_span(&b));
    struct cause cause = {.why = "a request that keeps the way to an endpoint open"};
    kam_send(nat->k, KAM_SEND_AS_IT_IS, &e->way, payload, &cause);
    payload_drop(payload);
    buf_free(&b);
    nat->sent++;
}

static void schedule(struct nat *nat) { event_idle_at(nat->k->queue, &nat->event, nat->next_ns); }

static void fire(void *arg) {
    struct nat *nat = arg;
    int64_t now_s = kam_now_s(nat->k);
    for (size_t slot = (size_t)((nat->second - 1) % nat->interval_s); slot < SLOTS;
         slot += (size_t)nat->interval_s)
        for (struct endpoint **at = &nat->slots[slot]; *at;) {
            struct endpoint *e = *at;
            if (e->registered_s >= now_s || e->subscribed_s >= now_s) {
                ping(nat, e);
                at = &e->next;
            } else {
                *at = e->next;
                free(e);
            }
        }
    kam_send_leave_all(nat->k);
    nat->second++;
    nat->next_ns += NS_PER_S;
    schedule(nat);
}

/* What Kamailio draws at its start. */
static void draw(struct nat *nat) {
    const struct kam_config *config = &nat->k->config;
    struct random_stream r;
    host_random(nat->k->host, &nat->branches, "branches of keepalives");
    host_random(nat->k->host, &r, "keepalives");
    nat->random = random_u32(&r);
    nat->tag = random_u32(&r);
    nat->call = random_u32(&r);
    nat->first_second = random_u32(&r) & 0xfffffff;
    struct span tag = span_of(config->natping_tag ? config->natping_tag : ""),
                call = span_of(config->natping_call_id ? config->natping_call_id : "");
    if (tag.len) nat->tag = (uint32_t)span_hex(tag);
    if (call.len) {
        nat->random = (uint32_t)span_hex(span_cut(&call, '-'));
        nat->call = (uint32_t)span_hex(span_cut(&call, '-'));
        nat->first_second = (uint32_t)span_hex(call);
    }
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct nat *nat = data;
    (void)diag;
    nat->k = k;
    if (nat->interval_s < LEAST_INTERVAL_S) nat->interval_s = LEAST_INTERVAL_S;
    draw(nat);
    nat->second = k->config.up_for_ns / NS_PER_S + 1;
    nat->next_ns = nat->second * NS_PER_S - k->config.up_for_ns;
    event_init(&nat->event, fire, nat);
    schedule(nat);
    return true;
}

static void end(void *data) {
    struct nat *nat = data;
    if (nat->k) event_cancel(nat->k->queue, &nat->event);
    while (nat->asked)
        asked_drop(&nat->asked);
    for (size_t i = 0; i < SLOTS; i++)
        for (struct endpoint *e = nat->slots[i], *next; e; e = next) {
            next = e->next;
            free(e);
        }
}

static struct kam_value get_source_uri(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    struct buf b = {0};
    buf_addf(&b, "sip:" SPAN_FMT ":%u", SPAN_ARG(buf_span(&run->source_text)), (unsigned)run->source.port);
    struct span text = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return pv_text(text);
}

static const struct kam_pv pvs[] = {{"source_uri", KAM_PV_PLAIN, get_source_uri, NULL, NULL},
                                    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL}};

static const struct kam_function functions[] = {
    {"client_nat_test", 1, 1, KAM_ANY_ROUTE, client_nat_test, {ARG_NUMBER}},
    {"fix_contact", 0, 0, KAM_ANY_ROUTE, fix_contact},
    {"nat_keepalive", 0, 0, KAM_REQUEST_ROUTE, nat_keepalive},
    {0},
};

static const struct kam_param params[] = {
    {KAM_INT("keepalive_interval", 60, INT32_MIN, INT32_MAX), KAM_INTO(struct nat, interval_s)},
    {KAM_TEXT("keepalive_method", "NOTIFY"), KAM_INTO(struct nat, method)},
    {KAM_TEXT("keepalive_from", ""), KAM_INTO(struct nat, from)},
    {KAM_TEXT("keepalive_extra_headers", ""), KAM_INTO(struct nat, extra_headers)},
    {KAM_TEXT("keepalive_state_file", "keepalive_state"), KAM_NO_EFFECT},
    {KAM_INT("contact_match", 0, INT32_MIN, INT32_MAX), KAM_STOPS},
    {0},
};

const struct kam_module kam_nat_traversal_module = {.name = "nat_traversal",
                                                    .functions = functions,
                                                    .params = params,
                                                    .pvs = pvs,
                                                    .data_size = sizeof(struct nat),
                                                    .start = start,
                                                    .free = end,
                                                    .request_ended = request_ended,
                                                    .replied = replied};
