/* SPDX-License-Identifier: MIT */
/*
 * cfgutils: a script that takes its time, flags and locks of the whole program, chance (facts: Kamailio 11.7,
 * 19.2). What Kamailio draws at random comes from the scenario's seed here.
 */
#include "model/kamailio/message/branch.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/pv/pv.h"
#include "model/net/net.h"
#include "sim/random.h"

/* What the module keeps. */
struct cfgutils {
    int64_t initial_gflags, initial_probability, lock_set_size; /* 2^lock_set_size locks; 0: none */
    uint32_t gflags;
    int64_t probability;
    struct random_stream random;
    struct kam_xavp *locked; /* those that are, by their numbers */
    unsigned depth;          /* of blocks that route_if_exists() runs now */
};

static struct cfgutils *data_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_CFGUTILS);
}

static void init(struct kamailio *k, void *data) {
    struct cfgutils *u = data;
    u->gflags = (uint32_t)u->initial_gflags;
    u->probability = u->initial_probability;
    host_random(k->host, &u->random, "script");
}

static void free_locks(void *data) { xavp_free(&((struct cfgutils *)data)->locked); }

/* The worker sleeps: what it sends after that leaves later. More than an hour is an hour. */
static int sleep_for(struct kam_run *run, int64_t number, int64_t unit_ns) {
    int64_t most = 3600 * NS_PER_S / unit_ns;
    if (number > 0) run->slept_ns += (number < most ? number : most) * unit_ns;
    return 1;
}

static int sleep_s(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return sleep_for(run, args[0].n, NS_PER_S);
}

static int sleep_us(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return sleep_for(run, args[0].n, NS_PER_US);
}

/* Flags of the whole program. */
static int set_gflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    data_of(run)->gflags |= kam_flag_bit(args[0].n);
    return 1;
}

static int reset_gflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    data_of(run)->gflags &= ~kam_flag_bit(args[0].n);
    return 1;
}

static int is_gflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return data_of(run)->gflags & kam_flag_bit(args[0].n) ? 1 : -1;
}

/* Of the core's hash from 0 to 2^bits - 1. */
static uint32_t cut(uint32_t h, int64_t bits) {
    return bits > 0 && bits < 32 ? h & ((UINT32_C(1) << bits) - 1) : 0;
}

static int core_hash(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return (int)(cut(kam_hash(args[0].s, args[1].s), args[2].n) + 1);
}

/* The lock that a name falls to; NULL: it is free. */
static struct kam_xavp *find_lock(struct kam_run *run, struct span key, struct span *number) {
    struct cfgutils *u = data_of(run);
    struct buf b = {0};
    buf_addf(&b, "%u", cut(kam_hash(key, (struct span){0}), u->lock_set_size));
    *number = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return xavp_find(u->locked, *number, XAVP_PLAIN, 0);
}

/* Who waits for a lock that is never given back does nothing more. */
static int wait_for(struct kam_run *run, bool try) {
    if (try) return -1;
    struct cause cause = kam_cause(run, "lock() waits for a lock that nobody gives back", NULL);
    kam_note(run->k, run->about, &cause);
    run->state.process->stuck = true;
    return 0;
}

static int take_lock(struct kam_run *run, struct span key, bool try) {
    struct span number;
    struct cfgutils *u = data_of(run);
    if (u->lock_set_size <= 0) return -1;
    if (find_lock(run, key, &number)) return wait_for(run, try);
    xavp_add(&u->locked, number);
    return 1;
}

static int lock(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return take_lock(run, args[0].s, false);
}

static int trylock(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return take_lock(run, args[0].s, true);
}

static int unlock(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct span number;
    struct cfgutils *u = data_of(run);
    if (u->lock_set_size <= 0) return -1;
    struct kam_xavp *x = find_lock(run, args[0].s, &number);
    if (x) xavp_remove(&u->locked, x);
    return 1;
}

static const struct kam_route *find_route(const struct kam_run *run, struct span name) {
    return name.len ? kam_program_route(run->state.program, KAM_REQUEST_ROUTE,
                                        span_is(name, "0") ? (struct span){0} : name)
                    : NULL;
}

static int check_route_exists(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return find_route(run, args[0].s) ? 1 : -1;
}

