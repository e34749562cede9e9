/* SPDX-License-Identifier: MIT */
/* The call generator of a client (facts: SIPp 8): calls at regular times on SIPp's clock, within a limit. */
#include "base/number.h"
#include "model/sipp/process/call.h"

#include <assert.h>

/*
 * What making one call costs in processor time: SIPp makes no more of them when the clock has moved
 * meanwhile.
 */
#define MAKE_NS (10 * NS_PER_US)

/* -cid_str: %u the call's number, %p the process, %s the local address, any other %x a percent sign. */
static struct span make_call_id(struct sipp *sipp) {
    struct buf *out = &sipp->text;
    buf_reset(out);
    for (const char *c = sipp->config.call_id; *c; c++) {
        if (*c != '%') {
            buf_add_char(out, *c);
            continue;
        }
        switch (*++c) {
        case 'u': buf_add_u64(out, sipp->next_number); break;
        case 'p': buf_add_u64(out, sipp->config.pid); break;
        case 's': ipv4_write(out, sipp->config.local.ip); break;
        default: buf_add_char(out, '%'); break;
        }
        if (!*c) break;
    }
    return header_cut(buf_span(out));
}

static struct real single(int64_t n) { return real_single(real_of(n)); }
static struct real product(struct real a, struct real b) { return real_single(real_multiply(a, b)); }
static struct real sum(struct real a, struct real b) { return real_single(real_add(a, b)); }

/* When the next call is due on the clock: a sum of floats, which at -r 30 is 199 ms where it should be 200.
 */
static int64_t next_slot_ms(const struct generator *g) {
    const struct sipp_config *c = &g->sipp->config;
    int64_t ms =
        c->arrivals == SIPP_POISSON
            ? g->arrival_ns / NS_PER_MS
            : real_whole(sum(sum(product(single((int64_t)g->slots), g->ms_per_call), single(g->raised_ms)),
                             g->ms_per_call));
    return ms > 0 ? ms : 1;
}

static int64_t draw_gap_ns(struct generator *g) {
    const struct sipp_config *c = &g->sipp->config;
    int64_t gap_ns = real_whole(real_divide(real_of((int64_t)c->rate_period_ms * NS_PER_MS), c->rate));
    return random_wait(&g->random, gap_ns < RANDOM_WAIT_MAX_NS ? gap_ns : RANDOM_WAIT_MAX_NS);
}

/* How many slots for calls the clock has passed since the start. */
static int64_t slots_passed(struct generator *g, int64_t clock_ms) {
    const struct sipp_config *c = &g->sipp->config;
    if (c->arrivals == SIPP_REGULAR)
        return real_whole(product(single(clock_ms - g->raised_ms), g->calls_per_ms));
    for (; g->arrival_ns <= clock_ms * NS_PER_MS; g->arrived++)
        g->arrival_ns += draw_gap_ns(g);
    return (int64_t)g->arrived;
}

static uint32_t calls_due(struct generator *g) {
    struct sipp *sipp = g->sipp;
    const struct sipp_config *c = &sipp->config;
    int64_t due =
        c->users ? (int64_t)sipp->users.free : slots_passed(g, sipp->loop.clock_ms) - (int64_t)g->slots;
    if (c->calls > 0 && due > (int64_t)(c->calls - sipp->stats.calls.created))
        due = (int64_t)(c->calls - sipp->stats.calls.created);
    if (due <= 0) return 0;
    if (c->users) return (uint32_t)due; /* neither a rate nor a limit */
    g->slots += (uint64_t)due;          /* slots that the limit makes useless are not made up for */
    int64_t room = (int64_t)g->limit - (int64_t)sipp->stats.calls.open;
    return room <= 0 ? 0 : due < room ? (uint32_t)due : (uint32_t)room;
}

static void make_call(struct sipp *sipp) {
    const struct sipp_config *c = &sipp->config;
    struct call *call = call_new(sipp, make_call_id(sipp), c->outbound.ip ? c->outbound : c->remote);
    if (!sipp->circuits || tdmmap_take(call)) {
        sipp_open_port(call);
        return;
    }
    call_fail(call, SIPP_FAILED_CONGESTION, call_step(call)->at, "no circuit is free (tdmmap)");
    call_end(call, CALL_FAILED_FORGOTTEN);
}

