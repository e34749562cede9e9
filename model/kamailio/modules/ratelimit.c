/* SPDX-License-Identifier: MIT */
/* ratelimit: so many requests in each interval, by pipes that queues of methods lead to (facts: Kamailio 80).
 */
#include "model/kamailio/interval.h"
#include "model/kamailio/modules/module.h"

enum { PIPES = 32, QUEUES_MAX = 32, LOAD_MAX = 100 };

enum algorithm { UNDEFINED, TAILDROP, RED, NETWORK, FEEDBACK };

static const char *const algorithms[] = {[UNDEFINED] = "NOP",
                                         [TAILDROP] = "TAILDROP",
                                         [RED] = "RED",
                                         [NETWORK] = "NETWORK",
                                         [FEEDBACK] = "FEEDBACK"};

struct pipe {
    enum algorithm algorithm;
    int64_t limit; /* a second; of NETWORK bytes, of FEEDBACK percent */
    int64_t count; /* in the interval that runs */
    int64_t every; /* RED lets one of so many pass, by the interval before; 0: all */
};

/* What the module keeps. */
struct ratelimit {
    int64_t timer_interval;
    struct kamailio *k;
    struct kam_interval timer;
    struct pipe pipes[PIPES];
    bool looked;  /* NETWORK has asked what waits at the sockets */
    bool waiting; /* and something did */
};

struct queue {
    uint64_t pipe;
    struct span method; /* "*": any other */
};

static struct ratelimit *ratelimit_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_RATELIMIT);
}

static bool has_blank(struct span s) { return span_find(s, ' ') >= 0 || span_find(s, '\t') >= 0; }

/* PIPE:METHOD */
static const char *read_queue(struct span text, struct queue *q) {
    struct span number = span_cut(&text, ':');
    q->method = text;
    if (!span_to_u64(number, INT32_MAX, &q->pipe) || !text.len || span_find(text, ':') >= 0 ||
        has_blank(text))
        return "must be PIPE:METHOD";
    return q->pipe < PIPES ? NULL : "there are only the pipes 0 to 31";
}

/* PIPE:ALGORITHM:LIMIT */
static const char *read_pipe(struct span text, uint64_t *number, struct pipe *p) {
    struct span n = span_cut(&text, ':'), algorithm = span_cut(&text, ':');
    uint64_t limit;
    *p = (struct pipe){0};
    if (!span_to_u64(n, INT32_MAX, number) || !span_to_u64(text, INT32_MAX, &limit))
        return "must be PIPE:ALGORITHM:LIMIT";
    p->limit = (int64_t)limit;
    bool known = false;
    for (enum algorithm a = UNDEFINED; a <= FEEDBACK; a++)
        if (span_is(algorithm, algorithms[a])) p->algorithm = a, known = true;
    if (*number >= PIPES) return "there are only the pipes 0 to 31";
    if (!known) return "the algorithm must be TAILDROP, RED, NETWORK, FEEDBACK or NOP";
    return p->algorithm == FEEDBACK && limit > LOAD_MAX ? "the load must be 0 to 100" : NULL;
}

static bool queue_at(const struct kam_program *p, size_t n, struct queue *q) {
    struct kam_value text;
    return kam_program_value(p, &kam_ratelimit_module, "queue", n, &text) && !read_queue(text.s, q);
}

static bool load(struct kam_program *p, const struct source *cfg, struct source_set *set, struct diag *diag) {
    struct kam_value text;
    struct queue q;
    struct pipe pipe, feedback = {0};
    uint64_t number;
    bool good = true;
    (void)cfg, (void)set;
    for (size_t n = 0; kam_program_value(p, &kam_ratelimit_module, "queue", n, &text); n++) {
        const char *why = n < QUEUES_MAX ? read_queue(text.s, &q) : "there are more than 32";
        good = kam_program_value_right(p, &kam_ratelimit_module, "queue", n, why, diag) && good;
    }
    for (size_t n = 0; kam_program_value(p, &kam_ratelimit_module, "pipe", n, &text); n++) {
        const char *why = read_pipe(text.s, &number, &pipe);
        if (!why && pipe.algorithm == FEEDBACK && !feedback.algorithm) feedback = pipe;
        if (!why && pipe.algorithm == FEEDBACK && pipe.limit != feedback.limit)
            why = "all of FEEDBACK must have the same load";
        good = kam_program_value_right(p, &kam_ratelimit_module, "pipe", n, why, diag) && good;
    }
    return good;
}

