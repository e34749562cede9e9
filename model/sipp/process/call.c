/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/call.h"

#include "model/sipp/process/command.h"

#include "base/mem.h"
#include "base/number.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/media.h"
#include "model/sipp/process/render.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A call's memory is used again by later ones: the buffers keep what they have grown to. */
static struct call *take_memory(struct sipp *sipp) {
    struct call *call = sipp->free;
    if (call) {
        sipp->free = call->next;
        return call;
    }
    struct arena *memory = &sipp->memory;
    call = arena_new(memory, sizeof *call);
    call->values = arena_new(memory, sipp->program->variables.count * sizeof *call->values);
    call->txns = arena_new(memory, sipp->program->transaction_count * sizeof *call->txns);
    call->lines = arena_new(memory, sipp->inject_count * sizeof *call->lines);
    call->media = call_media_new(sipp);
    call->rtds = arena_new(memory, sipp->program->rtds.count * sizeof *call->rtds);
    return call;
}

static void begin(struct sipp *sipp, struct call *call, const struct step_list *steps) {
    call->task = (struct task){.run = call_run};
    call->sipp = sipp;
    call->steps = steps;
    call->init = steps == &sipp->program->init;
    call->out_of_call = steps == &sipp->program->out_of_call;
    call->index = 0;
    call->cseq = sipp->config.base_cseq - 1;
    call->sent_step = call->last_step = call->answered_recv = call->answered_send = -1;
    call->prev = NULL;
    call->next = sipp->open;
    if (call->next) call->next->prev = call;
    sipp->open = call;
    if (call->media) call_media_begin(call);
    loop_wake(&sipp->loop, &call->task);
}

static int64_t choose_line(struct sipp *sipp, struct inject *in, uint32_t user) {
    size_t size = inject_size(in), line = in->next;
    switch (in->order) {
    case INJECT_RANDOM: return sipp_rand(sipp, false) % (int64_t)size;
    case INJECT_USER: return (int64_t)user - 1; /* user 0 has none */
    case INJECT_SEQUENTIAL: break;
    }
    in->next = (line + 1) % size;
    return (int64_t)line;
}

static void choose_lines(struct sipp *sipp, struct call *call) {
    for (size_t i = 0; i < sipp->inject_count; i++) {
        size_t at = sipp->inject_order[i];
        call->lines[at] = choose_line(sipp, &sipp->injects[at], call->user);
    }
}

struct call *call_new(struct sipp *sipp, struct span id, struct udp_address to) {
    struct call *call = take_memory(sipp);
    call->number = sipp->next_number++;
    call->user = sipp->users.caller;
    call->to = to;
    call->known = known_add(sipp, id, call);
    choose_lines(sipp, call);
    begin(sipp, call, &sipp->program->main);
    stats_call_begins(call);
    return call;
}

struct call *call_new_out_of_call(struct sipp *sipp, struct span id, struct udp_address to) {
    struct call *call = take_memory(sipp);
    call->user = 0;
    call->to = to;
    call->known = known_add(sipp, id, call);
    for (size_t i = 0; i < sipp->inject_count; i++)
        call->lines[i] = -1;
    begin(sipp, call, &sipp->program->out_of_call);
    return call;
}

struct call *call_new_init(struct sipp *sipp) {
    struct call *call = take_memory(sipp);
    call->number = sipp->next_number++;
    call->user = 0;
    call->known = known_add(sipp, SPAN("///main-init"), call);
    choose_lines(sipp, call);
    begin(sipp, call, &sipp->program->init);
    return call;
}

static void clear(struct call *call) {
    const struct sipp_program *program = call->sipp->program;
    if (call->media) call_media_clear(call);
    payload_drop(call->sent);
    payload_drop(call->received);
    payload_drop(call->matched);
    payload_drop(call->queued);
    for (size_t i = 0; i < program->variables.count; i++)
        value_clear(&call->values[i]);
    for (size_t i = 0; i < program->transaction_count; i++) {
        buf_reset(&call->txns[i].branch);
        call->txns[i] = (struct txn){.branch = call->txns[i].branch};
    }
    buf_reset(&call->peer_tag);
    buf_reset(&call->routes);
    buf_reset(&call->next_url);
    buf_reset(&call->challenge);
    memset(&call->sipp, 0, sizeof *call - offsetof(struct call, sipp));
}

void call_free(struct call *call, const struct sipp_program *program) {
    for (size_t i = 0; i < program->variables.count; i++)
        buf_free(&call->values[i].text);
    for (size_t i = 0; i < program->transaction_count; i++)
        buf_free(&call->txns[i].branch);
    buf_free(&call->peer_tag);
    buf_free(&call->routes);
    buf_free(&call->next_url);
    buf_free(&call->challenge);
    call_media_free(call->media);
}

