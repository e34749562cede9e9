/* SPDX-License-Identifier: MIT */
#include "view/flow.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

/* How many of the latest rows a note can refer to: what it is about has just arrived, as a rule. */
enum { RECENT = 4096 };

/* How many streams of media are collected at a time. */
enum { RUNS_MAX = 64 };

/* The datagrams of a stream since the last other row. */
struct run {
    struct flow_row row; /* of the first one; times as they are handed on */
    struct datagram *held;
    enum flow_fate fate; /* as it was when the row was made: that of the others */
    int64_t until_ns;    /* the time of the last one */
};

/* A row or a note that waits to be handed on. */
struct item {
    bool is_note;
    int64_t at_ns; /* simulated time, as all times here are until they are handed on */
    struct flow_row row;
    struct datagram *held; /* of a row */
    struct flow_note note;
    struct cause cause; /* of a note */
};

struct flow {
    struct net *net;
    struct flow_sink sinks[FLOW_SINKS_MAX];
    size_t sink_count;
    const struct host **watched;
    size_t watched_count, watched_cap;
    uint64_t rows;
    /*
     * The last row waits until it is known whether it got lost, which is told right after it was seen. Until
     * the first captured datagram says where time begins, all wait.
     */
    struct item *waiting;
    size_t count, cap;
    bool begun;
    int64_t origin_ns;
    struct run runs[RUNS_MAX]; /* in the order in which they began */
    size_t run_count;
    struct {
        uint64_t datagram, row;
    } recent[RECENT];
};

struct flow *flow_new(struct net *net) {
    struct flow *f = mem_new(sizeof *f);
    f->net = net;
    return f;
}

void flow_add_sink(struct flow *f, struct flow_sink sink) {
    assert(f->sink_count < FLOW_SINKS_MAX);
    f->sinks[f->sink_count++] = sink;
}

void flow_watch(struct flow *f, const struct host *host) {
    f->watched = mem_room(f->watched, f->watched_count, &f->watched_cap, sizeof(struct host *));
    f->watched[f->watched_count++] = host;
}

static bool is_watched(const struct flow *f, uint32_t ip) {
    for (size_t i = 0; i < f->watched_count; i++)
        if (host_ip(f->watched[i]) == ip) return true;
    return false;
}

static const char *name_of(const struct flow *f, uint32_t ip, struct buf *text) {
    const struct host *h = net_find_host(f->net, ip);
    if (h) return host_name(h);
    ipv4_write(text, ip);
    return buf_text(text);
}

/* To all sinks, to those that want each datagram, or to the others. */
enum audience { ALL, EACH, SUMS };

static void tell_row(struct flow *f, struct flow_row row, const struct datagram *d, enum audience audience) {
    struct buf names[2] = {{0}, {0}};
    row.datagram = d;
    row.from = name_of(f, datagram_from(d).ip, &names[0]);
    row.to = name_of(f, datagram_to(d).ip, &names[1]);
    for (size_t i = 0; i < f->sink_count; i++)
        if (f->sinks[i].row && (audience == ALL || (audience == EACH) == f->sinks[i].each))
            f->sinks[i].row(f->sinks[i].arg, &row);
    buf_free(&names[0]);
    buf_free(&names[1]);
}

/* Hands on what was collected of streams. */
static void end_runs(struct flow *f) {
    for (struct run *r = f->runs; r < f->runs + f->run_count; r++) {
        struct label_run *run = &r->row.run;
        if (run->count > 1) run->step_ns = (r->until_ns - r->row.time_ns) / (int64_t)(run->count - 1);
        tell_row(f, r->row, r->held, SUMS);
        datagram_drop(r->held);
    }
    f->run_count = 0;
}

static bool is_of_run(const struct run *r, const struct flow_row *row, const struct datagram *d) {
    return r->fate == row->fate &&
           label_stream(payload_span(r->held->payload)) == label_stream(payload_span(d->payload)) &&
           udp_address_eq(datagram_from(r->held), datagram_from(d)) &&
           udp_address_eq(datagram_to(r->held), datagram_to(d));
}

/* One more datagram of media: takes over the reference. */
static void collect(struct flow *f, const struct flow_row *row, struct datagram *d) {
    tell_row(f, *row, d, EACH);
    struct run *r = f->runs;
    while (r < f->runs + f->run_count && !is_of_run(r, row, d))
        r++;
    if (r < f->runs + f->run_count) {
        r->row.run.count++;
        r->until_ns = row->time_ns;
        datagram_drop(d);
        return;
    }
    if (f->run_count == RUNS_MAX) end_runs(f);
    f->runs[f->run_count++] = (struct run){*row, d, row->fate, row->time_ns};
}

static void hand_on_row(struct flow *f, const struct item *item) {
    struct flow_row row = item->row;
    row.time_ns = item->at_ns - f->origin_ns;
    row.sent_ns -= f->origin_ns;
    if (row.arrived_ns != FLOW_NEVER) row.arrived_ns -= f->origin_ns;
    row.run.count = 1;
    if (label_is_media(payload_span(item->held->payload))) {
        collect(f, &row, item->held);
        return;
    }
    end_runs(f);
    tell_row(f, row, item->held, ALL);
    datagram_drop(item->held);
}

