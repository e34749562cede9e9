/* SPDX-License-Identifier: MIT */
/*
 * rtimer: blocks that run again and again, in the timer process or in processes of their own, over the
 * request that Kamailio makes up for what happens without a message (facts: Kamailio 51).
 */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/param_list.h"

#include <stdlib.h>

/* timer=name=T;interval=N[u];mode=M */
struct definition {
    struct span name;
    int64_t every_ns; /* 0: default_interval */
    uint64_t mode;    /* so many processes; 0: the timer process */
};

/* A timer in one of its processes. */
struct job {
    struct rtimer *of;
    struct span name;
    struct event event;
    int64_t every_ns, next_ns;
    bool own; /* a process of its own */
    struct kam_process process;
};

/* What the module keeps. */
struct rtimer {
    int64_t default_interval;
    struct kamailio *k;
    struct job *jobs;
    size_t count;
};

enum { PROCESSES_MAX = 1024 };

/* "5" is seconds, "5u" microseconds. */
static bool read_interval(struct span text, int64_t *ns) {
    int64_t n;
    bool micro = text.len && text.p[text.len - 1] == 'u';
    if (!script_param_unsigned(span_head(text, text.len - micro), &n)) return false;
    *ns = n * (micro ? NS_PER_US : NS_PER_S);
    return true;
}

/* One field, of which the first one of a name counts. */
static const char *read_field(const struct script_param *p, struct definition *d, bool *interval,
                              bool *processes) {
    int64_t every, mode;
    if (span_is_nocase(p->name, "name")) {
        if (!d->name.p) d->name = p->value;
    } else if (span_is_nocase(p->name, "interval")) {
        if (!read_interval(p->value, &every)) return "invalid interval";
        if (!*interval) d->every_ns = every;
        *interval = true;
    } else if (span_is_nocase(p->name, "mode")) {
        if (!script_param_unsigned(p->value, &mode) || mode > PROCESSES_MAX) return "invalid mode";
        if (!*processes) d->mode = (uint64_t)mode;
        *processes = true;
    }
    return NULL;
}

static const char *read_definition(struct span text, struct definition *d) {
    struct span left = script_params(text, ';');
    struct script_param p;
    bool interval = false, processes = false;
    int more;
    *d = (struct definition){0};
    while ((more = script_param_next(&left, ';', &p)) == 1) {
        const char *why = read_field(&p, d, &interval, &processes);
        if (why) return why;
    }
    if (more < 0) return "a field that cannot be read";
    return d->name.len ? NULL : "a timer needs a name";
}

static bool read_exec(struct span text, struct span *timer, struct span *route) {
    struct span left = script_params(text, ';');
    struct script_param p;
    int more;
    *timer = *route = (struct span){0};
    while ((more = script_param_next(&left, ';', &p)) == 1) {
        if (span_is_nocase(p.name, "timer") && !timer->p) *timer = p.value;
        if (span_is_nocase(p.name, "route") && !route->p) *route = p.value;
    }
    return more == 0;
}

/* The nth definition; false: there are no more. */
static bool definition_at(const struct kam_program *p, size_t n, struct definition *d) {
    struct kam_value text;
    if (!kam_program_value(p, &kam_rtimer_module, "timer", n, &text)) return false;
    read_definition(text.s, d);
    return true;
}

/* Among the first `count` ones. */
static bool is_defined(const struct kam_program *p, struct span name, size_t count) {
    struct definition d;
    for (size_t n = 0; n < count && definition_at(p, n, &d); n++)
        if (span_eq(d.name, name)) return true;
    return false;
}

