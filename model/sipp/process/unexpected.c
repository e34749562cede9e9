/* SPDX-License-Identifier: MIT */
/* A message that the scenario does not expect, and how SIPp gives a call up (facts: SIPp 6). */
#include "model/sipp/process/call.h"
#include "model/sipp/process/command.h"
#include "model/sipp/process/header.h"

static bool send_default(struct call *call, enum default_message which, const char *why,
                         const char *reference) {
    struct cause cause = {.why = why, .at = call_step(call)->at, .reference = reference};
    return call_send_template(call, call->sipp->program->defaults[which], -1, &cause, UNSENT_CRASHES);
}

/* Only a client says goodbye, and only if it has got beyond its first step. */
static bool say_goodbye(struct call *call) {
    if (!call->sipp->program->client || call->index <= 0) return true;
    if (call->established || !call->sent_invite)
        return !call->received ||
               send_default(call, DEFAULT_BYE, "the call is given up: default BYE", "RFC 3261 15.1.1");
    if (!call->received) return true;
    if (header_status(call_last_message(call)) >= 400)
        return send_default(call, DEFAULT_ACK, "the call is given up: default ACK", "RFC 3261 17.1.1.3");
    if (!call->ack_pending)
        return send_default(call, DEFAULT_CANCEL, "the call is given up: default CANCEL", "RFC 3261 9.1");
    call->ack_pending = false;
    return send_default(call, DEFAULT_ACK, "the call is given up: default ACK", "RFC 3261 13.2.2.4") &&
           send_default(call, DEFAULT_BYE, "the call is given up: default BYE", "RFC 3261 15.1.1");
}

static bool has(const struct call *call, enum sipp_behavior behavior) {
    return call->sipp->config.behaviors & behavior;
}

void call_abort(struct call *call) {
    if (!has(call, SIPP_BYE))
        call_end(call, CALL_FAILED_FORGOTTEN);
    else if (say_goodbye(call))
        call_end(call, CALL_FAILED);
}

void call_abort_uncounted(struct sipp *sipp) {
    struct call *call = sipp->open, *before;
    while (call && call->next)
        call = call->next;
    for (; call; call = before) { /* in the order in which they came */
        before = call->prev;
        if (call->out_of_call) say_goodbye(call);
    }
}

/* "200", or "100, 180 or 200": what the current step and, behind optional ones, the next ones wait for. */
static void add_expected(struct buf *out, const struct call *call) {
    int last = call->index;
    while (call->steps->steps[last].optional != OPTIONAL_FALSE && last + 1 < (int)call->steps->count &&
           call->steps->steps[last + 1].kind == STEP_RECV)
        last++;
    for (int i = call->index; i <= last; i++) {
        const struct step *step = &call->steps->steps[i];
        if (i > call->index) buf_add_text(out, i == last ? " or " : ", ");
        if (step->request.p)
            buf_add(out, step->request);
        else
            buf_add_u64(out, step->response);
    }
}

static void add_received(struct buf *out, struct span msg) {
    unsigned status = header_status(msg);
    struct span method = header_method(msg);
    if (status > 0)
        buf_add_u64(out, status);
    else if (span_starts(msg, "SIP/2.0") || !method.p)
        buf_add_text(out, "something that is no SIP message");
    else
        buf_add(out, span_head(method, 64));
}

/* Tells the failure: "expected 200, got 486". */
static void tell(struct call *call, struct span msg) {
    static const char *const when[] = {
        [STEP_SEND] = "before <send>",        [STEP_RECV] = "",
        [STEP_PAUSE] = "while in <pause>",    [STEP_NOP] = "before <nop>",
        [STEP_SEND_CMD] = "before <sendCmd>", [STEP_RECV_CMD] = "instead of a command"};
    const struct step *step = call_step(call);
    struct buf *text = &call->sipp->text2;
    buf_reset(text);
    if (step->kind == STEP_RECV) {
        buf_add_text(text, "expected ");
        add_expected(text, call);
        buf_add_text(text, ", got ");
        add_received(text, msg);
    } else {
        buf_add_text(text, "unexpected ");
        add_received(text, msg);
        buf_addf(text, " %s", when[call->paused_ms > 0 ? STEP_PAUSE : step->kind]);
    }
    call_fail(call, SIPP_FAILED_UNEXPECTED, step->at, "%s", buf_text(text));
}