static void hand_on_note(struct flow *f, const struct item *item) {
    struct flow_note note = item->note;
    note.time_ns = item->at_ns - f->origin_ns;
    note.cause = &item->cause;
    end_runs(f);
    for (size_t i = 0; i < f->sink_count; i++)
        if (f->sinks[i].note) f->sinks[i].note(f->sinks[i].arg, &note);
}

static void begin_at(struct flow *f, int64_t origin_ns) {
    f->begun = true;
    f->origin_ns = origin_ns;
}

/* Hands on all that waits, once time has begun. */
static void hand_on(struct flow *f) {
    for (size_t i = 0; i < f->count && !f->begun; i++)
        if (!f->waiting[i].is_note && f->waiting[i].row.number) begin_at(f, f->waiting[i].at_ns);
    if (!f->begun) return;
    for (size_t i = 0; i < f->count; i++) {
        if (f->waiting[i].is_note)
            hand_on_note(f, &f->waiting[i]);
        else
            hand_on_row(f, &f->waiting[i]);
    }
    f->count = 0;
}

static struct item *add(struct flow *f, struct item item) {
    hand_on(f);
    f->waiting = mem_room(f->waiting, f->count, &f->cap, sizeof *f->waiting);
    f->waiting[f->count] = item;
    return &f->waiting[f->count++];
}

static struct item *add_row(struct flow *f, int64_t now_ns, const struct datagram *d, uint64_t number) {
    struct item item = {.at_ns = now_ns,
                        .row = {.number = number, .sent_ns = d->sent_ns, .arrived_ns = FLOW_NEVER},
                        .held = datagram_hold((struct datagram *)d)};
    return add(f, item);
}

/* The row that waits last, if it is that datagram's. */
static struct item *waiting_row(struct flow *f, const struct datagram *d) {
    struct item *last = f->count ? &f->waiting[f->count - 1] : NULL;
    return last && !last->is_note && last->held->number == d->number ? last : NULL;
}

static void end_earlier(struct flow *f, uint64_t datagram, int64_t now_ns, enum flow_fate fate) {
    hand_on(f);
    if (!f->begun) return;
    for (struct run *r = f->runs; r < f->runs + f->run_count; r++) {
        if (r->held->number != datagram) continue;
        if (r->row.arrived_ns == FLOW_NEVER) r->row.arrived_ns = now_ns - f->origin_ns;
        if (fate != FLOW_ARRIVED) r->row.fate = fate;
    }
    for (size_t i = 0; i < f->sink_count; i++)
        if (f->sinks[i].ended) f->sinks[i].ended(f->sinks[i].arg, datagram, now_ns - f->origin_ns, fate);
}

void flow_arrived(struct flow *f, int64_t now_ns, const struct datagram *d) {
    end_earlier(f, d->number, now_ns, FLOW_ARRIVED);
}

void flow_seen(struct flow *f, uint64_t frame, int64_t now_ns, enum tap_direction direction,
               const struct datagram *d) {
    /* Between two capture points a datagram is in both captures: the sender's makes the row. */
    if (direction == TAP_RECEIVED && is_watched(f, datagram_from(d).ip)) {
        flow_arrived(f, now_ns, d);
        return;
    }
    f->rows++;
    uint64_t number = frame ? frame : f->rows;
    struct item *item = add_row(f, now_ns, d, number);
    if (direction == TAP_RECEIVED) item->row.arrived_ns = now_ns;
    f->recent[d->number % RECENT].datagram = d->number;
    f->recent[d->number % RECENT].row = number;
}

void flow_lost(struct flow *f, int64_t now_ns, enum lost_why why, const struct datagram *d) {
    static const enum flow_fate fates[] = {
        [LOST_DROP_RULE] = FLOW_LOST,          [LOST_RANDOM] = FLOW_LOST,
        [LOST_NO_HOST] = FLOW_NO_HOST,         [LOST_CLOSED_PORT] = FLOW_CLOSED_PORT,
        [LOST_FULL_SOCKET] = FLOW_FULL_SOCKET,
    };
    struct item *item = waiting_row(f, d);
    /* What meets a closed port or a full socket has arrived: it was seen before, or is far from the capture
     * points. */
    if (!item && (why == LOST_CLOSED_PORT || why == LOST_FULL_SOCKET)) {
        end_earlier(f, d->number, now_ns, fates[why]);
        return;
    }
    if (!item) item = add_row(f, now_ns, d, 0);
    item->row.fate = fates[why];
}

void flow_note(struct flow *f, int64_t now_ns, const char *host, uint64_t about, const struct cause *cause) {
    bool known = about && f->recent[about % RECENT].datagram == about;
    struct item item = {.is_note = true,
                        .at_ns = now_ns,
                        .note = {.host = host, .about = known ? f->recent[about % RECENT].row : 0},
                        .cause = *cause};
    add(f, item);
}

void flow_end(struct flow *f) {
    hand_on(f);
    /* Nothing was captured: time begins with what was lost first. */
    if (!f->begun && f->count) begin_at(f, f->waiting[0].at_ns);
    hand_on(f);
    end_runs(f);
}

void flow_free(struct flow *f) {
    if (!f) return;
    for (size_t i = 0; i < f->count; i++)
        datagram_drop(f->waiting[i].held);
    for (size_t i = 0; i < f->run_count; i++)
        datagram_drop(f->runs[i].held);
    free(f->watched);
    free(f->waiting);
    free(f);
}
