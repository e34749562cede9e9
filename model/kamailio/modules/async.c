/* SPDX-License-Identifier: MIT */
/*
 * async: a request is suspended, and a process of the module goes on with it later: at a second of its own
 * clock, at a look at its list of milliseconds, or at once (facts: Kamailio 72).
 */
#include "base/mem.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/tm/tm.h"

#include <stdlib.h>
#include <utlist.h>

/* A request that waits. */
struct job {
    struct job *prev, *next; /* in the list of those that wait, or of those that are free */
    struct job *next_due;    /* at the same second */
    struct event event;
    struct async *of;
    struct kam_suspended suspended;
    const struct cfg_stmt *stmts;
    int64_t second_ns; /* of one that waits for a second: when that is */
};

/* What the module keeps. */
struct async {
    int64_t workers, ms_timer;
    struct kamailio *k;
    struct job *jobs, *free_jobs; /* those that wait, newest first */
    size_t count;
    struct kam_process process; /* of all its timers and workers */
};

enum { SECONDS_MAX = 99, MS_MAX = 100000 };

#define TASK_NS (400 * NS_PER_US) /* from one process to another, with what the first one sends meanwhile */

static struct async *async_of(const struct kam_run *run) { return kam_module_data(run->k, KAM_MODULE_ASYNC); }

static void forget(struct job *j) {
    event_cancel(j->of->k->queue, &j->event);
    DL_DELETE(j->of->jobs, j);
    j->next = j->of->free_jobs;
    j->of->free_jobs = j;
    j->of->count--;
}

static void go_on(struct job *j) {
    struct kamailio *k = j->of->k;
    k->at_work = &j->of->process;
    forget(j);
    kam_tm_continue(kam_tm_of(k), &j->suspended, j->stmts, &j->of->process);
    k->at_work = &k->timer;
    kam_tm_timer_sends(kam_tm_of(k));
}

/* All that wait for that second, the newest one first. */
static struct job *due_at(const struct async *a, int64_t second_ns) {
    struct job *first = NULL, **end = &first;
    for (struct job *j = a->jobs; j; j = j->next)
        if (j->second_ns == second_ns) {
            *end = j;
            end = &j->next_due;
        }
    *end = NULL;
    return first;
}

/* All that wait for a second come together. */
static void fire(void *arg) {
    struct job *j = arg;
    if (j->second_ns == 0) {
        go_on(j);
        return;
    }
    for (struct job *next, *due = due_at(j->of, j->second_ns); due; due = next) {
        next = due->next_due;
        go_on(due);
    }
}

/* Ends the script. Without a worker of the core what is due after milliseconds is lost: the transaction
 * waits. */
static int later(struct kam_run *run, const struct cfg_stmt *stmts, int64_t at_ns, bool second) {
    struct async *a = async_of(run);
    struct kam_suspended suspended;
    if (!kam_tm_suspend(run, &suspended)) return -1;
    if (!second && !run->k->globals->async_workers) return 0;
    struct job *j = a->free_jobs;
    if (j)
        a->free_jobs = j->next;
    else
        j = mem_new(sizeof *j);
    *j = (struct job){.of = a, .suspended = suspended, .stmts = stmts, .second_ns = second ? at_ns : 0};
    DL_PREPEND(a->jobs, j);
    a->count++;
    event_init(&j->event, fire, j);
    event_at(run->k->queue, &j->event, at_ns);
    return 0;
}

/* The module's clock looks once a second, counted from the start; which second it is Kamailio's own says. */
static int64_t second_ns(const struct async *a, int64_t seconds) {
    const struct kamailio *k = a->k;
    int64_t start_ns = -k->config.up_for_ns, now_ns = k->queue->now_ns;
    int64_t begun_ns = start_ns + k->config.seconds_phase_ns - NS_PER_S; /* of a second, before the start */
    int64_t due_ns = begun_ns + ((now_ns - begun_ns) / NS_PER_S + seconds) * NS_PER_S;
    return start_ns + (due_ns - start_ns + NS_PER_S - 1) / NS_PER_S * NS_PER_S;
}