void call_release(struct call *call) {
    struct sipp *sipp = call->sipp;
    sipp_close_port(call);
    if (sipp->circuits) tdmmap_put(call);
    loop_forget(&sipp->loop, &call->task);
    if (call->prev)
        call->prev->next = call->next;
    else
        sipp->open = call->next;
    if (call->next) call->next->prev = call->prev;
    clear(call);
    call->next = sipp->free;
    sipp->free = call;
}

void call_end(struct call *call, enum call_end how) {
    struct sipp *sipp = call->sipp;
    bool remember = how == CALL_SUCCEEDED || how == CALL_FAILED;
    if (call->init || call->out_of_call) {
        if (remember && call->out_of_call)
            known_die(sipp, call->known);
        else
            known_forget(sipp, call->known);
        call_release(call);
        return;
    }
    if (how == CALL_FORGOTTEN)
        sipp->stats.calls.open--;
    else
        stats_call_ends(call, how == CALL_SUCCEEDED && !call->failed);
    if (remember)
        known_die(sipp, call->known);
    else
        known_forget(sipp, call->known);
    users_put(sipp, call->user);
    call_release(call);
    sipp_check_end(sipp);
}

static void tell(struct sipp *sipp, struct source_pos at, const char *reason) {
    if (sipp->failed) sipp->failed(sipp->failed_arg, sipp_now(sipp), at, reason);
}

void call_warn(struct call *call, struct source_pos at, const char *reason) {
    sipp_count(call->sipp, SIPP_WARNINGS);
    tell(call->sipp, at, reason);
}

void call_fail(struct call *call, enum sipp_stat why, struct source_pos at, const char *format, ...) {
    char reason[256];
    va_list args;
    if (call->failed) return;
    call->failed = true;
    if (!call->out_of_call) sipp_count(call->sipp, why);
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    for (char *c = reason; *c; c++) /* one line, whatever the message held */
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~') *c = '?';
    if (why != SIPP_FAILED_REJECTED) sipp_count(call->sipp, SIPP_WARNINGS);
    tell(call->sipp, at, reason);
}

const struct step *call_step(const struct call *call) { return &call->steps->steps[call->index]; }

struct value *call_value(struct call *call, int variable) {
    struct sipp *sipp = call->sipp;
    switch (sipp->program->variables.variables[variable].level) {
    case VARIABLE_GLOBAL: return &sipp->globals[variable];
    case VARIABLE_OF_USER:
        if (sipp->config.users > 0) return &users_values(sipp, call->user)[variable];
        break;
    case VARIABLE_OF_CALL: break;
    }
    return &call->values[variable];
}

struct span call_last_message(const struct call *call) {
    return call->received ? header_clip(payload_span(call->received)) : (struct span){"", 0};
}

const struct header_lines *call_lines(const struct call *call, struct payload *payload) {
    return header_lines_of(&call->sipp->lines, payload);
}

void call_sleep(struct call *call) {
    const int64_t timers[] = {call->paused_ms, call->retrans_ms, call->recv_timeout_ms};
    int64_t due_ms = -1;
    for (size_t i = 0; i < sizeof timers / sizeof *timers; i++)
        if (timers[i] > 0 && (due_ms < 0 || timers[i] < due_ms)) due_ms = timers[i];
    loop_sleep(&call->sipp->loop, &call->task, due_ms);
}

static bool branches(struct call *call, const struct step *step) {
    if (step->next < 0) return false;
    if (step->test >= 0 && !value_is_set(call_value(call, step->test))) return false;
    return step->chance <= 0 || sipp_rand(call->sipp, false) > step->chance;
}

bool call_next(struct call *call) {
    int next = call->index + 1;
    if (call->index >= 0 && branches(call, call_step(call))) next = call_step(call)->next;
    call->index = next;
    call->thought = WHAT_IF_NONE;
    call->recv_timeout_ms = 0;
    if (next < (int)call->steps->count) return true;
    call_end(call, CALL_SUCCEEDED);
    return false;
}

/* The length that SIPp makes of a number of milliseconds: never negative. */
static int64_t milliseconds(int64_t ms) { return ms < 1 ? 0 : ms > INT32_MAX ? INT32_MAX : ms; }

/* Of a variable: SIPp takes what is below 0, or no number, for the longest pause there is. */
static int64_t variable_milliseconds(int64_t ms) { return ms < 0 ? INT32_MAX : milliseconds(ms); }

static void begin_pause(struct call *call, int64_t ms) {
    call->paused_ms = loop_clock(&call->sipp->loop) + ms;
    if (call->paused_ms == 0) call->paused_ms = 1; /* 0 means: no pause */
}

