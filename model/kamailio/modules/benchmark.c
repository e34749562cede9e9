/* SPDX-License-Identifier: MIT */
/* benchmark: timers of what a script does, which go into the log (facts: Kamailio 84). */
#include "model/kamailio/modules/module.h"

enum { NAME_MAX_LEN = 31 };

/* What the module keeps. */
struct benchmark {
    int64_t enable;
    bool measured;
};

static const char *check_name(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    if (!text.p) return NULL;
    return text.len >= 1 && text.len <= NAME_MAX_LEN ? NULL : "must be a name of 1 to 31 characters";
}

static bool load(struct kam_program *p, const struct source *cfg, struct source_set *set, struct diag *diag) {
    struct kam_value text;
    bool good = true;
    (void)cfg, (void)set;
    for (size_t n = 0; kam_program_value(p, &kam_benchmark_module, "register", n, &text); n++) {
        const char *why = check_name(p, 0, text.s);
        if (why)
            diag_error(diag, kam_program_value_at(p, &kam_benchmark_module, "register", n),
                       "benchmark.register %s", why);
        good = good && !why;
    }
    return good;
}

static int bm_start_timer(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

static int bm_log_timer(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct benchmark *m = kam_module_data(run->k, KAM_MODULE_BENCHMARK);
    (void)args, (void)count;
    m->measured = m->measured || m->enable > 0;
    return 1;
}

static struct kam_value get_time_diff(struct kam_run *run, const struct kam_pv_at *at) {
    const struct benchmark *m = kam_module_data(run->k, KAM_MODULE_BENCHMARK);
    (void)at;
    if (m->measured)
        kam_run_stop(run, "the time that $BM_time_diff tells is not simulated, and the run has reached it");
    return (struct kam_value){.type = KAM_INT};
}

static const struct kam_pv pvs[] = {{"BM_time_diff", KAM_PV_PLAIN, get_time_diff, NULL},
                                    {NULL, KAM_PV_PLAIN, NULL, NULL}};

static const struct kam_function functions[] = {
    {"bm_start_timer", 1, 1, KAM_USUAL_ROUTE, bm_start_timer, {ARG_TEXT}, check_name},
    {"bm_log_timer", 1, 1, KAM_USUAL_ROUTE, bm_log_timer, {ARG_TEXT}, check_name},
    {0}};

static const struct kam_param params[] = {
    {KAM_INT("enable", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct benchmark, enable)},
    {KAM_TEXT("register", ""), KAM_EACH},
    {KAM_INT("granularity", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("loglevel", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {0}};

const struct kam_module kam_benchmark_module = {.name = "benchmark",
                                                .functions = functions,
                                                .params = params,
                                                .pvs = pvs,
                                                .data_size = sizeof(struct benchmark),
                                                .load = load};
