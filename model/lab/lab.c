/* SPDX-License-Identifier: MIT */
#include "model/lab/lab.h"

#include "base/mem.h"
#include "model/sip/msg.h"

#include <assert.h>
#include <stdlib.h>

#define EVENTS_BETWEEN_STOP_CHECKS 1024

/* A host that runs. */
struct station {
    struct lab *lab;
    const struct lab_host_config *config;
    struct host *host;
    struct sipp *sipp;
    struct kamailio *kamailio;
};

/* What faults that count only certain messages ask; one for all that ask for the same. */
struct message_match {
    struct message_match *next;
    struct lab *lab;
    const char *message;
};

struct lab {
    const struct lab_config *config;
    struct event_queue queue;
    struct net *net;
    struct station *stations; /* one a host of the config */
    struct message_match *matches;
    struct buf summary; /* scratch */
    struct lab_failure failures[LAB_FAILURES_MAX];
    size_t failure_count;
    uint64_t failures_told;
    bool cut_off;
    struct ticks {
        int64_t every_ns; /* 0: nobody asks for them */
        int64_t next_ns;
        void (*tick)(void *arg, int64_t now_ns);
        void *arg;
    } ticks;
    void (*progress)(void *arg, int64_t now_ns); /* NULL: nobody asks */
    void *progress_arg;
};

static bool matches_message(void *arg, struct span payload) {
    const struct message_match *match = arg;
    sip_summary(&match->lab->summary, payload);
    return span_is(buf_span(&match->lab->summary), match->message);
}

static void record_failure(void *arg, int64_t now_ns, struct source_pos at, const char *reason) {
    struct station *station = arg;
    struct lab *lab = station->lab;
    lab->failures_told++;
    if (lab->failure_count == LAB_FAILURES_MAX) return;
    lab->failures[lab->failure_count++] =
        (struct lab_failure){station->config->name, at, now_ns, mem_text(span_of(reason))};
}

static void set_path(struct path *path, enum lab_path_field field, int64_t value) {
    switch (field) {
    case LAB_DELAY: path->delay_ns = value; return;
    case LAB_LOSS: path->loss_ppm = (uint32_t)value; return;
    case LAB_DUPLICATE: path->duplicate_ppm = (uint32_t)value; return;
    case LAB_REORDER: path->reorder_ppm = (uint32_t)value; return;
    case LAB_REORDER_BY: path->reorder_ns = value; return;
    case LAB_PATH_FIELDS: break;
    }
    assert(!"no such field");
}

static void add_paths(struct lab *lab) {
    const struct lab_config *config = lab->config;
    const struct lab_network *network = &config->network;
    for (size_t from = 0; from < config->host_count; from++)
        for (size_t to = 0; to < config->host_count; to++)
            if (from != to) *net_path(lab->net, lab_host_at(lab, from), lab_host_at(lab, to)) = network->path;
    for (size_t i = 0; i < network->rule_count; i++) {
        const struct lab_path_rule *r = &network->rules[i];
        set_path(net_path(lab->net, lab_host_at(lab, r->from), lab_host_at(lab, r->to)), r->field, r->value);
    }
}

static struct message_match *find_match(struct lab *lab, const char *message) {
    struct message_match *match = lab->matches;
    while (match && strcmp(match->message, message) != 0)
        match = match->next;
    if (match) return match;
    match = mem_new(sizeof *match);
    *match = (struct message_match){lab->matches, lab, message};
    return lab->matches = match;
}

static void add_faults(struct lab *lab) {
    const struct lab_network *network = &lab->config->network;
    for (int hold = 0; hold < 2; hold++) {
        const struct lab_faults *faults = hold ? &network->holds : &network->drops;
        for (const struct lab_fault *f = faults->list; f < faults->list + faults->count; f++) {
            struct host *from = lab_host_at(lab, f->from), *to = lab_host_at(lab, f->to);
            fault_match_fn *matches = f->message ? matches_message : NULL;
            struct message_match *match = f->message ? find_match(lab, f->message) : NULL;
            if (hold)
                net_hold_nth(lab->net, from, to, f->nth, f->hold_ns, matches, match);
            else
                net_drop_nth(lab->net, from, to, f->nth, matches, match);
        }
    }
}

/* The order in which a lab is started: who answers is there before who calls. */
enum start_round { START_KAMAILIO, START_CALLEES, START_CALLERS, START_ROUNDS };

static enum start_round start_round(const struct lab_host_config *host) {
    if (host->runs == LAB_KAMAILIO) return START_KAMAILIO;
    return sipp_program_is_client(host->sipp_program) ? START_CALLERS : START_CALLEES;
}

/* The name that a SIPp has for others; NULL: none. */
static const char *peer_name(const struct lab_host_config *host) {
    return host->runs != LAB_SIPP ? NULL : host->sipp.master ? host->sipp.master : host->sipp.slave;
}

/* Who tells whom commands. */
static void pair_sipps(struct lab *lab) {
    const struct lab_config *config = lab->config;
    for (size_t i = 0; i < config->host_count; i++) {
        const struct lab_host_config *host = &config->hosts[i];
        for (size_t j = 0; j < config->host_count; j++) {
            const struct lab_host_config *other = &config->hosts[j];
            bool named = peer_name(host) && peer_name(other);
            if (other != host->twin && !named) continue;
            sipp_pair(lab->stations[i].sipp, named ? peer_name(other) : NULL, lab->stations[j].sipp,
                      net_path(lab->net, lab_host_at(lab, i), lab_host_at(lab, j))->delay_ns);
        }
    }
}