static bool something_waits(const struct kamailio *k) {
    for (size_t i = 0; i < k->socket_count; i++)
        if (k->sockets[i].pool.backlog.count > 0) return true;
    return false;
}

static void begin_interval(void *arg) {
    struct ratelimit *m = arg;
    m->looked = true;
    m->waiting = something_waits(m->k);
    for (struct pipe *p = m->pipes; p < m->pipes + PIPES; p++) {
        if (p->limit > 0) p->every = p->count / (p->limit * m->timer_interval);
        p->count = 0;
    }
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct ratelimit *m = data;
    struct kam_value text;
    (void)diag;
    m->k = k;
    m->looked = k->config.up_for_ns >= m->timer_interval * NS_PER_S;
    for (size_t n = 0; kam_program_value(k->program, &kam_ratelimit_module, "pipe", n, &text); n++) {
        struct pipe pipe;
        uint64_t number;
        if (!read_pipe(text.s, &number, &pipe)) m->pipes[number] = pipe;
    }
    kam_interval_start(&m->timer, k, m->timer_interval, begin_interval, m);
    return true;
}

static void end(void *data) {
    struct ratelimit *m = data;
    kam_interval_stop(&m->timer);
}

static int push(struct kam_run *run, struct ratelimit *m, struct pipe *p) {
    p->count++;
    switch (p->algorithm) {
    case UNDEFINED: break;
    case TAILDROP: return p->count <= p->limit * m->timer_interval ? 1 : -1;
    case RED: return p->every == 0 || p->count % p->every == 0 ? 1 : -1;
    case NETWORK:
        if (m->waiting)
            return kam_run_stop(
                run, "what ratelimit's NETWORK does while datagrams wait at the sockets is not simulated, "
                     "and the run has reached it");
        return m->looked ? 1 : 0;
    case FEEDBACK:
        return kam_run_stop(
            run, "ratelimit's FEEDBACK, which reads the load of the processor, is not simulated, and the "
                 "run has reached it");
    }
    return 1;
}

/* The first queue of the method, else the last one of any; false: there is none. */
static bool find_queue(const struct kam_run *run, struct queue *found) {
    struct span method = kam_run_method(run);
    struct queue q;
    bool any = false;
    for (size_t n = 0; queue_at(run->k->program, n, &q); n++) {
        bool other = span_is(q.method, "*"), same = span_eq_nocase(q.method, method);
        if (other || same) *found = q;
        if (same) return true;
        any = any || other;
    }
    return any;
}

static int rl_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ratelimit *m = ratelimit_of(run);
    struct queue q;
    (void)args, (void)count;
    return find_queue(run, &q) ? push(run, m, &m->pipes[q.pipe]) : -1;
}

static int rl_check_pipe(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct ratelimit *m = ratelimit_of(run);
    (void)count;
    if (args[0].n < 0 || args[0].n >= PIPES || !m->pipes[args[0].n].algorithm) return -1;
    return push(run, m, &m->pipes[args[0].n]);
}

static const struct kam_function functions[] = {
    {"rl_check", 0, 0, KAM_ANY_ROUTE, rl_check, {ARG_NONE}},
    {"rl_check", 1, 1, KAM_REQUEST_ROUTE, rl_check_pipe, {ARG_NUMBER}}, /* an expression breaks its memory */
    {"rl_check_pipe", 1, 1, KAM_ANY_ROUTE, rl_check_pipe, {ARG_NUMBER}, .expressions = true},
    {0}};

static const struct kam_param params[] = {
    {KAM_INT("timer_interval", 10, 1, INT32_MAX), KAM_INTO(struct ratelimit, timer_interval)},
    {KAM_TEXT("queue", ""), KAM_EACH},
    {KAM_TEXT("pipe", ""), KAM_EACH},
    {0}};

const struct kam_module kam_ratelimit_module = {.name = "ratelimit",
                                                .functions = functions,
                                                .params = params,
                                                .data_size = sizeof(struct ratelimit),
                                                .load = load,
                                                .start = start,
                                                .free = end};