/* Runs it as if it were called; Kamailio has no limit for blocks that do so endlessly, but its memory has. */
static int route_if_exists(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    enum { DEPTH_MAX = 100 };
    struct cfgutils *u = data_of(run);
    const struct kam_route *route = find_route(run, args[0].s);
    if (route && u->depth >= DEPTH_MAX)
        kam_run_stop(run, "Kamailio 5.6.3 crashes here: route_if_exists() in a block that it calls itself");
    if (!route || u->depth >= DEPTH_MAX) return -1;
    u->depth++;
    struct kam_outcome outcome = kam_route_run(route, run);
    u->depth--;
    return outcome.exited ? 0 : outcome.value;
}

/* Chance. */
static int rand_set_prob(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    data_of(run)->probability = args[0].n;
    return 1;
}

static int rand_reset_prob(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    data_of(run)->probability = data_of(run)->initial_probability;
    return 1;
}

static int rand_get_prob(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return (int)data_of(run)->probability;
}

static int rand_event(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct cfgutils *u = data_of(run);
    return random_below(&u->random, 100) < u->probability ? 1 : -1;
}

/* Writes to the log. */
static int status(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

PV_GETTER(get_RANDOM, pv_number(random_u32(&data_of(run)->random) >> 1))

static const struct kam_function functions[] = {
    {"sleep", 1, 1, KAM_ANY_ROUTE, sleep_s, {ARG_NUMBER}, .expressions = true},
    {"usleep", 1, 1, KAM_ANY_ROUTE, sleep_us, {ARG_NUMBER}, .expressions = true},
    {"set_gflag", 1, 1, KAM_ANY_ROUTE, set_gflag, {ARG_FLAG}},
    {"reset_gflag", 1, 1, KAM_ANY_ROUTE, reset_gflag, {ARG_FLAG}},
    {"is_gflag", 1, 1, KAM_ANY_ROUTE, is_gflag, {ARG_FLAG}},
    {"lock", 1, 1, KAM_ANY_ROUTE, lock, {ARG_FORMAT}, .expressions = true},
    {"unlock", 1, 1, KAM_ANY_ROUTE, unlock, {ARG_FORMAT}, .expressions = true},
    {"trylock", 1, 1, KAM_ANY_ROUTE, trylock, {ARG_FORMAT}, .expressions = true},
    {"check_route_exists", 1, 1, KAM_ANY_ROUTE, check_route_exists, {ARG_FORMAT}, .expressions = true},
    {"route_if_exists", 1, 1, KAM_ANY_ROUTE, route_if_exists, {ARG_FORMAT}, .expressions = true},
    {"core_hash", 3, 3, KAM_ANY_ROUTE, core_hash, {ARG_FORMAT, ARG_FORMAT, ARG_NUMBER}},
    {"rand_set_prob", 1, 1, KAM_ANY_ROUTE, rand_set_prob, {ARG_PERCENT}},
    {"rand_reset_prob", 0, 0, KAM_ANY_ROUTE, rand_reset_prob},
    {"rand_get_prob", 0, 0, KAM_ANY_ROUTE, rand_get_prob},
    {"rand_event", 0, 0, KAM_ANY_ROUTE, rand_event},
    {"pkg_status", 0, 0, KAM_ANY_ROUTE, status},
    {"shm_status", 0, 0, KAM_ANY_ROUTE, status},
    {"pkg_summary", 0, 0, KAM_ANY_ROUTE, status},
    {"shm_summary", 0, 0, KAM_ANY_ROUTE, status},
    {0},
};

static const struct kam_param params[] = {
    {KAM_INT("initial_probability", 10, 0, 100), KAM_INTO(struct cfgutils, initial_probability)},
    {KAM_INT("initial_gflags", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct cfgutils, initial_gflags)},
    {KAM_INT("lock_set_size", 0, INT32_MIN, 14), KAM_INTO(struct cfgutils, lock_set_size)},
    {KAM_TEXT("hash_file", ""), KAM_NO_EFFECT},
    {0},
};

static const struct kam_pv pvs[] = {{.name = "RANDOM", .shape = KAM_PV_PLAIN, .get = get_RANDOM}, {0}};

const struct kam_module kam_cfgutils_module = {.name = "cfgutils",
                                               .functions = functions,
                                               .params = params,
                                               .pvs = pvs,
                                               .init = init,
                                               .free = free_locks,
                                               .data_size = sizeof(struct cfgutils)};
