/* SPDX-License-Identifier: MIT */
#include "model/sipp/sipp.h"

#include "base/mem.h"
#include "base/number.h"
#include "model/sipp/process/call.h"
#include "model/sipp/process/command.h"
#include "model/sipp/process/credentials.h"
#include "model/sipp/process/fold.h"
#include "model/sipp/process/media.h"

#include <assert.h>
#include <stdlib.h>

/* 2026-01-01T00:00:00Z */
#define DEFAULT_START_S INT64_C(1767225600)

void sipp_config_default(struct sipp_config *config) {
    *config = (struct sipp_config){.service = "service",
                                   .rate = real_of(10),
                                   .rate_period_ms = 1000,
                                   .rate_interval_ms = 60000,
                                   .rate_quit = true,
                                   .dynamic_start = 10000,
                                   .dynamic_max = 18000,
                                   .dynamic_step = 4,
                                   .receive_buffer = 131070, /* SIPp asks for 65535 */
                                   .pid = 1,
                                   .hz = 250,
                                   .media_port = 6000,
                                   .rtp_payload = 8,
                                   .rtp_threadtasks = 20,
                                   .rtp_echo_buffer = 2048,
                                   .timer_resolution_ms = 1,
                                   .max_retrans = -1,
                                   .max_invite_retrans = -1,
                                   .max_non_invite_retrans = -1,
                                   .base_cseq = 1,
                                   .call_id = "%u-%p@%s",
                                   .call_id_prefix = true,
                                   .retransmit = true,
                                   .t2_ms = 4000,
                                   .deadcall_wait_ms = 33000,
                                   .behaviors = SIPP_BEHAVIORS,
                                   .auth_password = "password",
                                   .start_s = DEFAULT_START_S};
    config->local.port = config->remote.port = config->outbound.port = 5060;
}

bool sipp_send(struct call *call, struct payload *payload, const struct cause *cause) {
    struct sipp *sipp = call->sipp;
    bool sent = false;
    uint16_t from = call->port ? call->port : sipp->reply_port ? sipp->reply_port : sipp->config.local.port;
    struct udp_options options = {.tos = 0, .dont_fragment = true};
    if (payload) event_spend(sipp->loop.queue, payload->len / 2048 * 200); /* fragments, and long messages */
    if (!payload)
        sipp_note(sipp, &(struct cause){.why = "not sent: larger than a datagram", .at = cause->at});
    else if (call->to.port == 0 || host_send(sipp->host, from, options, call->to, payload, cause) != 0)
        sipp_note(sipp, &(struct cause){.why = "not sent: the network is unreachable", .at = cause->at});
    else
        sent = true;
    loop_spend(&sipp->loop, LOOP_SEND_NS);
    return sent;
}

void sipp_note(struct sipp *sipp, const struct cause *cause) {
    trace_note(sipp->trace, sipp_now(sipp), host_name(sipp->host), sipp->about, cause);
}

int32_t sipp_rand(struct sipp *sipp, bool seeds) {
    if (seeds && !sipp->rand_seeded) { /* SIPp takes the time: here, the host's own stream stands for it */
        sipp->rand_seeded = true;
        rand_seed(&sipp->rand, random_u32(&sipp->random));
    }
    return rand_next(&sipp->rand);
}

bool sipp_loses(struct sipp *sipp, const struct step *step) {
    int64_t drawn, lost = step->lost < 0 ? sipp->config.lost * (NUMBER_ONE / 10000) : step->lost;
    if (lost <= 0) return false;
    return number_divide(sipp_rand(sipp, true) * 100, INT32_MAX, &drawn) && drawn < lost;
}

void sipp_exit(struct sipp *sipp, int status) {
    if (sipp->ended) return;
    sipp->ended = true;
    sipp->ended_ns = sipp_now(sipp);
    sipp->exit_status = status;
    host_unbind(sipp->host, sipp->config.local.port);
    sipp_close_reply_port(sipp);
    for (struct call *call = sipp->open; call; call = call->next)
        sipp_close_port(call);
    media_end_all(sipp);
    command_close(sipp);
    event_cancel(sipp->loop.queue, &sipp->start);
    event_cancel(sipp->loop.queue, &sipp->alarm);
    loop_stop(&sipp->loop);
}

