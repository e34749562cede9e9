/* SPDX-License-Identifier: MIT */
#include "cli/sweep/plan.h"

#include "base/mem.h"
#include "base/outfile.h"

#include <stdlib.h>

/* The key of a KEY=VALUE. */
static struct span key_of(const char *text) { return (struct span){text, strcspn(text, "=")}; }

/* Who varies or sets a key already, as its option; NULL: nobody. */
static const char *taken(const struct sweep_plan *p, struct span key, size_t axes) {
    if (p->seeds && span_is(key, "seed")) return "--runs";
    for (size_t i = 0; i < axes; i++)
        if (span_is(key, p->axes[i].key)) return "--vary";
    return NULL;
}

static void check_keys(const struct sweep_plan *p, struct diag *diag) {
    for (size_t i = 0; i < p->axis_count; i++) {
        struct span key = span_of(p->axes[i].key);
        const char *who = taken(p, key, i);
        if (who)
            diag_error(diag, (struct source_pos){p->axes[i].source, 0},
                       "\"" SPAN_FMT "\" is varied by %s already", SPAN_ARG(key), who);
    }
    for (size_t i = 0; i < p->set_count; i++) {
        struct span key = key_of(p->set[i]);
        const char *who = taken(p, key, p->axis_count);
        if (who)
            diag_error(diag, (struct source_pos){0}, "--set %s: \"" SPAN_FMT "\" is varied by %s", p->set[i],
                       SPAN_ARG(key), who);
    }
}

bool sweep_plan_finish(struct sweep_plan *p, struct diag *diag) {
    unsigned before = diag->errors;
    check_keys(p, diag);
    p->points = 1;
    for (size_t i = 0; i < p->axis_count && p->points <= SWEEP_RUNS_MAX; i++)
        p->points *= p->axes[i].count;
    if (p->points > SWEEP_RUNS_MAX / sweep_plan_runs(p))
        diag_error(diag, (struct source_pos){0}, "sweep: more than %d runs", SWEEP_RUNS_MAX);
    p->first = p->points * (p->shard - 1) / p->shards;
    p->last = p->points * p->shard / p->shards;
    return diag->errors == before;
}

size_t sweep_plan_index(const struct sweep_plan *p, uint64_t point, size_t axis) {
    for (size_t i = p->axis_count - 1; i > axis; i--)
        point /= p->axes[i].count;
    return (size_t)(point % p->axes[axis].count);
}

const char *sweep_plan_value(const struct sweep_plan *p, uint64_t point, size_t axis) {
    return p->axes[axis].values[sweep_plan_index(p, point, axis)];
}

struct lab_config *sweep_plan_load(const struct sweep_plan *p, uint64_t point, struct source_set *sources,
                                   struct diag *diag) {
    size_t count = p->set_count + p->axis_count;
    const char **overrides = mem_new(count * sizeof *overrides);
    struct buf *texts = mem_new(p->axis_count * sizeof *texts);
    if (p->set_count) memcpy(overrides, p->set, p->set_count * sizeof *overrides);
    for (size_t i = 0; i < p->axis_count; i++) {
        buf_addf(&texts[i], "%s=%s", p->axes[i].key, sweep_plan_value(p, point, i));
        overrides[p->set_count + i] = buf_text(&texts[i]);
    }
    struct lab_config *config = lab_load(sources, p->folder, overrides, count, diag);
    for (size_t i = 0; i < p->axis_count; i++)
        buf_free(&texts[i]);
    free(texts);
    free(overrides);
    return config;
}

/* Does this point load and start? Warnings are kept only of the first point. */
static bool check_point(const struct sweep_plan *p, uint64_t point, struct diag *diag) {
    struct source_set sources = {0};
    struct diag mine = {0};
    struct lab_config *config = sweep_plan_load(p, point, &sources, &mine);
    if (config) lab_free(lab_new(config, NULL, &mine));
    bool good = !diag_failed(&mine);
    if (!good || point == 0) {
        buf_add(&diag->text, buf_span(&mine.text));
        diag->errors += mine.errors;
        diag->warnings += mine.warnings;
    }
    lab_config_free(config);
    outfile_protect(&sources);
    source_set_free(&sources);
    diag_free(&mine);
    return good;
}

bool sweep_plan_check(const struct sweep_plan *p, const volatile sig_atomic_t *stop, struct diag *diag) {
    uint64_t stride = p->points;
    if (!check_point(p, 0, diag)) return false;
    for (size_t i = 0; i < p->axis_count; i++) {
        stride /= p->axes[i].count;
        for (size_t k = 1; k < p->axes[i].count && !*stop; k++)
            if (!check_point(p, k * stride, diag)) return false;
    }
    return true;
}

void sweep_plan_free(struct sweep_plan *p) {
    for (size_t i = 0; i < p->axis_count; i++)
        sweep_axis_free(&p->axes[i]);
    free(p->axes);
    free(p->set);
    *p = (struct sweep_plan){0};
}