static bool start_station(struct station *station, const struct trace *trace, struct diag *diag) {
    const struct lab_host_config *c = station->config;
    if (c->runs == LAB_KAMAILIO) {
        struct kam_config kamailio = c->kamailio;
        kamailio.start_ns = station->lab->config->start_ns;
        station->kamailio = kamailio_new(&kamailio, c->kam_program, station->host, trace, diag);
        return station->kamailio;
    }
    struct sipp_config sipp = c->sipp;
    sipp.start_s = station->lab->config->start_ns / NS_PER_S;
    station->sipp = sipp_new(&sipp, c->sipp_program, station->host, trace, diag);
    if (!station->sipp) return false;
    sipp_on_failed(station->sipp, record_failure, station);
    return true;
}

struct lab *lab_new(const struct lab_config *config, const struct trace *trace, struct diag *diag) {
    struct lab *lab = mem_new(sizeof *lab);
    bool good = true;
    lab->config = config;
    event_queue_init(&lab->queue);
    if (config->event_limit) lab->queue.limit = config->event_limit;
    lab->net = net_new(&lab->queue, config->seed, config->network.mtu);
    lab->stations = mem_new(config->host_count * sizeof *lab->stations);
    for (size_t i = 0; i < config->host_count; i++) {
        const struct lab_host_config *c = &config->hosts[i];
        lab->stations[i] =
            (struct station){.lab = lab, .config = c, .host = net_add_host(lab->net, c->name, c->address)};
    }
    add_paths(lab);
    add_faults(lab);
    for (enum start_round round = 0; round < START_ROUNDS; round++)
        for (size_t i = 0; i < config->host_count; i++)
            if (start_round(&config->hosts[i]) == round)
                good = start_station(&lab->stations[i], trace, diag) && good;
    if (good) pair_sipps(lab);
    if (good) return lab;
    lab_free(lab);
    return NULL;
}

struct net *lab_net(const struct lab *lab) {
    return lab->net;
}

struct host *lab_host_at(const struct lab *lab, size_t index) {
    assert(index < lab->config->host_count);
    return lab->stations[index].host;
}

struct host *lab_host(const struct lab *lab, const char *name) {
    for (size_t i = 0; i < lab->config->host_count; i++)
        if (strcmp(lab->config->hosts[i].name, name) == 0) return lab->stations[i].host;
    return NULL;
}

const struct sipp *lab_sipp(const struct lab *lab, size_t index) {
    assert(index < lab->config->host_count);
    return lab->stations[index].sipp;
}

void lab_on_tick(struct lab *lab, int64_t every_ns, void (*tick)(void *arg, int64_t now_ns), void *arg) {
    assert(every_ns > 0);
    lab->ticks = (struct ticks){every_ns, 0, tick, arg};
}

void lab_on_progress(struct lab *lab, void (*progress)(void *arg, int64_t now_ns), void *arg) {
    lab->progress = progress;
    lab->progress_arg = arg;
}

/* Tells of the moments before the next event. */
static void tell_ticks(struct lab *lab) {
    struct ticks *t = &lab->ticks;
    int64_t until_ns = event_queue_next_ns(&lab->queue);
    for (; until_ns != INT64_MAX && t->next_ns <= until_ns; t->next_ns += t->every_ns)
        t->tick(t->arg, t->next_ns);
}

static bool step(struct lab *lab) {
    if (lab->ticks.every_ns) tell_ticks(lab);
    return event_queue_step(&lab->queue);
}

bool lab_run(struct lab *lab, const volatile sig_atomic_t *stop) {
    for (;;) {
        if (stop && *stop) return false;
        if (lab->progress) lab->progress(lab->progress_arg, lab->queue.now_ns);
        if (lab->queue.now_ns > lab->config->time_limit_ns) {
            lab->cut_off = true;
            return true;
        }
        for (int i = 0; i < EVENTS_BETWEEN_STOP_CHECKS; i++)
            if (!step(lab)) {
                if (event_queue_stopped(&lab->queue))
                    event_queue_stop(&lab->queue, lab->config->at,
                                     "the simulation needs more events than event_limit allows");
                return true;
            }
    }
}

struct lab_result lab_result(const struct lab *lab) {
    struct lab_result r = {.failures_told = lab->failures_told,
                           .failures = lab->failures,
                           .failure_count = lab->failure_count,
                           .events = lab->queue.fired,
                           .cut_off = lab->cut_off,
                           .stopped = lab->queue.why[0] ? lab->queue.why : NULL,
                           .stopped_at = lab->queue.stopped_at,
                           .end_ns = lab->queue.now_ns};
    for (size_t i = 0; i < lab->config->host_count; i++) {
        const struct station *station = &lab->stations[i];
        if (station->kamailio) {
            r.transactions += kamailio_transactions(station->kamailio);
            continue;
        }
        struct sipp_counts counts = sipp_stats(station->sipp)->calls;
        if (sipp_program_is_client(station->config->sipp_program)) {
            r.created += counts.created;
            r.successful += counts.successful;
            r.failed += counts.failed;
            r.open += counts.open;
        } else {
            r.answered += counts.created;
            r.answered_failed += counts.failed;
            r.answered_open += counts.open;
        }
    }
    return r;
}

void lab_free(struct lab *lab) {
    if (!lab) return;
    for (size_t i = 0; i < lab->config->host_count; i++) {
        if (lab->stations[i].sipp) sipp_free(lab->stations[i].sipp);
        if (lab->stations[i].kamailio) kamailio_free(lab->stations[i].kamailio);
    }
    net_free(lab->net);
    event_queue_free(&lab->queue);
    for (size_t i = 0; i < lab->failure_count; i++)
        free(lab->failures[i].reason);
    for (struct message_match *m = lab->matches, *next; m; m = next) {
        next = m->next;
        free(m);
    }
    free(lab->stations);
    buf_free(&lab->summary);
    free(lab);
}