void sipp_check_end(struct sipp *sipp) {
    const struct sipp_counts *calls = &sipp->stats.calls;
    if (!sipp->quitting || calls->open > 0) return;
    call_abort_uncounted(sipp);
    bool none = calls->failed == 0 && calls->successful == 0;
    sipp_exit(sipp, sipp->timed_out && none ? 97 : calls->failed > 0);
}

/* -timeout: SIPp's alarm. */
static void time_out(void *arg) {
    struct sipp *sipp = arg;
    if (sipp->ended) return;
    if (sipp->config.timeout_error) {
        sipp_fatal(sipp, (struct source_pos){sipp->program->source, 0}, "SIPp ends: its -timeout has come");
        return;
    }
    sipp_note(sipp, &(struct cause){.why = "-timeout has come: no new calls"});
    sipp->timed_out = sipp->quitting = true;
    sipp_check_end(sipp);
}

/*
 * SIPp runs the <init> of its scenario for that of -oocsf, too. The second call takes the first one's place
 * if that has more than one step to go, and then no call is ever made (facts: SIPp 6.4).
 */
static void run_init_twice(struct sipp *sipp) {
    struct source_pos at = sipp->program->other_init.steps[0].at;
    if (sipp->program->init.count == 0) {
        sipp_fatal(sipp, at,
                   "SIPp ends: an <init> of what takes requests out of all calls needs another one");
        return;
    }
    for (int i = 0; i < 2 && !sipp->ended; i++) {
        struct call *call = call_new_init(sipp);
        call_run(&call->task);
        if (!sipp->ended && sipp->open)
            sipp_fatal(sipp, at, "SIPp makes no call: this <init> comes before the other one has run");
    }
}

/* The process starts. */
static void start(void *arg) {
    struct sipp *sipp = arg;
    sipp->started = true;
    if (sipp->program->other_init.count > 0)
        run_init_twice(sipp);
    else if (sipp->program->init.count > 0)
        call_new_init(sipp);
    if (sipp->ended) return;
    if (sipp->program->client) generator_start(sipp);
    if (sipp->loop.first) loop_start(&sipp->loop);
}

void sipp_check_quitting(struct sipp *sipp) {
    if (sipp->config.calls > 0 && sipp->stats.calls.created >= sipp->config.calls) sipp->quitting = true;
}

void sipp_fatal(struct sipp *sipp, struct source_pos at, const char *reason) {
    if (sipp->ended) return;
    sipp_count(sipp, SIPP_FATAL_ERRORS);
    if (sipp->failed) sipp->failed(sipp->failed_arg, sipp_now(sipp), at, reason);
    sipp_exit(sipp, 255);
}

void sipp_missing(struct sipp *sipp, struct source_pos at, const char *reason) {
    event_queue_stop(sipp->loop.queue, at, reason);
    sipp_exit(sipp, 255);
}

void sipp_arrive(void *arg, struct datagram *d) {
    struct sipp *sipp = arg;
    if (sipp->started && !loop_arrive(&sipp->loop, d)) host_overrun(sipp->host, d);
}

/* What depends on the command line. */
static void check_command_line(struct sipp *sipp, struct diag *diag) {
    for (const struct template *t = sipp->program->templates; t; t = t->next) {
        for (const struct template_part *part = t->parts; part < t->parts + t->count; part++) {
            if (part->id != KEYWORD_FIELD) continue;
            struct span file = template_text(t, part);
            if (sipp->inject_count == 0)
                diag_error(diag, part->at, "[field...] needs an injection file");
            else if (!sipp_inject(sipp, file))
                diag_error(diag, part->at, "there is no injection file " SPAN_FMT, SPAN_ARG(file));
        }
    }
    struct source_pos shell_at = sipp->program->shell_at;
    if (shell_at.source && sipp->config.exec == SIPP_EXEC_REFUSE)
        diag_error(diag, shell_at,
                   "<exec command=...> is never run; \"exec: skip\" in scenario.yaml passes over it");
}