/* The next look at the list, once that time has passed. */
static int64_t look_ns(const struct async *a, int64_t ms) {
    int64_t every_ns = a->ms_timer * NS_PER_MS, start_ns = -a->k->config.up_for_ns;
    int64_t due_ns = a->k->queue->now_ns + ms * NS_PER_MS - start_ns;
    return start_ns + (due_ns + every_ns - 1) / every_ns * every_ns;
}

static const struct cfg_stmt *stmts_of(const struct kam_run *run, struct span name) {
    const struct kam_route *route = kam_program_route(run->state.program, KAM_REQUEST_ROUTE, name);
    return name.len && route ? kam_route_stmts(route) : NULL;
}

static int after_seconds(struct kam_run *run, const struct cfg_stmt *stmts, int64_t seconds) {
    if (!stmts || seconds <= 0 || seconds > SECONDS_MAX || async_of(run)->workers == 0) return -1;
    return later(run, stmts, second_ns(async_of(run), seconds), true);
}

static int after_ms(struct kam_run *run, const struct cfg_stmt *stmts, int64_t ms) {
    if (!stmts || ms <= 0 || ms > MS_MAX || async_of(run)->ms_timer == 0) return -1;
    return later(run, stmts, look_ns(async_of(run), ms), false);
}

static int async_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return after_seconds(run, stmts_of(run, args[0].s), args[1].n);
}

static int async_ms_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return after_ms(run, stmts_of(run, args[0].s), args[1].n);
}

/* It goes on behind the call, in the block that this stands in, and nowhere else. */
static int async_sleep(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return after_seconds(run, kam_script_rest(&run->state), args[0].n);
}

static int async_ms_sleep(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return after_ms(run, kam_script_rest(&run->state), args[0].n);
}

static int async_task_route(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct cfg_stmt *stmts = stmts_of(run, args[0].s);
    return stmts ? later(run, stmts, run->k->queue->now_ns + TASK_NS, false) : -1;
}

static const char *needs_workers(const struct kam_program *program, size_t index, struct span text) {
    (void)index, (void)text;
    return kam_program_globals(program)->async_workers ? NULL : "needs async_workers in the file, above it";
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct async *a = data;
    (void)diag;
    a->k = k;
    kam_process_init(&a->process);
    return true;
}

static void end(void *data) {
    struct async *a = data;
    if (!a->k) return;
    while (a->jobs)
        forget(a->jobs);
    for (struct job *j = a->free_jobs, *next; j; j = next) {
        next = j->next;
        free(j);
    }
    kam_process_free(&a->process);
}

static size_t pending(const void *data) { return ((const struct async *)data)->count; }

enum { REQUESTS = KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE };

static const struct kam_function functions[] = {
    {"async_route", 2, 2, REQUESTS, async_route, {ARG_FORMAT, ARG_NUMBER}},
    {"async_ms_route", 2, 2, REQUESTS, async_ms_route, {ARG_FORMAT, ARG_NUMBER}},
    {"async_sleep", 1, 1, REQUESTS, async_sleep, {ARG_NUMBER}},
    {"async_ms_sleep", 1, 1, REQUESTS, async_ms_sleep, {ARG_NUMBER}},
    {"async_task_route", 1, 1, REQUESTS, async_task_route, {ARG_FORMAT}, .check = needs_workers},
    {0}};

static const struct kam_param params[] = {
    {KAM_INT("workers", 1, 0, 64), KAM_INTO(struct async, workers)},
    {KAM_INT("ms_timer", 0, 0, 10000), KAM_INTO(struct async, ms_timer)},
    {KAM_INT("return", 0, 0, 0), KAM_NOT_SIMULATED},
    {0}};

const struct kam_module kam_async_module = {.name = "async",
                                            .functions = functions,
                                            .params = params,
                                            .data_size = sizeof(struct async),
                                            .start = start,
                                            .free = end,
                                            .pending = pending};
