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
    bool settled;  /* of a row: it is known what became of it */
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
     * Rows wait until it is known what became of their datagrams, and then for one more event: that nobody
     * listened is told right after the arrival. What comes behind them waits, too; until the first captured
     * datagram says where time begins, all wait.
     */
    struct item *waiting; /* from first to count - 1 */
    size_t first, count, cap;
    size_t unsettled;
    struct item *arrived; /* the row whose datagram has arrived with the last event; NULL: none */
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
    row.from = name_of(f, d->from.ip, &names[0]);
    row.to = name_of(f, d->to.ip, &names[1]);
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
           udp_address_eq(r->held->from, d->from) && udp_address_eq(r->held->to, d->to);
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

/* Forgets what was handed on. */
static void close_up(struct flow *f) {
    if (f->first < f->count && f->first < f->count / 2) return;
    f->count -= f->first;
    if (f->count) memmove(f->waiting, f->waiting + f->first, f->count * sizeof *f->waiting);
    f->first = 0;
}

/* Hands on what need not wait, or all of it, once time has begun. */
static void hand_on(struct flow *f, bool all) {
    f->arrived = NULL;
    for (size_t i = f->first; i < f->count && !f->begun; i++)
        if (!f->waiting[i].is_note && f->waiting[i].row.number) begin_at(f, f->waiting[i].at_ns);
    if (!f->begun) return;
    for (; f->first < f->count; f->first++) {
        struct item *item = &f->waiting[f->first];
        if (!item->is_note && !item->settled && !all) break;
        if (item->is_note)
            hand_on_note(f, item);
        else
            hand_on_row(f, item);
    }
    close_up(f);
}

static struct item *add(struct flow *f, struct item item) {
    hand_on(f, false);
    f->waiting = mem_room(f->waiting, f->count, &f->cap, sizeof *f->waiting);
    f->waiting[f->count] = item;
    return &f->waiting[f->count++];
}

static struct item *add_row(struct flow *f, int64_t now_ns, const struct datagram *d, uint64_t number) {
    struct item item = {.at_ns = now_ns,
                        .row = {.number = number, .sent_ns = d->sent_ns, .arrived_ns = FLOW_NEVER},
                        .held = datagram_hold((struct datagram *)d)};
    f->unsettled++;
    return add(f, item);
}

static void settle(struct flow *f, struct item *item) {
    if (!item->settled) f->unsettled--;
    item->settled = true;
}

/* The row of a datagram that waits: one that is not settled, has just arrived, or is the last of all. */
static struct item *waiting_row(struct flow *f, const struct datagram *d) {
    if (f->arrived && f->arrived->held->number == d->number) return f->arrived;
    size_t unsettled = f->unsettled;
    for (size_t i = f->count; i > f->first; i--) {
        struct item *item = &f->waiting[i - 1];
        if (item->is_note) continue;
        if (item->held->number == d->number) return item;
        if (!item->settled && --unsettled == 0) break;
    }
    return NULL;
}

void flow_arrived(struct flow *f, int64_t now_ns, const struct datagram *d) {
    hand_on(f, false);
    struct item *item = f->unsettled ? waiting_row(f, d) : NULL;
    if (!item || item->settled) return; /* of one that comes twice the first arrival counts */
    item->row.arrived_ns = now_ns;
    settle(f, item);
    f->arrived = item;
}

void flow_seen(struct flow *f, uint64_t frame, int64_t now_ns, enum tap_direction direction,
               const struct datagram *d) {
    /* Between two capture points a datagram is in both captures: the sender's makes the row. */
    if (direction == TAP_RECEIVED && is_watched(f, d->from.ip)) {
        flow_arrived(f, now_ns, d);
        return;
    }
    f->rows++;
    uint64_t number = frame ? frame : f->rows;
    struct item *item = add_row(f, now_ns, d, number);
    if (direction == TAP_RECEIVED) {
        item->row.arrived_ns = now_ns;
        settle(f, item);
    }
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
    if (!item && (why == LOST_CLOSED_PORT || why == LOST_FULL_SOCKET))
        return; /* far from the capture points */
    if (!item) item = add_row(f, now_ns, d, 0);
    item->row.fate = fates[why];
    settle(f, item);
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
    /* Nothing was captured: time begins with what was lost first. */
    hand_on(f, true);
    if (!f->begun && f->first < f->count) begin_at(f, f->waiting[f->first].at_ns);
    hand_on(f, true);
    end_runs(f);
}

void flow_free(struct flow *f) {
    if (!f) return;
    for (size_t i = f->first; i < f->count; i++)
        datagram_drop(f->waiting[i].held);
    for (size_t i = 0; i < f->run_count; i++)
        datagram_drop(f->runs[i].held);
    free(f->watched);
    free(f->waiting);
    free(f);
}
