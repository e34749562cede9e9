/* SPDX-License-Identifier: MIT */
#include "view/capture_record.h"

#include "base/mem.h"
#include "model/sip/msg.h"
#include "view/words.h"

#include <pcap/dlt.h>
#include <stdlib.h>

/* Frames of one datagram on two interfaces of a machine are no further apart. */
#define TWICE_NS INT64_C(100000000)

/* And so many others may lie between two fragments of a datagram. */
enum { FRAGMENT_BETWEEN_MAX = 1000 };

/* The last of the datagrams with the same bytes between the same addresses. */
struct copies {
    uint32_t count;
    int64_t last_ns;
    uint16_t last_id;
};

struct reading {
    struct record *r;
    struct capture_told *told;
    struct pool *pool;
    const struct reader *capture;
    const struct capture_record_options *options;
    struct words loops;    /* addresses that talk to themselves: with more than one program there */
    struct words seen;     /* addresses and bytes of each datagram */
    struct copies *copies; /* one a word of seen */
    size_t copy_count, copy_cap, item_cap;
    struct sip_msg msg;
    struct buf bytes, text;
};

/* The payload with the fragments that follow it, as far as they are there. */
static struct span whole_payload(struct reading *w, size_t index) {
    struct reader_packet first = reader_at(w->capture, index);
    if (!first.mf || first.payload.len > PAYLOAD_MAX) return span_head(first.payload, PAYLOAD_MAX);
    size_t next = first.payload.len + 8; /* where the next fragment's bytes begin, the UDP header counted */
    buf_reset(&w->bytes);
    buf_add(&w->bytes, first.payload);
    for (size_t i = index + 1; i < w->capture->count && i - index <= FRAGMENT_BETWEEN_MAX; i++) {
        struct reader_packet p = reader_at(w->capture, i);
        if (p.at_ns - first.at_ns > TWICE_NS) break;
        if (p.source_ip != first.source_ip || p.target_ip != first.target_ip || p.ip_id != first.ip_id ||
            p.fragment_offset != next || w->bytes.len + p.payload.len > PAYLOAD_MAX)
            continue;
        buf_add(&w->bytes, p.payload);
        next += p.payload.len;
        if (!p.mf) break;
    }
    return buf_span(&w->bytes);
}

static bool is_sip(struct reading *w, size_t index) {
    return reader_at(w->capture, index).fragment_offset == 0 &&
           sip_msg_parse(&w->msg, whole_payload(w, index));
}

static bool holds(struct span text, const char *part) {
    for (; text.len; text = span_skip(text, 1))
        if (span_starts(text, part)) return true;
    return !*part;
}

/* Is the message of the call that is asked for? */
static bool is_wanted(const struct reading *w) {
    const struct sip_header *id = sip_msg_first(&w->msg, SIP_CALL_ID);
    return !w->options->call || (id && holds(id->value, w->options->call));
}

static struct span address_key(const uint32_t *ip) { return (struct span){(const char *)ip, sizeof *ip}; }

/* "172.20.0.2", or with the port where that is what tells programs apart. */
static const char *host_text(struct reading *w, uint32_t ip, uint16_t port) {
    buf_reset(&w->text);
    ipv4_write(&w->text, ip);
    if (words_find(&w->loops, address_key(&ip)) < w->loops.count) buf_addf(&w->text, ":%u", port);
    return buf_text(&w->text);
}

/* The name that was given for an address: one with the port first. */
static const struct capture_name *given_name(const struct reading *w, uint32_t ip, uint16_t port) {
    const struct capture_name *any = NULL;
    for (size_t i = 0; i < w->options->name_count; i++) {
        const struct capture_name *n = &w->options->names[i];
        if (n->address.ip != ip) continue;
        if (n->address.port == port) return n;
        if (!n->address.port) any = n;
    }
    return any;
}

