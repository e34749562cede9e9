/* SPDX-License-Identifier: MIT */
/* keepalive: destinations that are asked again and again whether they are there (facts: Kamailio 83). */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/tm/tm.h"

#include <stdlib.h>

enum state { UNKNOWN, UP, DOWN };

/* The results of ka_is_alive() and ka_add_destination(). */
enum { IS_UP = 1, IS_DOWN = 2, IS_THERE = -2 };

struct keepalive;

/* One of the list; those that a script has taken out of it stay for the answers that are on their way. */
struct destination {
    struct destination *next;
    struct keepalive *of;
    char *uri, *owner;
    bool removed;
    enum state state;
    int64_t failures; /* in a row */
    struct event event;
    int64_t next_tick;
};

/* What the module keeps. */
struct keepalive {
    int64_t ping_interval, delete_counter;
    struct span ping_from;
    struct kamailio *k;
    struct destination *first, **last;
};

enum { TICKS_PER_S = 16, FIRST_AFTER = 8, NOT_ANSWERED = 408, SCHEME = 4 /* sip: */ };
#define LATE_NS (100 * NS_PER_US)

static struct keepalive *keepalive_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_KEEPALIVE);
}

/* The event's block still sees the state of before. */
static void ended(void *arg, unsigned status, struct kam_run *reply) {
    struct destination *d = arg;
    struct kamailio *k = d->of->k;
    enum state state = status < 300 ? UP : DOWN;
    (void)reply;
    if (d->removed) return;
    d->failures = state == UP ? 0 : d->failures + 1;
    if (state != d->state)
        kam_event_alone(k, state == UP ? "keepalive:dst-up" : "keepalive:dst-down",
                        &(struct kam_made_up){.process = k->at_work, .uri = span_of(d->uri)});
    d->state = state;
}

static void schedule(struct destination *d) {
    event_idle_at(d->of->k->queue, &d->event, kam_tick_ns(d->of->k, d->next_tick) + LATE_NS);
}

/* Who has failed too often is asked no more. */
static bool is_given_up(const struct destination *d) {
    return d->of->delete_counter > 0 && d->failures > d->of->delete_counter;
}

/* ago_ticks: before the simulation began. */
static void ask(struct destination *d, int64_t ago_ticks) {
    struct keepalive *m = d->of;
    struct kam_uac_request r = {.method = SPAN("OPTIONS"),
                                .uri = span_of(d->uri),
                                .from = m->ping_from,
                                .ended = ended,
                                .arg = d,
                                .ago_ticks = ago_ticks};
    kam_tm_send_request(m->k, &r);
}

static void ping(void *arg) {
    struct destination *d = arg;
    struct keepalive *m = d->of;
    if (is_given_up(d)) return;
    ask(d, 0);
    kam_tm_timer_sends(kam_tm_of(m->k));
    d->next_tick += m->ping_interval * TICKS_PER_S;
    schedule(d);
}

/* sip: goes before what has no scheme. */
static void write_uri(struct buf *out, struct span text) {
    if (!span_starts_nocase(text, "sip:") && !span_starts_nocase(text, "sips:")) buf_add_text(out, "sip:");
    buf_add(out, text);
}

static const char *check_uri(struct span text) {
    struct buf b = {0};
    struct uri u;
    write_uri(&b, text);
    bool good = uri_parse(&u, buf_span(&b)), secure = good && u.kind == URI_SIPS;
    buf_free(&b);
    return !good ? "must be a URI" : secure ? "sips is not simulated" : NULL;
}

static void add(struct keepalive *m, struct span text, struct span owner, int64_t first_tick) {
    struct destination *d = mem_new(sizeof *d);
    struct buf b = {0};
    write_uri(&b, text);
    *d = (struct destination){
        .of = m, .uri = mem_text(buf_span(&b)), .owner = mem_text(owner), .next_tick = first_tick};
    buf_free(&b);
    *m->last = d;
    m->last = &d->next;
    event_init(&d->event, ping, d);
    schedule(d);
}

static bool load(struct kam_program *p, const struct source *cfg, struct source_set *set, struct diag *diag) {
    struct kam_value text;
    bool good = true;
    (void)cfg, (void)set;
    for (size_t n = 0; kam_program_value(p, &kam_keepalive_module, "destination", n, &text); n++) {
        const char *why = check_uri(text.s);
        good = kam_program_value_right(p, &kam_keepalive_module, "destination", n, why, diag) && good;
    }
    return good;
}