/* Requests that SIPp answers with its default 200 and ends the call (facts: SIPp 6.1). */
static bool answered_by_default(const struct call *call, struct span method) {
    bool ends = span_is(method, "BYE") || span_is(method, "CANCEL");
    return (ends && has(call, SIPP_BYE) && has(call, SIPP_ABORTUNEXP)) ||
           (span_is(method, "PING") && has(call, SIPP_PINGREPLY));
}

bool call_answers(const struct sipp *sipp, struct span method) {
    static const char *const methods[] = {"INFO", "NOTIFY", "OPTIONS", "UPDATE"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods && sipp->config.auto_answer; i++)
        if (span_is(method, methods[i])) return true;
    return false;
}

/* The message becomes the last one; the one before it. */
static struct payload *exchange(struct call *call, struct payload *payload) {
    struct payload *before = call->received;
    command_abort(call);
    call->received = payload;
    return before;
}

static void keep(struct call *call, struct payload *payload) {
    payload_drop(exchange(call, payload_hold(payload)));
}

/* Of what is ignored only these become the last message (facts: SIPp 6.1). */
static bool stays(struct span msg) {
    static const char *const methods[] = {"BYE", "CANCEL", "PING"};
    struct span method = header_method(msg);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (span_is(method, methods[i])) return true;
    return false;
}

void call_abort_unexpected(struct call *call, struct payload *payload) {
    bool is_ping = span_is(header_method(header_clip(payload_span(payload))), "PING");
    if (!has(call, SIPP_ABORTUNEXP) || is_ping) { /* a PING comes here only without pingreply */
        if (stays(header_clip(payload_span(payload))))
            keep(call, payload);
        else
            command_abort(call);
        sipp_count(call->sipp, SIPP_WARNINGS);
        sipp_note(call->sipp,
                  &(struct cause){.why = is_ping
                                             ? "unexpected, and ignored: default_behaviors has no pingreply"
                                             : "unexpected, and ignored: default_behaviors has no abortunexp",
                                  .at = call_step(call)->at});
        return;
    }
    keep(call, payload);
    tell(call, header_clip(payload_span(payload)));
    call_abort(call);
}

/* The last message stays what it was; where there was none, it is this one from now on (facts: SIPp 3.4). */
void call_answer(struct call *call, struct payload *payload) {
    struct payload *before = exchange(call, payload_hold(payload));
    struct cause cause = {.why = "-aa answers it", .at = call_step(call)->at};
    if (!call_send_template(call, call->sipp->program->defaults[DEFAULT_200], -1, &cause, UNSENT_ENDS_CALL))
        payload_drop(before);
    else if (before)
        payload_drop(exchange(call, before));
}

void call_unexpected(struct call *call, struct payload *payload) {
    struct span msg = header_clip(payload_span(payload)), method = {0};
    if (!span_starts(msg, "SIP/2.0")) method = header_method(msg);
    bool has_to = header_has_to(call_lines(call, payload));
    if (has_to && call_answers(call->sipp, method)) {
        call_answer(call, payload);
        return;
    }
    if (!has_to || !answered_by_default(call, method)) {
        call_abort_unexpected(call, payload);
        return;
    }
    keep(call, payload);
    bool is_ping = span_is(method, "PING");
    if (!is_ping) tell(call, msg);
    if (send_default(call, DEFAULT_200, "unexpected request: default 200", NULL))
        call_end(call, is_ping ? CALL_FORGOTTEN : CALL_FAILED_FORGOTTEN);
}