static void run(struct task *task) {
    struct generator *g = (struct generator *)task;
    struct sipp *sipp = g->sipp;
    const struct sipp_config *c = &sipp->config;
    int64_t clock_ms = loop_clock(&sipp->loop), used_ns = 0;
    uint32_t to_open = sipp->quitting ? 0 : calls_due(g);
    while (to_open > 0) {
        to_open--;
        sipp->users.caller = users_take(sipp);
        if (!users_have_lines(sipp, sipp->users.caller)) {
            sipp_fatal(sipp, (struct source_pos){sipp->program->source, 0},
                       "SIPp ends: a USER file has fewer lines than there are users");
            return;
        }
        make_call(sipp);
        used_ns += MAKE_NS;
        if (loop_time_ms(&sipp->loop, sipp_now(sipp) + used_ns) > clock_ms) break;
    }
    sipp->users.caller = 0;
    g->slots -= to_open;
    if (c->calls > 0 && sipp->stats.calls.created >= c->calls) sipp->quitting = true;
    if (sipp->quitting) {
        loop_sleep(&sipp->loop, task, -1);
        sipp_check_end(sipp);
    } else if (to_open == 0) {
        loop_sleep(&sipp->loop, task, c->users ? -1 : next_slot_ms(g));
    }
}

/* SIPp's own limit of open calls: three times what the rate makes in the length of a call. */
static uint32_t default_limit(const struct sipp *sipp, struct real rate) {
    const struct sipp_config *c = &sipp->config;
    int64_t duration_ms = 0;
    for (const struct step *s = sipp->program->main.steps;
         s < sipp->program->main.steps + sipp->program->main.count; s++) {
        if (s->kind != STEP_PAUSE || s->pause == PAUSE_VARIABLE) continue;
        duration_ms +=
            s->pause == PAUSE_DEFAULT ? c->pause_ms : number_whole(distribution_long(&s->distribution));
    }
    if (duration_ms < c->pause_ms) duration_ms = c->pause_ms;
    if (duration_ms < 1000) duration_ms = 1000;
    if (duration_ms > INT32_MAX) return INT32_MAX;
    struct real calls = real_multiply(real_of(3 * duration_ms), rate);
    int64_t limit = real_whole(real_divide(calls, real_of(c->rate_period_ms)));
    return limit < 1 ? 1 : limit > INT32_MAX ? INT32_MAX : (uint32_t)limit;
}

static void set_rate(struct generator *g, struct real rate) {
    const struct sipp_config *c = &g->sipp->config;
    struct real period = real_of(c->rate_period_ms);
    g->sipp->stats.rate = rate;
    g->calls_per_ms = real_single(real_divide(rate, period));
    g->ms_per_call = real_single(real_less(real_of(1), rate) ? real_divide(period, rate) : period);
    g->limit = c->limit ? c->limit : default_limit(g->sipp, rate);
}

/* -rate_increase: the rate grows, and what was still due is forgotten. */
static void raise_rate(struct task *task) {
    struct sipp *sipp = ((struct raiser *)task)->sipp;
    struct generator *g = &sipp->generator;
    const struct sipp_config *c = &sipp->config;
    int64_t clock_ms = loop_clock(&sipp->loop);
    if (clock_ms - g->raised_ms >= c->rate_interval_ms) {
        struct real rate = real_add(sipp->stats.rate, real_of(c->rate_increase)), most = real_of(c->rate_max);
        if (c->rate_max > 0 && real_less(most, rate)) {
            rate = most;
            sipp->quitting |= c->rate_quit;
        }
        g->raised_ms = clock_ms;
        g->slots = 0;
        set_rate(g, rate);
    }
    loop_sleep(&sipp->loop, task, g->raised_ms + c->rate_interval_ms);
    if (sipp->quitting) sipp_check_end(sipp);
}

void generator_start(struct sipp *sipp) {
    struct generator *g = &sipp->generator;
    g->task = (struct task){.run = run};
    g->sipp = sipp;
    set_rate(g, sipp->config.rate);
    host_random(sipp->host, &g->random, "arrivals");
    g->arrival_ns = draw_gap_ns(g);
    loop_wake(&sipp->loop, &g->task);
    sipp->raiser = (struct raiser){{.run = raise_rate}, sipp};
    if (sipp->config.rate_increase > 0) loop_wake(&sipp->loop, &sipp->raiser.task);
}