static void run_pause(struct call *call, const struct step *step) {
    int64_t ms = call->sipp->config.pause_ms;
    if (step->pause == PAUSE_DISTRIBUTION)
        ms = milliseconds(number_whole(distribution_sample(call->sipp, &step->distribution)));
    else if (step->pause == PAUSE_VARIABLE)
        ms = variable_milliseconds(real_whole(value_number(call_value(call, step->variable))));
    begin_pause(call, ms);
    stats_step(call, step);
    if (perform_actions(call, step, NULL) == PERFORM_ENDED) return;
    if (call->index < 0) call->index = 0; /* after a jump to step 0, which is for the next step to take */
    call_sleep(call);
}

/* The callee thinks before this step: which of the two pauses comes next, and how long is it? */
static unsigned next_thought(const struct call *call, const struct step *step, int64_t *ms) {
    const struct sipp_config *c = &call->sipp->config;
    if (!step->what_if) return WHAT_IF_NONE;
    const struct {
        unsigned what;
        int64_t ns;
    } pauses[] = {{WHAT_IF_RING, c->ring_after_ns}, {WHAT_IF_ANSWER, c->answer_after_ns}};
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        if (!(step->what_if & ~call->thought & pauses[i].what) || pauses[i].ns <= 0) continue;
        *ms = pauses[i].ns / NS_PER_MS;
        return pauses[i].what;
    }
    return WHAT_IF_NONE;
}

/* A call that has closed its socket sends nothing: SIPp ends there. */
static bool has_socket(struct call *call) {
    if (call->closed)
        sipp_fatal(call->sipp, call_step(call)->at,
                   "SIPp ends: it asserts that <closecon> has closed no socket");
    return !call->closed;
}

/* What was rendered; NULL if no datagram holds it. */
static struct payload *rendered(struct sipp *sipp) {
    struct span text = buf_span(&sipp->text);
    return text.len <= PAYLOAD_MAX ? payload_of(net_pool(sipp->net), text) : NULL;
}

static void cannot_send(struct call *call, struct source_pos at) {
    call_fail(call, SIPP_FAILED_CANNOT_SEND, at, "the message cannot be sent");
    call_end(call, CALL_FAILED_FORGOTTEN);
}

bool call_send_template(struct call *call, const struct template *t, int index, const struct cause *cause,
                        enum unsent unsent) {
    struct sipp *sipp = call->sipp;
    buf_reset(&sipp->text);
    if (!has_socket(call) || !render(&sipp->text, call, t, index)) return false;
    struct payload *payload = rendered(sipp);
    bool sent = sipp_send(call, payload, cause);
    payload_drop(payload);
    if (!sent && unsent == UNSENT_CRASHES)
        sipp_fatal(sipp, cause->at, "SIPp crashes: it cannot send what it says by itself");
    else if (!sent)
        cannot_send(call, cause->at);
    return sent;
}

/* Renders a step's message and sends it, unless lost= says that it gets lost. NULL: the call is over, or
 * SIPp. */
static struct payload *send_step(struct call *call, int index, const struct cause *cause) {
    struct sipp *sipp = call->sipp;
    const struct step *step = &call->steps->steps[index];
    if (span_is(step->head.method, "ACK")) call->established = true;
    buf_reset(&sipp->text);
    if (!has_socket(call) || !render(&sipp->text, call, step->template, index)) return NULL;
    struct payload *payload = rendered(sipp);
    if (payload && sipp_loses(sipp, step)) {
        sipp_note(sipp, &(struct cause){.why = "lost by lost=: step %", .arg = {index}, .at = step->at});
    } else if (!sipp_send(call, payload, cause)) {
        cannot_send(call, step->at);
        payload_drop(payload);
        return NULL;
    }
    return payload;
}

bool call_send_step(struct call *call, int index, const struct cause *cause) {
    struct payload *payload = send_step(call, index, cause);
    payload_drop(payload);
    return payload != NULL;
}

static void keep_sent(struct call *call, struct payload *payload, const struct step *step) {
    call->sent_step = call->index;
    call->sent_invite = span_starts(payload_span(payload), "INVITE");
    payload_drop(call->sent);
    call->sent = payload;
    if (step->start_txn >= 0) {
        call->txns[step->start_txn].started = true;
        buf_reset(&call->txns[step->start_txn].branch);
        header_branch(&call->txns[step->start_txn].branch, call_lines(call, payload));
    }
    if (step->ack_txn >= 0) call->txns[step->ack_txn].ack_step = call->index;
    if (call->last_step >= 0) { /* what was received last is answered by this, if it comes again */
        call->answers_received = call->unanswered;
        call->answered_hash = 0;
        call->answered_recv = call->last_step;
        call->answered_send = call->index;
        call->unanswered = false;
    }
    call->repeats = 0;
    call->retrans_ms = 0;
    if (step->retrans_ms == 0 || !call->sipp->config.retransmit) return;
    retrans_arm(call, step->retrans_ms);
    call->retrans_delay_ms = step->retrans_ms;
    call->retrans_count = 0;
}

