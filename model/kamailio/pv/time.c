/* SPDX-License-Identifier: MIT */
/* Pseudo-variables of time: the simulated calendar's, which starts where scenario.yaml says. (facts:
 * Kamailio 18.1) */
#include "base/calendar.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/pv/pv.h"

static struct kam_value text_of(struct kam_run *run, int64_t seconds, struct span format) {
    struct calendar calendar;
    struct buf b = {0};
    calendar_split(&calendar, seconds);
    calendar_write(&b, &calendar, format);
    return pv_built(run, &b);
}

PV_GETTER(get_TS, pv_number(kam_now_s(run->k)))
PV_GETTER(get_TF, text_of(run, kam_now_s(run->k), SPAN("%a %b %e %H:%M:%S %Y")))
PV_GETTER(get_timef, text_of(run, kam_now_s(run->k), at->argument))
PV_GETTER(get_Tb, pv_number(run->k->config.start_ns / NS_PER_S))

/* $TV(s), $TV(u): of now; $TV(Sn) and others in one text. */
static struct kam_value get_TV(struct kam_run *run, const struct kam_pv_at *at) {
    int64_t now_ns = run->k->config.start_ns + run->k->queue->now_ns;
    int64_t s = now_ns / NS_PER_S, us = now_ns % NS_PER_S / NS_PER_US;
    if (span_is(at->argument, "s") || span_is(at->argument, "sn")) return pv_number(s);
    if (span_is(at->argument, "u") || span_is(at->argument, "un")) return pv_number(us);
    struct buf b = {0};
    buf_addf(&b, "%lld.%06lld", (long long)s, (long long)us);
    return pv_built(run, &b);
}

static struct kam_value get_time(struct kam_run *run, const struct kam_pv_at *at) {
    struct calendar c;
    calendar_split(&c, kam_now_s(run->k));
    const struct {
        const char *word;
        int64_t n;
    } parts[] = {{"sec", c.sec},          {"min", c.min},          {"hour", c.hour},
                 {"mday", c.day},         {"mon", c.month},        {"year", c.year},
                 {"wday", c.weekday + 1}, {"yday", c.yearday + 1}, {"isdst", 0}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_is(at->argument, parts[i].word)) return pv_number(parts[i].n);
    return pv_nothing();
}

#define PLAIN(name, get)                                                                                     \
    { name, KAM_PV_PLAIN, get, NULL, NULL }
#define PARTS "sec|min|hour|mday|mon|year|wday|yday|isdst"

const struct kam_pv kam_pv_times[] = {
    PLAIN("TS", get_TS),
    PLAIN("Ts", get_TS),
    PLAIN("TF", get_TF),
    PLAIN("Tf", get_TF),
    PLAIN("Tb", get_Tb),
    {"TV", KAM_PV_NAMED, get_TV, NULL, "s|u|sn|un|Sn"},
    {"time", KAM_PV_NAMED, get_time, NULL, PARTS},
    {"utime", KAM_PV_NAMED, get_time, NULL, PARTS},
    {"timef", KAM_PV_NAMED, get_timef, NULL, NULL},
    {"utimef", KAM_PV_NAMED, get_timef, NULL, NULL},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};