static void init(struct kamailio *k, void *data) {
    struct keepalive *m = data;
    m->k = k;
    m->last = &m->first;
}

/* Nobody has answered before the simulation began: what has had its time failed then, the rest is still
 * asked.
 */
static void catch_up(struct keepalive *m, int64_t up) {
    int64_t every = m->ping_interval * TICKS_PER_S, patience = kam_ticks_of(kam_tm_of(m->k)->set.fr_timer_ms);
    for (int64_t tick = FIRST_AFTER; tick < up; tick += every)
        for (struct destination *d = m->first; d && !event_queue_stopped(m->k->queue); d = d->next) {
            if (is_given_up(d)) continue;
            if (tick + patience < up)
                ended(d, NOT_ANSWERED, NULL);
            else
                ask(d, up - tick);
        }
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct keepalive *m = data;
    struct kam_value text;
    int64_t up = k->config.up_for_ns * TICKS_PER_S / NS_PER_S, tick = FIRST_AFTER;
    (void)diag;
    while (tick < up)
        tick += m->ping_interval * TICKS_PER_S;
    for (size_t n = 0; kam_program_value(k->program, &kam_keepalive_module, "destination", n, &text); n++)
        add(m, text.s, SPAN("_params"), tick - up);
    catch_up(m, up);
    return true;
}

static void end(void *data) {
    struct keepalive *m = data;
    for (struct destination *d = m->first, *next; d; d = next) {
        next = d->next;
        event_cancel(m->k->queue, &d->event);
        free(d->uri);
        free(d->owner);
        free(d);
    }
}

static bool is_owned(const struct destination *d, struct span uri, struct span owner) {
    return !d->removed && span_is(uri, d->uri) && span_is(owner, d->owner);
}

static int ka_is_alive(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    for (const struct destination *d = keepalive_of(run)->first; d; d = d->next)
        if (!d->removed && span_is(args[0].s, d->uri + SCHEME)) return d->state == DOWN ? IS_DOWN : IS_UP;
    return -1;
}

static int ka_add(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct keepalive *m = keepalive_of(run);
    const char *why = check_uri(args[0].s);
    (void)count;
    for (const struct destination *d = m->first; d; d = d->next)
        if (is_owned(d, args[0].s, args[1].s)) return IS_THERE;
    if (why && span_starts_nocase(args[0].s, "sips:"))
        kam_run_stop(run, "ka_add_destination() of a sips URI is not simulated, and the run has reached it");
    if (why) return -1;
    add(m, args[0].s, args[1].s, kam_tick(m->k, m->k->queue->now_ns) + FIRST_AFTER);
    return 1;
}

static int ka_del(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    for (struct destination *d = keepalive_of(run)->first; d; d = d->next) {
        if (!is_owned(d, args[0].s, args[1].s)) continue;
        d->removed = true;
        event_cancel(run->k->queue, &d->event);
        return 1;
    }
    return -1;
}

#define ADDING (KAM_REQUEST_ROUTE | KAM_BRANCH_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE)
#define TWO                                                                                                  \
    { ARG_FORMAT, ARG_FORMAT }
static const struct kam_function functions[] = {
    {"ka_is_alive", 1, 1, KAM_ANY_ROUTE, ka_is_alive, {ARG_FORMAT}, .expressions = true},
    {"ka_add_destination", 2, 2, ADDING, ka_add, TWO},
    {"ka_del_destination", 2, 2, KAM_ANY_ROUTE, ka_del, TWO},
    {0}};

static const struct kam_param params[] = {
    {KAM_INT("ping_interval", 30, 1, INT32_MAX), KAM_INTO(struct keepalive, ping_interval)},
    {KAM_INT("delete_counter", 5, 0, INT32_MAX), KAM_INTO(struct keepalive, delete_counter)},
    {KAM_TEXT("ping_from", "sip:keepalive@kamailio.org"), KAM_INTO(struct keepalive, ping_from)},
    {KAM_TEXT("destination", ""), KAM_EACH},
    {0}};

static const char *const events[] = {"keepalive:dst-up", "keepalive:dst-down", NULL};

const struct kam_module kam_keepalive_module = {.name = "keepalive",
                                                .functions = functions,
                                                .params = params,
                                                .events = events,
                                                .data_size = sizeof(struct keepalive),
                                                .load = load,
                                                .init = init,
                                                .start = start,
                                                .free = end};