/* A % takes the character behind it along, and so a last one the end of the text. */
static bool ends_in_sign(const char *id) {
    while (*id && !(*id == '%' && id[1] == '\0'))
        id += *id == '%' ? 2 : 1;
    return *id;
}

static void check_config(const struct sipp *sipp, struct diag *diag) {
    const struct sipp_config *c = &sipp->config;
    struct source_pos at = {sipp->program->source, 0};
    if ((sipp->program->client || sipp->program->commanded) && c->remote.ip == 0)
        diag_error(diag, at, "the scenario calls, but nobody says whom");
    if (ends_in_sign(c->call_id))
        diag_error(diag, at, "not simulated: a call_id that ends in a single %%: SIPp reads on behind it");
    /* Products of the clock and the rate must fit. */
    enum { RATE_MAX = 1000000, PERIOD_MS_MAX = 1000000000 };
    if (real_less(real_of(RATE_MAX), c->rate) || c->rate_period_ms > PERIOD_MS_MAX)
        diag_error(diag, at, "not simulated: more than %d calls in a period, or a period of more than %d ms",
                   RATE_MAX, PERIOD_MS_MAX);
    assert(c->hz > 0 && c->hz <= 1000 && 1000 % c->hz == 0);
    assert(real_less(REAL_ZERO, c->rate) && c->rate_period_ms > 0);
}

static void set_variables(struct sipp *sipp, struct diag *diag) {
    const struct variable_table *t = &sipp->program->variables;
    for (size_t i = 0; i < sipp->config.variable_count; i++) {
        const struct sipp_setting *s = &sipp->config.variables[i];
        int id = variable_find(t, span_of(s->name));
        if (id >= 0 && t->variables[id].level == VARIABLE_GLOBAL)
            value_set_string(&sipp->globals[id], span_of(s->value));
        else
            diag_error(diag, s->at, "the scenario has no <Global variables=\"%s\"/>", s->name);
    }
}

struct inject *sipp_inject(struct sipp *sipp, struct span name) {
    for (size_t i = 0; i < sipp->inject_count; i++)
        if (name.len == 0 || inject_is(&sipp->injects[i], name)) return &sipp->injects[i];
    return NULL;
}

const struct source *sipp_file(struct sipp *sipp, struct source_pos asked, struct span name) {
    struct buf path = {0};
    struct diag untold = {0};
    source_beside(&path, asked.source ? asked.source : sipp->program->source, name);
    const struct source *file = source_find(&sipp->program->files, buf_text(&path));
    if (!file) file = source_find(&sipp->files, buf_text(&path));
    if (!file) file = source_load(&sipp->files, buf_text(&path), buf_text(&path), asked, &untold);
    buf_free(&path);
    diag_free(&untold);
    return file;
}

static void load_injects(struct sipp *sipp, struct diag *diag) {
    size_t count = sipp->config.inject_count;
    sipp->injects = mem_new(count * sizeof *sipp->injects);
    sipp->inject_order = mem_new(count * sizeof *sipp->inject_order);
    for (size_t i = 0; i < count; i++) {
        const struct sipp_inject *file = &sipp->config.inject[i];
        inject_load(&sipp->injects[sipp->inject_count++], file->source, file->index_field, diag);
        size_t at = i;
        for (; at > 0; at--) {
            const struct source *before = sipp->injects[sipp->inject_order[at - 1]].source;
            if (strcmp(source_base_name(before->name), source_base_name(file->source->name)) <= 0) break;
            sipp->inject_order[at] = sipp->inject_order[at - 1];
        }
        sipp->inject_order[at] = i;
    }
}

/* SIPp sleeps, and takes its -timeout, in whole seconds. */
static void begin(struct sipp *sipp) {
    struct event_queue *queue = sipp->loop.queue;
    int64_t sleep_s = sipp->config.sleep_ms / 1000, timeout_s = sipp->config.timeout_ms / 1000;
    event_init(&sipp->start, start, sipp);
    event_init(&sipp->alarm, time_out, sipp);
    if (timeout_s > 0) event_after(queue, &sipp->alarm, (sleep_s + timeout_s) * NS_PER_S);
    if (sleep_s > 0 || sipp->program->other_init.count > 0) /* which may end it at once, and tell so */
        event_after(queue, &sipp->start, sleep_s * NS_PER_S);
    else
        start(sipp);
}

