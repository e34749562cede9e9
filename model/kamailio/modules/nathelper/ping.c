/* SPDX-License-Identifier: MIT */
/* Pings of contacts, which keep the way through a NAT open (facts: Kamailio 41.5). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/modules/nathelper/nathelper.h"
#include "model/kamailio/modules/registrar/registrar.h"
#include "model/kamailio/resolve.h"

/* What a contact costs in the memory that a round is copied to, besides its texts: their lengths, the socket,
 * flags and hash. */
enum { COPY_HEAD = 32, COPY_END = 4 };

/* A round: what it does with the contacts of its group. */
struct round {
    struct nathelper_pings *pings;
    const struct usrloc *table;
    int64_t left, short_of; /* bytes */
};

/* Nothing has been heard of it for too long: it will not live much longer (keepalive_timeout). */
enum { LIFE_LEFT_S = 10 };

static bool is_silent(const struct round *r, struct usrloc_contact *c) {
    int64_t now_s = kam_now_s(r->pings->k), timeout_s = r->pings->set->keepalive_timeout;
    if (timeout_s <= 0 || c->alive_s + timeout_s >= now_s) return false;
    if (c->expires_s > now_s + LIFE_LEFT_S) c->expires_s = now_s + LIFE_LEFT_S;
    return true;
}

static bool is_pinged(const struct round *r, struct usrloc_contact *c) {
    if (is_silent(r, c)) return false;
    uint32_t needed = r->pings->set->ping_nated_only ? kam_flag_bit(r->table->nat_bflag) : 0;
    return (c->branch_flags & needed) == needed;
}

static void copy(void *arg, struct span aor, struct usrloc_contact *c) {
    struct round *r = arg;
    int64_t size = (int64_t)(COPY_HEAD + strlen(c->uri) + strlen(c->ruid) +
                             (c->received ? strlen(c->received) : 0) + (c->path ? strlen(c->path) : 0));
    (void)aor;
    if (!is_pinged(r, c)) return;
    if (r->left >= size)
        r->left -= size;
    else
        r->short_of += size;
}

/*
 * Do the contacts of the group have room? What is missing is asked for once, twice of it, but in the place of
 * what was there: so a round with more contacts than the one before may do nothing (asked with 20 sets of
 * contacts).
 */
static bool has_room(struct round *r, uint32_t part, uint32_t parts) {
    struct nathelper_pings *p = r->pings;
    for (int tries = 0; tries < 2; tries++) {
        r->left = (int64_t)p->room - COPY_END;
        r->short_of = 0;
        usrloc_each(r->table, part, parts, copy, r);
        if (r->short_of <= r->left) return p->room > 0;
        if (tries == 0) p->room = 2 * (size_t)(r->short_of - r->left);
    }
    return false;
}

static uint32_t read_hex_backwards(struct span text) {
    uint32_t n = 0;
    for (size_t i = text.len; i > 0; i--)
        n = n << 4 | (uint32_t)(ascii_hex(text.p[i - 1]) & 15);
    return n;
}

static uint32_t branch_of(struct nathelper_pings *p) {
    const struct kam_config *config = &p->k->config;
    uint32_t drawn = random_below(&p->branches, 10000000);
    return p->sent < config->natping_branch_count ? config->natping_branches[p->sent] : drawn;
}

static void write_options(struct buf *out, struct nathelper_pings *p, const struct kam_socket *socket,
                          struct span aor, const struct usrloc_contact *c) {
    if (p->sent == 0) p->began_second = p->second;
    buf_addf(out, SPAN_FMT " %s SIP/2.0\r\nVia: SIP/2.0/UDP " SPAN_FMT ":%u;branch=z9hG4bK%u\r\n",
             SPAN_ARG(p->set->sipping_method), c->uri, SPAN_ARG(socket->address), socket->port,
             (unsigned)branch_of(p));
    if (c->path) buf_addf(out, "Route: %s\r\n", c->path);
    buf_addf(out, "From: " SPAN_FMT ";tag=%s-", SPAN_ARG(p->set->sipping_from), c->ruid);
    kam_reverse_hex_write(out, usrloc_hash(aor));
    buf_add_char(out, '-');
    kam_reverse_hex_write(out, p->first_tag + p->sent);
    buf_addf(out, "\r\nTo: %s\r\nCall-ID: %08x-", c->uri, (unsigned)p->random);
    kam_reverse_hex_write(out, p->first_call + p->sent);
    buf_add_char(out, '-');
    kam_reverse_hex_write(out, p->first_second + (uint32_t)(p->second - p->began_second));
    buf_addf(out, "@" SPAN_FMT "\r\nCSeq: 1 " SPAN_FMT "\r\nContent-Length: 0\r\n\r\n",
             SPAN_ARG(socket->address), SPAN_ARG(p->set->sipping_method));
    p->sent++;
}

