/* SPDX-License-Identifier: MIT */
/* What SIPp does with a received datagram (facts: SIPp 5). */
#include "base/mem.h"
#include "model/sipp/process/call.h"
#include "model/sipp/process/command.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/media.h"
#include "model/sipp/process/route.h"

#include <assert.h>

/* A message and what matching needs of it. */
struct incoming {
    struct payload *payload;
    const struct header_lines *lines;
    struct span msg;
    unsigned status;    /* 0: a request */
    struct span method; /* of a request */
    struct span cseq_method;
};

/*
 * SIPp compares whole datagrams by a hash of theirs. Here it is made of those only whose bytes are let go: to
 * hash each message took 2 % of all instructions. Never 0, which means: none.
 */
static uint64_t hash_of_text(struct span s) {
    uint64_t h = span_hash(s);
    return h ? h : 1;
}

/* -rtcheck loose: RFC 2543 11.5's four headers, and of a response its status line and body, too. */
static void add_identity(struct buf *out, struct call *call, struct payload *payload) {
    static const char *const names[] = {"To:", "From:", "Call-ID:", "CSeq:"};
    const struct header_lines *lines = call_lines(call, payload);
    struct span msg = lines->text;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        header_write(out, lines, span_of(names[i]), true);
    if (!span_starts(msg, "SIP/2.0")) return;
    ptrdiff_t end = span_find(msg, '\n');
    struct span body = header_body(msg);
    buf_add(out, end < 0 ? msg : span_head(msg, (size_t)end));
    if (body.p) buf_add(out, body);
}

static uint64_t hash_of(struct call *call, struct payload *payload) {
    if (call->sipp->config.repeat_check == SIPP_FULL_CHECK)
        return hash_of_text(payload ? header_clip(payload_span(payload)) : SPAN(""));
    struct buf *text = &call->sipp->text2;
    buf_reset(text);
    add_identity(text, call, payload);
    return hash_of_text(buf_span(text));
}

static bool matches_response(struct call *call, const struct incoming *in, int index,
                             const struct step *step) {
    if (step->response == 0 || step->response != in->status) return false;
    if (step->response_txn >= 0) {
        struct buf *branch = &call->sipp->text2;
        buf_reset(branch);
        header_branch(branch, call_lines(call, in->payload));
        const struct txn *txn = &call->txns[step->response_txn];
        return txn->started && span_eq(buf_span(branch), buf_span(&txn->branch));
    }
    /* The CSeq's method must be found in the methods sent before: "INVITEACKBYE" (facts: SIPp 5.3). */
    if (index == 0 || step->methods.len == 0) return index == 0;
    return span_eq(step->methods, in->cseq_method) || span_search(step->methods, in->cseq_method) >= 0;
}

/* To SIPp the method of a response is an empty text, which many a regular expression matches (facts:
 * SIPp 5.3). */
static bool matches_request(struct call *call, const struct incoming *in, const struct step *step) {
    struct span method = in->status > 0 ? SPAN("") : in->method;
    if (step->bad_regex) {
        sipp_fatal(call->sipp, step->at, "SIPp ends: request is no regular expression");
        return false;
    }
    if (!step->regex) return span_eq(step->request, method);
    return regex_find(step->regex, method, false, NULL, 0, NULL) == REGEX_YES;
}

static bool matches(struct call *call, const struct incoming *in, int index) {
    const struct step *step = &call->steps->steps[index];
    if (step->kind != STEP_RECV) return false;
    return step->request.p ? matches_request(call, in, step) : matches_response(call, in, index, step);
}

/* From the current step on: optional receives may be passed over. -1: nothing fits. */
static int match_forward(struct call *call, const struct incoming *in) {
    for (int i = call->index; i < (int)call->steps->count; i++) {
        if (matches(call, in, i)) return i;
        if (call->steps->steps[i].optional == OPTIONAL_FALSE) return -1;
    }
    return -1;
}

static void repeat_ack(struct call *call, int index) {
    struct cause cause = {.why = "answer repeated: ACK of step % again",
                          .arg = {index},
                          .at = call->steps->steps[index].at,
                          .reference = "RFC 3261 13.2.2.4",
                          .retransmission = ++call->repeats};
    sipp_count(call->sipp, SIPP_RETRANSMISSIONS);
    call_send_template(call, call->steps->steps[index].template, index, &cause, UNSENT_ENDS_CALL);
}

static void note_ignored(struct call *call, const char *why) {
    sipp_note(call->sipp, &(struct cause){.why = why, .at = call_step(call)->at});
}

/* Is it a response to an INVITE? SIPp compares only as many letters as the CSeq's method has. */
static bool of_invite(const struct incoming *in) {
    return span_eq(span_head(SPAN("INVITE"), in->cseq_method.len), in->cseq_method);
}