struct sipp *sipp_new(const struct sipp_config *config, const struct sipp_program *program, struct host *host,
                      const struct trace *trace, struct diag *diag) {
    unsigned before = diag->errors;
    struct sipp *sipp = mem_new(sizeof *sipp);
    sipp->config = *config;
    sipp->program = program;
    sipp->host = host;
    sipp->net = host_net(host);
    sipp->trace = trace;
    sipp->globals = mem_new(program->variables.count * sizeof *sipp->globals);
    users_begin(sipp);
    stats_begin(&sipp->stats, program);
    sipp->stats.rate = config->rate;
    fold_init(sipp);
    credentials_begin(sipp, diag);
    sipp->next_number = 1;
    tdmmap_begin(sipp);
    sipp->dynamic_id = config->dynamic_start;
    rand_seed(&sipp->rand, 1);
    host_random(host, &sipp->random, "sipp");
    host_random(host, &sipp->port_random, "ports");
    loop_init(&sipp->loop, net_queue(sipp->net), config->hz, sipp_recv, sipp);
    sipp->loop.cycle_min_ms = (int64_t)config->timer_resolution_ms + 1;
    sipp->loop.arrived.limit = config->receive_buffer;
    sipp->loop.arrived.mtu = net_mtu(sipp->net);
    load_injects(sipp, diag);
    check_command_line(sipp, diag);
    check_config(sipp, diag);
    set_variables(sipp, diag);
    if (diag->errors == before && !host_bind(host, config->local.port, sipp_arrive, sipp))
        diag_error(diag, (struct source_pos){program->source, 0}, "host %s: port %u is taken",
                   host_name(host), config->local.port);
    if (diag->errors == before) sipp_open_reply_port(sipp);
    media_begin(sipp, diag);
    if (diag->errors != before) {
        media_end_all(sipp);
        sipp->ended = true;
        sipp_free(sipp);
        return NULL;
    }
    begin(sipp);
    return sipp;
}

void sipp_on_failed(struct sipp *sipp, sipp_failed_fn *failed, void *arg) {
    sipp->failed = failed;
    sipp->failed_arg = arg;
}

const struct sipp_stats *sipp_stats(const struct sipp *sipp) { return &sipp->stats; }

int sipp_exit_status(const struct sipp *sipp) {
    return sipp->ended ? sipp->exit_status : sipp->stats.calls.failed > 0;
}

int64_t sipp_ended_ns(const struct sipp *sipp) { return sipp->ended ? sipp->ended_ns : -1; }

void sipp_free(struct sipp *sipp) {
    if (!sipp) return;
    if (!sipp->ended) {
        host_unbind(sipp->host, sipp->config.local.port);
        sipp_close_reply_port(sipp);
        media_end_all(sipp);
    }
    event_cancel(sipp->loop.queue, &sipp->start);
    event_cancel(sipp->loop.queue, &sipp->alarm);
    loop_stop(&sipp->loop);
    command_free(sipp);
    while (sipp->open) {
        known_forget(sipp, sipp->open->known);
        call_release(sipp->open);
    }
    known_free_all(sipp);
    for (struct call *call = sipp->free, *next; call; call = next) {
        next = call->next;
        call_free(call, sipp->program);
    }
    for (size_t i = 0; i < sipp->program->variables.count; i++)
        buf_free(&sipp->globals[i].text);
    media_free(sipp);
    users_free(sipp);
    free(sipp->globals);
    free(sipp->circuits);
    for (size_t i = 0; i < sipp->inject_count; i++)
        inject_free(&sipp->injects[i]);
    free(sipp->injects);
    free(sipp->inject_order);
    buf_free(&sipp->text);
    buf_free(&sipp->text2);
    header_index_free(&sipp->lines);
    credentials_free(sipp);
    fold_free(sipp);
    source_set_free(&sipp->files);
    arena_free(&sipp->memory);
    loop_free(&sipp->loop);
    sipp_stats_free(&sipp->stats);
    free(sipp);
}
