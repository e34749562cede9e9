/* SPDX-License-Identifier: MIT */
#include "view/record.h"

#include "base/mem.h"

#include <stdlib.h>

void record_add_host(struct record *r, const char *name, const char *address) {
    r->hosts = mem_room(r->hosts, r->host_count, &r->host_cap, sizeof *r->hosts);
    r->addresses = mem_room(r->addresses, r->host_count, &r->address_cap, sizeof *r->addresses);
    r->hosts[r->host_count] = mem_text(span_of(name));
    r->addresses[r->host_count++] = address ? mem_text(span_of(address)) : NULL;
}

size_t record_host(struct record *r, const char *name) {
    for (size_t i = 0; i < r->host_count; i++)
        if (strcmp(r->hosts[i], name) == 0) return i;
    record_add_host(r, name, NULL);
    return r->host_count - 1;
}

static struct record_item *add(struct record *r) {
    r->items = mem_room(r->items, r->count, &r->cap, sizeof *r->items);
    return &r->items[r->count++];
}

void record_add(struct record *r, const struct record_item *item) { *add(r) = *item; }

struct record_item *record_insert(struct record *r, int64_t time_ns) {
    add(r);
    size_t at = r->count - 1;
    for (; at > 0 && r->items[at - 1].time_ns > time_ns; at--)
        r->items[at] = r->items[at - 1];
    r->items[at] = (struct record_item){.time_ns = time_ns};
    return &r->items[at];
}

void record_add_failure(struct record *r, int64_t time_ns, const char *host, struct source_pos at,
                        const char *reason) {
    size_t index = record_host(r, host);
    struct record_item *item = record_insert(r, time_ns);
    item->is_note = true;
    item->failure = reason;
    item->from = item->to = index;
    item->cause.at = at;
}

static void take_row(void *arg, const struct flow_row *row) {
    struct record *r = arg;
    size_t from = record_host(r, row->from), to = record_host(r, row->to);
    *add(r) = (struct record_item){
        .time_ns = row->time_ns,
        .number = row->number,
        .from = from,
        .to = to,
        .datagram = datagram_hold((struct datagram *)row->datagram),
        .sent_ns = row->sent_ns,
        .arrived_ns = row->arrived_ns,
        .fate = row->fate,
        .run = row->run,
        .cause = row->datagram->cause,
    };
}

static void take_note(void *arg, const struct flow_note *note) {
    struct record *r = arg;
    size_t host = record_host(r, note->host);
    *add(r) = (struct record_item){
        .is_note = true,
        .time_ns = note->time_ns,
        .number = note->about,
        .from = host,
        .to = host,
        .cause = *note->cause,
    };
}

struct flow_sink record_sink(struct record *r) {
    return (struct flow_sink){.row = take_row, .note = take_note, .arg = r};
}

void record_free(struct record *r) {
    for (size_t i = 0; i < r->count; i++)
        datagram_drop(r->items[i].datagram);
    for (size_t i = 0; i < r->host_count; i++)
        free(r->hosts[i]), free(r->addresses[i]);
    free(r->hosts);
    free(r->addresses);
    free(r->items);
    *r = (struct record){0};
}
