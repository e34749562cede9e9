/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <inttypes.h>
#include <time.h>

enum { FIRST_MS = 1000, EVERY_MS = 200 };

static int64_t clock_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void draw(void *arg, int64_t now_ns) {
    struct progress *p = arg;
    int64_t now_ms = clock_ms();
    if (now_ms - p->began_ms < FIRST_MS || now_ms - p->drawn_ms < EVERY_MS) return;
    struct run_outcome so_far = run_lab_outcome(p->run);
    p->drawn_ms = now_ms;
    p->drawn = true;
    fprintf(stderr, "\r\033[K%" PRIu64, so_far.lab.created);
    if (p->calls) fprintf(stderr, " of %" PRIu64, p->calls);
    fprintf(stderr, " calls, %lld s simulated, %" PRIu64 " datagrams/s", (long long)(now_ns / NS_PER_S),
            so_far.packets * 1000 / (uint64_t)(now_ms - p->began_ms));
    fflush(stderr);
}

void progress_begin(struct progress *p, struct run_lab *run, const struct lab_config *config) {
    *p = (struct progress){.run = run, .began_ms = clock_ms()};
    for (size_t i = 0; i < config->host_count; i++)
        if (config->hosts[i].runs == LAB_SIPP) p->calls += config->hosts[i].sipp.calls;
    lab_on_progress(run_lab_of(run), draw, p);
}

void progress_end(struct progress *p) {
    if (p->drawn) fputs("\r\033[K", stderr);
}