static bool load(struct kam_program *p, const struct source *cfg, struct source_set *set, struct diag *diag) {
    struct kam_value text;
    struct definition d;
    struct span timer, route;
    bool good = true;
    (void)cfg, (void)set;
    for (size_t n = 0; kam_program_value(p, &kam_rtimer_module, "timer", n, &text); n++) {
        const char *why = read_definition(text.s, &d);
        if (!why && is_defined(p, d.name, n)) why = "there is a timer of that name";
        good = kam_program_value_right(p, &kam_rtimer_module, "timer", n, why, diag) && good;
    }
    for (size_t n = 0; kam_program_value(p, &kam_rtimer_module, "exec", n, &text); n++) {
        if (read_exec(text.s, &timer, &route) && timer.len && is_defined(p, timer, SIZE_MAX)) continue;
        diag_error(diag, kam_program_value_at(p, &kam_rtimer_module, "exec", n),
                   "rtimer.exec: there is no timer \"" SPAN_FMT "\"", SPAN_ARG(timer));
        good = false;
    }
    return good;
}

/* The last block that the file names for it is the first; one that is not there does nothing. */
static void run_blocks(struct job *j) {
    struct kamailio *k = j->of->k;
    struct kam_value text;
    struct span timer, name;
    size_t n = 0;
    while (kam_program_value(k->program, &kam_rtimer_module, "exec", n, &text))
        n++;
    while (n-- > 0 && kam_program_value(k->program, &kam_rtimer_module, "exec", n, &text)) {
        read_exec(text.s, &timer, &name);
        const struct kam_route *route = kam_program_route(k->program, KAM_REQUEST_ROUTE, name);
        if (!name.len || !route || !span_eq(timer, j->name)) continue;
        struct kam_process *process = j->own ? &j->process : &k->timer;
        kam_route_alone(k, route, &(struct kam_made_up){.process = process});
    }
    j->next_ns += j->every_ns;
}

static void schedule(struct job *j) { event_idle_at(j->of->k->queue, &j->event, j->next_ns); }

static void fire(void *arg) {
    struct job *j = arg;
    run_blocks(j);
    if (kam_tm_of(j->of->k)) kam_tm_timer_sends(kam_tm_of(j->of->k));
    schedule(j);
}

static void begin(struct rtimer *r, struct job *j, const struct definition *d) {
    int64_t every = d->every_ns ? d->every_ns : r->default_interval * NS_PER_S;
    *j = (struct job){.of = r, .name = d->name, .every_ns = every, .own = d->mode > 0};
    j->next_ns = r->k->queue->now_ns - r->k->config.up_for_ns + every;
    kam_process_init(&j->process);
    event_init(&j->event, fire, j);
}

/* What they did while Kamailio was up before the simulation began. */
static void catch_up(struct rtimer *r) {
    for (;;) {
        struct job *first = NULL;
        for (struct job *j = r->jobs; j < r->jobs + r->count; j++)
            if (j->next_ns < r->k->queue->now_ns && (!first || j->next_ns < first->next_ns)) first = j;
        if (!first || event_queue_stopped(r->k->queue)) return;
        run_blocks(first);
    }
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct rtimer *r = data;
    struct definition d;
    size_t count = 0;
    (void)diag;
    r->k = k;
    for (size_t n = 0; definition_at(k->program, n, &d); n++)
        count += d.mode ? d.mode : 1;
    r->jobs = mem_new((count + 1) * sizeof *r->jobs);
    for (size_t n = 0; definition_at(k->program, n, &d); n++)
        for (uint64_t i = 0; i < (d.mode ? d.mode : 1); i++)
            begin(r, &r->jobs[r->count++], &d);
    catch_up(r);
    for (size_t i = 0; i < r->count; i++)
        schedule(&r->jobs[i]);
    return true;
}

static void end(void *data) {
    struct rtimer *r = data;
    for (size_t i = 0; i < r->count; i++) {
        event_cancel(r->k->queue, &r->jobs[i].event);
        kam_process_free(&r->jobs[i].process);
    }
    free(r->jobs);
}

static const struct kam_param params[] = {
    {KAM_TEXT("timer", ""), KAM_EACH},
    {KAM_TEXT("exec", ""), KAM_EACH},
    {KAM_INT("default_interval", 120, 1, INT32_MAX), KAM_INTO(struct rtimer, default_interval)},
    {0}};

const struct kam_module kam_rtimer_module = {.name = "rtimer",
                                             .params = params,
                                             .data_size = sizeof(struct rtimer),
                                             .load = load,
                                             .start = start,
                                             .free = end};