/* A late response of a transaction that a name was given to. True: nothing more is to be done with it. */
static bool late_in_transaction(struct call *call, const struct incoming *in, const struct step *step) {
    const struct txn *txn = &call->txns[step->response_txn];
    if (in->status < 200) {
        note_ignored(call, "ignored: a late provisional response of its transaction");
    } else if (txn->ack_step > 0) {
        repeat_ack(call, txn->ack_step);
    } else if (step->invite_txn) {
        sipp_fatal(call->sipp, step->at,
                   "SIPp crashes: a late final response of an INVITE's transaction, without its ACK so far");
    } else if (txn->response_hash == hash_of(call, in->payload)) {
        note_ignored(call, "ignored: a final response of its transaction, again");
    } else {
        return false;
    }
    return true;
}

/* A response to an INVITE whose ACK stands right behind it is acknowledged again. */
static bool late_invite_response(struct call *call, const struct incoming *in, int index) {
    const struct step_list *steps = call->steps;
    if (in->status == 0 || !of_invite(in) || index + 1 >= (int)steps->count) return false;
    const struct step *after = &steps->steps[index + 1];
    if (after->kind != STEP_SEND || !span_is(after->head.method, "ACK")) return false;
    repeat_ack(call, index + 1);
    return true;
}

enum backward { BACKWARD_NONE, BACKWARD_MATCH, BACKWARD_DONE };

/* Among the steps before the current one: facts, SIPp 5.4. */
static enum backward match_backward(struct call *call, const struct incoming *in, int *found) {
    bool only_optional = true;
    for (int i = call->index - 1; i >= 0; i--) {
        const struct step *step = &call->steps->steps[i];
        if (step->optional == OPTIONAL_FALSE) only_optional = false;
        if (!matches(call, in, i)) continue;
        if (only_optional || step->optional == OPTIONAL_GLOBAL) {
            *found = i;
            return BACKWARD_MATCH;
        }
        bool done =
            step->response_txn >= 0 ? late_in_transaction(call, in, step) : late_invite_response(call, in, i);
        if (done) return BACKWARD_DONE;
    }
    return BACKWARD_NONE;
}

/* Is it the last matched message again, up to a NUL that ends it? */
static bool is_received(struct call *call, const struct incoming *in) {
    struct payload *last = call->matched;
    size_t len = in->msg.len;
    if (call->sipp->config.repeat_check == SIPP_LOOSE_CHECK)
        return last && hash_of(call, last) == hash_of(call, in->payload);
    if (!last) return len == 0;
    if (last->len < len || (last->len > len && last->bytes[len] != '\0')) return false;
    return span_eq(span_head(payload_span(last), len), in->msg);
}

static bool is_answered(struct call *call, const struct incoming *in) {
    if (call->answers_received) return is_received(call, in);
    return call->answered_hash && call->answered_hash == hash_of(call, in->payload);
}

/* The message has come before. True: that has been dealt with. */
static bool duplicate(struct call *call, const struct incoming *in) {
    if (!call->sipp->config.retransmit) return false;
    if (call->answered_recv >= 0 && is_answered(call, in)) {
        const struct step *recv = &call->steps->steps[call->answered_recv];
        if (sipp_loses(call->sipp, recv)) {
            sipp_note(call->sipp,
                      &(struct cause){.why = "a repeated message is lost by lost=", .at = recv->at});
            return true;
        }
        struct cause cause = {.why = "answer to a repeated message: step % again",
                              .arg = {call->answered_send},
                              .at = call->steps->steps[call->answered_send].at,
                              .retransmission = ++call->repeats};
        sipp_count(call->sipp, SIPP_RETRANSMISSIONS);
        call_send_step(call, call->answered_send, &cause);
        return true;
    }
    if (call->last_step >= 0 && call->unanswered && is_received(call, in)) {
        note_ignored(call, "ignored: the same message again, nothing sent since");
        return true;
    }
    return false;
}

static bool is_any(struct span method, const char *const *names) {
    for (; *names; names++)
        if (span_is(method, *names)) return true;
    return false;
}

/* Does the message end the retransmission of what was sent before its step? (facts: SIPp 4) */
static void stop_retransmission(struct call *call, const struct incoming *in, int index) {
    static const char *const ending[] = {"ACK", "CANCEL", "BYE", "PRACK", NULL};
    if (in->status == 0 && !is_any(in->method, ending)) return;
    if (index <= call->sent_step) return;
    if (in->status == 0 || in->status >= 200 || of_invite(in)) {
        call->retrans_ms = 0;
    } else { /* also with -nr (facts: SIPp 4); RFC 3261 17.1.2.2: a provisional response slows it down */
        call->retrans_delay_ms = call->sipp->config.t2_ms;
        retrans_arm(call, call->retrans_delay_ms);
    }
}

