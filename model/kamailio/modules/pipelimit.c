/* SPDX-License-Identifier: MIT */
/* pipelimit: so many messages of a name in each interval (facts: Kamailio 75). There is no data base. */
#include "base/table.h"
#include "model/kamailio/interval.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/sl.h"

#include <stdlib.h>

struct pipe {
    char *name;
    int64_t limit, count; /* in the interval that runs */
    UT_hash_handle hh;    /* by name */
};

/* What the module keeps. */
struct pipelimit {
    int64_t timer_interval, reply_code;
    struct span reply_reason;
    struct kam_interval timer;
    struct pipe *pipes;
};

enum { NO_PIPE = -2 };

static struct pipelimit *pipelimit_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_PIPELIMIT);
}

static struct pipe *find(const struct pipelimit *m, struct span name) {
    struct pipe *p;
    HASH_FIND(hh, m->pipes, name.p, name.len, p);
    return p;
}

static struct pipe *find_or_add(struct pipelimit *m, struct span name) {
    struct pipe *p = find(m, name);
    if (p) return p;
    p = mem_new(sizeof *p);
    p->name = mem_text(name);
    HASH_ADD_KEYPTR(hh, m->pipes, p->name, name.len, p);
    return p;
}

static void begin_interval(void *arg) {
    struct pipelimit *m = arg;
    for (struct pipe *p = m->pipes; p; p = p->hh.next)
        p->count = 0;
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct pipelimit *m = data;
    (void)diag;
    kam_interval_start(&m->timer, k, m->timer_interval, begin_interval, m);
    return true;
}

static void end(void *data) {
    struct pipelimit *m = data;
    kam_interval_stop(&m->timer);
    for (struct pipe *p = m->pipes, *next; p; p = next) {
        next = p->hh.next;
        HASH_DEL(m->pipes, p);
        free(p->name);
        free(p);
    }
}

static int pass(struct pipe *p) { return ++p->count > p->limit ? -1 : 1; }

/* pl_check(NAME): of a pipe that is there; pl_check(NAME, ALGORITHM, LIMIT) makes it, or gives it that limit.
 */
static int pl_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const char *const random[] = {"red", "feedback", "network"};
    struct pipelimit *m = pipelimit_of(run);
    struct pipe *p = count > 1 ? NULL : find(m, args[0].s);
    if (count == 1) return p ? pass(p) : NO_PIPE;
    for (size_t i = 0; i < sizeof random / sizeof *random; i++)
        if (span_is_nocase(args[1].s, random[i]))
            kam_run_stop(run, "pl_check() is simulated only with TAILDROP, and the run has reached another");
    if (!span_is_nocase(args[1].s, "taildrop")) return NO_PIPE;
    p = find_or_add(m, args[0].s);
    p->limit = args[2].n;
    return pass(p);
}

static int pl_active(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return find(pipelimit_of(run), args[0].s) ? 1 : -1;
}

/* pl_drop([RETRY_AFTER[, up to]]) */
static int pl_drop(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct pipelimit *m = pipelimit_of(run);
    if (count > 0 && (args[0].n <= 0 || (count > 1 && args[1].n != args[0].n)))
        return kam_run_stop(
            run, "pl_drop() is simulated only with one number above 0, and the run has reached it");
    if (count > 0) buf_addf(&run->reply_lines, "Retry-After: %lld\r\n", (long long)args[0].n);
    kam_sl_answer(run, (unsigned)m->reply_code, m->reply_reason);
    return 1;
}

static const struct kam_function functions[] = {
    {"pl_check", 1, 1, KAM_ANY_ROUTE, pl_check, {ARG_FORMAT}},
    {"pl_check", 3, 3, KAM_ANY_ROUTE, pl_check, {ARG_FORMAT, ARG_FORMAT, ARG_NUMBER}},
    {"pl_active", 1, 1, KAM_ANY_ROUTE, pl_active, {ARG_FORMAT}},
    {"pl_drop",
     0,
     2,
     KAM_REQUEST_ROUTE | KAM_BRANCH_ROUTE | KAM_FAILURE_ROUTE,
     pl_drop,
     {ARG_INTEGER, ARG_INTEGER}},
    {0}};

static const struct kam_param params[] = {
    {KAM_INT("timer_interval", 10, 1, INT32_MAX), KAM_INTO(struct pipelimit, timer_interval)},
    {KAM_INT("timer_mode", 0, 0, 1), KAM_NO_EFFECT},
    {KAM_INT("reply_code", 503, 100, 699), KAM_INTO(struct pipelimit, reply_code)},
    {KAM_TEXT("reply_reason", "Server Unavailable"), KAM_INTO(struct pipelimit, reply_reason)},
    {KAM_TEXT("db_url", ""), KAM_STOPS},
    {KAM_INT("clean_unused", 0, 0, INT32_MAX), KAM_STOPS},
    {0}};

const struct kam_module kam_pipelimit_module = {.name = "pipelimit",
                                                .functions = functions,
                                                .params = params,
                                                .data_size = sizeof(struct pipelimit),
                                                .start = start,
                                                .free = end};