static void run_send(struct call *call, const struct step *step) {
    if (call->retrans_ms > 0) { /* a message that is still retransmitted blocks the next one */
        call_sleep(call);
        return;
    }
    const struct template_head *head = &step->head;
    if (!head->is_response && !span_is(head->method, "ACK") && !span_is(head->method, "CANCEL")) call->cseq++;
    struct cause cause = {.why = "step % of the scenario", .arg = {call->index}, .at = step->at};
    struct payload *payload = send_step(call, call->index, &cause);
    if (!payload) return;
    keep_sent(call, payload, step);
    stats_step(call, step);
    if (perform_actions(call, step, payload) != PERFORM_ENDED) call_next(call);
}

static void expect_name(const struct step *step, char *out, size_t size) {
    if (step->request.p)
        snprintf(out, size, SPAN_FMT, SPAN_ARG(step->request));
    else
        snprintf(out, size, "%u", step->response);
}

static void recv_timed_out(struct call *call, const struct step *step) {
    char name[64];
    expect_name(step, name, sizeof name);
    call->recv_timeout_ms = 0;
    if (step->on_timeout >= 0 && step->on_timeout < (int)call->steps->count) {
        sipp_count(call->sipp, SIPP_WARNINGS);
        sipp_note(call->sipp, &(struct cause){.why = "receive timeout: jump to ontimeout", .at = step->at});
        call->index = step->on_timeout;
        call->thought = WHAT_IF_NONE;
        return;
    }
    call_fail(call, SIPP_FAILED_TIMEOUT_ON_RECV, step->at, "timeout waiting for %s", name);
    call_abort(call);
}

static void run_recv(struct call *call, const struct step *step) {
    int64_t clock_ms = call->sipp->loop.clock_ms;
    if (call->queued) {
        struct payload *payload = call->queued;
        call->queued = NULL;
        call_recv(call, payload);
        payload_drop(payload);
    } else if (call->recv_timeout_ms > clock_ms) {
        call_sleep(call);
    } else if (call->recv_timeout_ms > 0) {
        recv_timed_out(call, step);
    } else if (step->timeout_ms > 0 || call->sipp->config.recv_timeout_ms > 0) {
        uint32_t timeout_ms = step->timeout_ms > 0 ? step->timeout_ms : call->sipp->config.recv_timeout_ms;
        call->recv_timeout_ms = clock_ms + timeout_ms; /* goes to sleep in the next turn */
    } else {
        call_sleep(call);
    }
}

static void run_send_cmd(struct call *call, const struct step *step) {
    if (call->retrans_ms > 0) {
        call_sleep(call);
        return;
    }
    if (!command_send(call, step, call->index)) return;
    stats_step(call, step);
    if (perform_actions(call, step, NULL) != PERFORM_ENDED) call_next(call);
}

static void execute(struct call *call, const struct step *step) {
    switch (step->kind) {
    case STEP_SEND: run_send(call, step); break;
    case STEP_RECV: run_recv(call, step); break;
    case STEP_PAUSE: run_pause(call, step); break;
    case STEP_SEND_CMD: run_send_cmd(call, step); break;
    case STEP_RECV_CMD: call_sleep(call); break;
    case STEP_NOP:
        stats_step(call, step);
        if (perform_actions(call, step, NULL) != PERFORM_ENDED) call_next(call);
        break;
    }
}

void call_run(struct task *task) {
    struct call *call = (struct call *)task;
    mem_fetch(call->sent, sizeof *call->sent); /* dropped soon: with the one in call_recv() 3 % of the time */
    const struct step *step = call_step(call);
    int64_t clock_ms = loop_clock(&call->sipp->loop), think_ms = 0;
    unsigned thought = next_thought(call, step, &think_ms);
    if (step->condexec >= 0 && !thought &&
        value_is_set(call_value(call, step->condexec)) == step->condexec_inverse) {
        call_next(call);
        return;
    }
    if (call->retrans_ms > 0 && call->retrans_ms < clock_ms && !retrans_run(call)) return;
    if (call->paused_ms > clock_ms) {
        call_sleep(call);
    } else if (call->paused_ms > 0) {
        call->paused_ms = 0;
        if (thought)
            call->thought |= thought;
        else
            call_next(call);
    } else if (thought) {
        begin_pause(call, think_ms);
        call_sleep(call);
    } else {
        execute(call, step);
    }
}