static bool store_challenge(struct call *call, const struct incoming *in, const struct step *step) {
    if (!step->auth || (in->status != 401 && in->status != 407)) return true;
    buf_reset(&call->challenge);
    header_write(&call->challenge, call_lines(call, in->payload), SPAN("Proxy-Authenticate:"), true);
    if (call->challenge.len == 0)
        header_write(&call->challenge, call_lines(call, in->payload), SPAN("WWW-Authenticate:"), true);
    if (call->challenge.len == 0) {
        sipp_fatal(call->sipp, step->at,
                   "SIPp ends: a 401 or 407 without Proxy-Authenticate and WWW-Authenticate");
        return false;
    }
    call->challenge.len = header_cut(buf_span(&call->challenge)).len;
    call->challenge_status = in->status;
    call->nonce_count = 1;
    return true;
}

static void keep_received(struct call *call, const struct incoming *in, int index) {
    if (call->answers_received) call->answered_hash = hash_of(call, call->matched);
    call->answers_received = false;
    call->last_step = index;
    call->unanswered = true;
    struct payload *before[] = {call->received, call->matched};
    call->received = payload_hold(in->payload);
    call->matched = payload_hold(in->payload);
    payload_drop(before[0]);
    payload_drop(before[1]);
}

bool call_accept(struct call *call, const struct step *step, struct payload *payload) {
    stats_step(call, step);
    enum perform_result result = perform_actions(call, step, payload);
    if (result != PERFORM_STOP_CALL) return result == PERFORM_OK;
    call_fail(call, SIPP_FAILED_REJECTED, step->at, "stopped by int_cmd=\"stop_call\"");
    call_end(call, CALL_FAILED_FORGOTTEN);
    return false;
}

/* The message fits a step: facts, SIPp 5.5, in its order. */
static void accept(struct call *call, const struct incoming *in, int index) {
    const struct step *step = &call->steps->steps[index];
    if (sipp_loses(call->sipp, step)) {
        sipp_note(
            call->sipp,
            &(struct cause){.why = "lost by lost=: a message for step %", .arg = {index}, .at = step->at});
        return;
    }
    if (step->response_txn >= 0) call->txns[step->response_txn].response_hash = hash_of(call, in->payload);
    if (!call_accept(call, step, in->payload)) return;
    if (call->index < 0) call->index = 0; /* a jump to step 0, without effect here */
    if (in->status == 0) {
        uint64_t cseq = header_cseq_number(call_lines(call, in->payload));
        if (cseq > call->cseq) call->cseq = (uint32_t)cseq;
    }
    stop_retransmission(call, in, index);
    if (in->status == 200) call->ack_pending = true;
    if (step->rrs && !call->has_routes) route_store(call, call_lines(call, in->payload), in->status == 0);
    if (!store_challenge(call, in, step) || !step->advance_state) return;
    keep_received(call, in, index);
    if (step->optional != OPTIONAL_FALSE && step->test >= 0 && !value_is_set(call_value(call, step->test))) {
        call_sleep(call);
        return;
    }
    call->paused_ms = 0;
    call->index = index;
    call_next(call);
}

/*
 * A label _unexp.main takes all that fits nowhere: the message waits there for a recv. What comes while one
 * is being dealt with aborts the call, whatever its method.
 */
static void take_unexpected(struct call *call, struct payload *payload) {
    const struct sipp_program *p = call->sipp->program;
    int label = call->steps->unexpected_main;
    if (label < 0 || label >= (int)call->steps->count) {
        call_unexpected(call, payload);
        return;
    }
    if (p->unexpected_retaddr >= 0) {
        struct value *back = call_value(call, p->unexpected_retaddr);
        if (value_is_set(back)) {
            call_abort_unexpected(call, payload);
            return;
        }
        value_set_number(back, real_of(call->index));
    }
    if (p->unexpected_pausedaddr >= 0)
        value_set_number(call_value(call, p->unexpected_pausedaddr), real_of(call->paused_ms));
    payload_drop(call->queued);
    call->queued = payload_hold(payload);
    call->index = label;
    call->thought = WHAT_IF_NONE;
    call->paused_ms = 0;
    call_run(&call->task);
}