/* To where it was received, else to the contact itself; a SIP ping by way of its path. */
static void ping(void *arg, struct span aor, struct usrloc_contact *c) {
    struct round *r = arg;
    struct nathelper_pings *p = r->pings;
    const struct nathelper *set = p->set;
    struct kam_destination to = {.socket = p->socket ? p->socket : c->socket ? c->socket : &p->k->sockets[0]};
    bool flagged = c->branch_flags & kam_flag_bit(set->sipping_bflag),
         sip = flagged || (set->sipping_bflag >= 0 && !set->ping_nated_only);
    struct span uri = span_of(c->received ? c->received : c->uri);
    if (!is_pinged(r, c) || (c->branch_flags & kam_flag_bit(set->natping_disable_bflag))) return;
    if (c->path && (flagged || (!sip && set->udpping_from_path))) {
        struct span path = span_of(c->path), entry;
        if (name_addr_next(&path, &entry)) uri = name_addr_uri(entry);
    }
    if (kam_resolve(p->k, uri, &to.to)) return;
    if (set->natping_socket.len)
        event_queue_stop(p->k->queue, (struct source_pos){0},
                         "a ping by way of nathelper.natping_socket is not simulated");
    struct buf text = {0};
    if (sip)
        write_options(&text, p, to.socket, aor, c);
    else
        buf_add(&text, (struct span){"\0\0\0", 4});
    struct payload *payload = payload_of(p->k->pool, buf_span(&text));
    struct cause cause = {.why = "a ping that keeps the way to a contact open"};
    kam_send(p->k, KAM_SEND_AS_IT_IS, &to, payload, &cause);
    payload_drop(payload);
    buf_free(&text);
}

static void schedule(struct nathelper_pings *p) { event_idle_at(p->k->queue, &p->event, p->next_ns); }

static void fire(void *arg) {
    struct nathelper_pings *p = arg;
    struct round r = {.pings = p, .table = kam_module_data(p->k, KAM_MODULE_USRLOC)};
    int64_t interval = p->set->natping_interval, turn = p->second % interval;
    uint32_t parts = (uint32_t)(p->set->natping_processes * interval),
             part = (uint32_t)(p->rank * interval + turn);
    if (has_room(&r, part, parts)) usrloc_each(r.table, part, parts, ping, &r);
    kam_send_leave_all(p->k);
    p->second++;
    p->next_ns += NS_PER_S;
    schedule(p);
}

/* What Kamailio draws at its start. */
static void draw(struct nathelper_pings *p) {
    const struct kam_config *config = &p->k->config;
    struct random_stream r;
    host_random(p->k->host, &p->branches, "branches of pings");
    host_random(p->k->host, &r, "pings");
    p->random = random_u32(&r);
    p->first_tag = random_u32(&r);
    p->first_call = random_u32(&r);
    p->first_second = random_u32(&r) & 0xfffff;
    struct span tag = span_of(config->natping_tag ? config->natping_tag : ""),
                call = span_of(config->natping_call_id ? config->natping_call_id : "");
    if (tag.len) {
        for (int i = 0; i < 5; i++)
            span_cut(&tag, '-');
        p->first_tag = read_hex_backwards(tag);
    }
    if (call.len) {
        p->random = (uint32_t)span_hex(span_cut(&call, '-'));
        p->first_call = read_hex_backwards(span_cut(&call, '-'));
        p->first_second = read_hex_backwards(call);
    }
}

/* The From tag of a ping begins with the name of the contact, the ruid. */
static struct span ruid_of(struct span tag) {
    for (int parts = 0; parts < 2; parts++) {
        while (tag.len && tag.p[tag.len - 1] != '-')
            tag.len--;
        if (tag.len) tag.len--;
    }
    return tag;
}

struct heard {
    struct span ruid;
    int64_t now_s;
};

static void hear(void *arg, struct span aor, struct usrloc_contact *c) {
    const struct heard *h = arg;
    (void)aor;
    if (c->ruid && span_is(h->ruid, c->ruid)) c->alive_s = h->now_s;
}

void nathelper_ping_answered(struct kam_run *run, const struct nathelper *set) {
    struct heard h = {ruid_of(kam_run_from(run)->tag), kam_now_s(run->k)};
    if (set->keepalive_timeout <= 0 || set->natping_interval <= 0) return;
    if (!span_eq(run->cseq_method, set->sipping_method)) return;
    if (!span_starts(h.ruid, "uloc-")) return;
    usrloc_each(kam_module_data(run->k, KAM_MODULE_USRLOC), 0, 1, hear, &h);
}

bool nathelper_ping_begin(struct nathelper_pings *p, struct kamailio *k, const struct nathelper *set,
                          int64_t rank) {
    p->k = k;
    p->rank = rank;
    p->set = set;
    p->socket = set->force_socket.len ? kam_socket_parse(k, set->force_socket) : NULL;
    if (set->natping_interval <= 0) return true;
    draw(p);
    p->second = k->config.up_for_ns / NS_PER_S + 1;
    p->next_ns = p->second * NS_PER_S - k->config.up_for_ns;
    if (p->second > 1) p->room = 2 * COPY_END; /* of the rounds before, when nobody was registered */
    event_init(&p->event, fire, p);
    schedule(p);
    return true;
}

void nathelper_ping_end(struct nathelper_pings *p) {
    if (p->k && p->set->natping_interval > 0) event_cancel(p->k->queue, &p->event);
}