static size_t host_of(struct reading *w, uint32_t ip, uint16_t port) {
    const struct capture_name *given = given_name(w, ip, port);
    const char *text = host_text(w, ip, port);
    if (!given) return record_host(w->r, text);
    if (given->address.port && !strchr(text, ':')) buf_addf(&w->text, ":%u", port), text = buf_text(&w->text);
    /* A name for all ports of an address that has several hosts would make one of them. */
    struct buf name = {0};
    buf_add_text(&name, given->name);
    if (!given->address.port && strchr(text, ':')) buf_addf(&name, ":%u", port);
    size_t count = w->r->host_count, host = 0;
    while (host < count && strcmp(w->r->hosts[host], buf_text(&name)) != 0)
        host++;
    if (host == count) record_add_host(w->r, buf_text(&name), text);
    buf_free(&name);
    return host;
}

static bool on_any_interface(const struct reader *capture) {
    return capture->datalink == DLT_LINUX_SLL || capture->datalink == DLT_LINUX_SLL2;
}

/* Counts it; false if it is only another frame of the same datagram. */
static bool is_new(struct reading *w, const struct reader_packet *p, struct span bytes, uint32_t *copy) {
    const uint32_t ends[] = {p->source_ip, p->target_ip, (uint32_t)p->source_port << 16 | p->target_port};
    struct buf key = {0};
    buf_add(&key, (struct span){(const char *)ends, sizeof ends});
    buf_add(&key, bytes);
    uint32_t number = words_number(&w->seen, buf_span(&key));
    buf_free(&key);
    if (number == w->copy_count) {
        w->copies = mem_room(w->copies, number, &w->copy_cap, sizeof *w->copies);
        w->copies[w->copy_count++] = (struct copies){0};
    }
    struct copies *c = &w->copies[number];
    bool again = c->count && on_any_interface(w->capture) && c->last_id == p->ip_id &&
                 p->at_ns - c->last_ns < TWICE_NS;
    *copy = again ? c->count : c->count++;
    c->last_ns = p->at_ns;
    c->last_id = p->ip_id;
    return !again;
}

static void add_message(struct reading *w, size_t index) {
    struct reader_packet p = reader_at(w->capture, index);
    struct span bytes = whole_payload(w, index);
    uint32_t copy;
    if (!is_new(w, &p, bytes, &copy)) {
        w->told->twice++;
        return;
    }
    if (!w->told->messages) w->told->first_ns = p.at_ns;
    size_t from = host_of(w, p.source_ip, p.source_port), to = host_of(w, p.target_ip, p.target_port);
    struct datagram *d = datagram_new(w->pool);
    d->payload = payload_of(w->pool, bytes);
    d->cause.retransmission = copy;
    w->told->packets = mem_room(w->told->packets, w->told->messages, &w->item_cap, sizeof *w->told->packets);
    w->told->packets[w->told->messages++] = index;
    record_add(w->r, &(struct record_item){.time_ns = p.at_ns - w->told->first_ns,
                                           .number = p.frame,
                                           .from = from,
                                           .to = to,
                                           .datagram = d,
                                           .sent_ns = FLOW_NEVER,
                                           .arrived_ns = p.at_ns - w->told->first_ns,
                                           .cause = d->cause});
}

void capture_record(struct record *r, struct capture_told *told, struct pool *pool,
                    const struct reader *capture, const struct capture_record_options *options) {
    struct reading w = {.r = r, .told = told, .pool = pool, .capture = capture, .options = options};
    *told = (struct capture_told){0};
    for (size_t i = 0; i < capture->count; i++) {
        struct reader_packet p = reader_at(capture, i);
        if (p.source_ip == p.target_ip && p.source_port != p.target_port && is_sip(&w, i))
            words_number(&w.loops, address_key(&p.source_ip));
    }
    for (size_t i = 0; i < capture->count && !told->too_many; i++) {
        if (is_sip(&w, i)) {
            if (is_wanted(&w)) add_message(&w, i);
            told->too_many = r->host_count > CAPTURE_HOSTS_MAX;
        } else if (reader_at(capture, i).fragment_offset == 0) {
            told->other++;
        }
    }
    words_free(&w.loops);
    words_free(&w.seen);
    sip_msg_free(&w.msg);
    buf_free(&w.bytes);
    buf_free(&w.text);
    free(w.copies);
}