/* Reads what matching needs; false after an error that ends SIPp. */
static bool read_message(struct call *call, struct incoming *in) {
    if (span_starts(in->msg, "SIP/2.0")) {
        in->status = header_status(in->msg);
        in->cseq_method = header_cseq_method(in->msg);
        struct span tag = header_to_tag(in->lines);
        if (tag.len > HEADER_TEXT_MAX) {
            sipp_fatal(call->sipp, call_step(call)->at,
                       "SIPp ends: the tag of the To is longer than 2048 bytes");
            return false;
        }
        if (tag.p) {
            buf_reset(&call->peer_tag);
            buf_add(&call->peer_tag, tag);
            call->has_peer_tag = true;
        }
        return true;
    }
    in->method = header_method(in->msg);
    if (!in->method.p || in->method.len >= 64) {
        sipp_fatal(call->sipp, call_step(call)->at,
                   "SIPp ends: it cannot read the method of a received message");
        return false;
    }
    if (span_is(in->method, "ACK")) call->established = true;
    return true;
}

void call_recv(struct call *call, struct payload *payload) {
    mem_fetch(call->received, sizeof *call->received); /* as in call_run() */
    const struct header_lines *lines = call_lines(call, payload);
    struct incoming in = {.payload = payload, .lines = lines, .msg = lines->text};
    loop_wake(&call->sipp->loop, &call->task);
    if (call->sipp->config.ignore_in_pause && call_step(call)->kind == STEP_PAUSE) {
        sipp_note(call->sipp,
                  &(struct cause){.why = "ignored: the call is in a pause", .at = call_step(call)->at});
        return;
    }
    if (call->index == 0 && call_step(call)->kind == STEP_NOP) {
        payload_drop(call->queued);
        call->queued = payload_hold(payload);
        call->paused_ms = 0;
        call_run(&call->task);
        return;
    }
    if (!header_has_to(lines)) {
        call_unexpected(call, payload);
        return;
    }
    if (duplicate(call, &in) || !read_message(call, &in)) return;
    if (span_starts(in.msg, "SIP/2.0") && in.status == 0) {
        call_unexpected(call, payload);
        return;
    }
    if (call->media && !media_learn(call, payload, in.status, in.method)) return;
    int found = match_forward(call, &in);
    enum backward backward = found >= 0 ? BACKWARD_MATCH : match_backward(call, &in, &found);
    if (backward == BACKWARD_MATCH)
        accept(call, &in, found);
    else if (backward == BACKWARD_NONE)
        take_unexpected(call, payload);
}

static void discard(struct sipp *sipp, enum sipp_stat what, const char *why) {
    sipp_count(sipp, what);
    sipp_note(sipp, &(struct cause){.why = why});
}

static void recv_unknown(struct sipp *sipp, struct span id, struct datagram *d) {
    struct span msg = header_clip(payload_span(d->payload)), method = header_method(msg);
    bool taken = sipp->config.out_of_call || call_answers(sipp, method);
    if (sipp->program->client && !span_starts(msg, "SIP/2.0") && taken) {
        const struct sipp_config *c = &sipp->config;
        struct call *call = call_new_out_of_call(sipp, id, c->outbound.ip ? c->outbound : d->from);
        loop_spend(&sipp->loop, LOOP_CREATE_NS);
        call_recv(call, d->payload);
    } else if (sipp->program->client) {
        sipp_count(sipp, SIPP_WARNINGS);
        discard(sipp, SIPP_OUT_OF_CALL, "discarded: no call has this Call-ID, and a caller answers none");
    } else if (sipp->quitting) {
        discard(sipp, SIPP_OUT_OF_CALL, "discarded: SIPp takes no new calls any more");
    } else {
        const struct sipp_config *c = &sipp->config;
        struct call *call = call_new(sipp, id, c->outbound.ip ? c->outbound : d->from);
        loop_spend(&sipp->loop, LOOP_CREATE_NS);
        sipp_check_quitting(sipp);
        call_recv(call, d->payload);
    }
}

void sipp_recv(void *arg, struct datagram *d) {
    struct sipp *sipp = arg;
    if (d->number == 0) {
        command_recv(sipp, d);
        return;
    }
    const struct header_lines *lines = header_lines_of(&sipp->lines, d->payload);
    struct span id;
    sipp->about = d->number;
    if (!header_names_sip(lines)) {
        discard(sipp, SIPP_WARNINGS, "discarded: no SIP message");
    } else if (!header_call_id(lines, sipp->config.call_id_prefix, &id)) {
        discard(sipp, SIPP_WARNINGS, "discarded: no Call-ID");
    } else {
        struct known *known = known_find(sipp, id);
        if (known && known_call(known)) {
            call_recv(known->call, d->payload);
        } else if (known) {
            known_renew(sipp, known);
            sipp_count(sipp, SIPP_WARNINGS);
            discard(sipp, SIPP_DEAD_CALL, "ignored: its call is over");
        } else {
            recv_unknown(sipp, id, d);
        }
    }
    sipp->about = 0;
}
